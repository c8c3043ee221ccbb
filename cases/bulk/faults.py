"""Faults of a matter to adopt, in plain words: the rules that make_move enforces."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.bulk.matter import Matter, case_of, given_dates
from cases.bulk.surroundings import Surroundings
from cases.models.choices import (
    Category,
    Channel,
    CloseReason,
    Confidentiality,
    Grade,
    Handling,
    Level,
    Outcome,
    Satisfaction,
    Solved,
    Stage,
)
from cases.models.scope import NOT_CONCLUDED
from cases.workflow.pasted import refuse_number
from cases.workflow.register import in_territory
from cases.workflow.who import find_owner
from minshi.crypto import normal_phone
from minshi.errors import InputRefused

CHOICES: dict[str, Any] = {
    "category": Category,
    "grade": Grade,
    "channel": Channel,
    "confidentiality": Confidentiality,
    "level": Level,
    "stage": Stage,
    "handling": Handling,
    "outcome": Outcome,
    "satisfaction": Satisfaction,
    "solved": Solved,
    "close_reason": CloseReason,
}
TEXTS = {"source": 40, "title": 60, "speaker_name": 40, "remark": 200}


def fault_of(matter: Matter, around: Surroundings) -> str:
    """Return the first reason why a matter cannot be adopted; empty without any."""
    checks = (
        _fault_in_words,
        _fault_in_phone,
        _fault_in_place,
        _fault_in_dates,
        _fault_in_stage,
    )
    for check in checks:
        if fault := check(matter, around):
            return fault

    if matter.stage == Stage.CLOSED:
        return ""
    return _fault_in_owner(matter, around)


def _fault_in_words(matter: Matter, around: Surroundings) -> str:
    if not (matter.source.strip() and matter.title.strip() and matter.verbatim.strip()):
        return _("the source, the matter and the words spoken are needed.")

    for name, longest in TEXTS.items():
        if len(getattr(matter, name)) > longest:
            return _("%(name)s is too long.") % {"name": name}

    for name, choices in CHOICES.items():
        value = getattr(matter, name)
        if value and value not in choices.values:
            return _("%(name)s cannot be “%(value)s”.") % {"name": name, "value": value}

    if matter.confidentiality == Confidentiality.SECRET:
        return _("a secret matter is not taken over in bulk; take it down anew.")
    return ""


def _fault_in_phone(matter: Matter, around: Surroundings) -> str:
    try:
        refuse_number(matter.speaker_name, field="speaker_name")
        if matter.speaker_phone:
            normal_phone(matter.speaker_phone)
    except ValidationError as error:
        return " ".join(error.messages)
    except InputRefused as refusal:
        return str(refusal)
    return ""


def _fault_in_place(matter: Matter, around: Surroundings) -> str:
    if not (matter.village or matter.town):
        return _("the village is missing.")
    if matter.group:
        village = matter.village
        if village is None or matter.group.village_id != village.pk:
            return _("that group is in another village.")

    if matter.level == Level.VILLAGE and not matter.village:
        return _("at village level it needs a village.")
    if not in_territory(around.by.post, matter.village, matter.town, around.at):
        return _("your post does not reach there.")
    return ""


def _fault_in_dates(matter: Matter, around: Surroundings) -> str:
    in_order = given_dates(matter)
    others = [moment for moment in (matter.replied_at, matter.since) if moment]

    in_range = all(
        matter.registered_at <= moment <= around.at for moment in [*in_order, *others]
    )
    if in_order != sorted(in_order) or not in_range:
        return _("the dates are not in order, or still to come.")
    return ""


def _fault_in_stage(matter: Matter, around: Surroundings) -> str:
    is_closed = matter.stage == Stage.CLOSED
    has_day = bool(matter.closed_at)
    has_reason = bool(matter.close_reason)
    is_no_matter = matter.close_reason in NOT_CONCLUDED
    if has_day != is_closed or has_reason != is_closed or is_no_matter:
        return _(
            "a closed matter, and only such a one, has a day and a reason of closing,"
            " and none is merged or void."
        )

    is_rated = matter.close_reason == CloseReason.RATED
    if bool(matter.satisfaction) != is_rated or bool(matter.solved) != is_rated:
        return _("a rated matter, and only such a one, has both answers.")

    if matter.completed_at and not matter.result.strip():
        return _("a completed matter has a result.")

    past_speak = matter.stage not in (Stage.SPEAK, Stage.CLOSED)
    if past_speak and not (matter.accepted_at and matter.category and matter.grade):
        return _("past the first stage it has been accepted, with category and grade.")
    if matter.stage in (Stage.SUPERVISE, Stage.RATE) and not matter.completed_at:
        return _("to be checked or rated it must have been completed.")
    return ""


def _fault_in_owner(matter: Matter, around: Surroundings) -> str:
    """Return the reason why nobody can take an open matter; empty without any."""
    case = case_of(matter)

    is_decided = matter.lead and matter.handling and matter.decided_at
    if case.stage == Stage.HANDLE and not is_decided:
        return _(
            "in handling it needs a decision with its day, a way of handling and a"
            " lead."
        )

    if case.handling == Handling.MEETING and case.level == Level.VILLAGE:
        return _("the committee's meeting is the town's.")
    if matter.lead and not around.may_lead(case, matter.lead):
        return _("they cannot take this matter.")
    if case.stage != Stage.HANDLE and find_owner(around.facts(case))[0] is None:
        return _("nobody is appointed who could take it.")
    return ""
