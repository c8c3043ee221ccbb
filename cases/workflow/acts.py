"""ACTS: what is done with a case that leads it to no other stage, as data (domain §3);
hiding it may send it back.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from cases.models.choices import Channel, Confidentiality, Stage, SupervisionLevel
from cases.workflow import guards, who
from cases.workflow.actions import Action
from cases.workflow.effects import deliberate, guard, handle, rate, speak
from cases.workflow.inputs import (
    ASKS,
    ASSISTANTS,
    CATEGORY,
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
    NOTE,
    OPEN,
    REPLY,
    RESULT,
    RULING,
    STAYS,
    UNTIL,
    WHY_LOWER,
    WHY_OPTIONAL,
    WHY_REFUSED,
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

ACTS: Mapping[Action, Move] = MappingProxyType(
    {
        Action.ACKNOWLEDGE: Move(
            stages(H),
            STAYS,
            handle.acknowledge,
            who.HANDLERS,
            (),
            (guards.not_acknowledged,),
        ),
        Action.PROGRESS: Move(
            stages(H),
            STAYS,
            handle.progress,
            who.HANDLERS,
            (NOTE, Input("public", Kind.FLAG, _("The speaker may see this"))),
            tells=True,
        ),
        Action.REPORT: Move(
            stages(H),
            STAYS,
            handle.report,
            who.ASSISTANTS,
            (RESULT,),
            (guards.not_reported,),
        ),
        Action.HAND_BACK: Move(
            stages(H),
            STAYS,
            handle.hand_back,
            who.ASSISTANTS,
            (
                text(
                    "reason", _("Why it cannot be handled"), required=True, is_note=True
                ),
            ),
            (guards.not_reported, guards.not_given_back),
        ),
        Action.RULE_HAND_BACK: Move(
            stages(H),
            STAYS,
            handle.rule_hand_back,
            who.DECIDERS,
            (
                Input("part", Kind.HOLDER, _("Whose part"), required=True),
                RULING,
                WHY_REFUSED,
            ),
            (guards.part_given_back,),
            Handled.THIS_ROUND,
        ),
        Action.WAIVE: Move(
            stages(H),
            STAYS,
            handle.waive,
            who.LEAD,
            (Input("holder", Kind.HOLDER, _("Whose report"), required=True), REASON),
            (guards.assistants_left,),
        ),
        Action.REASSIGN: Move(
            stages(H),
            STAYS,
            deliberate.reassign,
            who.DECIDERS,
            (LEAD, ASSISTANTS, ASKS, REASON),
        ),
        Action.REGRADE: Move(
            stages(S, D, H),
            STAYS,
            deliberate.regrade,
            who.DECIDERS,
            (GRADE_REQUIRED, WHY_LOWER),
        ),
        Action.JOIN: Move(
            stages(D, H),
            STAYS,
            deliberate.join,
            who.DECIDERS,
            (
                Input("village", Kind.VILLAGE, _("Which village"), required=True),
                WHY_OPTIONAL,
            ),
        ),
        Action.DEFER: Move(
            stages(D),
            STAYS,
            deliberate.defer,
            who.DECIDERS,
            (REASON, UNTIL),
            (guards.not_deferred_before,),
        ),
        Action.REPLY: Move(OPEN, STAYS, rate.reply, who.REPLIERS, (REPLY,), tells=True),
        Action.ATTEMPT: Move(
            stages(R),
            STAYS,
            rate.note_only,
            who.RATERS,
            (HOW, text("text", _("What happened"), is_note=True)),
            (),
            Handled.THIS_ROUND,
        ),
        Action.CALL_BACK: Move(
            stages(C),
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
            (
                replace(NOTE, max_length=4000),
                Input("co_speaker", Kind.LINE, _("Who else says so"), max_length=40),
            ),
            (guards.ten_a_day,),
            speaker=True,
        ),
        Action.URGE: Move(
            OPEN, STAYS, rate.note_only, None, (), (guards.once_a_day,), speaker=True
        ),
        Action.ASK_EXTENSION: Move(
            stages(H),
            STAYS,
            handle.ask_extension,
            who.LEAD,
            (REASON, UNTIL),
            (guards.no_extension_yet,),
        ),
        Action.ASK_SUSPENSION: Move(
            stages(H),
            STAYS,
            handle.ask_suspension,
            who.LEAD,
            (REASON, UNTIL),
            (guards.not_suspended,),
        ),
        Action.RULE_EXTENSION: Move(
            stages(H),
            STAYS,
            handle.rule_extension,
            who.DECIDERS,
            (RULING, WHY_REFUSED),
            (guards.extension_asked,),
            Handled.THIS_ROUND,
        ),
        Action.RULE_SUSPENSION: Move(
            stages(H),
            STAYS,
            handle.rule_suspension,
            who.DECIDERS,
            (RULING, WHY_REFUSED),
            (guards.suspension_asked,),
            Handled.THIS_ROUND,
        ),
        Action.RESUME: Move(
            stages(H),
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
            (
                choice(
                    "confidentiality",
                    _("Who may see it"),
                    Confidentiality,
                    required=True,
                ),
                WHY_OPTIONAL,
            ),
            (guards.may_protect,),
        ),
        Action.RECUSE: Move(
            OPEN,
            stages(S, D, H, V, R),
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
        Action.LIFT_RECUSAL: Move(
            OPEN,
            STAYS,
            guard.lift_recusal,
            who.REVIEWERS,
            (REASON,),
            (guards.has_concerns,),
        ),
        Action.MANDATORY_REPORT: Move(
            frozenset(Stage),
            STAYS,
            guard.mandatory_report,
            who.READERS,
            (
                Input(
                    "told",
                    Kind.LINE,
                    _("Reported to whom"),
                    required=True,
                    max_length=80,
                ),
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
                Input(
                    "receipt", Kind.LINE, _("Receipt"), required=True, max_length=120
                ),
            ),
            (guards.receipt_awaited,),
        ),
        Action.SUPERVISE: Move(
            OPEN,
            STAYS,
            rate.supervise,
            who.OVERSEERS,
            (
                choice(
                    "supervision_level",
                    _("How urgently"),
                    SupervisionLevel,
                    required=True,
                ),
                NOTE,
            ),
            system=True,
        ),
        Action.AMEND: Move(
            frozenset(Stage),
            STAYS,
            guard.amend,
            who.AnyOf((who.RECORDER, who.OWNER)),
            (
                Input(
                    "title", Kind.LINE, _("The matter in a few words"), max_length=60
                ),
                CATEGORY,
                choice("channel", _("How it was said"), Channel),
                Input("topic", Kind.TOPIC, _("Topic")),
                Input("group", Kind.GROUP, _("Villagers' group")),
                Input("place", Kind.LINE, _("Place"), max_length=80),
                text("request_text", _("What is wanted")),
                Input("speaker_name", Kind.LINE, _("Who speaks"), max_length=40),
                Input(
                    "speaker_phone",
                    Kind.LINE,
                    _("Phone"),
                    max_length=20,
                    help=_("Empty: stays as it is."),
                ),
                Input("speaker_address", Kind.LINE, _("Address"), max_length=80),
                Input("proxy_speaker", Kind.LINE, _("Spoken for by"), max_length=40),
                Input("remark", Kind.LINE, _("Remark"), max_length=200),
                WHY_OPTIONAL,
            ),
        ),
        Action.REHOME: Move(
            OPEN,
            stages(S, D, H, V, R),
            handle.rehome,
            guards=(guards.owner_due,),
            system=True,
            inner=True,
        ),
    }
)
