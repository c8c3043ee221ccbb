"""Work of the start page that apps above this one know of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from villages.models import User


@dataclass(frozen=True)
class DeskWork:
    """One kind of work that waits for somebody: its words, its page, how much of it."""

    label: str
    address: str
    count: int


WorkFor = Callable[[User, datetime], list[DeskWork]]
_kinds: list[WorkFor] = []


def add_desk_work(work_for: WorkFor) -> None:
    """Put work of an app above on the start page, as that app is made ready."""
    _kinds.append(work_for)


def desk_work(user: User, at: datetime) -> list[DeskWork]:
    """Return what waits for a user in the apps above, kind after kind."""
    waiting = []
    for work_for in _kinds:
        waiting += work_for(user, at)
    return waiting
