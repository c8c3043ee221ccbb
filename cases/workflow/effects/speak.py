"""说: settle, accept, divert, void, merge, withdraw."""

from django.utils.translation import gettext as _

from cases.models import Case, CoSpeaker
from cases.models.choices import (
    CloseReason,
    Confidentiality,
    Grade,
    Handling,
    How,
    Level,
    Outcome,
    Stage,
)
from cases.privacy.personal import add_co_speakers, add_personal, values_of
from cases.workflow.actions import Action
from cases.workflow.effects.protection import apply_concerns
from cases.workflow.speakers import co_speaker, unmasked_phone
from cases.workflow.step import Step
from minshi.errors import InputRefused, MoveRefused


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

    Written down are where to go instead, and what the speaker was told.
    """
    step.data["route"] = step.values["route"]
    step.reply(step.values["told"])
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
    """Close a case at the speaker's wish; an officer says how and when they said so."""
    values = step.values
    on_their_behalf = step.post is not None
    if on_their_behalf and not (values["how"] and values["said_at"]):
        missing = [name for name in ("how", "said_at") if not values[name]]
        raise InputRefused(
            _("On the speaker's behalf, say how and when they said so."),
            dict.fromkeys(missing, _("Please fill this in.")),
        )

    how = values["how"] if on_their_behalf else How.CODE
    said_at = values["said_at"] if on_their_behalf else step.at
    if said_at > step.at:
        raise InputRefused.at(said_at=_("That time is still to come."))

    step.data["how"] = str(how)
    step.data["said_at"] = said_at.isoformat()
    words = _("The matter was taken back: %(reason)s") % {"reason": values["reason"]}
    step.reply(words)
    step.close(CloseReason.WITHDRAWN)


def merge(step: Step) -> None:
    """并案: close this case and go on with another one, which is locked too.

    In the other one the stricter confidentiality, the concerns and the higher level
    win.
    """
    case = step.case
    target = step.values["into"]
    if target.pk == case.pk or target.town_id != case.town_id:
        raise InputRefused(
            _("Choose another matter of the same town."),
            {"into": _("Choose another matter.")},
        )
    if not target.is_open:
        raise MoveRefused(_("That matter is closed already."))

    _join_speakers(case, target)
    step.follow(
        target,
        Action.RECEIVE_MERGED,
        receive_merged,
        step.by,
        merged=case,
        concerns=step.facts.concerns,
    )
    case.merged_into = target
    step.data["into"] = target.number
    step.close(CloseReason.MERGED)


def _join_speakers(case: Case, target: Case) -> None:
    """Make everybody who spoke in the case a co-speaker of the other one.

    Whatever else gives them away is blanked there as well: where they live, who came
    for them, and how they were called before a correction.
    """
    first = CoSpeaker(
        name=case.speaker_name, phone=case.speaker_phone, resident=case.resident
    )
    speakers = []
    for person in (first, *case.others):
        if person.name or person.phone:
            speakers.append(
                CoSpeaker(
                    resident=person.resident,
                    name=person.name,
                    phone=person.phone,
                    from_case=case,
                )
            )
    add_co_speakers(target, speakers)
    add_personal(target, values_of(case))


def receive_merged(step: Step) -> None:
    """Take over what the merged case demands of this one."""
    case = step.case
    merged = step.values["merged"]
    concerns = step.values["concerns"]
    step.data["merged"] = merged.number

    merged_rank = Confidentiality(merged.confidentiality).rank
    if merged_rank > Confidentiality(case.confidentiality).rank:
        case.confidentiality = merged.confidentiality

    level = max(Level(case.level), Level(merged.level), key=lambda item: item.rank)
    if concerns:
        apply_concerns(step, concerns, level)
    else:
        step.move_to_level(level)


def supplement(step: Step) -> None:
    """补充: add words; another villager who says the same becomes a co-speaker."""
    case = step.case
    resident = step.values["co_speaker_resident"]
    typed_phone = step.values["co_speaker_phone"]
    phone = unmasked_phone(typed_phone, "co_speaker_phone") if typed_phone else ""

    person = co_speaker(step.values["co_speaker"] or "", resident, phone)
    is_new = person.name and person.name != case.speaker_name
    if is_new or (person.phone and person.phone != case.speaker_phone):
        add_co_speakers(case, [person])
