"""The files on the disk, compared with the digests that were noted as they were stored
and are sealed with their rows (villages/finals.py): one that was replaced is found,
whatever its size.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from types import MappingProxyType

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, transaction

from cases.attachments import ATTACHMENT_BYTES, DIGESTS
from cases.meetings.finals import SHEET_BYTES
from cases.models import Attachment, SignedSheet
from cases.models.attachment import KeptFile
from villages.finals import Final, changes_recorded, in_batches

RECORDED: Mapping[type[KeptFile], Final] = MappingProxyType(
    {Attachment: ATTACHMENT_BYTES, SignedSheet: SHEET_BYTES}
)
# the columns of a name, each with that of its digest
DIGEST_OF = MappingProxyType({"file": "file_sha256", "thumbnail": "thumbnail_sha256"})
BATCH = 2000
# so long digests are noted before they are stored, whatever the files weigh
SECONDS_A_BATCH = 20


@dataclass(frozen=True)
class StoredFile:
    """A file that a row names, with the digest noted of it; "": none was."""

    model: type[KeptFile]
    key: int
    name: str
    digest: str

    def is_as_stored(self, opened: "File[bytes]") -> bool:
        return digest_in(opened) == self.digest

    def is_named_still(self) -> bool:
        """Tell whether its row is there: people take files off meanwhile."""
        return self.model._base_manager.filter(pk=self.key).exists()

    def __str__(self) -> str:
        return f"{self.model._meta.verbose_name} {self.key}（{self.name}）"


def stored_files(using: str = DEFAULT_DB_ALIAS) -> Iterator[StoredFile]:
    """Yield the files, small pictures among them, of which a digest was noted. A query
    for each kind.
    """
    for model in RECORDED:
        rows = model._base_manager.using(using).order_by("pk")
        columns = rows.values("pk", *DIGEST_OF, *DIGEST_OF.values())
        for row in columns.iterator(chunk_size=BATCH):
            for named, noted in DIGEST_OF.items():
                if row[named] and row[noted]:
                    yield StoredFile(model, row["pk"], row[named], row[noted])


def digest_in(opened: "File[bytes]") -> str:
    total = hashlib.sha256()
    for chunk in opened.chunks():
        total.update(chunk)
    return total.hexdigest()


def note_digests(at: datetime, *, seconds: float | None = None) -> int:
    """Note the digests of the files that were stored before these were noted, and
    return of how many rows: of all, or for about so many seconds. Safe to be killed.

    A row whose digest SQL took away is not as it was recorded, and stays what is found.
    """
    begun = monotonic()

    def is_over() -> bool:
        return seconds is not None and monotonic() - begun > seconds

    noted = 0
    for model, final in RECORDED.items():
        for keys in in_batches(model._base_manager.filter(file_sha256="")):
            left = list(keys)
            while left and not is_over():
                noted += _note_some(model, final, left, at)
    return noted


def _note_some(
    model: type[KeptFile], final: Final, left: list[int], at: datetime
) -> int:
    """Read files of the rows left, off the end, for SECONDS_A_BATCH, then store their
    digests and record them.
    """
    begun = monotonic()
    rows = []
    while left and monotonic() - begun < SECONDS_A_BATCH:
        row = model._base_manager.filter(pk=left.pop()).first()
        if row and _read_digests(row):
            rows.append(row)

    keys = [row.pk for row in rows]
    with transaction.atomic(), changes_recorded(final, keys, at=at):
        model._base_manager.bulk_update(rows, DIGESTS)
    return len(rows)


def _read_digests(row: KeptFile) -> bool:
    """Set the digests of a row from its files; False: not all of them are there."""
    try:
        row.file_sha256 = _digest_on_disk(str(row.file.name))
        if row.thumbnail:
            row.thumbnail_sha256 = _digest_on_disk(str(row.thumbnail.name))
    except (OSError, SuspiciousFileOperation):
        return False
    return True


def _digest_on_disk(name: str) -> str:
    with default_storage.open(name) as opened:
        return digest_in(opened)
