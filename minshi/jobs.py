"""Jobs over many rows: all rows together, and where that fails each row by itself, so
that one stops no other.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction

from minshi.errors import Overtaken

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
    """Do the rows in one transaction, or where that fails each in its own, and return
    what `do` counted and the rows that failed.

    1. Try all rows together.
    2. A database that is gone (OperationalError) is no fault of a row: it ends the job
       at once, and the next run finds everything as it was.
    3. A row that somebody moved meanwhile is none of this run's.
    4. Log any other failure with its traceback.
    5. Try the rows one by one, unless there was only one.

    The caller names the failed rows in SomeFailed, so that the job ends as failed.
    """
    try:
        with transaction.atomic():
            return do(rows), []
    except (OperationalError, InterfaceError):
        raise
    except Overtaken:
        if len(rows) == 1:
            return 0, []  # somebody was quicker than this run; the next one looks again
    # A row may raise anything, for instance because a case cannot be read: no village
    # goes without its reminders for another's fault. Nothing is swallowed: it is logged
    # with its traceback, and the job ends as failed.
    except Exception:
        subject = rows[0] if len(rows) == 1 else f"{len(rows)} rows together"
        logger.exception("%s could not be done", subject)

    if len(rows) == 1:
        return 0, list(rows)

    count = 0
    failed: list[Row] = []
    for row in rows:
        done, bad = done_for([row], do)
        count += done
        failed += bad
    return count, failed
