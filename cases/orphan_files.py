"""Files that no row names: of an upload whose transaction was taken back, or whose
process was killed before the row was written.
"""

import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from cases.models import Attachment, SignedSheet

BATCH = 500
# Longer than any upload takes: a file is written before its row.
LEFT_ALONE = timedelta(days=1)
# Only what `attachments` writes is ours to remove.
STORED_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-small)?\.\w{3,4}")
logger = logging.getLogger(__name__)


def remove_orphans(at: datetime) -> int:
    """Remove the stored files that are older than LEFT_ALONE and that no row names.

    `at` is a moment of the machine's clock, which the files' times are from. Returns
    how many were removed. One query for BATCH files and kind of file.
    """
    stored = list(_stored_before((at - LEFT_ALONE).timestamp()))
    removed = 0

    for first in range(0, len(stored), BATCH):
        files = stored[first : first + BATCH]
        named = _named_among([file.name for file in files])
        for file in files:
            if file.name not in named:
                file.unlink(missing_ok=True)
                removed += 1

    if removed:
        logger.warning("%s files of uploads that failed were removed", removed)
    return removed


def _stored_before(moment: float) -> Iterator[Path]:
    """Yield the files last written before a moment, in seconds of the epoch."""
    folder = Path(settings.MEDIA_ROOT)
    if not folder.is_dir():
        return

    for file in folder.iterdir():
        if not STORED_NAME.fullmatch(file.name):
            continue
        try:
            written_at = file.stat().st_mtime
        except FileNotFoundError:  # another process removed it just now
            continue
        if written_at < moment:
            yield file


def _named_among(names: list[str]) -> set[str]:
    """Return those of the names that a row stores."""
    named: set[str] = set()
    for rows in (Attachment.objects, SignedSheet.objects):
        for column in ("file", "thumbnail"):
            found = rows.filter(**{f"{column}__in": names})
            named.update(found.values_list(column, flat=True))
    return named
