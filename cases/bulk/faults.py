"""What keeps a matter from being adopted, in plain words: the rules that make_move
would have kept.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.bulk.matter import IN_ORDER, Matter, case_of
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
from cases.workflow.register import in_territory
from cases.workflow.who import find_owner
from minshi.crypto import normal_phone

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
    """What keeps a matter from being adopted, in plain words; empty when nothing
    does.
    """
    checks = (
        _fault_in_words,
        _fault_in_phone,
        _fault_in_place,
        _fault_in_dates,
        _fault_in_stage,
    )
    fault = next((fault for check in checks if (fault := check(matter, around))), "")
    return fault or (
        "" if matter.stage == Stage.CLOSED else _fault_in_hands(matter, around)
    )


def _fault_in_words(matter: Matter, around: Surroundings) -> str:
    if not (matter.source.strip() and matter.title.strip() and matter.verbatim.strip()):
        return _("the source, the matter and the words spoken are needed.")
    if too_long := [
        name for name, longest in TEXTS.items() if len(getattr(matter, name)) > longest
    ]:
        return _("%(name)s is too long.") % {"name": too_long[0]}
    for name, choices in CHOICES.items():
        if (value := getattr(matter, name)) and value not in choices.values:
            return _("%(name)s cannot be “%(value)s”.") % {"name": name, "value": value}
    if matter.confidentiality == Confidentiality.SECRET:
        return _("a secret matter is not taken over in bulk; take it down anew.")
    return ""


def _fault_in_phone(matter: Matter, around: Surroundings) -> str:
    try:
        if matter.speaker_phone:
            normal_phone(matter.speaker_phone)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _fault_in_place(matter: Matter, around: Surroundings) -> str:
    if not (matter.village or matter.town):
        return _("the village is missing.")
    if matter.group and (
        matter.village is None or matter.group.village_id != matter.village.pk
    ):
        return _("that group is in another village.")
    if matter.level == Level.VILLAGE and not matter.village:
        return _("at village level it needs a village.")
    if not in_territory(around.by.post, matter.village, matter.town, around.at):
        return _("your post does not reach there.")
    return ""


def _fault_in_dates(matter: Matter, around: Surroundings) -> str:
    known = [moment for name in IN_ORDER if (moment := getattr(matter, name))]
    besides = [moment for moment in (matter.replied_at, matter.since) if moment]
    in_range = all(
        matter.registered_at <= moment <= around.at for moment in [*known, *besides]
    )
    if known != sorted(known) or not in_range:
        return _("the dates are not in order, or still to come.")
    return ""


def _fault_in_stage(matter: Matter, around: Surroundings) -> str:
    closed, rated = (
        matter.stage == Stage.CLOSED,
        matter.close_reason == CloseReason.RATED,
    )
    if {bool(matter.closed_at), bool(matter.close_reason)} != {
        closed
    } or matter.close_reason == CloseReason.MERGED:
        return _(
            "a closed matter, and only such a one, has a day and a reason of closing,"
            " and none is merged."
        )
    if {bool(matter.satisfaction), bool(matter.solved)} != {rated}:
        return _("a rated matter, and only such a one, has both answers.")
    if matter.completed_at and not matter.result.strip():
        return _("a completed matter has a result.")
    past_speak = matter.stage not in (Stage.SPEAK, Stage.CLOSED)
    if past_speak and not (matter.accepted_at and matter.category and matter.grade):
        return _("past the first stage it has been accepted, with category and grade.")
    if matter.stage in (Stage.SUPERVISE, Stage.RATE) and not matter.completed_at:
        return _("to be checked or rated it must have been completed.")
    return ""


def _fault_in_hands(matter: Matter, around: Surroundings) -> str:
    case = case_of(matter)
    if case.stage == Stage.HANDLE and not (
        matter.lead and matter.handling and matter.decided_at
    ):
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
