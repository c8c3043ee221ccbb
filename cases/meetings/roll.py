"""The roll of a meeting: presence, substitutes, guests, and stepping aside."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.meetings.finals import items_recorded
from cases.meetings.holding import lock_open, lock_waiting
from cases.models import (
    AgendaItem,
    Attendee,
    Case,
    Concern,
    CoSpeaker,
    Meeting,
    StepAside,
)
from cases.models.choices import Confidentiality
from cases.models.meeting import ItemState
from cases.models.scope import Sight
from cases.privacy.table import columns, table_of
from cases.workflow import Officer
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused

MOST_ATTENDEES = 500
LONGEST_NAME = 40
LONGEST_REASON = 80
VOTED_ON = (ItemState.PASSED, ItemState.NOT_PASSED)
Party = str | int | None  # a name, or the key of a user


@transaction.atomic
def call_roll(
    meeting: Meeting,
    ticked: Mapping[int, bool],
    *,
    by: Officer,
    at: datetime,
    substitutes: Mapping[int, str] | None = None,
) -> None:
    """Write down who is present.

    Only the people named in `ticked` and `substitutes`, by attendee, change: two
    screens do not undo each other. `substitutes` names who came in somebody's place (""
    for nobody); such a person is not present themselves. MoveRefused: somebody is taken
    off after a vote was counted with them. InputRefused: a name is too long.
    """
    for name in (substitutes or {}).values():
        if len(name.strip()) > LONGEST_NAME:
            words = _("This name is too long: %(name)s") % {"name": name}
            raise InputRefused.at(substitutes=words)
    meeting = lock_open(meeting, by, at)
    people = {person.pk: person for person in meeting.attendees.all()}
    names = substitutes or {}
    named = {*ticked, *names} & set(people)

    changed = []
    somebody_left = False
    for pk in named:
        person = people[pk]
        before = (person.is_present, person.substitute)
        was_there = person.is_present or bool(person.substitute)

        person.is_present = ticked.get(pk, person.is_present)
        person.substitute = names.get(pk, person.substitute).strip()
        if person.is_present:
            person.substitute = ""

        if before != (person.is_present, person.substitute):
            changed.append(person)
        if was_there and not (person.is_present or person.substitute):
            somebody_left = True

    if somebody_left:
        _refuse_after_a_vote(meeting)
    Attendee.objects.bulk_update(changed, ["is_present", "substitute"])


def _refuse_after_a_vote(meeting: Meeting) -> None:
    """Raise MoveRefused where an item of the meeting was voted on already."""
    if meeting.items.filter(state__in=VOTED_ON).exists():
        words = _(
            "They were counted in a vote already; whoever left later is written into"
            " the minutes."
        )
        raise MoveRefused(words)


@transaction.atomic
def add_attendee(
    meeting: Meeting, name: str, *, is_guest: bool, by: Officer, at: datetime
) -> Attendee:
    """Add somebody who came and is not on the roll, with a vote or as a guest.

    Whoever is on it by that name already is returned as they are. InputRefused: no
    name, more people than a roll takes, or more with a vote than are due where that
    number was typed.
    """
    meeting = lock_open(meeting, by, at)
    name = name.strip()

    if not name:
        raise InputRefused.at(name=_("Type a name."))
    if meeting.attendees.count() >= MOST_ATTENDEES:
        words = _("Type the numbers instead of so many names.")
        raise InputRefused.at(name=words)

    namesake = meeting.attendees.filter(name=name, is_guest=is_guest).first()
    if namesake:
        return namesake

    if not is_guest:
        _refuse_more_than_due(meeting)
    person = Attendee.objects.create(
        meeting=meeting, name=name, is_guest=is_guest, is_present=True
    )
    waiting = meeting.items.filter(state=ItemState.WAITING).select_related("case")
    set_parties_aside(list(waiting), [person])
    return person


def _refuse_more_than_due(meeting: Meeting) -> None:
    """InputRefused: all who are due have come by name already, and another would come;
    a roll of those due grows with everybody who is added.
    """
    if meeting.due_typed is None or meeting.present_typed is not None:
        return
    if meeting.attendees.filter(is_guest=False).count() >= meeting.due_typed:
        words = _("More people cannot be present than are due.")
        raise InputRefused.at(name=words)


@transaction.atomic
def remove_attendee(person: Attendee, *, by: Officer, at: datetime) -> None:
    """Take somebody off the roll who was added by mistake; twice is once.

    MoveRefused: due by their seat or post, or a vote was counted with them.
    """
    meeting = lock_open(person.meeting, by, at)
    found = meeting.attendees.filter(pk=person.pk).first()
    if found is None:
        return

    if found.seat_id or found.user_id:
        raise MoveRefused(_("They are due by their seat: leave them without a tick."))
    has_a_vote = not found.is_guest
    if has_a_vote and found.is_present:
        _refuse_after_a_vote(meeting)

    with items_recorded(meeting, at=at):
        found.delete()  # with their steppings aside


# --- stepping aside
def set_parties_aside(
    items: Sequence[AgendaItem], people: Iterable[Attendee]
) -> dict[int, list[StepAside]]:
    """Set aside whoever is a party to an item; return all who stepped aside, by item.

    A party is whom the case concerns, and who spoke. A hidden speaker is not looked
    for: setting them aside before everybody would tell who spoke. At most 4 queries.
    """
    asides: dict[int, list[StepAside]] = {item.pk: [] for item in items}
    for aside in StepAside.objects.filter(item__in=asides):
        asides[aside.item_id].append(aside)

    people = list(people)
    parties = _parties_by_case(items)
    new = []
    for item in items:
        parties_here = parties.get(item.case_id or 0, set())
        already = {aside.attendee_id for aside in asides[item.pk]}
        for person in people:
            known_as: set[Party] = {person.name, person.substitute, person.user_id}
            if known_as & parties_here and person.pk not in already:
                aside = StepAside(item=item, attendee=person, is_automatic=True)
                new.append(aside)

    for aside in StepAside.objects.bulk_create(new):
        asides[aside.item_id].append(aside)
    return asides


def _parties_by_case(items: Iterable[AgendaItem]) -> dict[int, set[Party]]:
    """Return whom each case concerns, and unless it is protected the names of who
    spoke.

    Whom it concerns is found by name too: a seat or a guest's chair needs no account.
    """
    cases = [item.case for item in items if item.case]
    parties = {case.pk: _open_speakers(case) for case in cases}

    concerns = Concern.objects.filter(case__in=parties)
    for case_id, user, name in concerns.values_list("case", "user", "user__name"):
        parties[case_id] |= {user, name}

    open_cases = CoSpeaker.objects.filter(
        case__in=parties, case__confidentiality=Confidentiality.NORMAL
    )
    for case_id, name in open_cases.values_list("case", "name"):
        parties[case_id].add(name)

    return parties


def _open_speakers(case: Case) -> set[Party]:
    if case.confidentiality != Confidentiality.NORMAL:
        return set()
    return {name for name in (case.speaker_name, case.proxy_speaker) if name}


@transaction.atomic
def set_aside(
    item: AgendaItem,
    reasons: Mapping[int, str],
    *,
    by: Officer,
    at: datetime,
    lifted: Mapping[int, str] | None = None,
    seen: Container[int] | None = None,
) -> None:
    """Write down who steps aside from an item, by attendee with the reason.

    It replaces what was written by hand before. `lifted` names people who were set
    aside by the rule but only share a name with a party, with the reason why they take
    part. `seen` are those whom the page had ticked: what another screen wrote meanwhile
    stays (None: all were seen). InputRefused: a reason is missing or too long.
    MoveRefused: the item was concluded.
    """
    lifted = lifted or {}
    if any(len(why) > LONGEST_REASON for why in (*reasons.values(), *lifted.values())):
        words = _("Say why in at most %(most)s characters.") % {"most": LONGEST_REASON}
        raise InputRefused.at(asides=words)

    item = lock_waiting(item, by, at)
    table = table_of(item.meeting)
    sight = Sight.of(by.user, workdays.local_day(at))
    people = {person.pk: person for person in item.meeting.attendees.all()}
    asides = set_parties_aside([item], people.values())[item.pk]
    by_rule = {aside.attendee_id: aside for aside in asides if aside.is_automatic}

    def was_seen(attendee: int) -> bool:
        return seen is None or attendee in seen

    for attendee, aside in by_rule.items():
        if attendee in lifted or was_seen(attendee):
            why = lifted.get(attendee, "").strip()
            if attendee in lifted and not why:
                words = _("Say why they take part after all.")
                raise InputRefused.at(lifted=words)
            table.write(aside, sight, reason=why)
            aside.is_lifted = bool(why)  # without a reason they stand aside
            aside.save(update_fields=["is_lifted", *columns(aside)])

    by_hand = {}
    for attendee, why in reasons.items():
        if attendee in people and attendee not in by_rule:
            by_hand[attendee] = why.strip()
    if not all(by_hand.values()):
        raise InputRefused.at(asides=_("Say why they step aside."))

    before = {aside.attendee_id: aside for aside in asides if not aside.is_automatic}
    gone = [attendee for attendee in before.keys() - by_hand if was_seen(attendee)]
    item.asides.filter(is_automatic=False, attendee__in=gone).delete()
    for attendee, why in by_hand.items():
        row = before.get(attendee)
        if row is None:
            row = StepAside(item=item, attendee=people[attendee])
        table.write(row, sight, reason=why)
        row.save()
