"""Refusals of backups and restores, in the words of whoever reads them."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from minshi import sealing
from minshi.errors import Text

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MEGABYTE = 1_000_000


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
    """Turn what the system, SQLite and the seal of `file` say into BackupRefused."""
    try:
        yield
    except sealing.SealBroken as broken:
        raise BackupRefused(_of_seal(broken, file, key)) from broken
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise BackupRefused(_is_full(file.parent)) from error
        words = _("%(name)s: the system refused (%(reason)s).")
        raise BackupRefused(words % {"name": file, "reason": error}) from error
    except OSError as error:
        raise BackupRefused(_of_system(error, file)) from error


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


def _of_system(error: OSError, file: Path) -> str:
    if error.errno in FULL:
        return _is_full(file.parent)

    name = error.filename or str(file)
    if isinstance(error, FileNotFoundError):
        return _("%(name)s does not exist.") % {"name": name}
    if isinstance(error, PermissionError):
        return _("%(name)s may not be read or written by this account.") % {
            "name": name
        }
    return _("%(name)s: the system refused (%(reason)s).") % {
        "name": name,
        "reason": error.strerror or error,
    }


def _is_full(folder: Path) -> str:
    """Return the words for a disk without room, with what is left on it."""
    words = _(
        "There is no room left in %(folder)s (%(free)s MB free). Nothing was changed,"
        " and older backups are still there. Make room or name another disk, then try"
        " again."
    )
    return words % {"folder": folder, "free": _free_in(folder) // MEGABYTE}


def _free_in(folder: Path) -> int:
    import shutil

    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
