"""Refusals of backups and restores, in the words of whoever reads them."""

import errno
import gzip
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from django.conf import settings
from django.db import Error as DatabaseRefused
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from minshi import sealing
from minshi.errors import Text
from minshi.system_words import (
    DISK_FAULT,
    IN_USE,
    NOT_ALLOWED,
    READ_ONLY,
    reason_in,
    reason_of,
)

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MEGABYTE = 1_000_000
POSTGRESQL_PORT = 5432
DISK_FULL = "53100"  # PostgreSQL
DAMAGED = pgettext_lazy("system", "the database file is damaged or is none")
OF_SQLITE: Mapping[int, Text] = MappingProxyType(
    {
        sqlite3.SQLITE_PERM: NOT_ALLOWED,
        sqlite3.SQLITE_BUSY: IN_USE,
        sqlite3.SQLITE_LOCKED: IN_USE,
        sqlite3.SQLITE_READONLY: READ_ONLY,
        sqlite3.SQLITE_IOERR: DISK_FAULT,
        sqlite3.SQLITE_CORRUPT: DAMAGED,
        sqlite3.SQLITE_NOTADB: DAMAGED,
        sqlite3.SQLITE_CANTOPEN: pgettext_lazy(
            "system", "the database file cannot be opened"
        ),
    }
)
PRIMARY = 0xFF  # the part of a code of SQLite that says which kind it is
# of something whose seal holds and that is still no archive
NO_ARCHIVE = (tarfile.ReadError, gzip.BadGzipFile, zlib.error)


class BackupRefused(Exception):
    """A backup cannot be made, read or restored. The text says why and what to do."""

    def __init__(self, words: Text) -> None:
        super().__init__(str(words))


def still_running() -> BackupRefused:
    return BackupRefused(
        _("The program is still running on this database. Stop it first, then restore.")
    )


def key_of_backups() -> bytes:
    """Return the key of BACKUP_KEY. BackupRefused: it is not set, is no key, or is one
    of those that the backup itself is to be kept apart from.
    """
    text = settings.BACKUP_KEY
    if not text:
        raise BackupRefused(
            _("BACKUP_KEY is not set: no backup can be made or opened without it.")
        )
    if text in settings.FIELD_KEYS:
        raise BackupRefused(
            _(
                "BACKUP_KEY is one of FIELD_KEYS. Make a key of its own for backups:"
                " whoever finds one must not have the other."
            )
        )

    try:
        return sealing.key_from(text)
    except ValueError as error:
        words = _(
            "BACKUP_KEY is not a key (%(reason)s). Was a character lost in copying it?"
        )
        raise BackupRefused(words % {"reason": error}) from error


@contextmanager
def in_words(file: Path, key: bytes | None = None) -> Iterator[None]:
    """Turn what the system, the database and the seal of `file` say into
    BackupRefused.
    """
    try:
        yield
    except sealing.SealBroken as broken:
        raise BackupRefused(_of_seal(broken, file, key)) from broken
    except (sqlite3.Error, DatabaseRefused) as error:
        raise BackupRefused(_of_database(error, file)) from error
    except NO_ARCHIVE as error:
        raise no_archive(file) from error
    except OSError as error:
        raise BackupRefused(_of_system(error, file)) from error


def does_not_exist(name: "Path | str") -> BackupRefused:
    return BackupRefused(_("%(name)s does not exist.") % {"name": name})


def no_archive(file: Path) -> BackupRefused:
    words = _("%(name)s does not hold what a backup holds.")
    return BackupRefused(words % {"name": file.name})


def _refused(name: "Path | str", reason: object) -> str:
    words = _("%(name)s: the system refused (%(reason)s).")
    return words % {"name": name, "reason": reason}


def _of_seal(broken: sealing.SealBroken, file: Path, key: bytes | None) -> str:
    name = {"name": file.name}

    if isinstance(broken, sealing.NotSealed):
        return _("%(name)s is not a backup of this program.") % name
    if isinstance(broken, sealing.OtherKey):
        words = _(
            "%(name)s was made with another key. Its key has the mark %(its)s, this"
            " BACKUP_KEY has %(ours)s. Fetch the right key from where it is kept."
        )
        ours = sealing.mark_of(key) if key else "—"
        return words % (name | {"its": broken.mark, "ours": ours})
    if isinstance(broken, sealing.CutOff):
        words = _(
            "%(name)s is not complete: its end is missing. Was copying it broken off?"
            " Copy it again, or take the backup before it."
        )
        return words % name

    words = _(
        "%(name)s was damaged or changed after it was made. Take another copy of it, or"
        " the backup before it."
    )
    return words % name


def _of_database(error: Exception, file: Path) -> str:
    """Return the words for an error of SQLite, or of Django, which hands one on as its
    cause.
    """
    cause = error.__cause__ or error
    is_full = (
        getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(cause, "pgcode", None) == DISK_FULL
    )
    if is_full:
        return _is_full(file.parent)
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & PRIMARY
        return _refused(file, OF_SQLITE.get(code, str(error)))

    said = " ".join(str(error).split())
    if isinstance(error, OperationalError) and not getattr(cause, "pgcode", None):
        words = _("The database at %(place)s does not answer (%(reason)s).")
        return words % {"place": _place_of_database(), "reason": reason_in(said)}
    return _refused(file, reason_in(said))


def _place_of_database() -> str:
    settings = connection.settings_dict
    return f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or POSTGRESQL_PORT}"


def _of_system(error: OSError, file: Path) -> str:
    if error.errno in FULL:
        return _is_full(file.parent)

    name = error.filename or str(file)
    if isinstance(error, FileNotFoundError):
        return str(does_not_exist(name))
    if isinstance(error, PermissionError):
        return _("%(name)s may not be read or written by this account.") % {
            "name": name
        }
    return _refused(name, reason_of(error))


def _is_full(folder: Path) -> str:
    """Return the words for a disk without room, with what is left on it."""
    words = _(
        "There is no room left in %(folder)s (%(free)s MB free). Nothing was changed,"
        " and older backups are still there. Make room or name another disk, then try"
        " again."
    )
    return words % {"folder": folder, "free": _free_in(folder) // MEGABYTE}


def _free_in(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
