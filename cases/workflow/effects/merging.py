"""并案: one matter goes on in another, with everybody who spoke in it."""

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import CloseReason, Confidentiality, Level
from cases.models.scope import Sight, hides_speaker
from cases.privacy.personal import (
    add_personal,
    carry_also_hidden,
    carry_of_register,
    values_of,
)
from cases.privacy.readers import tells_of_speakers, who_knows_speakers
from cases.workflow.actions import Action
from cases.workflow.actors import Officer
from cases.workflow.effects.joining import ByHand, join
from cases.workflow.effects.protection import apply_concerns, leave_household
from cases.workflow.merged import confidentiality_after
from cases.workflow.speakers import (
    co_speaker,
    first_speaker,
    is_stranger,
    names_of_strangers,
)
from cases.workflow.step import Step
from minshi.errors import InputRefused, MoveRefused


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
    _refuse_unknowing(step)

    step.follow(
        target,
        Action.RECEIVE_MERGED,
        receive_merged,
        step.by,
        merged=case,
        concerns=step.facts.concerns,
        known_to=who_knows_speakers(case, step.at),
    )
    case.merged_into = target
    step.data["into"] = target.number
    step.close(CloseReason.MERGED)


def _refuse_unknowing(step: Step) -> None:
    """InputRefused: whoever may not know who spoke here has read the other matter, and
    would learn it by what is blanked there from now on.
    """
    actor = step.by
    if not hides_speaker(step.case) or not isinstance(actor, Officer):
        return
    if not Sight.of(actor.user, step.on).may_know_speaker(step.case):
        words = _(
            "Who spoke here is kept from you, and what is blanked in the other matter"
            " would tell. Merge an open one into this one instead, or have somebody"
            " merge them who may know."
        )
        raise InputRefused.at(into=words)


def receive_merged(step: Step) -> None:
    """Take over what the merged case demands of this one.

    InputRefused: somebody who reads this one would learn who spoke in the other.
    """
    case = step.case
    merged = step.values["merged"]
    concerns = step.values["concerns"]
    step.data["merged"] = merged.number
    _join_speakers(step, merged)

    if merged.reserved and not case.reserved:
        case.reserved = merged.reserved

    was_hidden = hides_speaker(case)
    is_name_hidden = was_hidden or hides_speaker(merged)
    stricter = confidentiality_after(merged, case)
    if stricter != case.confidentiality:
        step.data["old"] = case.confidentiality
        step.data["new"] = str(stricter)
        case.confidentiality = stricter
    is_secret = case.confidentiality == Confidentiality.SECRET
    case.name_stays_hidden = is_secret and is_name_hidden
    if not was_hidden:
        leave_household(step)

    level = max(Level(case.level), Level(merged.level), key=lambda item: item.rank)
    if concerns:
        apply_concerns(step, concerns, level)
    else:
        step.move_to_level(level)

    if is_secret:
        step.people.name_readers()
    known_to = step.values["known_to"]
    if tells_of_speakers(merged, case, step.at, known_to=known_to):
        words = _(
            "Whoever reads the other matter may not know who spoke here. Merge that one"
            " into this one instead."
        )
        raise InputRefused.at(into=words)


def _join_speakers(step: Step, merged: Case) -> None:
    """Make everybody who spoke in the merged case a co-speaker of this one.

    Whatever else gives them away is blanked here as well: where they live, who came
    for them, and how they were called before a correction.
    """
    speaker = first_speaker(merged)
    speaker.is_stranger = is_stranger(merged)
    others = merged.others
    strangers = names_of_strangers(merged) if others else set()
    for person in others:
        person.is_stranger = person.resident is None and person.name in strangers

    people = []
    for person in (speaker, *others):
        copy = co_speaker(person.name, person.resident, person.phone or "")
        copy.from_case = merged
        copy.is_stranger = person.is_stranger
        people.append(copy)
    join(step, people, by_hand=ByHand(merged=merged), are_known=True)
    add_personal(step.case, values_of(merged))
    carry_of_register(merged, step.case)
    carry_also_hidden(merged, step.case)
