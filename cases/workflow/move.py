"""What a move is: a row of the moves table, with the inputs that several rows share
(domain §3).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.choices import OPEN_STAGES, RequestState, Stage
from cases.workflow.actors import Actor
from cases.workflow.facts import Facts
from cases.workflow.inputs import Input, Kind, choice, text
from cases.workflow.step import Step
from cases.workflow.who import Handled, Who
from minshi.errors import Text


class Ruling(models.TextChoices):
    GRANTED = RequestState.GRANTED.value, pgettext_lazy("ruling", "grant it")
    REFUSED = RequestState.REFUSED.value, pgettext_lazy("ruling", "refuse it")


Guard = Callable[[Facts, Actor], Text | None]


@dataclass(frozen=True)
class Move:
    """From where, to where it may lead, who, what it needs, what stops it, what it
    does.
    """

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
    # changes what the speaker reads on the tracking page, by words or by the day
    # promised
    tells: bool = False


def stages(*named: Stage) -> frozenset[Stage]:
    return frozenset(named)


S, D, H, V, R, C = (
    Stage.SPEAK,
    Stage.DELIBERATE,
    Stage.HANDLE,
    Stage.SUPERVISE,
    Stage.RATE,
    Stage.CLOSED,
)
OPEN = frozenset(OPEN_STAGES)
STAYS: frozenset[Stage] = frozenset()
RESULT = text("result", _("The result"), required=True, is_note=True)
REPLY = text("reply", _("What you tell the speaker"), required=True, is_note=True)
ROUTE = Input(
    "route", Kind.LINE, _("Where this is handled"), required=True, max_length=120
)
TOLD = text("told", _("What the speaker was told"), required=True, is_note=True)
UNTIL = Input("until_on", Kind.DATE, _("Until which day"), required=True)
RULING = choice("ruling", _("Your ruling"), Ruling, required=True)
WHY_OPTIONAL = text("reason", _("Why"), is_note=True)
WHY_LOWER = text(
    "reason", _("Why"), is_note=True, help=_("Needed where it is made smaller.")
)
WHY_REFUSED = text("reason", _("Why"), is_note=True, help=_("Needed where you refuse."))
NOTE = text("text", _("What there is to say"), required=True, is_note=True)
BAD = text(
    "reason",
    _("What was not done well"),
    is_note=True,
    help=_("Needed where the answer is “dissatisfied”."),
)
SAID_AT = Input("said_at", Kind.DATETIME, _("When they said so"))
