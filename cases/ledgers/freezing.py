"""锁账 and 红字更正: a ledger closed as it stands, and what is put right in it later.

What is closed is read as nobody in particular may see it: names masked, a secret or
hidden matter by its number, dates and stage alone, and none that concerns a cadre. So
nobody reads in it more than in the ledger itself, whoever closed it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case as When
from django.db.models import Q, QuerySet, Value
from django.db.models import When as Then
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.ledgers import BOOKS_OF_CASES, Book, batches, read_records
from cases.ledgers.columns import REDACTED
from cases.ledgers.period import Period, in_words
from cases.models import Case, FrozenLedger, FrozenRow, RedEntry
from cases.models.choices import Confidentiality
from cases.models.scope import CaseQuerySet, Sight
from cases.privacy.table import Table
from minshi import tabular
from minshi.crypto import sealed
from minshi.errors import InputRefused, MoveRefused, NoSuchRight, said
from minshi.workdays import local_day
from villages.audit import record_sealed
from villages.models import Post, Town, User, Village
from villages.models.audit import AuditKind
from villages.models.posts import Reach
from villages.rights import FREEZE_LEDGERS, first_post

MOST_ROWS = 20_000
NOBODY = Reach()
NONE = Q(pk__in=())


@dataclass(frozen=True)
class Difference:
    """What a cell of a closed ledger says now; an empty column means the whole row."""

    case: Case
    column: str
    was: str
    now: str


# --- closing
@dataclass(frozen=True)
class AboutToClose:
    """What would be closed: its title, how many rows of it the user sees, and what was
    closed of it already.
    """

    headline: str
    rows: int
    before: FrozenLedger | None = None


def about_to_close(
    key: str, place: Village | Town, *, first: date, last: date, by: User, at: datetime
) -> AboutToClose:
    """Return what `freeze` would close. Raises as it does."""
    freezing_post(by, place, local_day(at))
    if key not in BOOKS_OF_CASES:
        raise InputRefused.at(ledger=_("There is no such ledger of matters."))
    if last < first:
        raise InputRefused.at(last=_("The last day is before the first."))
    if last >= local_day(at):
        raise InputRefused.at(last=_("These days are not over yet."))

    book = BOOKS_OF_CASES[key]
    where = {"ledger": key, "first_on": first, "last_on": last, **_place(place)}
    before = FrozenLedger.objects.filter(**where).first()
    headline = book.ledger.headline(str(place), in_words(first, last))
    if before is not None:
        return AboutToClose(headline, 0, before)

    chosen = _chosen(book, place, Period(first, last)).order_by()
    in_sight = Case.objects.counted_for(by, local_day(at))
    rows = chosen.filter(pk__in=in_sight.values("pk")).count()
    if rows == 0:
        raise MoveRefused(_("There is no matter in these days; nothing to close."))
    if chosen.values("pk")[: MOST_ROWS + 1].count() > MOST_ROWS:
        raise MoveRefused(_("Too many rows; close a shorter time."))
    return AboutToClose(headline, rows)


@transaction.atomic
def freeze(
    key: str, place: Village | Town, *, first: date, last: date, by: User, at: datetime
) -> FrozenLedger:
    """Close a ledger of a village or town from one day to another; closed already, it
    is the one there is.

    NoSuchRight: neither the village's secretary nor reviewer or supervisor above it.
    InputRefused: no such ledger of matters, or days that are not over. MoveRefused: no
    row that they may see, or too many.
    """
    about = about_to_close(key, place, first=first, last=last, by=by, at=at)
    if about.before is not None:
        return about.before

    post = freezing_post(by, place, local_day(at))
    book = BOOKS_OF_CASES[key]
    where = {"ledger": key, "first_on": first, "last_on": last, **_place(place)}
    chosen = _chosen(book, place, Period(first, last))
    with override(settings.LANGUAGE_CODE):
        rows = list(_rows(book, chosen, at))
        columns = [[each.key, str(each.heading)] for each in book.ledger.columns]

    frozen = FrozenLedger(
        **where,
        columns=columns,
        rows=len(rows),
        frozen_at=at,
        frozen_by=post,
    )
    frozen.digest = seal_of(frozen, rows)
    try:
        with transaction.atomic():
            frozen.save()
    except IntegrityError:  # somebody else was quicker, or a second click
        return FrozenLedger.objects.get(**where)
    for row in rows:
        row.book = frozen
    FrozenRow.objects.bulk_create(rows, batch_size=500)
    seal = seal_with_key(frozen, rows)
    record_sealed(AuditKind.CLOSED, str(frozen), seal, at=at, user=by)
    return frozen


def freezing_post(user: User, place: Village | Town, on: date) -> Post:
    """Return the post from which a user closes ledgers of a place. NoSuchRight: they
    hold none.
    """
    posts = user.posts_on(on)
    town = place.town if isinstance(place, Village) else place

    found = first_post(posts, FREEZE_LEDGERS, town_id=town.pk)
    found = found or first_post(posts, FREEZE_LEDGERS, county_code=town.county_code)
    if isinstance(place, Village):
        found = first_post(posts, FREEZE_LEDGERS, village_id=place.pk) or found
    if found is None:
        raise NoSuchRight(_("Your posts do not let you close this ledger."))
    return found


def headline_of(frozen: FrozenLedger) -> str:
    """Return the title of a closed ledger as an office writes it."""
    ledger = BOOKS_OF_CASES[frozen.ledger].ledger
    return ledger.headline(frozen.place, in_words(frozen.first_on, frozen.last_on))


def seal_of(frozen: FrozenLedger, rows: Iterable[FrozenRow]) -> str:
    """Return the keyed digest of a closed ledger: which it is, whose and of when, who
    closed it when, its columns and its rows in their order.
    """
    about = [
        frozen.ledger,
        frozen.town_id,
        frozen.village_id,
        frozen.first_on.isoformat(),
        frozen.last_on.isoformat(),
        frozen.frozen_at.astimezone(UTC).isoformat(timespec="microseconds"),
        frozen.frozen_by_id,
        frozen.rows,
        frozen.columns,
    ]
    covered = []
    for row in rows:
        covered.append([row.position, row.case_id, row.cells, row.was_hidden])
    return sealed([about, covered], "closed ledger")


def seal_with_key(frozen: FrozenLedger, rows: Iterable[FrozenRow]) -> str:
    """Return the keyed seal that the audit log has of a stored ledger: over its key, by
    which entries in red name it, the digest that it shows, and the one of its rows.
    """
    digests = [frozen.digest, seal_of(frozen, rows)]
    return sealed([frozen.pk, *digests], "closed ledger by its key")


def seal_of_entries(entries: Iterable[RedEntry]) -> str:
    """Return the keyed seal over what was entered in red at one time, with the keys by
    which later entries come after it.
    """
    covered = []
    for entry in entries:
        covered.append(
            [
                entry.pk,
                entry.book_id,
                entry.case_id,
                entry.column,
                entry.was,
                entry.now,
                entry.reason,
                entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
                entry.by_id,
            ]
        )
    return sealed(covered, "entries in red")


def is_whole(frozen: FrozenLedger) -> bool:
    """Tell whether the ledger and its rows are what was closed. One query."""
    return seal_of(frozen, frozen.frozen_rows.order_by("position")) == frozen.digest


def _place(place: Village | Town) -> dict[str, Any]:
    if isinstance(place, Village):
        return {"village": place}
    return {"town": place}


def _chosen(
    book: Book, place: Village | Town, period: Period, *, protected: Q = NONE
) -> CaseQuerySet:
    """Return the matters of a ledger of a place that concern no cadre; secret, hidden
    and `protected` ones are marked as redacted.

    Of a hidden matter no words either: what is left out of a list of names tells
    whoever wrote the list who spoke.
    """
    is_so_now = Q(confidentiality__in=(Confidentiality.SECRET, Confidentiality.HIDDEN))
    is_protected = Then(is_so_now | protected, then=Value(True))
    of_place = Case.objects.filter(**_place(place)).heard().about_nobody()
    marked = of_place.annotate(redacted=When(is_protected, default=Value(False)))
    return book.whole(period.of(book, marked))


def _rows(book: Book, chosen: CaseQuerySet, at: datetime) -> Iterator[FrozenRow]:
    """Yield the rows of a ledger as nobody in particular sees them, in its order."""
    sight = Sight(User(pk=0), local_day(at), NOBODY, NOBODY, NOBODY)
    keys = [column.key for column in book.ledger.columns]

    position = 0
    for batch in batches(chosen, book.order):
        records = read_records(book, batch, sight=sight, at=at)
        rows = tabular.rows_of(book.ledger, records)
        for record, cells in zip(records, rows, strict=True):
            position += 1
            # 保密事项 would be wrong of a hidden matter, or of one that is open by now
            words = []
            for cell in cells:
                words.append("" if cell in (None, REDACTED) else str(cell))
            texts = words[1:]
            yield FrozenRow(
                position=position,
                case=record.case,
                cells=dict(zip(keys, texts, strict=True)),
                was_hidden=record.redacted,
            )


# --- in red
def differences(frozen: FrozenLedger, by: User, at: datetime) -> list[Difference]:
    """List what the ledger of those days says otherwise now, than it did closed with
    what was entered in red since: of matters within the user's sight, and of none that
    has come to concern a cadre.
    """
    book = BOOKS_OF_CASES[frozen.ledger]
    in_sight = Case.objects.counted_for(by, local_day(at)).about_nobody()

    known = _as_corrected(frozen)
    # what was closed without its words gets none in red, whatever it is now
    without_words = frozen.frozen_rows.filter(was_hidden=True).values("case")
    period = Period(frozen.first_on, frozen.last_on)
    chosen = _chosen(book, frozen.where, period, protected=Q(pk__in=without_words))
    chosen = chosen.filter(pk__in=in_sight.values("pk"))
    with override(settings.LANGUAGE_CODE):  # as it was closed, whoever compares
        present = {row.case_id: row for row in _rows(book, chosen, at)}

    found = []
    for case_id, row in present.items():
        cells = known.get(case_id)
        if cells is None:  # put in later: the row itself, then each of its cells
            found.append(Difference(row.case, "", "", row.case.number))
            cells = {}
        for key, text in row.cells.items():
            if cells.get(key, "") != text:
                found.append(Difference(row.case, key, cells.get(key, ""), text))

    gone = known.keys() - present.keys()
    for case in in_sight.filter(pk__in=gone).order_by("pk"):
        found.append(Difference(case, "", case.number, ""))
    return found


def _as_corrected(frozen: FrozenLedger) -> dict[int, dict[str, str]]:
    """Return the cells of each row by its case, with what was entered in red."""
    rows = frozen.frozen_rows.values_list("case", "cells")
    cells: dict[int, dict[str, str]] = {case: dict(each) for case, each in rows}

    for entry in frozen.red_entries.order_by("pk"):
        if entry.column:
            cells.setdefault(entry.case_id, {})[entry.column] = entry.now
        elif entry.now:
            cells[entry.case_id] = {}
        else:
            cells.pop(entry.case_id, None)
    return cells


@transaction.atomic
def enter_in_red(
    frozen: FrozenLedger, *, reason: str, by: User, at: datetime
) -> list[RedEntry]:
    """Enter in red all that the user sees changed since, with the reason; what was
    closed stays as it is.

    NoSuchRight as `freeze`. InputRefused: no reason. MoveRefused: nothing has changed.
    """
    post = freezing_post(by, frozen.where, local_day(at))
    reason = said(reason, reason=_("Say why it is put right."))

    # whoever else enters in red waits here, and then finds nothing left to enter
    FrozenLedger.objects.select_for_update(of=("self",)).get(pk=frozen.pk)
    found = differences(frozen, by, at)
    about = Case.objects.filter(pk__in={each.case.pk for each in found})
    sight = Sight.of(by, local_day(at))
    # one reason stands on the rows of all of them, to be read by everybody
    reason = Table(about.select_related("town")).for_all(reason, sight)
    entries = []
    for each in found:
        entries.append(
            RedEntry(
                book=frozen,
                case=each.case,
                column=each.column,
                was=each.was,
                now=each.now,
                reason=reason,
                at=at,
                by=post,
            )
        )
    if not entries:
        raise MoveRefused(_("Nothing has changed since it was closed."))
    made = RedEntry.objects.bulk_create(entries, batch_size=500)
    seal = seal_of_entries(made)
    record_sealed(AuditKind.IN_RED, str(frozen), seal, at=at, user=by)
    return made


# --- reading
@dataclass(frozen=True)
class ShownRow:
    """A row of a closed ledger as its reader may see it, its number among those that
    they see, and what was entered in red about it, by column.
    """

    position: int
    number: str
    cells: list[str]
    red: dict[str, RedEntry]

    def in_columns(self, keys: Iterable[str]) -> list[tuple[str, RedEntry | None]]:
        """Pair each cell with its entry in red, the row's own with the first."""
        own = self.red.get("")
        paired = []
        for key, cell in zip(keys, self.cells, strict=True):
            paired.append((cell, self.red.get(key) or own))
            own = None
        return paired


