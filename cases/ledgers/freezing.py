"""锁账: a ledger closed as it stands. What is put right in it later: red_entries.py.

What is closed is read as nobody in particular may see it: names masked, a secret or
hidden matter by its number, dates and stage alone, and none that concerns a cadre. So
nobody reads in it more than in the ledger itself, whoever closed it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q, Value
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.ledgers import BOOKS_OF_CASES, Book, batches, read_records
from cases.ledgers.columns import REDACTED
from cases.ledgers.period import Period, in_words
from cases.models import Case, FrozenLedger, FrozenRow
from cases.models.choices import Confidentiality
from cases.models.scope import CaseQuerySet, Sight
from minshi import tabular
from minshi.crypto import moment_in_seal, sealed
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
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

    book = book_of(key, place)
    where = {"ledger": key, "first_on": first, "last_on": last, **_place(place)}
    before = FrozenLedger.objects.filter(**where).first()
    headline = book.ledger.headline(titled(place), in_words(first, last))
    if before is not None:
        return AboutToClose(headline, 0, before)

    chosen = matters_of(book, place, Period(first, last)).order_by()
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
    book = book_of(key, place)
    where = {"ledger": key, "first_on": first, "last_on": last, **_place(place)}
    chosen = matters_of(book, place, Period(first, last))
    with override(settings.LANGUAGE_CODE):
        rows = list(rows_as_closed(book, chosen, at))
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


def book_of(key: str, place: Village | Town) -> Book:
    """Return a ledger as it is closed for a place: a town's says each row's village."""
    book = BOOKS_OF_CASES[key]
    return book.of_several_villages() if isinstance(place, Town) else book


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
    period = in_words(frozen.first_on, frozen.last_on)
    return ledger.headline(titled(frozen.where), period)


def titled(place: Village | Town) -> str:
    """Return a place as a title names it: a village behind its town."""
    return f"{place.town}{place}" if isinstance(place, Village) else str(place)


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
        moment_in_seal(frozen.frozen_at),
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


def is_whole(frozen: FrozenLedger) -> bool:
    """Tell whether the ledger and its rows are what was closed. One query."""
    return seal_of(frozen, frozen.frozen_rows.order_by("position")) == frozen.digest


def _place(place: Village | Town) -> dict[str, Any]:
    if isinstance(place, Village):
        return {"village": place}
    return {"town": place}


def matters_of(
    book: Book, place: Village | Town, period: Period, *, protected: Q = NONE
) -> CaseQuerySet:
    """Return the matters of a ledger of a place that concern no cadre; secret, hidden
    and `protected` ones are marked as redacted.

    Of a hidden matter no words either: what is left out of a list of names tells
    whoever wrote the list who spoke.
    """
    is_so_now = Q(confidentiality__in=(Confidentiality.SECRET, Confidentiality.HIDDEN))
    is_protected = models.When(is_so_now | protected, then=Value(True))
    redacted = models.Case(is_protected, default=Value(False))
    of_place = Case.objects.filter(**_place(place)).heard().about_nobody()
    marked = of_place.annotate(redacted=redacted)
    return book.whole(period.of(book, marked))


def rows_as_closed(
    book: Book, chosen: CaseQuerySet, at: datetime
) -> Iterator[FrozenRow]:
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
