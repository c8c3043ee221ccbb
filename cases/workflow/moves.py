"""MOVES: the moves table and the acts that keep the stage, as data (domain §3)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from cases.models.choices import Handling, Outcome, Stage
from cases.workflow import asking_up, guards, who
from cases.workflow.actions import Action
from cases.workflow.acts import ACTS
from cases.workflow.after_closing import AFTER_CLOSING
from cases.workflow.effects import deliberate, handle, merging, rate, speak
from cases.workflow.inputs import (
    ASKS,
    ASSISTANTS,
    BAD,
    CATEGORY,
    CATEGORY_REQUIRED,
    GRADE,
    GRADE_REQUIRED,
    HOW,
    HOW_IT_CAME,
    LEAD,
    REASON,
    REPLY,
    RESULT,
    ROUTE,
    SAID_AT,
    SATISFACTION,
    SOLVED,
    SPEAKER_WAS_TOLD,
    TOLD_WHY,
    VOID_AS,
    WHY_WITHDRAWN,
    Input,
    Kind,
    choice,
    text,
)
from cases.workflow.move import Move, stages
from cases.workflow.who import Handled

FOR_THE_SLIP = _("For the completion slip; may stay empty.")
CATEGORY_AS_TAKEN_DOWN = replace(
    CATEGORY_REQUIRED,
    help=_("As it was taken down: look whether kind and size are right."),
    help_about=("category", "grade"),
)

MOVES: Mapping[Action, Move] = MappingProxyType(
    {
        Action.SETTLE: Move(
            sources=stages(Stage.SPEAK),
            targets=stages(Stage.RATE),
            effect=speak.settle,
            who=who.RECEIVERS,
            inputs=(CATEGORY_REQUIRED, RESULT),
            guards=(guards.graded_minor,),
            everyday=7,
            passes_on=True,
            informs_speaker=True,
        ),
        Action.ACCEPT: Move(
            sources=stages(Stage.SPEAK),
            targets=stages(Stage.DELIBERATE),
            effect=speak.accept,
            who=who.RECEIVERS,
            inputs=(CATEGORY_AS_TAKEN_DOWN, GRADE_REQUIRED),
            everyday=6,
            passes_on=True,
            informs_speaker=True,
        ),
        Action.DIVERT: Move(
            sources=stages(Stage.SPEAK, Stage.DELIBERATE),
            targets=stages(Stage.CLOSED),
            effect=speak.divert,
            who=who.DECIDERS,
            handled=Handled.THIS_ROUND,
            inputs=(ROUTE, SPEAKER_WAS_TOLD),
            guards=(guards.above_village_after_dissatisfaction,),
            informs_speaker=True,
        ),
        Action.MERGE: Move(
            sources=stages(Stage.SPEAK, Stage.DELIBERATE),
            targets=stages(Stage.CLOSED),
            effect=merging.merge,
            who=who.DECIDERS,
            handled=Handled.THIS_ROUND,
            inputs=(
                Input(
                    "into",
                    Kind.CASE,
                    _("Number of the other matter"),
                    required=True,
                    help=_(
                        "This one is handled no more; its speaker follows that one."
                    ),
                ),
            ),
            guards=(guards.above_village_after_dissatisfaction,),
            also_locks="into",
        ),
        Action.VOID: Move(
            sources=stages(Stage.SPEAK),
            targets=stages(Stage.CLOSED),
            effect=speak.void,
            who=who.COUNTER,
            inputs=(VOID_AS, HOW_IT_CAME),
            guards=(guards.taken_down_by_officer, guards.not_reported_as_red_line),
            informs_speaker=True,
        ),
        Action.ESCALATE: Move(
            sources=stages(Stage.DELIBERATE, Stage.HANDLE),
            targets=stages(Stage.DELIBERATE),
            effect=deliberate.escalate,
            who=who.DECIDERS,
            inputs=(
                text(
                    "reason",
                    _("Why it cannot be settled here"),
                    required=True,
                    is_note=True,
                ),
                TOLD_WHY,
            ),
            guards=(guards.has_level_above,),
            everyday=9,
            passes_on=True,
            informs_speaker=True,
        ),
        Action.SEND_BACK: Move(
            sources=stages(Stage.DELIBERATE),
            targets=stages(Stage.DELIBERATE),
            effect=deliberate.send_back,
            who=who.DECIDERS,
            inputs=(REASON,),
            guards=(guards.may_go_down,),
            passes_on=True,
        ),
        Action.DECIDE: Move(
            sources=stages(Stage.DELIBERATE),
            targets=stages(Stage.HANDLE),
            effect=deliberate.decide,
            who=who.DECIDERS,
            inputs=(
                CATEGORY,
                GRADE,
                choice("handling", _("How it is handled"), Handling, required=True),
                text("decision", _("What was decided"), required=True, is_note=True),
                LEAD,
                ASSISTANTS,
                ASKS,
                Input(
                    "due_on",
                    Kind.DATE,
                    _("Finished by"),
                    help=_("Empty: as the rules say. It may only be earlier."),
                ),
            ),
            guards=(guards.village_may_decide,),
            everyday=8,
            passes_on=True,
            informs_speaker=True,
        ),
        Action.RETURN: Move(
            sources=stages(Stage.HANDLE),
            targets=stages(Stage.DELIBERATE),
            effect=handle.give_back,
            who=who.LEAD,
            inputs=(
                text(
                    "reason", _("Why it cannot be handled"), required=True, is_note=True
                ),
                Input("asks_escalation", Kind.FLAG, asking_up.PLEASE),
                TOLD_WHY,
            ),
            everyday=5,
            passes_on=True,
            informs_speaker=True,
        ),
        Action.COMPLETE: Move(
            sources=stages(Stage.HANDLE),
            targets=stages(Stage.SUPERVISE),
            effect=handle.complete,
            who=who.LEAD,
            inputs=(
                choice("outcome", _("How it ended"), Outcome, required=True),
                RESULT,
                text("measures", _("What was done")),
                text("findings", _("What was found"), help=FOR_THE_SLIP),
                text(
                    "basis",
                    _("On what ground: law, policy or village rule"),
                    help=FOR_THE_SLIP,
                ),
            ),
            guards=(guards.assistants_reported,),
            everyday=2,
            passes_on=True,
        ),
        Action.VERIFY: Move(
            sources=stages(Stage.SUPERVISE),
            targets=stages(Stage.RATE),
            effect=rate.verify,
            who=who.CHECKERS,
            handled=Handled.THIS_ROUND,
            inputs=(REPLY,),
            guards=(guards.no_order_pending,),
            everyday=10,
            passes_on=True,
            informs_speaker=True,
        ),
        Action.REJECT: Move(
            sources=stages(Stage.SUPERVISE),
            targets=stages(Stage.HANDLE, Stage.DELIBERATE),
            effect=rate.reject,
            who=who.CHECKERS,
            handled=Handled.THIS_ROUND,
            inputs=(REASON, TOLD_WHY),
            guards=(guards.no_order_pending,),
            everyday=11,
            passes_on=True,
            informs_speaker=True,
        ),
        Action.RATE: Move(
            sources=stages(Stage.RATE),
            targets=stages(
                Stage.CLOSED, Stage.HANDLE, Stage.DELIBERATE, Stage.SUPERVISE
            ),
            effect=rate.rate,
            who=who.RATERS,
            handled=Handled.THIS_ROUND,
            speaker=True,
            inputs=(SATISFACTION, SOLVED, BAD, HOW),
            guards=(guards.replied, guards.not_yet_rated),
            everyday=12,
            passes_on=True,
        ),
        Action.REDO: Move(
            sources=stages(Stage.SUPERVISE),
            targets=stages(Stage.HANDLE, Stage.DELIBERATE),
            effect=rate.redo,
            who=who.ORDERERS,
            handled=Handled.ANY_ROUND,
            inputs=(REASON, TOLD_WHY),
            guards=(guards.order_pending,),
            everyday=15,
            ruling=True,
            passes_on=True,
            informs_speaker=True,
        ),
        Action.EXPLAIN: Move(
            sources=stages(Stage.SUPERVISE),
            targets=stages(Stage.CLOSED),
            effect=rate.explain,
            who=who.ORDERERS,
            handled=Handled.ANY_ROUND,
            inputs=(
                text("text", _("What was explained"), required=True, is_note=True),
                Input("explained_at", Kind.DATETIME, _("When")),
                Input(
                    "explained_by",
                    Kind.LINE,
                    _("Who explained it"),
                    max_length=40,
                    help=_("Empty: you yourself."),
                ),
            ),
            guards=(guards.order_pending,),
            everyday=16,
            ruling=True,
            informs_speaker=True,
        ),
        Action.CLOSE_UNRATED: Move(
            sources=stages(Stage.RATE),
            targets=stages(Stage.CLOSED),
            effect=rate.close_unrated,
            who=who.RATERS,
            handled=Handled.THIS_ROUND,
            system=True,
            guards=(guards.replied, guards.tried_enough),
            everyday=14,
        ),
        Action.REOPEN: Move(
            sources=stages(Stage.CLOSED),
            targets=stages(Stage.HANDLE, Stage.DELIBERATE),
            effect=rate.reopen,
            who=who.ORDERERS,
            speaker=True,
            system=True,
            inputs=(REASON,),
            guards=(guards.may_reopen,),
            passes_on=True,
        ),
        Action.WITHDRAW: Move(
            sources=stages(Stage.SPEAK, Stage.DELIBERATE, Stage.HANDLE),
            targets=stages(Stage.CLOSED),
            effect=speak.withdraw,
            who=who.RATERS,
            handled=Handled.THIS_ROUND,
            speaker=True,
            inputs=(WHY_WITHDRAWN, HOW, SAID_AT),
            guards=(guards.not_dissatisfied, guards.asked_by_nobody_else),
            informs_speaker=True,
        ),
        **ACTS,
        **AFTER_CLOSING,
    }
)


def actions_that(fits: Callable[[Move], object]) -> frozenset[Action]:
    """Return the actions whose row of the table fits."""
    return frozenset(action for action, move in MOVES.items() if fits(move))
