"""Rows that are final once something was decided, sent or shown. Each change of them
that the program makes is recorded in the audit log, with a keyed seal over all of the
row and of what belongs to it; the nightly check compares them with the last one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, Q, QuerySet

from minshi.crypto import moment_in_seal, sealed
from minshi.errors import Text
from villages.audit import DIGITS_OF_SEAL, record_sealed
from villages.models import AuditRecord, User
from villages.models.audit import AuditKind

BATCH = 500
FEW = 50  # rows whose records are asked for one by one


@dataclass(frozen=True)
class Columns:
    """The columns of a table that are sealed, in an order that stays for good, and the
    lookup by which its rows belong to a final row: none of the final row itself.
    """

    model: type[Model]
    names: tuple[str, ...]
    of: str = ""


@dataclass(frozen=True)
class Final:
    """Rows that are final from some condition on, with what belongs to them. The name
    stands in the audit log.

    Only the columns that are named are read, so that a migration may seal with it
    whatever columns come later.
    """

    name: str
    own: Columns
    when: Q = field(default_factory=Q)
    parts: tuple[Columns, ...] = ()
    # that a row is gone is no finding
    may_go: bool = False
    # what a row is called in a finding; empty: as its model is
    label: Text = ""

    def rows(self, using: str = DEFAULT_DB_ALIAS) -> QuerySet[Any]:
        return self.own.model._base_manager.using(using).filter(self.when)

    def seals(
        self, recorded: Mapping[int, datetime], using: str = DEFAULT_DB_ALIAS
    ) -> dict[int, str]:
        """Return the seals over rows as they are now, by their keys, each with the
        moment at which it is `recorded`. A query a table.
        """
        belonging = [_by_owner(part, recorded, using) for part in self.parts]

        found = {}
        rows = self.rows(using).filter(pk__in=recorded)
        for key, *values in rows.values_list("pk", *self.own.names):
            parts = [of_part.get(key, []) for of_part in belonging]
            covered = [moment_in_seal(recorded[key]), key, _plain(values), parts]
            found[key] = sealed(covered, f"final {self.name}")
        return found


def seal_final(final: Final, row: Model, *, at: datetime, user: User | None) -> None:
    """Record a row that is final from now on, as it is stored; where it is not final
    nothing is recorded. It comes last in the transaction that makes it.

    A row that has a record already is changed by `change_recorded`.
    """
    seal = final.seals({row.pk: at}).get(row.pk)
    if seal:
        title = f"{final.name}:{row.pk} {row}"
        record_sealed(AuditKind.SEALED, title, seal, at=at, user=user)


@contextmanager
def change_recorded(
    final: Final, row: Model, *, at: datetime, user: User | None
) -> Iterator[None]:
    """Record a row as what is done meanwhile makes it: a new one, or one that was as it
    was recorded last. It stands in the transaction of the change.

    Any other stays what is found: recorded anew, what SQL changed of it would pass as
    the program's.
    """
    is_right = row.pk is None or bool(locked_as_recorded(final, [row.pk]))
    yield
    if is_right:
        seal_final(final, row, at=at, user=user)


@contextmanager
def changes_recorded(
    final: Final, keys: Collection[int], *, at: datetime
) -> Iterator[None]:
    """Record many rows as `change_recorded` does, without their titles."""
    right = locked_as_recorded(final, keys)
    yield
    seal_all(final, right, at=at)


def put_recorded(
    final: Final,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    at: datetime,
    user: User | None,
) -> Any:
    """Write a row, a new one where there is none of its key, and record it as
    `change_recorded` does; return it. The caller has locked what two would put it at.
    """
    model = final.own.model
    row = model._base_manager.filter(**key).first() or model(**key)
    for name, value in values.items():
        setattr(row, name, value)

    with change_recorded(final, row, at=at, user=user):
        row.save()
    return row


def seal_once(final: Final, row: Model, *, at: datetime, user: User | None) -> None:
    """Record a row that becomes final but once: made open again by SQL it keeps its
    first record, and is found.
    """
    if unrecorded(final, [row.pk]):
        seal_final(final, row, at=at, user=user)


def seal_removed(final: Final, row: Model, *, at: datetime, user: User | None) -> None:
    """Record that the program is about to take a row away: that it is gone is no
    finding then. One that was not as it was recorded stays what is found.
    """
    if locked_as_recorded(final, [row.pk]):
        title = f"{final.name}:{row.pk} {row}"
        seal = seal_of_removed(final, row.pk, at)
        record_sealed(AuditKind.SEALED, title, seal, at=at, user=user)


def seal_of_removed(final: Final, key: int, at: datetime) -> str:
    covered = [moment_in_seal(at), key, "removed"]
    return sealed(covered, f"final {final.name}")


def seal_all(final: Final, keys: Iterable[int], *, at: datetime) -> None:
    """Record many rows at once as they are stored, without their titles. For each 500
    two queries and one for each table of what belongs to them.
    """
    left = iter(keys)
    while some := list(islice(left, BATCH)):
        seals = final.seals(dict.fromkeys(some, at))
        AuditRecord.objects.bulk_create(
            AuditRecord(
                kind=AuditKind.SEALED, subject=_subject(final, key, seal), at=at
            )
            for key, seal in seals.items()
        )


def seal_all_removed(final: Final, keys: Collection[int], *, at: datetime) -> None:
    """Record that the program is about to take many rows away, as `seal_removed`."""
    AuditRecord.objects.bulk_create(
        AuditRecord(
            kind=AuditKind.SEALED,
            subject=_subject(final, key, seal_of_removed(final, key, at)),
            at=at,
        )
        for key in locked_as_recorded(final, keys)
    )


def subjects_of_all(
    final: Final, *, at: datetime, using: str = DEFAULT_DB_ALIAS
) -> Iterator[str]:
    """Yield the subjects under which all rows that are final now are recorded: those of
    before they were sealed, and those that were written by the thousand.
    """
    for keys in in_batches(final.rows(using)):
        for key, seal in final.seals(dict.fromkeys(keys, at), using).items():
            yield _subject(final, key, seal)


def record_as_they_are(
    finals: Iterable[Final], records: QuerySet[Any], *, at: datetime
) -> None:
    """Record all rows that are final now: what a migration does that begins to seal
    them, with its own state of the audit log.
    """
    model = records.model
    for final in finals:
        subjects = subjects_of_all(final, at=at, using=records.db)
        while some := list(islice(subjects, BATCH)):
            rows = [
                model(kind=AuditKind.SEALED.value, subject=subject, at=at)
                for subject in some
            ]
            records.bulk_create(rows)


def record_with_more(
    before: Final, final: Final, records: QuerySet[Any], *, at: datetime
) -> None:
    """Record the rows with the columns that are sealed from now on, each that is as
    `before` recorded it last: what a migration does that seals more of them.

    Any other stays what is found; so do all, where it is made to run again, for the
    last records are no longer those of `before`.
    """
    model, using = records.model, records.db
    recorded = last_seals(before, records=records)
    for keys in in_batches(final.rows(using)):
        moments = {}
        for key in keys:
            if key in recorded and not recorded[key].is_copy:
                moments[key] = recorded[key].at

        seals = before.seals(moments, using)
        right = [key for key, seal in seals.items() if seal == recorded[key].seal]
        rows = []
        for key, seal in final.seals(dict.fromkeys(right, at), using).items():
            subject = _subject(final, key, seal)
            rows.append(model(kind=AuditKind.SEALED.value, subject=subject, at=at))
        records.bulk_create(rows)


def is_recorded(final: Final, records: QuerySet[Any]) -> bool:
    """Tell whether any row of a kind has its record: a migration that is made to run
    again would seal what SQL has put in since.
    """
    of_kind = {
        "kind": AuditKind.SEALED.value,
        "subject__startswith": f"{final.name}:",
    }
    return records.filter(**of_kind).exists()


@dataclass(frozen=True)
class LastSeal:
    """The last record of a final row.

    One that was copied, so that an older state of the row would pass, has the seal of
    an earlier record: the moment is in it, so that the program makes none twice.
    """

    title: str
    seal: str
    at: datetime
    is_copy: bool = False


def last_seals(
    final: Final,
    keys: Collection[int] | None = None,
    records: QuerySet[Any] | None = None,
) -> dict[int, LastSeal]:
    """Return the last record of each row that has one, by its key; of all rows, or of
    some; in the audit log, or in what a migration sees of it. One query.
    """
    log = AuditRecord.objects.all() if records is None else records
    of_rows = log.filter(_of_rows(final, keys), kind=AuditKind.SEALED.value)

    last: dict[int, LastSeal] = {}
    earlier: dict[int, set[str]] = defaultdict(set)
    in_order = of_rows.order_by("pk").values_list("subject", "at")
    for subject, at in in_order.iterator():
        title = subject[:-DIGITS_OF_SEAL].rstrip()
        row = title.removeprefix(f"{final.name}:")
        key = int(row.split()[0])
        seal = subject[-DIGITS_OF_SEAL:]
        if key in last and last[key].seal != seal:
            earlier[key].add(last[key].seal)
        last[key] = LastSeal(title, seal, at, is_copy=seal in earlier[key])
    return last


def _of_rows(final: Final, keys: Collection[int] | None) -> Q:
    """Return the condition for the records of some rows, or at least for them."""
    if keys is None or len(keys) > FEW:
        return Q(subject__startswith=f"{final.name}:")

    of_some = Q(pk__in=[])
    for key in keys:
        of_some |= Q(subject__startswith=f"{final.name}:{key} ")
    return of_some


def as_recorded(final: Final, keys: Collection[int]) -> list[int]:
    """Return those of the rows that are stored as they were recorded last."""
    if not keys:
        return []

    recorded = last_seals(final, keys)
    known = [key for key in keys if key in recorded and not recorded[key].is_copy]
    right = []
    left = iter(known)
    while some := list(islice(left, BATCH)):
        seals = final.seals({key: recorded[key].at for key in some})
        right += [key for key, seal in seals.items() if seal == recorded[key].seal]
    return right


def locked_as_recorded(final: Final, keys: Collection[int]) -> list[int]:
    """Return `as_recorded` of rows that nobody else changes until the transaction is
    over: of one that somebody does, record and row would be read before and after.
    """
    if not keys:
        return []
    rows = final.own.model._base_manager.order_by("pk")
    left = iter(sorted(keys))
    while some := list(islice(left, BATCH)):
        locked = rows.filter(pk__in=some).select_for_update(no_key=True)
        list(locked.values_list("pk"))
    return as_recorded(final, keys)


def unrecorded(final: Final, keys: Collection[int]) -> list[int]:
    """Return those of the rows that have no record: what becomes final but once is not
    recorded a second time, or whoever made it open again by SQL would not be found.
    """
    recorded = last_seals(final, keys)
    return [key for key in keys if key not in recorded]


def _subject(final: Final, key: int, seal: str) -> str:
    return f"{final.name}:{key} {seal}"


def in_batches(rows: QuerySet[Any]) -> Iterator[list[int]]:
    """Yield the keys of rows, some hundred at a time."""
    keys = rows.order_by("pk").values_list("pk", flat=True).iterator()
    while batch := list(islice(keys, BATCH)):
        yield batch


def _by_owner(
    part: Columns, owners: Iterable[int], using: str
) -> dict[int, list[list[Any]]]:
    rows = part.model._base_manager.using(using).order_by("pk")
    rows = rows.filter(**{f"{part.of}__in": list(owners)})

    found: dict[int, list[list[Any]]] = {}
    for owner, *values in rows.values_list(part.of, "pk", *part.names):
        found.setdefault(owner, []).append(_plain(values))
    return found


def _plain(values: Iterable[Any]) -> list[Any]:
    """Return values of columns as what is sealed takes them."""
    plain = []
    for value in values:
        if isinstance(value, datetime):
            plain.append(moment_in_seal(value))
        elif isinstance(value, date):
            plain.append(value.isoformat())
        elif isinstance(value, UUID):
            plain.append(str(value))
        else:
            plain.append(value)
    return plain
