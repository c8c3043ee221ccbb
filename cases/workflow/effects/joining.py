"""联名: those who say the same join a matter, each person once."""

from collections.abc import Iterable
from dataclasses import dataclass

from cases.models import Case, CaseRevision, CoSpeaker
from cases.privacy.personal import add_co_speakers, add_personal
from cases.workflow.named_apart import COMMAS, names_together
from cases.workflow.speakers import (
    STRANGERS,
    fields_decided,
    first_speaker,
    is_same_person,
    names_of_strangers,
)
from cases.workflow.step import Step
from minshi.crypto import blind_index
from villages.models import Resident


@dataclass(frozen=True)
class ByHand:
    """What an officer said themself of somebody who joins: the neighbour they chose,
    and the phone they typed; or the matter in which they spoke before a merge.
    """

    resident: Resident | None = None
    phone: str = ""
    merged: Case | None = None


NOTHING = ByHand()
OTHERS_PHONE = "others_phone"  # the field of the revision


def join(
    step: Step,
    people: Iterable[CoSpeaker],
    *,
    by_hand: ByHand = NOTHING,
    is_speaker_known: bool = True,
    are_known: bool = False,
) -> None:
    """Make those who say the same co-speakers, each person once.

    Of whoever spoke already, what was missing is filled in; of a speaker who was just
    said to be no neighbour (not `is_speaker_known`) only where they had no name. What a
    correction took off the speaker comes back only `by_hand`.

    Of one name, a neighbour and somebody who was said to be none are two people: where
    the neighbour was chosen, or comes from a matter of their own (`are_known`). Found
    by the name alone it is whoever of that name spoke already.

    A number is not lost either: the one given last holds, but for the register's, and
    the former stays in the revision. After a merge that may be the older matter's.

    An officer who may not know who spoke adds people as they are named, whoever is
    there already: else they would learn whom.
    """
    case = step.case
    people = [person for person in people if person.name or person.phone]
    if not step.is_told_who_spoke():
        add_co_speakers(case, people)
        return

    speaker = first_speaker(case)
    speaker.is_stranger = not is_speaker_known
    known = case.others
    if any(person.resident for person in people):
        _mark_strangers(case, speaker, known)

    new: list[CoSpeaker] = []
    completed: list[CoSpeaker] = []
    for person in people:
        there = (speaker, *known, *new)
        chosen = are_known or person.resident in (
            by_hand.resident,
            *(each.resident for each in there),
        )
        same = []
        for each in there:
            told = person
            if each.is_stranger and not chosen:
                told = _by_name_alone(person, by_hand)
            if is_same_person(told, each):
                same.append((each, told))

        if not same:
            new.append(person)
            continue
        each, told = same[0]
        if each is not speaker:
            _complete(step, each, told, by_hand)
            completed.append(each)
        elif is_speaker_known or not case.speaker_name:
            told = _without_corrected(case, told, by_hand)
            _complete_speaker(step, told, by_hand)

    add_co_speakers(case, new)
    for each in completed:
        each.save()
        add_personal(case, (each.name, each.phone))
    strangers = [person.name for person in people if person.is_stranger]
    if strangers:
        step.personal[STRANGERS] = ("", "、".join(strangers))


def leave_out_speaker(step: Step) -> None:
    """Take the speaker off the co-speakers, where a correction named one of them.

    What was missing of the speaker is filled in from there, and the number they gave.
    """
    case = step.case
    speaker = first_speaker(case)
    known = case.others
    if not known or not (speaker.name or speaker.phone):
        return

    _mark_strangers(case, speaker, known)
    if step.data.get("as_typed"):  # of this very correction
        speaker.is_stranger = case.resident is None
    twice = [each for each in known if is_same_person(each, speaker)]
    if not twice:
        return

    before = names_together(known)
    for each in twice:
        told = _without_corrected(case, each, NOTHING)
        decided_now = step.values["speaker_phone"] or step.values["remove_phone"]
        if decided_now:  # holds, and what they gave before stays in the revision
            if told.phone and told.phone != case.speaker_phone:
                _note_number(step, told.phone, case.speaker_phone or "")
            told.phone = ""
        _complete_speaker(step, told, NOTHING)
    case.co_speakers.filter(pk__in=[each.pk for each in twice]).delete()

    shown, _now = step.personal.get("others", (before, ""))
    step.personal["others"] = (shown, names_together(case.others))


