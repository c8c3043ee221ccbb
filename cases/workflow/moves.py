"""MOVES: every row of the moves table, and with them the acts that keep the stage, as
data (domain §3).
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from cases.models.choices import Handling, Outcome
from cases.workflow import guards, who
from cases.workflow.actions import Action
from cases.workflow.acts import ACTS
from cases.workflow.effects import deliberate, handle, rate, speak
from cases.workflow.inputs import (
    ASKS,
    ASSISTANTS,
    CATEGORY,
    CATEGORY_REQUIRED,
    GRADE,
    GRADE_REQUIRED,
    HOW,
    LEAD,
    REASON,
    SATISFACTION,
    SOLVED,
    Input,
    Kind,
    choice,
    text,
)
from cases.workflow.move import (
    BAD,
    REPLY,
    RESULT,
    ROUTE,
    SAID_AT,
    TOLD,
    C,
    D,
    H,
    Move,
    R,
    S,
    V,
    stages,
)
from cases.workflow.who import Handled

MOVES: Mapping[Action, Move] = MappingProxyType(
    {
        Action.SETTLE: Move(
            stages(S),
            stages(R),
            speak.settle,
            who.RECEIVERS,
            (CATEGORY_REQUIRED, RESULT),
            (guards.graded_minor,),
            tells=True,
        ),
        Action.ACCEPT: Move(
            stages(S),
            stages(D),
            speak.accept,
            who.RECEIVERS,
            (CATEGORY_REQUIRED, GRADE_REQUIRED),
            tells=True,
        ),
        Action.DIVERT: Move(
            stages(S, D),
            stages(C),
            speak.divert,
            who.DECIDERS,
            (ROUTE, TOLD),
            (guards.above_village_after_dissatisfaction,),
            Handled.THIS_ROUND,
            tells=True,
        ),
        Action.MERGE: Move(
            stages(S, D),
            stages(C),
            speak.merge,
            who.DECIDERS,
            (Input("into", Kind.CASE, _("Number of the other matter"), required=True),),
            (guards.above_village_after_dissatisfaction,),
            Handled.THIS_ROUND,
        ),
        Action.ESCALATE: Move(
            stages(D, H),
            stages(D),
            deliberate.escalate,
            who.DECIDERS,
            (
                text(
                    "reason",
                    _("Why it cannot be settled here"),
                    required=True,
                    is_note=True,
                ),
            ),
            (guards.has_level_above,),
        ),
        Action.SEND_BACK: Move(
            stages(D),
            stages(D),
            deliberate.send_back,
            who.DECIDERS,
            (REASON,),
            (guards.may_go_down,),
        ),
        Action.DECIDE: Move(
            stages(D),
            stages(H),
            deliberate.decide,
            who.DECIDERS,
            (
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
            (guards.village_may_decide,),
            tells=True,
        ),
        Action.RETURN: Move(
            stages(H),
            stages(D),
            handle.give_back,
            who.LEAD,
            (
                text(
                    "reason", _("Why it cannot be handled"), required=True, is_note=True
                ),
                Input("asks_escalation", Kind.FLAG, _("Please report it up")),
            ),
        ),
        Action.COMPLETE: Move(
            stages(H),
            stages(V),
            handle.complete,
            who.LEAD,
            (
                choice("outcome", _("How it ended"), Outcome, required=True),
                RESULT,
                text("measures", _("What was done")),
            ),
        ),
        Action.VERIFY: Move(
            stages(V),
            stages(R),
            rate.verify,
            who.CHECKERS,
            (REPLY,),
            (guards.no_order_pending,),
            Handled.THIS_ROUND,
            tells=True,
        ),
        Action.REJECT: Move(
            stages(V),
            stages(H, D),
            rate.reject,
            who.CHECKERS,
            (REASON,),
            (guards.no_order_pending,),
            Handled.THIS_ROUND,
        ),
        Action.RATE: Move(
            stages(R),
            stages(C, H, D, V),
            rate.rate,
            who.RATERS,
            (SATISFACTION, SOLVED, BAD, HOW),
            (guards.replied, guards.not_yet_rated),
            Handled.THIS_ROUND,
            speaker=True,
        ),
        Action.REDO: Move(
            stages(V),
            stages(H, D),
            rate.redo,
            who.ORDERERS,
            (REASON,),
            (guards.order_pending,),
            Handled.ANY_ROUND,
        ),
        Action.EXPLAIN: Move(
            stages(V),
            stages(C),
            rate.explain,
            who.ORDERERS,
            (
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
            (guards.order_pending,),
            Handled.ANY_ROUND,
            tells=True,
        ),
        Action.CLOSE_UNRATED: Move(
            stages(R),
            stages(C),
            rate.close_unrated,
            who.RATERS,
            (),
            (guards.replied, guards.tried_enough),
            Handled.THIS_ROUND,
            system=True,
        ),
        Action.REOPEN: Move(
            stages(C),
            stages(H, D),
            rate.reopen,
            who.ORDERERS,
            (REASON,),
            (guards.may_reopen,),
            speaker=True,
            system=True,
        ),
        Action.WITHDRAW: Move(
            stages(S, D, H),
            stages(C),
            speak.withdraw,
            who.RATERS,
            (REASON, HOW, SAID_AT),
            (guards.not_dissatisfied,),
            Handled.THIS_ROUND,
            speaker=True,
            tells=True,
        ),
        **ACTS,
    }
)
