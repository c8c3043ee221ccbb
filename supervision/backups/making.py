"""Making a backup: the database as it is at one moment, then the files."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from django.utils.translation import gettext as _

from supervision.backups import archive, contents
from supervision.backups.databases import Snapshot, snapshot
from supervision.backups.files import sync_folder
from supervision.backups.refusals import BackupRefused, in_words, key_of_backups

PREFIX = "minshi-"
ENDING = ".backup"
STAMP = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".unfinished"
LOCK = ".lock"
COPIES = ".snapshot-"  # of the database, where it is one file, and of heads
MOST_NAMED = 10  # missing files


@dataclass(frozen=True)
class Backup:
    """A backup that was made."""

    path: Path
    size: int
    tables: int
    rows: int
    files: int
    missing: int  # files that rows speak of and that are on the disk no more


def make_backup(folder: Path, at: datetime) -> Backup:
    """Write a backup into `folder` and return it.

    1. Claim the folder; clear away what a run that was killed left there.
    2. Copy the heads of each day, so that none is of a later moment than the database:
       after a restore it would speak of cases that are not there.
    3. Take the snapshot: all that was committed before is in it.
    4. Write the dump, the heads of all chains, and then the files. A file is stored
       before the row that names it, so that no row of the snapshot lacks its file.
    5. Bring it to the disk, and only then give it its name.

    BackupRefused: the words say why; the folder holds then what it held before.
    """
    key = key_of_backups()
    mark = contents.index_key_mark()
    path = folder / f"{PREFIX}{mark}-{at.astimezone(UTC):{STAMP}}{ENDING}"

    with in_words(path):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (
            _alone_in(folder, mark),
            _unfinished(path) as draft,
            TemporaryDirectory(prefix=f"{COPIES}{mark}-", dir=folder) as copies,
        ):
            day_heads = _copied_day_heads(Path(copies))
            with snapshot(Path(copies)) as source:
                closing = _write(draft, key, source, day_heads, at)
            draft.replace(path)
            sync_folder(folder)
            size = path.stat().st_size

    return Backup(
        path=path,
        size=size,
        tables=len(closing["rows"]),
        rows=sum(closing["rows"].values()),
        files=closing["files"],
        missing=closing["missing"],
    )


@contextmanager
def _alone_in(folder: Path, mark: str) -> Iterator[None]:
    """Claim the folder for this installation. BackupRefused: another backup of it is
    being written there; those of others on the same share are not in the way.
    """
    with (folder / f"{LOCK}-{mark}").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            words = _("Another backup is being made in %s just now.") % folder
            raise BackupRefused(words) from error

        for draft in folder.glob(f".{PREFIX}{mark}-*{UNFINISHED}"):
            draft.unlink()
        for copies in folder.glob(f"{COPIES}{mark}-*"):
            shutil.rmtree(copies)
        yield


def _copied_day_heads(folder: Path) -> Path:
    """Copy the heads of each day, as they are now, and return where to; they are
    small.
    """
    copied = folder / archive.DAY_HEADS
    for name, path in contents.day_heads():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return copied


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """Give the name of a draft beside `path`; it is gone after the block."""
    if path.exists():
        raise BackupRefused(_("%s is there already.") % path)

    draft = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _write(
    draft: Path, key: bytes, source: Snapshot, day_heads: Path, at: datetime
) -> dict[str, Any]:
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        with archive.writing(file, key, draft.parent) as backup:
            backup.add_json(archive.ABOUT, contents.about(source.alias, at))
            with backup.parts(archive.DATABASE) as parts:
                source.write_to(parts)
            with TemporaryFile(dir=draft.parent) as heads:
                contents.write_chain_heads(source.alias, heads)
                backup.add_scratch(archive.CHAIN_HEADS, heads)

            _add_files(backup, day_heads)
            missing, named = _missing_files(source)
            closing = {
                "rows": contents.rows_by_table(source.alias),
                "missing": missing,
                "missing_names": named,
            }
            backup.finish(closing)

        file.flush()
        os.fsync(file.fileno())

    return closing | {"files": backup.files}


def _add_files(backup: archive.ArchiveWriter, day_heads: Path) -> None:
    """Add all files. One taken away meanwhile is missing, if a row names it."""
    for name, path in contents.files(day_heads):
        with suppress(FileNotFoundError):
            backup.add_file(name, path)


def _missing_files(source: Snapshot) -> tuple[int, list[str]]:
    """Count the files that rows speak of and that are not there; name some of them."""
    missing = 0
    named: list[str] = []
    for name in contents.files_named(source.alias):
        if contents.is_there(name):
            continue
        missing += 1
        if len(named) < MOST_NAMED:
            named.append(name)
    return missing, named
