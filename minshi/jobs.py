"""What every job does with its rows: all together, and where that fails each by itself,
so that one stops no other.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction

Row = TypeVar("Row")
logger = logging.getLogger(__name__)


class SomeFailed(Exception):
    """The job went through all rows, and these could not be seen to; each is in the log
    with its reason.
    """

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"{len(names)} failed: {', '.join(names[:20])}")
        self.numbers = names


def done_for(
    rows: Sequence[Row], do: Callable[[Sequence[Row]], int]
) -> tuple[int, list[Row]]:
    """Does it for the rows in one transaction, or where that fails for each in its own.

    Returns what `do` counted, and the rows that failed, which are in the log with their
    reason: the caller names them in SomeFailed, so that the job ends as failed. A
    database that is gone (OperationalError) is no fault of a row: it ends the job at
    once, and the next run finds everything as it was.
    """
    try:
        with transaction.atomic():
            return do(rows), []
    except (OperationalError, InterfaceError):
        raise
    # whatever a row raises, a fault of ours too: no village goes without its reminders
    # for another's
    except Exception:
        # case that cannot be read. Nothing is swallowed: it is logged with its
        # traceback, and the job ends as failed.
        logger.exception(
            "%s could not be done",
            rows[0] if len(rows) == 1 else f"{len(rows)} rows together",
        )
    if len(rows) == 1:
        return 0, list(rows)
    each = [done_for([row], do) for row in rows]
    return sum(count for count, _failed in each), [
        row for _count, failed in each for row in failed
    ]
