"""Calling a meeting: its place and time, its roll, its agenda."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.meetings.agenda import put_on_agenda, talk_day_parts
from cases.meetings.holding import check_right
from cases.meetings.notice import check_announcement, late_notice
from cases.models import Attendee, Case, Meeting
from cases.models.choices import Level
from cases.models.scope import Sight
from cases.privacy.table import Table, columns
from cases.workflow import Officer
from minshi import workdays
from minshi.errors import InputRefused
from minshi.idempotency import fingerprint, once
from minshi.text import is_blank
from villages.bodies import BodyPlace, Where
from villages.models import (
    Body,
    Group,
    MeetingKind,
    Post,
    Role,
    Seat,
    Town,
    Village,
)
from villages.procedure import (
    BODY_OF,
    OF_COUNTY,
    OF_TOWN,
    OF_VILLAGE,
    OVERSEEN_MEETINGS,
)
from villages.rights import (
    SIT_ABOVE,
    SIT_IN_TWO_COMMITTEES,
    SIT_IN_VILLAGE_COMMITTEE,
    Roles,
)

# The kinds of meeting by the level they are held at.
PLACES: Mapping[Level, frozenset[MeetingKind]] = MappingProxyType(
    {Level.VILLAGE: OF_VILLAGE, Level.TOWN: OF_TOWN, Level.COUNTY: OF_COUNTY}
)
# Whose posts make up the roll while nobody has been seated in the body.
ROLL_WITHOUT_SEATS: Mapping[str, Roles] = MappingProxyType(
    {
        "minshi_committee": SIT_IN_VILLAGE_COMMITTEE,
        "two_committees": SIT_IN_TWO_COMMITTEES,
        "town_committee": SIT_ABOVE,
        "county_board": SIT_ABOVE,
    }
)


def doubts_about(
    kind: str,
    where: Where,
    *,
    starts_at: datetime,
    chair: str,
    cases: Iterable[Case],
) -> list[str]:
    """Return what looks like a slip in calling a meeting, to be asked about: a chair
    who is not on its roll, a matter that was taken down only after it.
    """
    meeting = meeting_at(where, kind=kind, starts_at=starts_at)
    held_on = workdays.local_day(starts_at)
    doubts = []

    names = [person.name for person in roll_of(meeting)]
    if chair.strip() and names and chair.strip() not in names:
        words = _("%(name)s is not on the roll of this meeting.")
        doubts.append(words % {"name": chair.strip()})
    for case in cases:
        taken_on = workdays.local_day(case.registered_at)
        if taken_on > held_on:
            words = _("%(number)s was taken down on %(day)s, after this meeting.")
            day = workdays.day_in_words(taken_on, held_on)
            doubts.append(words % {"number": case.number, "day": day})
    return doubts


def meeting_at(where: Where, **fields: Any) -> Meeting:
    """Return an unsaved meeting of a village, a town or (by its code) a county."""
    if isinstance(where, Village):
        return Meeting(village=where, town=where.town, county_code="", **fields)
    if isinstance(where, Town):
        return Meeting(village=None, town=where, county_code="", **fields)
    return Meeting(village=None, town=None, county_code=where, **fields)


@transaction.atomic
def call_meeting(
    kind: str,
    where: Where,
    *,
    starts_at: datetime,
    by: Officer,
    at: datetime,
    key: UUID | None = None,
    place: str = "",
    chair: str = "",
    recorder: str = "",
    group: Group | None = None,
    short_notice: str = "",
    cases: Iterable[Case] = (),
    subjects: Iterable[str] = (),
) -> Meeting:
    """Calls a meeting of a village, a town or (by its code) a county; returns it with
    roll and agenda.

    The roll is the body's seats of that day, else the posts that stand for it. A 说事日
    begins with its report and its review (domain §1). `group` is whose meeting a
    村民小组会议 is; no other has one. `short_notice` says why an
    assembly of villagers is called less than ten days before (组织法 25). A repeated
    `key` returns the meeting it called. Raises NoSuchRight (not theirs to hold),
    InputRefused (a kind that is not held there, a case that waits for no decision
    there, an assembly called too late or without what its law names, a group's meeting
    without its group).
    """
    cases = list(cases)
    subjects = list(subjects)
    said = {
        "kind": kind,
        "where": where,
        "starts_at": starts_at,
        "place": place,
        "chair": chair,
        "recorder": recorder,
        "group": group,
        "short_notice": short_notice,
        "cases": cases,
        "subjects": subjects,
    }
    sent = fingerprint("call_meeting", said)
    if called := _called_before(key, sent, by):
        return called

    meeting = meeting_at(
        where,
        key=key,
        sent=sent,
        kind=kind,
        starts_at=starts_at,
        chair=chair.strip(),
        recorder=recorder.strip() or str(by.user),
        group=group if kind == MeetingKind.GROUP_MEETING else None,
        called_by=by.post,
        called_at=at,
    )
    check_right(meeting, by, at)

    if kind not in PLACES[meeting.level]:
        words = _("That kind of meeting is not held here.")
        raise InputRefused.at(kind=words)

    _check_group(meeting)
    has_matters = bool(cases) or any(not is_blank(subject) for subject in subjects)
    check_announcement(kind, place, has_matters=has_matters)
    why_late = late_notice(meeting, starts_at, short_notice, at)

    try:
        with transaction.atomic():
            meeting.save()
    except IntegrityError:  # a double click: the other request was quicker
        if called := _called_before(key, sent, by):
            return called
        raise

    _write_roll(meeting)
    _invite_oversight(meeting)
    if kind == MeetingKind.TALK_DAY:
        talk_day_parts(meeting, by, at)
    put_on_agenda(meeting, cases, subjects, by=by, at=at)
    # once the matters lie there: what stood there before them stays as typed
    sight = Sight.of(by.user, workdays.local_day(at))
    if Table(cases).write(meeting, sight, place=place.strip(), short_notice=why_late):
        meeting.save(update_fields=columns(meeting))
    return meeting


def _check_group(meeting: Meeting) -> None:
    """InputRefused: a group's meeting is of no group, or of another village's."""
    if meeting.kind != MeetingKind.GROUP_MEETING:
        return
    if meeting.group is None or meeting.group.village_id != meeting.village_id:
        raise InputRefused.at(group=_("Choose the group of this village."))


def _called_before(key: UUID | None, sent: str, by: Officer) -> Meeting | None:
    called = Meeting.objects.filter(called_by__user=by.user)
    return once(called, key, sent)


def _write_roll(meeting: Meeting) -> None:
    """Write down everybody who is due: by their seats, else by their posts.

    Unless a chair was named, it is the one of the roll.
    """
    roll = roll_of(meeting)
    Attendee.objects.bulk_create(roll)

    chairs = [person.name for person in roll if person.is_chair]
    if chairs and not meeting.chair:
        meeting.chair = chairs[0]
        meeting.save(update_fields=["chair"])


def roll_of(meeting: Meeting) -> list[Attendee]:
    """Return everybody who is due, unsaved: by their seats, else by their posts."""
    body = BODY_OF.get(meeting.kind)
    if body is None:
        return []

    roll = _roll_of_seats(meeting, body)
    if not roll and body in ROLL_WITHOUT_SEATS:
        roll = _roll_of_posts(meeting, ROLL_WITHOUT_SEATS[body])
    return roll


def _invite_oversight(meeting: Meeting) -> None:
    """Write the oversight committee on the roll, without a vote (组织法 37).

    Whoever is due in their own right stays what they are.
    """
    if meeting.kind not in OVERSEEN_MEETINGS:
        return

    due = list(meeting.attendees.all())
    names = {person.name for person in due}
    users = {person.user_id for person in due if person.user_id}

    invited = []
    for person in _roll_of_seats(meeting, Body.OVERSIGHT):
        if person.name in names or person.user_id in users:
            continue
        person.is_chair = False
        person.is_guest = True
        invited.append(person)
    Attendee.objects.bulk_create(invited)


def _roll_of_seats(meeting: Meeting, body: str) -> list[Attendee]:
    on = workdays.local_day(meeting.starts_at)
    here = BodyPlace(meeting.where, "").fields
    seats = Seat.objects.filter(**here, body=body).current(on).in_order()

    return [
        Attendee(
            meeting=meeting,
            name=seat.name,
            user_id=seat.user_id,
            seat=seat,
            is_chair=seat.is_chair,
        )
        for seat in seats
    ]


def _roll_of_posts(meeting: Meeting, roles: Roles) -> list[Attendee]:
    on = workdays.local_day(meeting.starts_at)
    here = BodyPlace(meeting.where, "").fields
    posts = Post.objects.current(on).filter(**here, role__in=roles)
    one_per_user = {
        post.user_id: post for post in posts.select_related("user").in_order()
    }

    return [
        Attendee(
            meeting=meeting,
            name=str(post.user),
            user=post.user,
            is_chair=post.role == Role.SECRETARY,
        )
        for post in one_per_user.values()
    ]
