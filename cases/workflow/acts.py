"""ACTS: the part of MOVES that keeps the stage, as data (domain §3).

Only a recusal and a new owner may send the case back to 议.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from cases.models.choices import Channel, Confidentiality, Stage
from cases.models.reserved import ReservedMatter
from cases.workflow import guards, who
from cases.workflow.actions import Action
from cases.workflow.effects import (
    amend,
    deliberate,
    files,
    handle,
    hiding,
    protection,
    rate,
    speak,
)
from cases.workflow.inputs import (
    AS_TYPED,
    ASKS,
    ASSISTANTS,
    BAD,
    CATEGORY,
    FILE,
    GRADE_REQUIRED,
    HAPPENED,
    HOW,
    LEAD,
    LONGEST_LIST,
    NOTE,
    OTHERS,
    REASON,
    RECEIPT_LINE,
    REMOVE_PHONE,
    REPLY,
    RESULT,
    RULING,
    SATISFACTION,
    SOLVED,
    SUPERVISION_LEVEL,
    TOLD_WHY,
    UNTIL,
    WHO_MAY_SEE,
    WHY_LOWER,
    WHY_OPTIONAL,
    WHY_REFUSED,
    Input,
    Kind,
    choice,
    text,
)
from cases.workflow.move import OPEN, Move, stages
from cases.workflow.who import Handled

ACTS: Mapping[Action, Move] = MappingProxyType(
    {
        Action.ACKNOWLEDGE: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.acknowledge,
            who=who.HANDLERS,
            guards=(guards.not_acknowledged,),
            everyday=1,
        ),
        Action.PROGRESS: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.progress,
            who=who.HANDLERS,
            inputs=(NOTE, Input("public", Kind.FLAG, _("The speaker may see this"))),
            everyday=4,
            informs_speaker=True,
        ),
        Action.REPORT: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.report,
            who=who.ASSISTANTS,
            inputs=(RESULT,),
            guards=(guards.not_reported,),
            everyday=3,
        ),
        Action.HAND_BACK: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.hand_back,
            who=who.ASSISTANTS,
            inputs=(
                text(
                    "reason", _("Why it cannot be handled"), required=True, is_note=True
                ),
            ),
            guards=(guards.not_reported, guards.not_given_back),
        ),
        Action.RULE_HAND_BACK: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.rule_hand_back,
            who=who.DECIDERS,
            handled=Handled.THIS_ROUND,
            inputs=(
                Input("part", Kind.HOLDER, _("Whose part"), required=True),
                RULING,
                WHY_REFUSED,
            ),
            guards=(guards.part_given_back,),
            everyday=17,
            ruling=True,
            rules_on=Action.HAND_BACK,
        ),
        Action.WAIVE: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.waive,
            who=who.LEAD,
            inputs=(
                Input("holder", Kind.HOLDER, _("Whose report"), required=True),
                REASON,
            ),
            guards=(guards.assistants_left,),
        ),
        Action.REASSIGN: Move(
            sources=stages(Stage.HANDLE),
            effect=deliberate.reassign,
            who=who.DECIDERS,
            inputs=(LEAD, ASSISTANTS, ASKS, REASON),
            passes_on=True,
        ),
        Action.REGRADE: Move(
            sources=stages(Stage.SPEAK, Stage.DELIBERATE, Stage.HANDLE),
            effect=deliberate.regrade,
            who=who.DECIDERS,
            inputs=(GRADE_REQUIRED, WHY_LOWER),
        ),
        Action.RESERVE: Move(
            sources=stages(Stage.SPEAK, Stage.DELIBERATE),
            effect=deliberate.reserve,
            who=who.DECIDERS,
            inputs=(
                choice(
                    "reserved",
                    _("What the law reserves to the people of the village"),
                    ReservedMatter,
                    help=_("Empty: it is not reserved."),
                ),
                REASON,
            ),
        ),
        Action.JOIN: Move(
            sources=stages(Stage.DELIBERATE, Stage.HANDLE),
            effect=deliberate.join,
            who=who.DECIDERS,
            inputs=(
                Input("village", Kind.VILLAGE, _("Which village"), required=True),
                WHY_OPTIONAL,
            ),
            guards=(guards.not_secret,),
        ),
        Action.DEFER: Move(
            sources=stages(Stage.DELIBERATE),
            effect=deliberate.defer,
            who=who.DECIDERS,
            system=True,  # while a resolution hangs
            inputs=(REASON, UNTIL, TOLD_WHY),
            guards=(guards.not_deferred_before,),
            informs_speaker=True,
        ),
        Action.REPLY: Move(
            sources=OPEN,
            effect=rate.reply,
            who=who.REPLIERS,
            inputs=(REPLY,),
            informs_speaker=True,
        ),
        Action.ATTEMPT: Move(
            sources=stages(Stage.RATE),
            effect=rate.attempt,
            who=who.RATERS,
            handled=Handled.THIS_ROUND,
            inputs=(HOW, text("text", _("What happened"), is_note=True)),
            everyday=13,
        ),
        Action.CALL_BACK: Move(
            sources=stages(Stage.CLOSED),
            effect=rate.call_back,
            who=who.RATERS,
            handled=Handled.ANY_ROUND,
            inputs=(SATISFACTION, SOLVED, BAD, replace(HOW, required=True)),
            guards=(guards.not_merged,),
            passes_on=True,
        ),
        Action.SUPPLEMENT: Move(
            sources=OPEN,
            effect=speak.supplement,
            speaker=True,
            inputs=(
                replace(NOTE, max_length=4000),
                Input("co_speaker", Kind.LINE, _("Who else says so"), max_length=40),
                Input("co_speaker_phone", Kind.LINE, _("Their phone"), max_length=20),
                Input("co_speaker_resident", Kind.RESIDENT, _("Which neighbour")),
                AS_TYPED,
                replace(OTHERS, name="co_speakers"),
            ),
            guards=(guards.ten_a_day,),
        ),
        Action.URGE: Move(
            sources=OPEN,
            effect=rate.note_only,
            speaker=True,
            guards=(guards.once_a_day,),
        ),
        Action.ASK_EXTENSION: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.ask_extension,
            who=who.LEAD,
            inputs=(REASON, UNTIL),
            guards=(guards.no_extension_yet,),
        ),
        Action.ASK_SUSPENSION: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.ask_suspension,
            who=who.LEAD,
            inputs=(
                replace(
                    REASON,
                    help=_(
                        "The days stand still meanwhile, for an approval or an expert's"
                        " finding that has to be waited for. It is not given up."
                    ),
                ),
                UNTIL,
            ),
            guards=(guards.not_suspended,),
        ),
        Action.RULE_EXTENSION: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.rule_extension,
            who=who.DECIDERS,
            handled=Handled.THIS_ROUND,
            inputs=(RULING, WHY_REFUSED, TOLD_WHY),
            guards=(guards.extension_asked,),
            everyday=18,
            ruling=True,
            rules_on=Action.ASK_EXTENSION,
            informs_speaker=True,
        ),
        Action.RULE_SUSPENSION: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.rule_suspension,
            who=who.DECIDERS,
            handled=Handled.THIS_ROUND,
            inputs=(RULING, WHY_REFUSED, TOLD_WHY),
            guards=(guards.suspension_asked,),
            everyday=19,
            ruling=True,
            rules_on=Action.ASK_SUSPENSION,
            informs_speaker=True,
        ),
        Action.RESUME: Move(
            sources=stages(Stage.HANDLE),
            effect=handle.resume,
            who=who.AnyOf((who.DECIDERS, who.LEAD)),
            system=True,
            inputs=(WHY_OPTIONAL,),
            guards=(guards.suspended,),
            everyday=20,
        ),
        Action.PROTECT: Move(
            sources=frozenset(Stage),
            effect=protection.protect,
            who=who.AnyOf((who.OWNER, who.REVIEWERS)),
            inputs=(
                choice(
                    "confidentiality",
                    _("Who may see it"),
                    Confidentiality,
                    required=True,
                    help=WHO_MAY_SEE,
                ),
                WHY_OPTIONAL,
            ),
            guards=(guards.may_protect,),
            passes_on=True,
        ),
        Action.HIDE_WORDS: Move(
            sources=frozenset(Stage),
            effect=hiding.hide_words,
            who=who.KNOWING,
            inner=True,  # stands beside the words as others read them
            inputs=(
                text(
                    "also_hidden",
                    _("Further words to blank"),
                    max_length=LONGEST_LIST,
                ),
                text(
                    "before",
                    _("Those that stood there before"),
                    max_length=LONGEST_LIST,
                ),
            ),
            guards=(guards.hides_its_speaker,),
        ),
        Action.RECUSE: Move(
            sources=OPEN,
            targets=OPEN,
            effect=protection.recuse,
            who=who.AnyOf((who.RECORDER, who.OVERSEERS)),
            speaker=True,
            inputs=(
                Input(
                    "concerns",
                    Kind.USERS,
                    _("Whom it concerns"),
                    required=True,
                    help=_("The matter then goes one level up and they do not see it."),
                ),
                WHY_OPTIONAL,
            ),
            passes_on=True,
        ),
        Action.LIFT_RECUSAL: Move(
            sources=OPEN,
            effect=protection.lift_recusal,
            who=who.REVIEWERS,
            inputs=(REASON,),
            guards=(guards.has_concerns,),
            passes_on=True,
        ),
        Action.MANDATORY_REPORT: Move(
            sources=frozenset(Stage),
            effect=protection.mandatory_report,
            who=who.READERS,
            inputs=(
                Input(
                    "told",
                    Kind.LINE,
                    _("Reported to whom"),
                    required=True,
                    max_length=80,
                    help=_(
                        "A child is harmed, somebody is beaten at home, a fight is"
                        " about to break out: ring 110 first, then note it here."
                    ),
                ),
                HAPPENED,
                Input("told_at", Kind.DATETIME, _("When")),
                RECEIPT_LINE,
            ),
        ),
        Action.RECEIPT: Move(
            sources=frozenset(Stage),
            effect=protection.receipt,
            who=who.READERS,
            inputs=(
                Input("report", Kind.REPORT, _("Which report"), required=True),
                replace(RECEIPT_LINE, required=True),
            ),
            guards=(guards.receipt_awaited,),
        ),
        Action.SUPERVISE: Move(
            sources=OPEN,
            effect=rate.supervise,
            who=who.OVERSEERS,
            system=True,
            inputs=(
                SUPERVISION_LEVEL,
                replace(NOTE, label=_("What is demanded")),
            ),
            guards=(guards.not_with_oneself,),
        ),
        Action.AMEND: Move(
            sources=frozenset(Stage),
            effect=amend.amend,
            who=who.AnyOf((who.RECORDER, who.OWNER)),
            inputs=(
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
                Input("resident", Kind.RESIDENT, _("Which neighbour speaks")),
                AS_TYPED,
                Input(
                    "speaker_phone",
                    Kind.LINE,
                    _("Phone"),
                    max_length=20,
                    help=_("Empty: stays as it is."),
                ),
                REMOVE_PHONE,
                Input("speaker_address", Kind.LINE, _("Address"), max_length=80),
                Input("proxy_speaker", Kind.LINE, _("Spoken for by"), max_length=40),
                OTHERS,
                Input("remark", Kind.LINE, _("Remark"), max_length=200),
                WHY_OPTIONAL,
            ),
        ),
        Action.REMOVE_FILE: Move(
            sources=OPEN,
            effect=files.remove_file,
            who=who.READERS,
            inner=True,  # stands beside the file, for whoever added it
            inputs=(FILE,),
        ),
        Action.SHOW_FILE: Move(
            sources=frozenset(Stage),
            effect=files.show_file,
            who=who.AnyOf((who.OWNER, who.HANDLERS, who.RECORDER)),
            inner=True,  # stands beside the file
            inputs=(FILE, Input("public", Kind.FLAG, _("The speaker may see this"))),
        ),
        Action.RECONSIDER: Move(
            sources=frozenset({Stage.HANDLE}),
            targets=frozenset({Stage.DELIBERATE}),
            effect=deliberate.reconsider,
            who=who.DECIDERS,
            inner=True,  # the meeting's, whose votes were against it
            guards=(guards.committee_hears,),
            passes_on=True,
        ),
        Action.REHOME: Move(
            # a closed matter has no owner, but a word after closing has one
            sources=OPEN | {Stage.CLOSED},
            targets=OPEN | {Stage.CLOSED},
            effect=handle.rehome,
            system=True,
            inner=True,
            guards=(guards.owner_due,),
            passes_on=True,
        ),
    }
)
