"""联名: those who say the same join a matter, each person once."""

from collections.abc import Iterable
from dataclasses import dataclass

from cases.models import Case, CoSpeaker
from cases.privacy.personal import add_co_speakers, add_personal
from cases.workflow.speakers import fields_decided, first_speaker, is_same_person
from cases.workflow.step import Step
from minshi.crypto import blind_index
from villages.models import Resident


@dataclass(frozen=True)
class ByHand:
    """What an officer said themself of somebody who joins: the neighbour they chose,
    and the phone they typed.
    """

    resident: Resident | None = None
    phone: str = ""


NOTHING = ByHand()


def join(
    step: Step,
    people: Iterable[CoSpeaker],
    *,
    by_hand: ByHand = NOTHING,
    is_speaker_known: bool = True,
) -> None:
    """Make those who say the same co-speakers, each person once.

    Of whoever spoke already, what was missing is filled in; of a speaker who was just
    said to be no neighbour (not `is_speaker_known`) only where they had no name. What a
    correction took off the speaker comes back only `by_hand`.
    """
    case = step.case
    known = case.others
    new: list[CoSpeaker] = []
    completed: list[CoSpeaker] = []
    for person in people:
        if not (person.name or person.phone):
            continue
        if is_same_person(person, first_speaker(case)):
            if is_speaker_known or not case.speaker_name:
                _complete_speaker(step, _without_corrected(case, person, by_hand))
            continue

        same = [each for each in (*known, *new) if is_same_person(person, each)]
        if same:
            _complete(same[0], person)
            completed.append(same[0])
        else:
            new.append(person)

    add_co_speakers(case, new)
    for each in completed:
        each.save()
        add_personal(case, (each.name, each.phone))


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


def _complete_speaker(step: Step, person: CoSpeaker) -> None:
    """Fill in what is missing of the speaker: name, phone and neighbour."""
    case = step.case
    found = {
        "speaker_name": person.name,
        "speaker_phone": person.phone,
        "resident": person.resident,
    }
    for name, value in found.items():
        if value and not getattr(case, name):
            setattr(case, name, value)
            old, _emptied = step.personal.get(name, ("", ""))
            step.personal[name] = (old, str(value))
    case.speaker_phone_hash = blind_index(case.speaker_phone or "", "phone")


def _complete(known: CoSpeaker, person: CoSpeaker) -> None:
    """Fill in what is missing of a co-speaker: name, phone and neighbour."""
    known.name = known.name or person.name
    known.phone = known.phone or person.phone
    known.resident = known.resident or person.resident
    known.phone_hash = blind_index(known.phone or "", "phone")
