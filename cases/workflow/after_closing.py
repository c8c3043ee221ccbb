"""AFTER_CLOSING: the part of MOVES about what a speaker says once a matter is closed,
as data (domain §3, afterword).
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from cases.models.choices import Stage
from cases.workflow import guards, who
from cases.workflow.actions import Action
from cases.workflow.effects import afterwords
from cases.workflow.inputs import HOW, NOTE, REASON, REPLY
from cases.workflow.move import Move, stages
from cases.workflow.who import Handled

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
            guards=(guards.afterword_waits,),
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
            guards=(guards.afterword_waits,),
            everyday=22,
            ruling=True,
        ),
        Action.ASK_REOPENING: Move(
            sources=stages(Stage.CLOSED),
            effect=afterwords.ask_reopening,
            who=who.ANSWERERS,
            handled=Handled.THIS_ROUND,
            inputs=(REASON,),
            guards=(guards.afterword_waits, guards.reopening_is_anothers),
            everyday=23,
            ruling=True,
        ),
    }
)
