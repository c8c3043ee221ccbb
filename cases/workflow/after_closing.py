"""AFTER_CLOSING: the part of MOVES about what a speaker says once a matter is closed,
as data (domain §3, afterword).
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from cases.models.choices import Stage
from cases.workflow import guards, who
from cases.workflow.actions import Action
from cases.workflow.actors import Actor, Officer
from cases.workflow.effects import afterwords
from cases.workflow.facts import Facts
from cases.workflow.inputs import HOW, NOTE, REASON, REPLY
from cases.workflow.move import Move, stages
from cases.workflow.who import ORDERERS, Handled
from minshi.errors import Text


def afterword_waits(facts: Facts, by: Actor) -> Text | None:
    if facts.afterword:
        return None
    return _("Nothing that was said after closing waits for an answer.")


def reopening_is_anothers(facts: Facts, by: Actor) -> Text | None:
    """Only who may not open it again asks for it, and asks once."""
    if facts.case.adopted_from:
        return _("It was taken over from an old ledger; register it anew.")

    may_reopen = {post.user_id for post in ORDERERS.may(facts, Handled.NOBODY)}
    if isinstance(by, Officer) and by.user.pk in may_reopen:
        return _("You may open it again yourself.")

    owner = facts.afterword.owner if facts.afterword else None
    if owner and owner.user_id in may_reopen:
        return _("It is with somebody already who may open it again.")
    return None


AFTER_CLOSING: Mapping[Action, Move] = MappingProxyType(
    {
        Action.AFTERWORD: Move(
            sources=stages(Stage.CLOSED),
            effect=afterwords.say_more,
            # to write down what somebody says is no ruling: handling bars nobody
            who=who.RATERS,
            speaker=True,
            inputs=(replace(NOTE, max_length=4000), HOW),
            guards=(guards.not_merged, guards.ten_a_day),
        ),
        Action.ANSWER_AFTERWORD: Move(
            sources=stages(Stage.CLOSED),
            effect=afterwords.answer,
            who=who.ANSWERERS,
            handled=Handled.THIS_ROUND,
            inputs=(REPLY,),
            guards=(afterword_waits,),
            everyday=21,
            ruling=True,
            informs_speaker=True,
        ),
        Action.NOTE_AFTERWORD: Move(
            sources=stages(Stage.CLOSED),
            effect=afterwords.take_note,
            who=who.ANSWERERS,
            handled=Handled.THIS_ROUND,
            inputs=(REASON,),
            guards=(afterword_waits,),
            everyday=22,
            ruling=True,
        ),
        Action.ASK_REOPENING: Move(
            sources=stages(Stage.CLOSED),
            effect=afterwords.ask_reopening,
            who=who.ANSWERERS,
            handled=Handled.THIS_ROUND,
            inputs=(REASON,),
            guards=(afterword_waits, reopening_is_anothers),
            everyday=23,
            ruling=True,
        ),
    }
)
