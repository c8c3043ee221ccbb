"""说: settle, accept, divert, merge, withdraw."""

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
from cases.workflow.actions import Action
from cases.workflow.effects.guard import apply_concerns
from cases.workflow.step import Step
from minshi.errors import InputRefused, MoveRefused


def classify(step: Step) -> None:
    """Takes over category and grade where they were given."""
    for name in ("category", "grade"):
        if step.values.get(name):
            setattr(step.case, name, step.values[name])
            step.data[name] = str(step.values[name])


def settle(step: Step) -> None:
    """Done while the villager waits: the result counts as the reply (domain §3,
    settle).
    """
    case = step.case
    classify(step)
    case.grade, case.handling, case.outcome = (
        Grade.MINOR,
        Handling.ON_SPOT,
        Outcome.DONE,
    )
    case.result = step.values["result"]
    case.accepted_at = case.completed_at = step.at
    step.reply(case.result)
    step.facts.settling.add(step.officers_post.user_id)
    step.enter(Stage.RATE)


def accept(step: Step) -> None:
    classify(step)
    step.enter(Stage.DELIBERATE)


def divert(step: Step) -> None:
    """分流: not ours to handle; where to go instead, and what the speaker was told."""
    step.data["route"] = step.values["route"]
    step.reply(step.values["told"])
    step.close(CloseReason.DIVERTED)


def withdraw(step: Step) -> None:
    if step.post and not (step.values["how"] and step.values["said_at"]):
        raise InputRefused(
            _("On the speaker's behalf, say how and when they said so."),
            {
                name: _("Please fill this in.")
                for name in ("how", "said_at")
                if not step.values[name]
            },
        )
    said_at = (step.post and step.values["said_at"]) or step.at
    if said_at > step.at:
        raise InputRefused.at(said_at=_("That time is still to come."))
    step.data["how"] = str(step.values["how"] if step.post else How.CODE)
    step.data["said_at"] = said_at.isoformat()
    step.reply(
        _("The matter was taken back: %(reason)s") % {"reason": step.values["reason"]}
    )
    step.close(CloseReason.WITHDRAWN)


def merge(step: Step) -> None:
    """并案: the stricter confidentiality, the concerns and the higher level win in the
    other case.
    """
    case, target = step.case, step.values["into"]  # which make_move has locked
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


def supplement(step: Step) -> None:
    """补充: more words; another villager who says the same stands beside the first from
    then on.
    """
    name = step.values["co_speaker"]
    if name and name != step.case.speaker_name:
        CoSpeaker.objects.create(case=step.case, name=name)


def _join_speakers(case: Case, target: Case) -> None:
    people = [
        CoSpeaker(
            case=target,
            name=case.speaker_name,
            phone=case.speaker_phone,
            from_case=case,
        )
    ]
    people += [
        CoSpeaker(case=target, name=p.name, phone=p.phone, from_case=case)
        for p in case.co_speakers.all()
    ]
    CoSpeaker.objects.bulk_create(
        person for person in people if person.name or person.phone
    )


def receive_merged(step: Step) -> None:
    """The other side of a merge."""
    merged, concerns, case = step.values["merged"], step.values["concerns"], step.case
    step.data["merged"] = merged.number
    if (
        Confidentiality(merged.confidentiality).rank
        > Confidentiality(case.confidentiality).rank
    ):
        case.confidentiality = merged.confidentiality
    level = max(Level(case.level), Level(merged.level), key=lambda item: item.rank)
    if concerns:
        apply_concerns(step, concerns, level)
    else:
        step.rise(level)
