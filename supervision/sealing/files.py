"""The stored files, compared with the digests that are sealed with their rows."""

from collections.abc import Iterator

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage

from cases.stored_files import StoredFile, stored_files
from cases.workflow.findings import Finding
from supervision.sealing.findings import LogWrong


def check_files() -> Iterator[Finding | None]:
    """Yield for each stored file what is wrong with it, None where it is the one that
    was added. It reads all of them.
    """
    for stored in stored_files():
        wrong = _wrong_with(stored)
        yield Finding(str(stored), wrong) if wrong else None


def _wrong_with(stored: StoredFile) -> LogWrong | None:
    try:
        with default_storage.open(stored.name) as opened:
            return None if stored.is_as_stored(opened) else LogWrong.FILE
    except SuspiciousFileOperation:  # its name was put in
        return LogWrong.FILE
    except OSError:
        return LogWrong.FILE_GONE if stored.is_named_still() else None