def shown_rows(
    frozen: FrozenLedger, sight: Sight, start: int, most: int
) -> tuple[list[ShownRow], int | None]:
    """Return up to `most` of the rows that the reader may see, from the one with the
    number `start`, and the number of the next, if there is one. Three queries.

    A matter out of their sight is left out; of one that is secret to them, or whose
    speaker is hidden from them only since, they read the number alone. Rows are counted
    and not found by their position, for a gap would tell; there are few in a ledger.
    """
    counted = Case.objects.counted_for(sight.user, sight.on)
    found = frozen.frozen_rows.filter(case__in=counted.values("pk"))
    rows = list(found.order_by("position")[start - 1 : start + most])
    following = start + most if len(rows) > most else None

    cases = counted.filter(pk__in=[row.case_id for row in rows[:most]])
    in_sight = {case.pk: case for case in cases.select_related("town")}

    red: dict[int, dict[str, RedEntry]] = {}
    entries: QuerySet[RedEntry] = frozen.red_entries.filter(case__in=in_sight)
    for entry in entries.select_related("by__user").order_by("pk"):
        red.setdefault(entry.case_id, {})[entry.column] = entry

    keys = [key for key, _heading in frozen.columns]
    shown = []
    still_seen = [row for row in rows[:most] if row.case_id in in_sight]
    for number, row in enumerate(still_seen, start):
        case = in_sight[row.case_id]
        cells = [row.cells.get(key, "") for key in keys]
        of_row = red.get(row.case_id, {})
        if not _may_read(case, sight, was_hidden=row.was_hidden):
            cells = [""] * len(keys)
            if "number" in keys:  # some ledgers have no column for it
                cells[keys.index("number")] = case.number
            of_row = {}
        shown.append(ShownRow(number, case.number, cells, of_row))
    return shown, following


