"""A move made only to look at what it would bring, and taken back at once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from cases.models import Case
from cases.workflow.actions import Action
from cases.workflow.actors import Actor
from cases.workflow.moving import make_move

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