def _mark_strangers(case: Case, speaker: CoSpeaker, known: list[CoSpeaker]) -> None:
    """Mark those who were said to be no neighbour. Two queries at most."""
    without = [each for each in (speaker, *known) if each.resident is None]
    if not without:
        return

    names = names_of_strangers(case)
    for each in without:
        each.is_stranger = each.is_stranger or each.name in names
    if speaker.resident is None and "resident" in fields_decided(case):
        speaker.is_stranger = True


def _by_name_alone(person: CoSpeaker, by_hand: ByHand) -> CoSpeaker:
    """Return a person without the neighbour of that name, and their phone."""
    phone = person.phone or ""
    if person.resident and phone == person.resident.phone and phone != by_hand.phone:
        phone = ""
    return CoSpeaker(name=person.name, phone=phone)


def _without_corrected(case: Case, person: CoSpeaker, by_hand: ByHand) -> CoSpeaker:
    """Return a person without what was found by their name alone, where a correction
    has decided on it: the neighbour, and the neighbour's phone.

    One query, where the name was a neighbour's.
    """
    resident = person.resident
    if resident is None or resident == by_hand.resident:
        return person

    decided = fields_decided(case)
    phone = person.phone or ""
    is_of_roll = phone == resident.phone and phone != by_hand.phone
    if is_of_roll and decided & {"resident", "speaker_phone"}:
        phone = ""
    if "resident" in decided:
        resident = None
    return CoSpeaker(name=person.name, phone=phone, resident=resident)


def _complete_speaker(step: Step, person: CoSpeaker, by_hand: ByHand) -> None:
    """Fill in what is missing of the speaker: name, phone and neighbour."""
    case = step.case
    found = {
        "speaker_name": person.name,
        "resident": person.resident,
    }
    for name, value in found.items():
        if value and not getattr(case, name):
            _write(step, name, str(value), value)

    known = case.speaker_phone or ""
    if _is_new_number(step, person, known, by_hand):
        _write(step, "speaker_phone", person.phone or "", person.phone)
    case.speaker_phone_hash = blind_index(case.speaker_phone or "", "phone")


def _write(step: Step, name: str, in_words: str, value: object) -> None:
    """Write a field of the speaker; the revision has what stood there before."""
    former = str(getattr(step.case, name) or "")
    setattr(step.case, name, value)
    old, _new = step.personal.get(name, (former, ""))
    step.personal[name] = (old, in_words)


def _complete(step: Step, known: CoSpeaker, person: CoSpeaker, by_hand: ByHand) -> None:
    """Fill in what is missing of a co-speaker: name, phone and neighbour."""
    former = known.phone or ""
    if _is_new_number(step, person, former, by_hand):
        known.phone = person.phone
        if former:
            _note_number(step, former, known.phone or "")
    known.name = known.name or person.name
    known.resident = known.resident or person.resident
    known.phone_hash = blind_index(known.phone or "", "phone")


def _note_number(step: Step, former: str, now: str) -> None:
    """Note a co-speaker's former number for the revision, and blank it as before."""
    old, new = step.personal.get(OTHERS_PHONE, ("", ""))
    olds = filter(None, (old, former))
    news = filter(None, (new, now))
    step.personal[OTHERS_PHONE] = ("、".join(olds), "、".join(news))
    add_personal(step.case, (former,))


def _is_new_number(step: Step, person: CoSpeaker, known: str, by_hand: ByHand) -> bool:
    """True for a number that takes the place of the known one: where there is none, or
    for one that somebody gave, and gave last. The register's own takes the place of
    none.
    """
    phone = person.phone or ""
    if not phone or phone == known:
        return False

    of_register = person.resident.phone if person.resident else ""
    was_given = phone != of_register or phone == by_hand.phone
    if not known or not was_given:
        return not known
    if by_hand.merged is None or known == of_register:
        return True
    return not _was_given_before(by_hand.merged, phone, step.case, known)


def _was_given_before(merged: Case, phone: str, case: Case, known: str) -> bool:
    """True where a number of the merged matter was given before one of the other.

    When it was written into either, as the revisions tell; without one as the matter
    was taken down. One query.
    """
    given = {
        (merged.pk, phone): merged.registered_at,
        (case.pk, known): case.registered_at,
    }
    revisions = CaseRevision.objects.filter(
        event__case__in=(merged, case), field__in=("speaker_phone", OTHERS_PHONE)
    )
    for revision in revisions.select_related("event").order_by("event__at"):
        for number in COMMAS.split(revision.new or ""):
            if (revision.event.case_id, number) in given:
                given[revision.event.case_id, number] = revision.event.at

    return given[merged.pk, phone] < given[case.pk, known]
