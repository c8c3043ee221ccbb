"""A ledger as its reader arranged it: columns hidden and in their order, the newest or
the oldest row first, filters saved under a name (ux 2.8).

Of the page alone: files, prints and the API keep the order of the design.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from cases.ledgers.book import AnyBook
from cases.models import OwnLedger
from cases.models.own_ledger import LONGEST_FILTER_NAME
from minshi.errors import InputRefused
from minshi.tabular import Column, Ledger
from minshi.text import clean_line
from villages.models import User

MOST_FILTERS = 12
LONGEST_QUERY = 500
# the words searched for may be a name or a telephone: they are kept by nobody
NEVER_KEPT = frozenset({"q", "after", "from_row", "whole"})
OF_THE_PERIOD = frozenset({"period", "since", "until", "first"})


def own_ledger(user: User, book: AnyBook) -> OwnLedger:
    """Return the ledger as the reader arranged it; as it comes where they did not. One
    query.
    """
    kept = OwnLedger.objects.filter(user=user, ledger=book.key).first()
    return kept or OwnLedger(user=user, ledger=book.key)


def columns_shown(own: OwnLedger, ledger: Ledger[Any]) -> tuple[Column[Any], ...]:
    """Return the columns in the reader's order without those they hid.

    A column that is new since then stands where the design has it.
    """
    return tuple(
        column for column in in_order(own, ledger) if column.key not in own.hidden
    )


def in_order(own: OwnLedger, ledger: Ledger[Any]) -> list[Column[Any]]:
    """Return all columns in the reader's order, those they hid among them."""
    place = {key: number for number, key in enumerate(own.arranged)}
    columns = list(ledger.columns)
    known = [column for column in columns if column.key in place]
    known.sort(key=lambda column: place[column.key])

    # a column of no place of its own stays where the ledger has it
    following = iter(known)
    ordered = []
    for column in columns:
        ordered.append(next(following) if column.key in place else column)
    return ordered


def as_shown(own: OwnLedger, book: AnyBook) -> AnyBook:
    """Return the book with the columns that its reader wants to see."""
    columns = columns_shown(own, book.ledger)
    return replace(book, ledger=replace(book.ledger, columns=columns))


# --- what readers change
@transaction.atomic
def arrange(
    user: User,
    book: AnyBook,
    *,
    hidden: Iterable[str],
    order: Sequence[str],
    oldest_first: bool,
) -> OwnLedger:
    """Keep which columns the reader wants to see, in which order, and which row comes
    first. The same again changes nothing.

    InputRefused: a column that the ledger does not have, or none is left.
    """
    known = [column.key for column in book.ledger.columns]
    unwanted = set(hidden)
    if unwanted - set(known):
        raise InputRefused.at(hidden=_("This ledger has no such column."))
    if set(order) - set(known):
        raise InputRefused.at(order=_("This ledger has no such column."))
    if unwanted == set(known):
        raise InputRefused.at(hidden=_("At least one column must stay."))

    own = _locked(user, book)
    own.hidden = [key for key in known if key in unwanted]
    own.arranged = list(dict.fromkeys(order))
    own.oldest_first = oldest_first
    own.save()
    return own


@transaction.atomic
def keep_filter(
    user: User, book: AnyBook, *, name: str, query: str, is_default: bool
) -> OwnLedger:
    """Keep a filter under a name, in the place of one of the same name; a default takes
    the place of the default there was. What was searched for is not kept.

    InputRefused: no name, one that is too long, too long a filter, or there are too
    many.
    """
    name = clean_line(name)
    if not name:
        raise InputRefused.at(name=_("Give it a name."))
    if len(name) > LONGEST_FILTER_NAME:
        raise InputRefused.at(name=_("This is too long."))
    asked = kept_part_of(query, book)

    own = _locked(user, book)
    kept = [each for each in own.filters if each["name"] != name]
    if len(kept) >= MOST_FILTERS:
        words = _("There are %(most)s filters already; remove one first.")
        raise InputRefused.at(name=words % {"most": MOST_FILTERS})
    if is_default:
        kept = [{**each, "is_default": False} for each in kept]

    own.filters = [*kept, {"name": name, "query": asked, "is_default": is_default}]
    own.save()
    return own


@transaction.atomic
def drop_filter(user: User, book: AnyBook, name: str) -> OwnLedger:
    """Remove a saved filter; nothing happens where there is none of that name."""
    own = _locked(user, book)
    own.filters = [each for each in own.filters if each["name"] != name]
    own.save()
    return own


def kept_part_of(query: str, book: AnyBook) -> str:
    """Return of a query what the ledger's filters know and what may be kept.

    InputRefused: it is too long, for a part of it would be another filter.
    """
    given = QueryDict(query)
    allowed = OF_THE_PERIOD | set(book.filterset.base_filters)

    kept = QueryDict(mutable=True)
    for name, values in given.lists():
        if name in allowed and name not in NEVER_KEPT:
            kept.setlist(name, [value for value in values if value])

    asked = kept.urlencode()
    if len(asked) > LONGEST_QUERY:
        words = _("This filter is too long to be saved; choose fewer things in it.")
        raise InputRefused.at(query=words)
    return asked


def _locked(user: User, book: AnyBook) -> OwnLedger:
    """Return the reader's row of the ledger, which nobody else changes meanwhile."""
    OwnLedger.objects.get_or_create(user=user, ledger=book.key)
    return OwnLedger.objects.select_for_update().get(user=user, ledger=book.key)
