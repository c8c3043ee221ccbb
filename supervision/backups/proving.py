"""The proof: what came out of a backup is looked at as people would use it.

Rows of every table, the heads and links of all chains, personal values and files picked
at random. `evidence` makes a page of it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filetype
from django.core.files import File
from django.db import connections
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Attachment, Case, SignedSheet
from cases.models.attachment import KeptFile
from cases.stored_files import stored_files
from cases.workflow.proof import check_cases
from minshi.crypto import UndecryptableError, decrypted
from supervision.backups import archive, contents

SAMPLE = 20  # personal values, and files
MOST_NAMED = 5  # of each kind of fault


@dataclass
class Proof:
    """What was looked at, and what was wrong with it."""

    about: dict[str, Any]
    rows: dict[str, int]
    chains: int = 0
    fields: int = 0
    files_opened: int = 0
    files: int = 0
    missing: int = 0  # on the disk already when the backup was made
    faults: list[str] = field(default_factory=list)
    # files that were no longer those that were added when the backup was made: it is
    # not proved by them, and is the best there is to restore
    replaced: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.faults and not self.replaced


def prove(
    about: dict[str, Any], closing: dict[str, Any], alias: str, folder: Path
) -> Proof:
    """Look at a database that was built from a backup, and at its folder of files."""
    proof = Proof(
        about=about,
        rows=closing["restored_rows"],
        files=closing["files"],
        missing=closing["missing"],
    )

    _compare_rows(proof, closing)
    if not closing["same_heads"]:
        proof.faults.append(_("The ends of the chains are not those of the backup."))
    if not closing["same_sums"]:
        proof.faults.append(_("Files are not those whose sums the backup names."))
    # without the right keys no row with a personal value can even be read, and no
    # chain holds
    has_keys = _is_index_key(proof, about)
    if _open_fields(proof, alias) and has_keys:
        _follow_chains(proof, alias)
    _open_files(proof, closing, alias, folder)
    _compare_files(proof, alias, folder)

    return proof


def _compare_rows(proof: Proof, closing: dict[str, Any]) -> None:
    for table, count in closing["rows"].items():
        restored = proof.rows.get(table)
        if restored != count:
            words = _("%(table)s: %(count)s rows in the backup, %(restored)s restored.")
            values = {"table": table, "count": count, "restored": restored or 0}
            proof.faults.append(words % values)


def _is_index_key(proof: Proof, about: dict[str, Any]) -> bool:
    """Return if INDEX_KEY is the one that hashes in the backup were made with."""
    if about["index_key"] == contents.index_key_mark():
        return True

    proof.faults.append(
        _(
            "INDEX_KEY here is not the one of the machine that was backed up: chains"
            " cannot be followed and nobody is found by telephone number. Fetch it from"
            " where the keys are kept."
        )
    )
    return False


def _follow_chains(proof: Proof, alias: str) -> None:
    """Compare every case with its events, as the nightly check of history does."""
    broken = []
    try:
        for findings in check_cases(Case.objects.using(alias)):
            proof.chains += 1
            broken += [str(finding) for finding in findings]
    except UndecryptableError as error:
        words = _(
            "After %(count)s chains a personal value could not be opened: %(why)s"
        )
        proof.faults.append(words % {"count": proof.chains, "why": error})

    if not broken:
        return
    words = ngettext(
        "%(count)s chain of events is broken: %(names)s",
        "%(count)s chains of events are broken: %(names)s",
        len(broken),
    )
    values = {"count": len(broken), "names": "; ".join(broken[:MOST_NAMED])}
    proof.faults.append(words % values)


def _open_fields(proof: Proof, alias: str) -> bool:
    """Decrypt personal values picked at random from all columns that hold them; return
    if all could be.
    """
    picked: list[str] = []
    for column in contents.encrypted_fields(alias):
        picked += _random_values(alias, column)
    random.shuffle(picked)

    for stored in picked[:SAMPLE]:
        try:
            decrypted(stored)
        except UndecryptableError:
            proof.faults.append(
                _(
                    "Personal values cannot be opened. FIELD_KEYS here are not those"
                    " of the machine that was backed up: fetch them from where the keys"
                    " are kept."
                )
            )
            return False
        proof.fields += 1

    return True


def _random_values(alias: str, column: Any) -> list[str]:
    """Return stored values as they are: read as fields they would be opened."""
    connection = connections[alias]
    table = connection.ops.quote_name(column.model._meta.db_table)
    name = connection.ops.quote_name(column.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {name} FROM {table} WHERE {name} <> '' ORDER BY random()"  # noqa: S608 - names of our models
            " LIMIT %s",
            [SAMPLE],
        )
        return [stored for (stored,) in cursor.fetchall()]


def _open_files(
    proof: Proof, closing: dict[str, Any], alias: str, folder: Path
) -> None:
    """Count the files that rows name and that did not come out, and open some."""
    gone = 0
    for name in contents.files_named(alias):
        if not (folder / archive.MEDIA / name).is_file():
            gone += 1
    if gone > closing["missing"]:
        words = ngettext(
            "%(count)s file that the database names is not in the backup.",
            "%(count)s files that the database names are not in the backup.",
            gone - closing["missing"],
        )
        proof.faults.append(words % {"count": gone - closing["missing"]})

    for row in _random_files(alias):
        path = folder / archive.MEDIA / str(row.file.name)
        if not path.is_file():
            continue
        if path.stat().st_size != row.size or _kind_of(path) != row.content_type:
            words = _("The file %(name)s cannot be opened as what it was stored as.")
            proof.faults.append(words % {"name": row.file.name})
        proof.files_opened += 1


def _compare_files(proof: Proof, alias: str, folder: Path) -> None:
    """Compare every file that came out with the digest noted as it was stored."""
    replaced = []
    for stored in stored_files(alias):
        path = folder / archive.MEDIA / stored.name
        if not path.is_file():  # counted before
            continue
        with File(path.open("rb")) as opened:
            if not stored.is_as_stored(opened):
                replaced.append(str(stored))

    if replaced:
        words = ngettext(
            "%(count)s file is not the one that was added: %(names)s",
            "%(count)s files are not those that were added: %(names)s",
            len(replaced),
        )
        names = "; ".join(replaced[:MOST_NAMED])
        proof.replaced.append(words % {"count": len(replaced), "names": names})


def _random_files(alias: str) -> Iterator[KeptFile]:
    count = 0
    for model in (Attachment, SignedSheet):
        for row in model._base_manager.using(alias).order_by("?")[: SAMPLE - count]:
            yield row
            count += 1


def _kind_of(path: Path) -> str | None:
    kind = filetype.guess_mime(str(path))
    return str(kind) if kind else None
