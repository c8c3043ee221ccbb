"""Values that nobody of ours wrote: where one cannot be read, the check says so and
goes on.
"""

import logging
from collections.abc import Iterator

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError

from cases.workflow.findings import Finding
from cases.workflow.proof import OF_FORGED_VALUES
from supervision.sealing.findings import LogWrong

logger = logging.getLogger(__name__)

# beside those of a case: the key of a row that is not there
OF_UNREADABLE_ROWS = (*OF_FORGED_VALUES, DataError, ObjectDoesNotExist)


def guarded(where: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield the findings, and where a value among them cannot be read, that as one."""
    try:
        yield from findings
    except OF_UNREADABLE_ROWS as error:
        # not the error's words, which repeat the value; auditors get the finding
        logger.warning("%s: a value cannot be read (%s)", where, type(error).__name__)
        yield Finding(where, LogWrong.UNREADABLE)
