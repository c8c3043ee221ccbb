"""What is final of meetings and of the six steps, as it is sealed."""

from contextlib import AbstractContextManager
from datetime import datetime

from django.db.models import Q
from django.utils.translation import pgettext_lazy

from cases.attachments import DIGESTS
from cases.models import (
    AgendaItem,
    Attendee,
    FourTwoProcess,
    FourTwoStep,
    Meeting,
    MinutesCorrection,
    SignedSheet,
    StepAside,
    StepCorrection,
)
from cases.models.meeting import ItemState
from villages.finals import Columns, Final, changes_recorded

CORRECTION = ("key", "at", "post_id", "wrong", "right", "unknowing")
ITEM_AS_CONCLUDED = (
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
)
STEPPED_ASIDE = ("attendee_id", "reason", "unknowing", "is_automatic", "is_lifted")

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
        Columns(AgendaItem, ("position", *ITEM_AS_CONCLUDED), of="meeting"),
        Columns(StepAside, ("item_id", *STEPPED_ASIDE), of="item__meeting"),
    ),
)
# from when it is concluded, while its meeting is still open; where it stands on the
# agenda may change as long
ITEM = Final(
    "item",
    Columns(AgendaItem, ("meeting_id", *ITEM_AS_CONCLUDED)),
    when=~Q(state=ItemState.WAITING),
    parts=(Columns(StepAside, STEPPED_ASIDE, of="item"),),
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
SIGNED_SHEET = Final(
    "signed-sheet",
    Columns(
        SignedSheet,
        (
            "meeting_id",
            "step_id",
            "uuid",
            "file",
            "thumbnail",
            "content_type",
            "size",
            "received_sha256",
            "at",
            "post_id",
        ),
    ),
)
SHEET_BYTES = Final(
    "sheet-bytes",
    Columns(SignedSheet, DIGESTS),
    may_go=True,
    label=pgettext_lazy("sealed", "digest of a signed sheet"),
)


def items_recorded(meeting: Meeting, *, at: datetime) -> AbstractContextManager[None]:
    """Record the concluded items of a meeting as what is done meanwhile makes them."""
    concluded = ITEM.rows().filter(meeting=meeting).values_list("pk", flat=True)
    return changes_recorded(ITEM, list(concluded), at=at)
