"""Values that nobody of ours wrote: where one cannot be read, the check says so and
goes on.
"""

import logging
from collections.abc import Iterator

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, OperationalError, connection

from cases.workflow.findings import Finding
from cases.workflow.proof import OF_FORGED_VALUES
from supervision.sealing.findings import LogWrong

logger = logging.getLogger(__name__)

# of SQLite for a text that is no UTF-8; PostgreSQL has none, and is away then
OF_TEXTS = (OperationalError,) if connection.vendor == "sqlite" else ()
# beside those of a case: a moment at the end of time, JSON nested without end, the key
# of a row that is not there
OF_UNREADABLE_ROWS = (
    *OF_FORGED_VALUES,
    *OF_TEXTS,
    ArithmeticError,
    RecursionError,
    DataError,
    ObjectDoesNotExist,
)


def guarded(where: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield the findings, and where a value among them cannot be read, that as one."""
    try:
        yield from findings
    except OF_UNREADABLE_ROWS as error:
        # not its words, for they repeat the value
        logger.error("%s: a value cannot be read (%s)", where, type(error).__name__)  # noqa: TRY400
        yield Finding(where, LogWrong.UNREADABLE)
