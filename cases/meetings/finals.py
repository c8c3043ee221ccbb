"""What is final of meetings and of the six steps, as it is sealed."""

from django.db.models import Q

from cases.models import (
    AgendaItem,
    Attendee,
    FourTwoProcess,
    FourTwoStep,
    Meeting,
    MinutesCorrection,
    StepAside,
    StepCorrection,
)
from villages.finals import Columns, Final

CORRECTION = ("key", "at", "post_id", "wrong", "right", "unknowing")

MEETING = Final(
    "meeting",
    Columns(
        Meeting,
        (
            "key",
            "sent",
            "kind",
            "village_id",
            "town_id",
            "county_code",
            "group_id",
            "starts_at",
            "place",
            "chair",
            "recorder",
            "due_typed",
            "present_typed",
            "minutes",
            "unknowing",
            "minutes_version",
            "minutes_by_id",
            "minutes_at",
            "called_by_id",
            "called_at",
            "short_notice",
            "closed_by_id",
            "closed_at",
            "quorum",
            "rule",
            "cancelled_at",
        ),
    ),
    when=Q(closed_at__isnull=False),
    parts=(
        Columns(
            Attendee,
            (
                "name",
                "user_id",
                "seat_id",
                "is_chair",
                "is_guest",
                "is_present",
                "substitute",
            ),
            of="meeting",
        ),
        Columns(
            AgendaItem,
            (
                "position",
                "part",
                "case_id",
                "subject",
                "opinions",
                "votes_for",
                "votes_against",
                "votes_abstain",
                "unknowing",
                "version",
                "key",
                "sent",
                "state",
                "resolution",
                "action",
                "due",
                "present",
                "aside",
                "quorum",
                "needed",
                "rule",
                "concluded_at",
                "concluded_by_id",
            ),
            of="meeting",
        ),
        Columns(
            StepAside,
            (
                "item_id",
                "attendee_id",
                "reason",
                "unknowing",
                "is_automatic",
                "is_lifted",
            ),
            of="item__meeting",
        ),
    ),
)
CORRECTION_OF_MINUTES = Final(
    "correction", Columns(MinutesCorrection, ("meeting_id", *CORRECTION))
)
PROCESS = Final(
    "six-steps",
    Columns(
        FourTwoProcess,
        (
            "key",
            "sent",
            "village_id",
            "case_id",
            "matter",
            "origin",
            "subject",
            "started_by_id",
            "started_at",
            "dropped_at",
            "dropped_why",
            "unknowing",
        ),
    ),
)
STEP = Final(
    "step",
    Columns(
        FourTwoStep,
        (
            "key",
            "sent",
            "process_id",
            "nth",
            "kind",
            "held_on",
            "called_on",
            "short_notice",
            "content",
            "due",
            "present",
            "votes_for",
            "votes_against",
            "votes_abstain",
            "present_needed",
            "votes_needed",
            "rule",
            "public_until",
            "oversight",
            "unknowing",
            "passed",
            "recorded_by_id",
            "recorded_at",
        ),
    ),
)
CORRECTION_OF_STEP = Final(
    "step-correction", Columns(StepCorrection, ("step_id", *CORRECTION))
)
