"""SQLite: one file, copied by its online backup."""

import contextlib
import gzip
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.db import connection, connections
from django.utils.translation import gettext as _

from supervision.backups.databases.aliases import SCRATCH, SNAPSHOT, known_to_django
from supervision.backups.files import BLOCK, sync_folder
from supervision.backups.refusals import BackupRefused, still_running

LAST_LOOKS = 50  # a tenth of a second apart


def _place() -> Path:
    return Path(connection.settings_dict["NAME"])


def exists() -> bool:
    """Return if the file of the program's database is there."""
    return _place().exists()


def is_in_use() -> bool:
    """Return if others than this thread have the file of the program's database open.
    Its log of changes is folded into it then.
    """
    connection.close()
    return exists() and not _fold_wal(_place())


def _new_file(path: Path) -> Path:
    """Make an empty file that nobody else may read."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


@dataclass(frozen=True)
class SqliteSnapshot:
    path: Path
    alias: str = SNAPSHOT

    def write_to(self, file: IO[bytes]) -> None:
        with (
            self.path.open("rb") as source,
            gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0) as target,
        ):
            shutil.copyfileobj(source, target, BLOCK)


@contextmanager
def snapshot(folder: Path) -> Iterator[SqliteSnapshot]:
    """Copy the file as it is at one moment; the copy goes with the block."""
    path = folder / f".{SNAPSHOT}-{secrets.token_hex(4)}.sqlite3"
    original = _place()
    if not exists():
        raise BackupRefused(_("There is no database in %s yet.") % original)

    try:
        _new_file(path)
        with (
            contextlib.closing(
                sqlite3.connect(f"{original.as_uri()}?mode=rw", uri=True)
            ) as source,
            contextlib.closing(sqlite3.connect(path)) as target,
        ):
            # all pages in one step, and so of one moment; writers go on in the WAL
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")

        with known_to_django(SNAPSHOT, NAME=path, OPTIONS={}):
            yield SqliteSnapshot(path)
    finally:
        _remove(path)


@dataclass(frozen=True)
class SqliteScratch:
    path: Path
    alias: str = SCRATCH

    def read_from(self, file: IO[bytes]) -> None:
        with (
            gzip.GzipFile(fileobj=file, mode="rb") as source,
            self.path.open("wb") as target,
        ):
            shutil.copyfileobj(source, target, BLOCK)
            target.flush()
            os.fsync(target.fileno())

        # by Django, whose functions stand in constraints
        with connections[self.alias].cursor() as cursor:
            cursor.execute("PRAGMA integrity_check(1)")
            (found,) = cursor.fetchone()
        if found != "ok":
            raise BackupRefused(
                _("SQLite finds the restored database damaged: %s") % found
            )

    def take_place(self, aside: str) -> str:
        """Become the database of the program; the former stays beside it."""
        place = _place()
        connections[self.alias].close()
        connection.close()

        kept = place.with_name(f"{place.name}.{aside}")
        if place.exists():
            if not _fold_wal(place):
                raise still_running()
            place.chmod(0o600)
            os.link(place, kept)
        self.path.replace(place)
        sync_folder(place.parent)
        return str(kept) if kept.exists() else ""


def _fold_wal(path: Path) -> bool:
    """Bring all of a database into its one file, once the last who had it open are
    gone; return False where somebody still has it open after five seconds.
    """
    for _nth in range(LAST_LOOKS):
        if _is_folded(path):
            return True
        time.sleep(0.1)  # SQLite tells nobody when the last other connection closes
    return False


def _is_folded(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as database:
        try:
            (mode,) = database.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:  # somebody is reading or writing
            return False
    return bool(mode == "delete")


@contextmanager
def scratch(folder: Path) -> Iterator[SqliteScratch]:
    """Make an empty file in `folder`, on the disk where it may take the place."""
    path = folder / f".{SCRATCH}-{secrets.token_hex(4)}.sqlite3"
    try:
        _new_file(path)
        with known_to_django(SCRATCH, NAME=path):
            yield SqliteScratch(path)
    finally:
        _remove(path)
