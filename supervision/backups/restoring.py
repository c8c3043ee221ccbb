"""Restoring: build from a backup beside what is there, prove it, take its place."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext as _
from knox.models import AuthToken

from cases.models import Case
from supervision.backups import archive, contents
from supervision.backups.databases import Scratch, exists, is_in_use, scratch
from supervision.backups.files import BLOCK, sync_folder
from supervision.backups.making import STAMP
from supervision.backups.proving import Proof, prove
from supervision.backups.refusals import (
    NO_ARCHIVE,
    BackupRefused,
    in_words,
    key_of_backups,
    no_archive,
    still_running,
)
from villages.models import Town

WORKSHOP = ".restoring-"


@dataclass(frozen=True)
class Built:
    """What was built from a backup: a database, and a folder with its files."""

    about: dict[str, Any]
    closing: dict[str, Any]
    database: Scratch
    folder: Path


@dataclass(frozen=True)
class Restored:
    proof: Proof
    kept: str  # where the former database is, if there was one


def check_backup(file: Path, folder: Path) -> Proof:
    """Restore a backup into a database and a folder of their own in `folder`, look at
    what came out, and take both away again.

    BackupRefused: it cannot be restored, and why. What is wrong in what came out stands
    in the proof.
    """
    with (
        in_words(folder / file.name),
        _workshop(folder) as workshop,
        _built(file, workshop, workshop) as built,
    ):
        return prove(built.about, built.closing, built.database.alias, built.folder)


def restore(file: Path, at: datetime, *, overwrite: bool) -> Restored:
    """Put a backup in the place of the program's database and files.

    1. Refuse where there are cases, unless `overwrite` says so.
    2. Build everything beside it, bring it to the state of this version, and prove it.
    3. Bring in the files. Those of other names stay, and the heads of days that are
       there already are not touched: they bear witness.
    4. Take the place of the database; the former stays under another name.

    All logins of that day are ended, and with them the API's tokens. BackupRefused: the
    words say why; nothing was changed then, but for files that may have been added.
    """
    with in_words(file):
        if not overwrite:
            _refuse_over_cases()
        _refuse_while_running()

    media = Path(settings.MEDIA_ROOT)
    media.mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(settings.VAR_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)

    with (
        in_words(media / file.name),
        _workshop(media) as files_in,
        _workshop(_folder_of_database()) as database_in,
        _built(file, files_in, database_in) as built,
    ):
        alias = built.database.alias
        proof = prove(built.about, built.closing, alias, built.folder)
        if proof.faults:
            raise BackupRefused("\n".join(proof.faults))
        _end_logins(alias)

        _bring_in(built.folder / archive.MEDIA, media, replace=True)
        heads = contents.day_heads_folder()
        _bring_in(built.folder / archive.DAY_HEADS, heads, replace=False)
        kept = built.database.take_place(f"before-{at.astimezone(UTC):{STAMP}}")

    return Restored(proof, kept)


def _end_logins(alias: str) -> None:
    """End the logins of the day of the backup: sessions in browsers, and tokens of the
    API. Any of them may have been taken back since.
    """
    Session.objects.using(alias).all().delete()
    AuthToken.objects.using(alias).all().delete()


def _folder_of_database() -> Path:
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).parent
    return Path(settings.VAR_DIR)


def _refuse_over_cases() -> None:
    """BackupRefused: the program's database holds cases or towns."""
    if _holds_cases():
        raise BackupRefused(
            _(
                "This database holds matters. They would be replaced by what the backup"
                " holds: only with --overwrite. The former database is then kept under"
                " another name."
            )
        )


def _holds_cases() -> bool:
    """Return if the program's database holds cases or towns; a missing one holds
    none.
    """
    if not exists():
        return False

    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    models = [model for model in (Case, Town) if model._meta.db_table in tables]
    return any(model._base_manager.exists() for model in models)


def _refuse_while_running() -> None:
    """BackupRefused: the embedded form is being served from this folder, or somebody
    has the database open.
    """
    lock = Path(settings.VAR_DIR) / "beat-schedule.lock"
    if not settings.REDIS_URL and lock.exists():
        _refuse_while_locked(lock)
    if is_in_use():
        raise still_running()


