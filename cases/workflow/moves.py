"""MOVES: every row of the moves table and every act, as data (domain §3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.choices import (
    OPEN_STAGES,
    Channel,
    Confidentiality,
    Handling,
    Outcome,
    RequestState,
    Stage,
)
from cases.workflow import guards, who
from cases.workflow.actions import Action
from cases.workflow.actors import Actor
from cases.workflow.effects import deliberate, guard, handle, rate, speak
from cases.workflow.facts import Facts
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
from cases.workflow.step import Step
from cases.workflow.who import Handled, Who
from minshi.errors import Text


class Ruling(models.TextChoices):
    GRANTED = RequestState.GRANTED.value, pgettext_lazy("ruling", "grant it")
    REFUSED = RequestState.REFUSED.value, pgettext_lazy("ruling", "refuse it")


class SupervisionLevel(models.TextChoices):
    REMIND = "remind", pgettext_lazy("supervision level", "remind")
    URGE = "urge", pgettext_lazy("supervision level", "urge")
    ORDER = "order", pgettext_lazy("supervision level", "order")
    CIRCULATE = "circulate", pgettext_lazy("supervision level", "circulate")


Guard = Callable[[Facts, Actor], Text | None]


@dataclass(frozen=True)
class Move:
    """From where, to where it may lead, who, what it needs, what stops it, what it does."""

    sources: frozenset[Stage]
    targets: frozenset[Stage]  # empty: the stage stays
    effect: Callable[[Step], None]
    who: Who | None = None  # None: no officer
    inputs: tuple[Input, ...] = ()
    guards: tuple[Guard, ...] = ()
    handled: Handled = Handled.NOBODY
    speaker: bool = False
    system: bool = False
    inner: bool = False  # never offered: part of another move, or the system's alone
    tells: bool = False  # changes what the speaker reads on the tracking page, by words or by the day promised


def _from(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


S, D, H, V, R, C = Stage.SPEAK, Stage.DELIBERATE, Stage.HANDLE, Stage.SUPERVISE, Stage.RATE, Stage.CLOSED
OPEN = frozenset(OPEN_STAGES)
STAYS: frozenset[Stage] = frozenset()
RESULT = text("result", _("The result"), required=True, is_note=True)
REPLY = text("reply", _("What you tell the speaker"), required=True, is_note=True)
ROUTE = Input("route", Kind.LINE, _("Where this is handled"), required=True, max_length=120)
TOLD = text("told", _("What the speaker was told"), required=True, is_note=True)
UNTIL = Input("until_on", Kind.DATE, _("Until which day"), required=True)
RULING = choice("ruling", _("Your ruling"), Ruling, required=True)
WHY_OPTIONAL = text("reason", _("Why"), is_note=True)
WHY_LOWER = text("reason", _("Why"), is_note=True, help=_("Needed where it is made smaller."))
WHY_REFUSED = text("reason", _("Why"), is_note=True, help=_("Needed where you refuse."))
NOTE = text("text", _("What there is to say"), required=True, is_note=True)
BAD = text("reason", _("What was not done well"), is_note=True, help=_("Needed where the answer is “dissatisfied”."))
SAID_AT = Input("said_at", Kind.DATETIME, _("When they said so"))

MOVES: Mapping[Action, Move] = MappingProxyType(
    {
        Action.SETTLE: Move(
            _from(S),
            _from(R),
            speak.settle,
            who.RECEIVERS,
            (CATEGORY_REQUIRED, RESULT),
            (guards.graded_minor,),
            tells=True,
        ),
        Action.ACCEPT: Move(
            _from(S), _from(D), speak.accept, who.RECEIVERS, (CATEGORY_REQUIRED, GRADE_REQUIRED), tells=True
        ),
        Action.DIVERT: Move(
            _from(S, D),
            _from(C),
            speak.divert,
            who.DECIDERS,
            (ROUTE, TOLD),
            (guards.above_village_after_dissatisfaction,),
            Handled.THIS_ROUND,
            tells=True,
        ),
        Action.MERGE: Move(
            _from(S, D),
            _from(C),
            speak.merge,
            who.DECIDERS,
            (Input("into", Kind.CASE, _("Number of the other matter"), required=True),),
            (guards.above_village_after_dissatisfaction,),
            Handled.THIS_ROUND,
        ),
        Action.ESCALATE: Move(
            _from(D, H),
            _from(D),
            deliberate.escalate,
            who.DECIDERS,
            (text("reason", _("Why it cannot be settled here"), required=True, is_note=True),),
            (guards.has_level_above,),
        ),
        Action.SEND_BACK: Move(
            _from(D), _from(D), deliberate.send_back, who.DECIDERS, (REASON,), (guards.may_go_down,)
        ),
        Action.DECIDE: Move(
            _from(D),
            _from(H),
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
                    "due_on", Kind.DATE, _("Finished by"), help=_("Empty: as the rules say. It may only be earlier.")
                ),
            ),
            (guards.village_may_decide,),
            tells=True,
        ),
        Action.RETURN: Move(
            _from(H),
            _from(D),
            handle.give_back,
            who.LEAD,
            (
                text("reason", _("Why it cannot be handled"), required=True, is_note=True),
                Input("asks_escalation", Kind.FLAG, _("Please report it up")),
            ),
        ),
        Action.COMPLETE: Move(
            _from(H),
            _from(V),
            handle.complete,
            who.LEAD,
            (
                choice("outcome", _("How it ended"), Outcome, required=True),
                RESULT,
                text("measures", _("What was done")),
            ),
        ),
        Action.VERIFY: Move(
            _from(V),
            _from(R),
            rate.verify,
            who.CHECKERS,
            (REPLY,),
            (guards.no_order_pending,),
            Handled.THIS_ROUND,
            tells=True,
        ),
        Action.REJECT: Move(
            _from(V), _from(H, D), rate.reject, who.CHECKERS, (REASON,), (guards.no_order_pending,), Handled.THIS_ROUND
        ),
        Action.RATE: Move(
            _from(R),
            _from(C, H, D, V),
            rate.rate,
            who.RATERS,
            (SATISFACTION, SOLVED, BAD, HOW),
            (guards.replied, guards.not_yet_rated),
            Handled.THIS_ROUND,
            speaker=True,
        ),
        Action.REDO: Move(
            _from(V), _from(H, D), rate.redo, who.ORDERERS, (REASON,), (guards.order_pending,), Handled.ANY_ROUND
        ),
        Action.EXPLAIN: Move(
            _from(V),
            _from(C),
            rate.explain,
            who.ORDERERS,
            (
                text("text", _("What was explained"), required=True, is_note=True),
                Input("explained_at", Kind.DATETIME, _("When")),
                Input("explained_by", Kind.LINE, _("Who explained it"), max_length=40, help=_("Empty: you yourself.")),
            ),
            (guards.order_pending,),
            Handled.ANY_ROUND,
            tells=True,
        ),
        Action.CLOSE_UNRATED: Move(
            _from(R),
            _from(C),
            rate.close_unrated,
            who.RATERS,
            (),
            (guards.replied, guards.tried_enough),
            Handled.THIS_ROUND,
            system=True,
        ),
        Action.REOPEN: Move(
            _from(C), _from(H, D), rate.reopen, who.ORDERERS, (REASON,), (guards.may_reopen,), speaker=True, system=True
        ),
        Action.WITHDRAW: Move(
            _from(S, D, H),
            _from(C),
            speak.withdraw,
            who.RATERS,
            (REASON, HOW, SAID_AT),
            (guards.not_dissatisfied,),
            Handled.THIS_ROUND,
            speaker=True,
            tells=True,
        ),
        Action.ACKNOWLEDGE: Move(_from(H), STAYS, handle.acknowledge, who.HANDLERS, (), (guards.not_acknowledged,)),
        Action.PROGRESS: Move(
            _from(H),
            STAYS,
            handle.progress,
            who.HANDLERS,
            (NOTE, Input("public", Kind.FLAG, _("The speaker may see this"))),
            tells=True,
        ),
        Action.REPORT: Move(_from(H), STAYS, handle.report, who.ASSISTANTS, (RESULT,), (guards.not_reported,)),
        Action.HAND_BACK: Move(
            _from(H),
            STAYS,
            handle.hand_back,
            who.ASSISTANTS,
            (text("reason", _("Why it cannot be handled"), required=True, is_note=True),),
            (guards.not_reported, guards.not_given_back),
        ),
        Action.RULE_HAND_BACK: Move(
            _from(H),
            STAYS,
            handle.rule_hand_back,
            who.DECIDERS,
            (Input("part", Kind.HOLDER, _("Whose part"), required=True), RULING, WHY_REFUSED),
            (guards.part_given_back,),
            Handled.THIS_ROUND,
        ),
        Action.WAIVE: Move(
            _from(H),
            STAYS,
            handle.waive,
            who.LEAD,
            (Input("holder", Kind.HOLDER, _("Whose report"), required=True), REASON),
            (guards.assistants_left,),
        ),
        Action.REASSIGN: Move(_from(H), STAYS, deliberate.reassign, who.DECIDERS, (LEAD, ASSISTANTS, ASKS, REASON)),
        Action.REGRADE: Move(_from(S, D, H), STAYS, deliberate.regrade, who.DECIDERS, (GRADE_REQUIRED, WHY_LOWER)),
        Action.JOIN: Move(
            _from(D, H),
            STAYS,
            deliberate.join,
            who.DECIDERS,
            (Input("village", Kind.VILLAGE, _("Which village"), required=True), WHY_OPTIONAL),
        ),
        Action.DEFER: Move(
            _from(D), STAYS, deliberate.defer, who.DECIDERS, (REASON, UNTIL), (guards.not_deferred_before,)
        ),
        Action.REPLY: Move(OPEN, STAYS, rate.reply, who.REPLIERS, (REPLY,), tells=True),
        Action.ATTEMPT: Move(
            _from(R),
            STAYS,
            rate.note_only,
            who.RATERS,
            (HOW, text("text", _("What happened"), is_note=True)),
            (),
            Handled.THIS_ROUND,
        ),
        Action.CALL_BACK: Move(
            _from(C),
            STAYS,
            rate.call_back,
            who.RATERS,
            (SATISFACTION, SOLVED, BAD, replace(HOW, required=True)),
            (guards.not_merged,),
            Handled.ANY_ROUND,
        ),
        Action.SUPPLEMENT: Move(
            OPEN,
            STAYS,
            speak.supplement,
            None,
            (replace(NOTE, max_length=4000), Input("co_speaker", Kind.LINE, _("Who else says so"), max_length=40)),
            (guards.ten_a_day,),
            speaker=True,
        ),
        Action.URGE: Move(OPEN, STAYS, rate.note_only, None, (), (guards.once_a_day,), speaker=True),
        Action.ASK_EXTENSION: Move(
            _from(H), STAYS, handle.ask_extension, who.LEAD, (REASON, UNTIL), (guards.no_extension_yet,)
        ),
        Action.ASK_SUSPENSION: Move(
            _from(H), STAYS, handle.ask_suspension, who.LEAD, (REASON, UNTIL), (guards.not_suspended,)
        ),
        Action.RULE_EXTENSION: Move(
            _from(H),
            STAYS,
            handle.rule_extension,
            who.DECIDERS,
            (RULING, WHY_REFUSED),
            (guards.extension_asked,),
            Handled.THIS_ROUND,
        ),
        Action.RULE_SUSPENSION: Move(
            _from(H),
            STAYS,
            handle.rule_suspension,
            who.DECIDERS,
            (RULING, WHY_REFUSED),
            (guards.suspension_asked,),
            Handled.THIS_ROUND,
        ),
        Action.RESUME: Move(
            _from(H),
            STAYS,
            handle.resume,
            who.AnyOf((who.DECIDERS, who.LEAD)),
            (WHY_OPTIONAL,),
            (guards.suspended,),
            system=True,
        ),
        Action.PROTECT: Move(
            frozenset(Stage),
            STAYS,
            guard.protect,
            who.AnyOf((who.OWNER, who.REVIEWERS)),
            (choice("confidentiality", _("Who may see it"), Confidentiality, required=True), WHY_OPTIONAL),
            (guards.may_protect,),
        ),
        Action.RECUSE: Move(
            OPEN,
            _from(S, D, H, V, R),
            guard.recuse,
            who.AnyOf((who.RECORDER, who.OVERSEERS)),
            (
                Input(
                    "concerns",
                    Kind.USERS,
                    _("Whom it concerns"),
                    required=True,
                    help=_("The matter then goes one level up and they do not see it."),
                ),
                WHY_OPTIONAL,
            ),
            speaker=True,
        ),
        Action.LIFT_RECUSAL: Move(OPEN, STAYS, guard.lift_recusal, who.REVIEWERS, (REASON,), (guards.has_concerns,)),
        Action.MANDATORY_REPORT: Move(
            frozenset(Stage),
            STAYS,
            guard.mandatory_report,
            who.READERS,
            (
                Input("told", Kind.LINE, _("Reported to whom"), required=True, max_length=80),
                Input("told_at", Kind.DATETIME, _("When")),
                Input("receipt", Kind.LINE, _("Receipt"), max_length=120),
            ),
        ),
        Action.RECEIPT: Move(
            frozenset(Stage),
            STAYS,
            guard.receipt,
            who.READERS,
            (
                Input("report", Kind.REPORT, _("Which report"), required=True),
                Input("receipt", Kind.LINE, _("Receipt"), required=True, max_length=120),
            ),
            (guards.receipt_awaited,),
        ),
        Action.SUPERVISE: Move(
            OPEN,
            STAYS,
            rate.supervise,
            who.OVERSEERS,
            (choice("supervision_level", _("How urgently"), SupervisionLevel, required=True), NOTE),
            system=True,
        ),
        Action.AMEND: Move(
            frozenset(Stage),
            STAYS,
            guard.amend,
            who.AnyOf((who.RECORDER, who.OWNER)),
            (
                Input("title", Kind.LINE, _("The matter in a few words"), max_length=60),
                CATEGORY,
                choice("channel", _("How it was said"), Channel),
                Input("topic", Kind.TOPIC, _("Topic")),
                Input("group", Kind.GROUP, _("Villagers' group")),
                Input("place", Kind.LINE, _("Place"), max_length=80),
                text("request_text", _("What is wanted")),
                Input("speaker_name", Kind.LINE, _("Who speaks"), max_length=40),
                Input("speaker_phone", Kind.LINE, _("Phone"), max_length=20, help=_("Empty: stays as it is.")),
                Input("speaker_address", Kind.LINE, _("Address"), max_length=80),
                Input("proxy_speaker", Kind.LINE, _("Spoken for by"), max_length=40),
                Input("remark", Kind.LINE, _("Remark"), max_length=200),
                WHY_OPTIONAL,
            ),
        ),
        Action.REHOME: Move(
            OPEN, _from(S, D, H, V, R), handle.rehome, guards=(guards.owner_due,), system=True, inner=True
        ),
    }
)
