"""Who came, who was substituted, who sits in, and who steps aside from an item."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.meetings.holding import lock_open, lock_waiting
from cases.models import AgendaItem, Attendee, Concern, CoSpeaker, Meeting, StepAside
from cases.models.choices import Confidentiality
from cases.models.meeting import ItemState
from cases.privacy.veil import veil_over
from cases.workflow import Officer
from minshi.errors import InputRefused, MoveRefused

MOST_ATTENDEES = 500


@transaction.atomic
def call_roll(
    meeting: Meeting,
    ticked: Mapping[int, bool],
    *,
    by: Officer,
    at: datetime,
    substitutes: Mapping[int, str] | None = None,
) -> None:
    """Notes who is present; only the people named in `ticked` change, so that two
    screens do not undo each other.

    `substitutes` names who came in somebody's place ("" for nobody); such a person is
    not present themselves. MoveRefused: somebody taken off after a vote was counted
    with them.
    """
    meeting = lock_open(meeting, by, at)
    people = {person.pk: person for person in meeting.attendees.all()}
    changed, gone = [], 0
    for pk in {*ticked, *(substitutes or {})} & set(people):
        person = people[pk]
        before = (person.is_present, person.substitute)
        person.is_present = ticked.get(pk, person.is_present)
        person.substitute = (substitutes or {}).get(pk, person.substitute).strip()
        if person.is_present:
            person.substitute = ""
        if before != (person.is_present, person.substitute):
            changed.append(person)
        gone += before != (False, "") and not (person.is_present or person.substitute)
    if (
        gone
        and meeting.items.filter(
            state__in=(ItemState.PASSED, ItemState.NOT_PASSED)
        ).exists()
    ):
        raise MoveRefused(
            _(
                "They were counted in a vote already; whoever left later is written"
                " into the minutes."
            )
        )
    Attendee.objects.bulk_update(changed, ["is_present", "substitute"])


@transaction.atomic
def add_attendee(
    meeting: Meeting, name: str, *, is_guest: bool, by: Officer, at: datetime
) -> Attendee:
    """Somebody who is not on the roll: due to attend after all, or a guest without a
    vote; they are there.
    """
    meeting = lock_open(meeting, by, at)
    name = name.strip()
    if not name:
        raise InputRefused.at(name=_("Type a name."))
    if meeting.attendees.count() >= MOST_ATTENDEES:
        words = _("Type the numbers instead of so many names.")
        raise InputRefused.at(name=words)
    if known := meeting.attendees.filter(name=name, is_guest=is_guest).first():
        return known
    person = Attendee.objects.create(
        meeting=meeting, name=name, is_guest=is_guest, is_present=True
    )
    waiting = meeting.items.filter(state=ItemState.WAITING).select_related("case")
    set_parties_aside(list(waiting), [person])
    return person


@transaction.atomic
def remove_attendee(person: Attendee, *, by: Officer, at: datetime) -> None:
    """Somebody who was added by mistake goes off the roll again; twice is once.

    MoveRefused: due by their seat or post, or a vote was counted with them.
    """
    meeting = lock_open(person.meeting, by, at)
    found = meeting.attendees.filter(pk=person.pk).first()
    if found is None:
        return
    if found.seat_id or found.user_id:
        raise MoveRefused(_("They are due by their seat: leave them without a tick."))
    counted = not found.is_guest and found.is_present
    if (
        counted
        and meeting.items.filter(
            state__in=(ItemState.PASSED, ItemState.NOT_PASSED)
        ).exists()
    ):
        raise MoveRefused(
            _(
                "They were counted in a vote already; whoever left later is written"
                " into the minutes."
            )
        )
    found.delete()


def set_parties_aside(
    items: Sequence[AgendaItem], people: Iterable[Attendee]
) -> dict[int, list[StepAside]]:
    """A cadre in `concerns`, and whoever is a party, is set aside by itself; all who
    stepped aside, by item.

    A hidden speaker is not looked for: setting them aside before everybody would tell
    who spoke. Queries: at most 4.
    """
    asides: dict[int, list[StepAside]] = {item.pk: [] for item in items}
    for aside in StepAside.objects.filter(item__in=asides):
        asides[aside.item_id].append(aside)
    parties, people = _parties(items), list(people)
    new = [
        StepAside(item=item, attendee=person, is_automatic=True)
        for item in items
        for person in people
        if {person.name, person.substitute, person.user_id}
        & parties.get(item.case_id or 0, set())
        and person.pk not in {aside.attendee_id for aside in asides[item.pk]}
    ]
    for aside in StepAside.objects.bulk_create(new):
        asides[aside.item_id].append(aside)
    return asides


def _parties(items: Iterable[AgendaItem]) -> dict[int, set[str | int]]:
    """Of every case on the agenda: whom it concerns, and unless it is protected the
    names of who spoke.
    """
    parties: dict[int, set[str | int]] = {}
    for case in (item.case for item in items):
        if case:
            open_names = case.confidentiality == Confidentiality.NORMAL
            parties[case.pk] = {
                name
                for name in (case.speaker_name, case.proxy_speaker)
                if name and open_names
            }
    concerned = Concern.objects.filter(case__in=parties).values_list(
        "case", "user", "user__name"
    )
    for (
        case_id,
        user,
        name,
    ) in concerned:  # by name too: a seat or a guest's chair needs no account
        parties[case_id] |= {user, name}
    normal = CoSpeaker.objects.filter(
        case__in=parties, case__confidentiality=Confidentiality.NORMAL
    )
    for case_id, name in normal.values_list("case", "name"):
        parties[case_id].add(name)
    return parties


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
    """Who steps aside from the item, by attendee with the reason; it replaces what was
    said by hand before.

    `lifted` names people who were set aside by themselves but only share a name, with
    the reason. `seen` are those whom the page had ticked: what another screen noted
    meanwhile stays (None: all were seen). InputRefused where a reason is missing;
    MoveRefused once the item was concluded.
    """
    item = lock_waiting(item, by, at)
    veil, lifted = veil_over([item.case]), lifted or {}
    people = {person.pk: person for person in item.meeting.attendees.all()}
    asides = set_parties_aside([item], people.values())[item.pk]
    automatic = {aside.attendee_id: aside for aside in asides if aside.is_automatic}
    touched = [pk for pk in automatic if pk in lifted or seen is None or pk in seen]
    _lift({pk: veil(lifted.get(pk, "").strip()) for pk in touched}, automatic, lifted)
    by_hand = {
        pk: veil(why.strip())
        for pk, why in reasons.items()
        if pk in people and pk not in automatic
    }
    if not all(by_hand.values()):
        words = _("Say why they step aside.")
        raise InputRefused.at(asides=words)
    before = {aside.attendee_id for aside in asides if not aside.is_automatic}
    gone = [pk for pk in before - set(by_hand) if seen is None or pk in seen]
    item.asides.filter(is_automatic=False, attendee__in=gone).delete()
    for pk, why in by_hand.items():
        StepAside.objects.update_or_create(
            item=item, attendee=people[pk], defaults={"reason": why}
        )


def _lift(
    reasons: Mapping[int, str],
    automatic: Mapping[int, StepAside],
    lifted: Container[int],
) -> None:
    """Takes part after all, with the reason; without one stands aside again."""
    for pk, why in reasons.items():
        if pk in lifted and not why:
            words = _("Say why they take part after all.")
            raise InputRefused.at(lifted=words)
        aside = automatic[pk]
        if (aside.is_lifted, aside.reason) != (bool(why), why):
            aside.is_lifted, aside.reason = bool(why), why
            aside.save(update_fields=["is_lifted", "reason"])
