"""What is to be backed up, read from any of the databases: tables, chains, files."""

import csv
import io
import os
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connections, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from cases.models import Case
from cases.models.export_job import EXPORTS
from minshi.crypto import EncryptedTextField, blind_index
from supervision.backups.archive import DAY_HEADS, FORMAT, MEDIA
from supervision.sealing.heads import file_of_heads

BATCH = 2000
HIDDEN = "."  # begins the names of what is under way


def about(alias: str, at: datetime) -> dict[str, Any]:
    """Describe the backup of a database: all that a restore has to know beforehand."""
    return {
        "format": FORMAT,
        "made_at": at.isoformat(timespec="seconds"),
        "version": version(),
        "database": connections[alias].vendor,
        "migrations": applied(alias),
        # their values are secret, or belong to the machine
        "settings": sorted(_settings_given()),
        "index_key": index_key_mark(),
    }


def index_key_mark() -> str:
    """Return eight hex digits by which INDEX_KEY is told from another; they give
    nothing of it away.
    """
    return blind_index("mark", "backup")[:8]


def version() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        found: str = tomllib.load(file)["project"]["version"]
    return found


def _settings_given() -> set[str]:
    """Return the names of our settings that are set in the environment."""
    ours = {name for name in dir(settings) if name.isupper()}
    ours |= {"DATABASE_URL", "MINSHI_VAR", "EMAIL_URL", "MAIL_FROM", "SMS_URL"}
    ours |= {name for name in os.environ if name.startswith(("DEADLINE_", "THROTTLE_"))}
    return ours & set(os.environ)


def applied(alias: str) -> list[str]:
    """Return the migrations that made a database, as app.name."""
    recorded = MigrationRecorder(connections[alias]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in recorded)


def known_migrations() -> set[str]:
    """Return the migrations that this version of the program has."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known |= set(migration.replaces)
    return {f"{app}.{name}" for app, name in known}


def rows_by_table(alias: str) -> dict[str, int]:
    """Count the rows of every table of a database."""
    connection = connections[alias]
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*) FROM {quoted}")  # noqa: S608 - a name the database gave
            (counts[table],) = cursor.fetchone()
    return counts


def write_chain_heads(alias: str, file: IO[bytes]) -> None:
    """Write the head of every case's chain: number, events, last hash; a line each."""
    heads = Case.objects.using(alias).order_by("pk")
    rows = heads.values_list("number", "event_count", "event_hash")

    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    csv.writer(text).writerows(rows.iterator(chunk_size=BATCH))
    text.detach()


def files(day_heads: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files to be backed up, each with its name in the archive; `day_heads`
    is the folder with the heads of each day. Exports are left out: they stay a day, and
    may be full of names.

    They are walked through, not listed: there may be a million.
    """
    exports = f"{MEDIA}/{EXPORTS}/"
    for name, path in _files_in(Path(settings.MEDIA_ROOT), MEDIA):
        if not name.startswith(exports):
            yield name, path
    yield from _files_in(day_heads, DAY_HEADS)


def day_heads_folder() -> Path:
    """Return where the heads of each day's chains are written, if they are."""
    return file_of_heads().parent


def day_heads() -> Iterator[tuple[str, Path]]:
    """Yield the files with the heads, each with its name in the archive. One that is
    just being written has a hidden name, and is left out.
    """
    yield from _files_in(day_heads_folder(), DAY_HEADS)


def _files_in(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    if not folder.is_dir():
        return

    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(HIDDEN):
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from _files_in(path, f"{name}/{entry.name}")
            elif entry.is_file(follow_symlinks=False):
                yield f"{name}/{entry.name}", path


def fields_of(alias: str, kind: "type[models.Field[Any, Any]]") -> Iterator[Any]:
    """Yield the fields of one kind whose tables a database has."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))

    for model in apps.get_models():
        if model._meta.db_table not in tables:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, kind):
                yield field


def files_named(alias: str) -> Iterator[str]:
    """Yield the names of the files that the rows of a database speak of."""
    for field in fields_of(alias, models.FileField):
        rows = field.model._base_manager.using(alias).exclude(**{field.name: ""})
        names = rows.values_list(field.name, flat=True)
        yield from names.order_by().iterator(chunk_size=BATCH)


def encrypted_fields(alias: str) -> list[Any]:
    return list(fields_of(alias, EncryptedTextField))


def is_there(name: str) -> bool:
    return default_storage.exists(name)
