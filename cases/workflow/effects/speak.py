"""说: settle, accept, divert, void, withdraw."""

from django.utils.translation import gettext as _

from cases.models.choices import (
    CloseReason,
    Grade,
    Handling,
    Outcome,
    Stage,
)
from cases.workflow.effects.joining import ByHand, join
from cases.workflow.effects.rate import how_it_came
from cases.workflow.inputs import SAID_FOR_THE_SPEAKER
from cases.workflow.named_apart import named_apart
from cases.workflow.places import refuse_other_places
from cases.workflow.speakers import (
    SAID_BY,
    co_speaker,
    named_people,
    named_person,
    unmasked_phone,
)
from cases.workflow.step import Step
from minshi.errors import InputRefused


def classify(step: Step) -> None:
    """Take over category and grade where they were given."""
    category = step.values.get("category")
    grade = step.values.get("grade")
    if category:
        step.case.category = category
        step.data["category"] = str(category)
    if grade:
        step.case.grade = grade
        step.data["grade"] = str(grade)


def settle(step: Step) -> None:
    """Write down what was done while the villager waited.

    The result counts as the reply (domain §3, settle).
    """
    case = step.case
    classify(step)
    case.grade = Grade.MINOR
    case.handling = Handling.ON_SPOT
    case.outcome = Outcome.DONE
    case.result = step.values["result"]
    case.accepted_at = case.completed_at = step.at

    step.reply(case.result)
    step.facts.settling.add(step.officers_post.user_id)
    step.enter(Stage.RATE)


def accept(step: Step) -> None:
    classify(step)
    step.enter(Stage.DELIBERATE)


def divert(step: Step) -> None:
    """分流: close what is not ours to handle.

    Written down are where to go instead, and what the speaker was told, who reads both.
    """
    route = step.values["route"]
    told = step.values["told"]
    if route not in told:
        told = _("It is handled here: %(route)s. %(told)s") % {
            "route": route,
            "told": told,
        }

    step.data["route"] = route
    step.reply(told)
    step.close(CloseReason.DIVERTED)


def void(step: Step) -> None:
    """作废: close a record that was made by mistake, or twice.

    It stays readable, and whoever has its receipt is told why (domain §3, void).
    """
    reason = CloseReason(step.values["void_as"])
    step.data["void_as"] = str(reason)

    if reason == CloseReason.DUPLICATE:
        words = _("This was taken down twice; the other one goes on: %(reason)s")
    else:
        words = _("This was taken down by mistake: %(reason)s")
    step.reply(words % {"reason": step.values["reason"]})
    step.close(reason)


def withdraw(step: Step) -> None:
    """Close a case at the speaker's wish; an officer says why, and how and when they
    said so.
    """
    values = step.values
    on_their_behalf = step.post is not None
    missing = [name for name in SAID_FOR_THE_SPEAKER if not values[name]]
    if on_their_behalf and missing:
        raise InputRefused(
            _("On the speaker's behalf, say why, and how and when they said so."),
            dict.fromkeys(missing, _("Please fill this in.")),
        )

    how = how_it_came(step)
    said_at = values["said_at"] if on_their_behalf else step.at

    step.data["how"] = str(how)
    step.data["said_at"] = said_at.isoformat()
    words = _("The matter was taken back, as you wished.")
    if values["reason"] and on_their_behalf:  # their own words are no answer to them
        words = _("The matter was taken back: %(reason)s") % values
    step.reply(words)
    step.close(CloseReason.WITHDRAWN)


def supplement(step: Step) -> None:
    """补充: add words; other villagers who say the same become co-speakers.

    InputRefused at the field of whoever cannot be named so: as in `named_person`, a
    phone that is none, a neighbour of another town.
    """
    case = step.case
    values = step.values
    chosen = values["co_speaker_resident"]
    refuse_other_places(
        town=case.town_id,
        village=case.village_id,
        resident=chosen,
        resident_field="co_speaker_resident",
    )
    phone = values["co_speaker_phone"] or ""
    if phone:
        phone = unmasked_phone(phone, "co_speaker_phone")

    person = named_person(
        values["co_speaker"] or "",
        case.village,
        resident=chosen,
        phone=phone,
        as_typed=bool(values["as_typed"]),
        by=step.by,
        at=step.at,
        field="co_speaker",
    )
    others = named_people(
        named_apart(values["co_speakers"] or ""),
        case.village,
        as_typed=bool(values["as_typed"]),
        by=step.by,
        at=step.at,
        field="co_speakers",
    )
    joining = co_speaker(person.name, person.resident, person.phone)
    if person.name and person.name != case.speaker_name:
        step.personal[SAID_BY] = ("", person.name)
    said_to_be_none = values["as_typed"] and person.resident is None
    joining.is_stranger = bool(person.name and said_to_be_none)
    join(
        step,
        [joining, *others],
        by_hand=ByHand(chosen, person.phone),
    )