def _refuse_while_locked(lock: Path) -> None:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise still_running() from error


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """Make a folder to build in, gone after the block; those of runs that were killed
    are cleared away first, as nobody locks them any more.
    """
    for left in folder.glob(f"{WORKSHOP}*/"):
        with _locked(left) as is_ours:
            if is_ours:
                shutil.rmtree(left)

    path = folder / f"{WORKSHOP}{secrets.token_hex(4)}"
    path.mkdir(mode=0o700, parents=True)
    with _locked(path):
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock a folder for the block; False: somebody else has it locked."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield _lock(handle)
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _built(file: Path, workshop: Path, database_in: Path) -> Iterator[Built]:
    """Build from a backup: its files in `workshop`, its database in `database_in` or in
    the server.
    """
    key = key_of_backups()

    with contextlib.ExitStack() as stack:
        with in_words(file, key):
            opened = stack.enter_context(file.open("rb"))
            with _as_damage(file), archive.reading(opened, key) as backup:
                about = backup.read_json(archive.ABOUT)
                _refuse_foreign(about)

                with in_words(workshop / file.name):
                    database = stack.enter_context(scratch(database_in))
                    with backup.parts(archive.DATABASE) as parts:
                        database.read_from(parts)
                    closing = _unpack(backup, database, workshop)

        _bring_up_to_date(about, database)
        yield Built(about, closing, database, workshop)


@contextmanager
def _as_damage(file: Path) -> Iterator[None]:
    """Tell what a proved seal holds and is still no archive as what it is."""
    try:
        yield
    except (*NO_ARCHIVE, EOFError, json.JSONDecodeError) as error:
        raise no_archive(file) from error


def _refuse_foreign(about: dict[str, Any]) -> None:
    """BackupRefused: a later version made it, or the other kind of database."""
    later = sorted(set(about["migrations"]) - contents.known_migrations())
    if about["format"] > archive.FORMAT or later:
        words = _(
            "The backup was made by a later version of the program (%(its)s, this is"
            " %(ours)s; not known here: %(unknown)s). Install that version, or a newer"
            " one, and restore again."
        )
        differs = {
            "its": about["version"],
            "ours": contents.version(),
            "unknown": later[0] if later else f"format {about['format']}",
        }
        raise BackupRefused(words % differs)

    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    if about["database"] != connection.vendor:
        words = _(
            "The backup is of %(its)s, and here the program runs on %(ours)s. Restore"
            " it where it runs on %(its)s."
        )
        kinds = {
            "its": names.get(about["database"], about["database"]),
            "ours": names.get(connection.vendor, connection.vendor),
        }
        raise BackupRefused(words % kinds)


def _unpack(
    backup: archive.ArchiveReader, database: Scratch, workshop: Path
) -> dict[str, Any]:
    """Write the files into the workshop and compare what can only be compared before
    the database is brought up to date; return what the backup says of itself.
    """
    with (
        TemporaryFile(dir=workshop) as heads,
        backup.entry(archive.CHAIN_HEADS) as written,
    ):
        contents.write_chain_heads(database.alias, heads)
        heads.seek(0)
        same_heads = _are_same(heads, written)

    with TemporaryFile(dir=workshop) as sums:
        for name, file in backup.files():
            found = _write(file, workshop / name)
            sums.write(f"{found}  {name}\n".encode())
        sums.seek(0)
        with backup.entry(archive.SUMS) as written:
            same_sums = _are_same(sums, written)

    closing = backup.read_json(archive.CLOSING)
    closing["same_heads"] = same_heads
    closing["same_sums"] = same_sums
    closing["restored_rows"] = contents.rows_by_table(database.alias)
    return closing


def _write(file: IO[bytes], path: Path) -> str:
    """Write a file, nobody else's to read, and return its sum."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    total = sha256()
    with os.fdopen(handle, "wb") as target:
        while block := file.read(BLOCK):
            total.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    return total.hexdigest()


def _are_same(one: IO[bytes], other: IO[bytes]) -> bool:
    while True:
        block = one.read(BLOCK)
        if block != other.read(BLOCK):
            return False
        if not block:
            return True


def _bring_up_to_date(about: dict[str, Any], database: Scratch) -> None:
    """Apply to an earlier version's database what came since."""
    if contents.known_migrations() - set(about["migrations"]):
        call_command("migrate", database=database.alias, verbosity=0, interactive=False)


def _bring_in(source: Path, target: Path, *, replace: bool) -> None:
    """Move files into their folder, each in one step. Both are on the same disk, or the
    file is copied.
    """
    if not source.is_dir():
        return

    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder, _folders, names in os.walk(source):
        place = target / PurePosixPath(folder).relative_to(source)
        place.mkdir(mode=0o700, exist_ok=True)
        for name in names:
            if replace or not (place / name).exists():
                _move(Path(folder) / name, place / name)
        sync_folder(place)


def _move(source: Path, place: Path) -> None:
    try:
        source.replace(place)
    except OSError:
        # the folder of heads may be on another disk than the files of cases
        draft = place.with_name(f".{place.name}{WORKSHOP}")
        shutil.copyfile(source, draft)
        draft.chmod(0o600)
        draft.replace(place)
