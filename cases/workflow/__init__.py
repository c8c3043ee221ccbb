"""A case moves only through here: `register` opens it, `make_move` moves it.

MOVES is the table of what may be done.
"""

from cases.workflow.actions import Action
from cases.workflow.actors import Actor, Officer, Speaker, System
from cases.workflow.candidates import candidates
from cases.workflow.deciding import who_rules
from cases.workflow.drafts import merged_reply
from cases.workflow.facts import Facts
from cases.workflow.move import Move
from cases.workflow.moves import MOVES, actions_that
from cases.workflow.moving import (
    Offer,
    make_move,
    moves_open_to,
    offer_to,
    why_not_open,
)
from cases.workflow.readers import readers_of
from cases.workflow.reading_facts import read_facts
from cases.workflow.register import Spoken, register
from cases.workflow.standing import holder_name
from cases.workflow.trial import look_ahead

__all__ = [
    "MOVES",
    "Action",
    "Actor",
    "Facts",
    "Move",
    "Offer",
    "Officer",
    "Speaker",
    "Spoken",
    "System",
    "actions_that",
    "candidates",
    "holder_name",
    "look_ahead",
    "make_move",
    "merged_reply",
    "moves_open_to",
    "offer_to",
    "read_facts",
    "readers_of",
    "register",
    "who_rules",
    "why_not_open",
]
