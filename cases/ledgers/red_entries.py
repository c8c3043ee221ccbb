"""红字更正: what a closed ledger says otherwise now, entered in red with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.ledgers.freezing import book_of, freezing_post, matters_of, rows_as_closed
from cases.ledgers.period import Period
from cases.models import Case, FrozenLedger, RedEntry
from cases.models.scope import Sight
from cases.privacy.table import Table
from minshi.crypto import moment_in_seal, sealed
from minshi.errors import MoveRefused, said
from minshi.workdays import local_day
from villages.audit import record_sealed
from villages.models import User
from villages.models.audit import AuditKind


@dataclass(frozen=True)
class Difference:
    """What a cell of a closed ledger says now; an empty column means the whole row."""

    case: Case
    column: str
    was: str
    now: str


def differences(frozen: FrozenLedger, by: User, at: datetime) -> list[Difference]:
    """List what the ledger of those days says otherwise now, than it did closed with
    what was entered in red since: of matters within the user's sight, and of none that
    has come to concern a cadre.
    """
    book = book_of(frozen.ledger, frozen.where)
    closed_columns = {key for key, _heading in frozen.columns}
    in_sight = Case.objects.counted_for(by, local_day(at)).about_nobody()

    known = _as_corrected(frozen)
    # what was closed without its words gets none in red, whatever it is now
    without_words = frozen.frozen_rows.filter(was_hidden=True).values("case")
    period = Period(frozen.first_on, frozen.last_on)
    chosen = matters_of(book, frozen.where, period, protected=Q(pk__in=without_words))
    chosen = chosen.filter(pk__in=in_sight.values("pk"))
    with override(settings.LANGUAGE_CODE):  # as it was closed, whoever compares
        present = {row.case_id: row for row in rows_as_closed(book, chosen, at)}

    found = []
    for case_id, row in present.items():
        cells = known.get(case_id)
        if cells is None:  # put in later: the row itself, then each of its cells
            found.append(Difference(row.case, "", "", row.case.number))
            cells = {}
        for key, text in row.cells.items():
            if key not in closed_columns:
                continue  # a column that the ledger has only since
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
                moment_in_seal(entry.at),
                entry.by_id,
            ]
        )
    return sealed(covered, "entries in red")