@dataclass(frozen=True)
class ShownEntry:
    """An entry in red: the matter it is about, and whether that has a row at all."""

    number: str
    entry: RedEntry
    has_row: bool


def shown_entries(frozen: FrozenLedger, sight: Sight) -> list[ShownEntry]:
    """Return all that was entered in red of matters whose words the reader may see, in
    the order in which it was. Three queries, one where nothing was.
    """
    in_order = frozen.red_entries.select_related("by__user").order_by("pk")
    entries = list(in_order)
    if not entries:
        return []

    about = {entry.case_id for entry in entries}
    counted = Case.objects.counted_for(sight.user, sight.on)
    in_sight = {case.pk: case for case in counted.filter(pk__in=about)}

    rows = frozen.frozen_rows.filter(case__in=in_sight)
    was_hidden = dict(rows.values_list("case", "was_hidden"))

    shown = []
    for entry in entries:
        case = in_sight.get(entry.case_id)
        if case is None:
            continue
        has_row = case.pk in was_hidden
        if _may_read(case, sight, was_hidden=was_hidden.get(case.pk, False)):
            shown.append(ShownEntry(case.number, entry, has_row))
    return shown


@dataclass
class AddedRow:
    """A matter without a row, which was put in later: the entry about the row itself,
    and what its cells say by their headings.
    """

    number: str
    entry: RedEntry
    cells: dict[str, str]


def added_rows(frozen: FrozenLedger, sight: Sight) -> list[AddedRow]:
    """Return the matters that were put in later, of those in sight, in the order in
    which they were. Three queries, one where nothing was entered in red.
    """
    headings = dict(frozen.columns)
    rows: dict[int, AddedRow] = {}
    for shown in shown_entries(frozen, sight):
        if shown.has_row:
            continue
        entry = shown.entry
        row = rows.setdefault(entry.case_id, AddedRow(shown.number, entry, {}))
        if entry.column in headings:
            row.cells[headings[entry.column]] = entry.now
        else:
            row.entry = entry
    return list(rows.values())


def _may_read(case: Any, sight: Sight, *, was_hidden: bool) -> bool:
    """Tell whether the words of a closed row may be read: not of a matter that is
    secret to the reader, or whose speaker is hidden from them only since.
    """
    return not case.redacted and (was_hidden or sight.shows_speaker(case))
