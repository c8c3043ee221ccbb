"""What a move would bring, looked at before it is made: by making it and taking it back
at once, or by asking its guard of another case than it is.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from cases.models import Case
from cases.models.choices import Grade
from cases.workflow.actions import Action
from cases.workflow.actors import Actor
from cases.workflow.facts import Facts
from cases.workflow.guards import village_may_decide
from cases.workflow.moving import make_move
from minshi.errors import Text

Seen = TypeVar("Seen")


def look_ahead(
    case: Case,
    action: Action,
    look: Callable[[Case], Seen],
    *,
    by: Actor,
    at: datetime,
    **values: Any,
) -> Seen:
    """Return what `look` finds on the case after a move, and undo the move.

    So a preview needs no second statement of any rule. `look` reads everything it needs
    there and then. Raises what make_move raises.
    """
    with transaction.atomic():
        seen = look(make_move(case, action, by=by, at=at, **values))
        transaction.set_rollback(True)
    return seen


def refusal_if_major(facts: Facts, by: Actor) -> Text | None:
    """Return why a decision would be refused were the matter graded major; None: it
    would not. For the form of a decision, which asks the grade.
    """
    case = copy(facts.case)
    case.grade = Grade.MAJOR
    return village_may_decide(replace(facts, case=case), by)
