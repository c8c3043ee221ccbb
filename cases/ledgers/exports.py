"""Files and prints of ledgers: who may take them away, with whose names opened, and the
trace they leave.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import IO, Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.ledgers import AnyBook, Book, batches, read_records
from cases.ledgers.conditions import Conditions
from cases.ledgers.loading import keep_masked
from cases.ledgers.period import in_words
from cases.models import Assignment, Case
from cases.models.scope import CaseQuerySet, Sight
from cases.privacy.disclosure import opener
from cases.privacy.reasons import reason_of
from minshi import tabular
from minshi.errors import MoveRefused, NoSuchRight, said_purpose
from minshi.file_names import file_name
from minshi.handed_on import file_to_hand_on
from minshi.plain_cells import Row
from minshi.text import clean_text
from minshi.workdays import local_day
from villages.audit import record_audit
from villages.models import Post, Town, User
from villages.models.audit import AuditKind
from villages.rights import (
    EXPORT,
    EXPORT_OF_OFFICE,
    EXPORT_OF_VILLAGE,
    OVERSEE,
    UNMASK,
    first_post,
)

FORMS = ("xlsx", "csv")
TOLD_EVERY = 500  # rows
Tell = Callable[[int], None]
MOST_PRINTED = 2_000  # rows: a print is one page of HTML, which must fit a browser


def may_export(user: User, on: date) -> bool:
    """Tell whether the user may take any ledger away."""
    return user.holds(on, *EXPORT)


def may_unmask_anything(user: User, on: date) -> bool:
    """Tell whether the user may open any row; `opener` says which ones."""
    return user.holds(on, *UNMASK)


def exportable(cases: CaseQuerySet, user: User, on: date) -> CaseQuerySet:
    """Narrow the cases in sight to those that the user may take away.

    They are of the own village, of the own territory, or an office's own work
    (domain §3).
    """
    villages = user.reach(on, EXPORT_OF_VILLAGE).villages
    territory = Town.objects.in_reach_of(user, on, OVERSEE).values("pk")
    offices = user.reach(on, EXPORT_OF_OFFICE).offices

    own_work = Assignment.objects.filter(
        office__in=offices, case=OuterRef("pk"), ended_at=None
    )
    return cases.filter(
        Q(village__in=villages) | Q(town__in=territory) | Exists(own_work)
    )


def not_theirs_to_take() -> NoSuchRight:
    """Return the refusal of whoever may not take the ledger away."""
    return NoSuchRight(_("Your posts do not let you take this ledger away."))


def nothing_fits() -> MoveRefused:
    """Return the refusal of a file without a row."""
    return MoveRefused(_("Nothing fits these filters; no empty ledger is made."))


def takeable(book: AnyBook, rows: Any, user: User, on: date) -> Any:
    """Narrow the rows of a book in sight to those that the user may take away."""
    if isinstance(book, Book):
        return exportable(rows, user, on)
    return book.takeable(rows, user, on)


def may_print_of(
    user: User, on: date, *, village_id: int | None, town: Town | None, county_code: str
) -> bool:
    """Tell whether papers of a place may be printed: of the own village or territory.

    No query beyond the posts.
    """
    above = user.reach(on, OVERSEE)
    if village_id in user.reach(on, EXPORT_OF_VILLAGE).villages:
        return True

    if town is None:
        return county_code in above.counties
    return town.pk in above.towns or town.county_code in above.counties


def may_take(
    user: User, on: date, case: Case, assignments: Iterable[Assignment]
) -> bool:
    """Tell of one case what `may_export` and `exportable` tell of a list.

    No query beyond the posts.
    """
    offices = user.reach(on, EXPORT_OF_OFFICE).offices
    if may_print_of(
        user, on, village_id=case.village_id, town=case.town, county_code=""
    ):
        return True
    return any(
        item.office_id in offices for item in assignments if item.ended_at is None
    )


@dataclass
class Export:
    """One ledger to be taken away: its rows in sight and filter, for whom, when,
    why.
    """

    book: AnyBook
    cases: Any
    user: User
    at: datetime
    bounds: tuple[date | None, date]
    reason: str
    filters: str = ""  # as the audit log shall show them
    unmasked: bool = False
    # as the title and the name of the file say them
    conditions: Conditions = field(default_factory=Conditions)
    count: int = field(default=0, init=False)
    tell: Tell | None = None  # is told how many rows were read, now and then

    @property
    def on(self) -> date:
        return local_day(self.at)

    @property
    def unit(self) -> str:
        """The place of the post that exports."""
        post = self._post
        return post.place if post else ""

    @property
    def titled(self) -> str:
        """The place of the rows as a title names it: the one chosen, else the unit's, a
        village behind its town.
        """
        if self.conditions.place:
            return self.conditions.place

        post = self._post
        if post is None:
            return ""

        village = post.group.village if post.group else post.village
        return f"{village.town}{post.place}" if village else post.place

    @property
    def _post(self) -> Post | None:
        """The post that exports: one of the village chosen, if there is one."""
        posts = self.user.posts_on(self.on)
        village = self.conditions.village
        own = first_post(posts, EXPORT, village_id=village.pk) if village else None
        return own or first_post(posts, EXPORT)

    @property
    def period(self) -> str:
        return in_words(*self.bounds)

    @property
    def headline(self) -> str:
        words = self.conditions.in_words()
        return self.book.ledger.headline(self.titled, self.period, words)

    def file_name(self, form: str) -> str:
        title = str(self.book.ledger.title)
        return self.named(title, form)

    def named(self, title: str, form: str) -> str:
        """Return the name of a file of this title with these rows."""
        return file_name(
            self.unit,
            title,
            *self.bounds,
            str(self.user),
            form,
            conditions=self.conditions.in_short(self.unit),
        )

    def file(self, form: str, request: HttpRequest | None = None) -> IO[bytes]:
        """Return the ledger as an open temporary file, at its beginning.

        1. Refuse who may not, or gives no reason, or where there is no row.
        2. Write row by row, in little memory.
        3. Record it in the audit log, before anybody reads the file.
        Raises NoSuchRight, InputRefused (no reason), MoveRefused (no rows).
        """
        records = self.records()

        with file_to_hand_on() as out:
            self._write(out, form, records)
            self.log(AuditKind.EXPORT, form, request)
        return out

    def _write(self, out: IO[bytes], form: str, records: Iterator[Any]) -> None:
        if form == "csv":
            text = io.TextIOWrapper(out, encoding="utf-8", newline="")
            # the record itself masks
            tabular.write_csv(text, self.book.ledger, records)
            text.detach()
            return

        tabular.write_workbook(out, [self.sheet(records)])

    def sheet(self, records: Iterable[Any]) -> tabular.SheetOf[Any]:
        """Return what a spreadsheet has of this ledger."""
        return tabular.SheetOf(
            self.book.ledger,
            records,
            unit=self.unit,
            titled=self.titled,
            period=self.period,
            filled_by=str(self.user),
            on=self.on,
            conditions=self.conditions.in_words(),
        )

    def rows(self, request: HttpRequest | None = None) -> list[Row]:
        """Return the rows of a print, and record it in the audit log.

        Raises MoveRefused where there is no row, or more than a page carries; else as
        `file`.
        """
        if self.up_to(MOST_PRINTED) > MOST_PRINTED:
            words = _(
                "More than %(most)s rows do not fit a print; narrow the filter or"
                " take the file."
            )
            raise MoveRefused(words % {"most": MOST_PRINTED})

        rows = list(tabular.rows_of(self.book.ledger, self.records()))
        self.log(AuditKind.PRINT, "", request)
        return rows

    def is_empty(self) -> bool:
        """Tell whether there is no row to take away. One query."""
        return not self.takeable_rows().order_by().exists()

    def up_to(self, most: int) -> int:
        """Count the rows to take away, no further than one more than `most`."""
        some = self.takeable_rows().order_by().values("pk")[: most + 1]
        return int(some.count())

    def takeable_rows(self) -> Any:
        """Return the rows that the user may take away."""
        return takeable(self.book, self.cases, self.user, self.on)

    def records(self) -> Iterator[Any]:
        """Return the records in the book's order, counted as they pass.

        Refuses before the first.
        """
        self.refuse()

        records = self._read()
        first = next(records, None)
        if first is None:
            raise nothing_fits()
        return self._counted(chain([first], records))

    def refuse(self) -> None:
        """Refuse who may not take the ledger away, or gives no reason for it."""
        is_allowed = may_export(self.user, self.on)
        if is_allowed and self.unmasked:
            is_allowed = may_unmask_anything(self.user, self.on)
        if not is_allowed:
            raise not_theirs_to_take()

        said_purpose(self.reason)

    def _read(self) -> Iterator[Any]:
        """Yield the records one by one, read in batches: all of them would not fit in
        memory.

        Names and phones stay masked, unless the export is an unmasked one and the user
        may open those of the case; a 隐名 speaker stays hidden even then.
        """
        sight = Sight.of(self.user, self.on).on_paper()
        may_unmask_case = opener(self.user, self.on) if self.unmasked else keep_masked

        rows = self.book.whole_of_many(self.takeable_rows())
        for batch in batches(rows, self.book.order):
            yield from read_records(
                self.book, batch, sight=sight, at=self.at, may_unmask=may_unmask_case
            )

    def _counted(self, records: Iterator[Any]) -> Iterator[Any]:
        for record in records:
            self.count += 1
            if self.tell and self.count % TOLD_EVERY == 0:
                self.tell(self.count)
            yield record

    def reason_in_log(self) -> str:
        """Return the reason in words that name nobody. Five queries."""
        return reason_of(self.user, self.on, clean_text(self.reason))

    def log(
        self, kind: AuditKind, form: str, request: HttpRequest | None, reason: str = ""
    ) -> None:
        """Record the export or print, and that names were opened where they were.

        `reason` is the one for the log where it was made ready for several exports.
        """
        reason = reason or self.reason_in_log()
        subject = _("%(ledger)s, %(period)s, %(count)s rows; %(filters)s") % {
            "ledger": f"{self.book.ledger.title} {form}".strip(),
            "period": self.period,
            "count": self.count,
            "filters": self.filters or _("no filter"),
        }

        kinds = [kind]
        if self.unmasked:
            kinds.insert(0, AuditKind.UNMASK)
        for each in kinds:
            record_audit(
                each,
                at=self.at,
                user=self.user,
                subject=subject,
                reason=reason,
                request=request,
            )
