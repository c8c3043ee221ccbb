"""Writing adopted matters in batches: numbers, keys, each chain's first event."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cases.bulk.faults import fault_of
from cases.bulk.matter import Matter
from cases.bulk.surroundings import Surroundings
from cases.models import Assignment, Case, Clock, Event
from cases.models.choices import Stage
from cases.privacy.personal import fold_words
from cases.workflow import Action, Officer
from cases.workflow.numbering import new_tracking_code, reserve_numbers
from cases.workflow.record import new_event
from cases.workflow.sealed_rows import Beside, rows_beside
from minshi import workdays
from minshi.crypto import digest
from minshi.errors import InputRefused, NoSuchRight
from villages.models import Role, Town

BATCH = 1000
SHOWN_FAULTS = 10
Block = tuple[Town, int]  # numbers are counted by town and year


@transaction.atomic
def adopt(rows: Iterable[Matter], by: Officer, at: datetime) -> int:
    """Take over matters of an old ledger, closed or open, and return how many.

    1. Refuse anybody but a reviewer.
    2. Batch by batch, refuse the rows at fault, then write cases, events, clocks and
       assignments.
    All or nothing. Each case gets a number of the year it was registered in, its
    source, one chained event, and while open an owner and a running clock. Memory stays
    flat however many there are.
    NoSuchRight: not a reviewer. InputRefused: names the first rows at fault, counted
    from 1, and why.
    """
    post = by.post
    if (
        post.role != Role.REVIEWER
        or post.user_id != by.user.pk
        or not post.is_current(workdays.local_day(at))
    ):
        raise NoSuchRight(_("Only a reviewer takes over an old ledger."))

    around = Surroundings(by, at)
    done = 0
    for batch in _batches(rows):
        _refuse_faulty(batch, around, done)
        _write([around.adopted(matter) for matter in batch], by, at)
        done += len(batch)

    return done


def _batches(rows: Iterable[Matter]) -> Iterator[list[Matter]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _refuse_faulty(batch: Sequence[Matter], around: Surroundings, before: int) -> None:
    """Refuse the batch if a row is at fault; `before` rows came before it."""
    faults = {}
    for nth, matter in enumerate(batch, before + 1):
        if fault := fault_of(matter, around):
            faults[str(nth)] = fault
    if not faults:
        return

    lines = [
        _("Row %(nth)s: %(fault)s") % {"nth": nth, "fault": fault}
        for nth, fault in islice(faults.items(), SHOWN_FAULTS)
    ]
    raise InputRefused("\n".join(lines), faults)


def _write(
    rows: list[tuple[Case, Clock | None, Assignment | None]], by: Officer, at: datetime
) -> None:
    cases = [case for case, _clock, _assignment in rows]
    _number(cases)
    for case, key in zip(cases, reserve_keys(len(cases)), strict=True):
        case.pk = key

    # the rows beside a case are sealed by its event, and its row holds the event's hash
    Clock.objects.bulk_create(clock for _case, clock, _assignment in rows if clock)
    Assignment.objects.bulk_create(
        assignment for _case, _clock, assignment in rows if assignment
    )
    beside = rows_beside([case.pk for case in cases])
    events = [_event(case, by, at, beside[case.pk]) for case in cases]

    for case in cases:
        fold_words(case)
    Case.objects.bulk_create(cases)
    Event.objects.bulk_create(events)


def _number(cases: list[Case]) -> None:
    """Number the cases from one reserved block for each town and year, in the order of
    the rows.
    """
    wanted = Counter(_block_of(case) for case in cases)

    # In one order everywhere: two that adopt at once must not each wait for the other's
    # counter.
    blocks = {}
    for block in sorted(wanted, key=_town_code_and_year):
        town, year = block
        blocks[block] = iter(reserve_numbers(town, year, wanted[block]))

    for case in cases:
        case.number = next(blocks[_block_of(case)])
        case.tracking_code = new_tracking_code()


def _block_of(case: Case) -> Block:
    return case.town, workdays.local_day(case.registered_at).year


def _town_code_and_year(block: Block) -> tuple[str, int]:
    town, year = block
    return town.code, year


def _event(case: Case, by: Officer, at: datetime, beside: Beside) -> Event:
    """Return the first row of the case's chain of events.

    It needs the case's key, and the case needs the chain's head, before either is
    written.
    """
    case.version = 1

    data = {
        "version": 1,
        "channel": str(case.channel),
        "verbatim": digest(case.verbatim),
        "adopted_from": case.adopted_from,
        "registered_at": case.registered_at.isoformat(),
    }
    if case.stage != Stage.CLOSED:
        data["owner"] = f"office:{case.owner_office_id}"
        if case.owner_post_id:
            data["owner"] = f"post:{case.owner_post_id}"

    return new_event(
        case, Action.ADOPT, by=by, at=at, source="", data=data, beside=beside
    )


def reserve_keys(count: int) -> list[int]:
    """Reserve the next `count` primary keys of cases; call inside a transaction."""
    table = Case._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM"
                " generate_series(1, %s)",
                [table, count],
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute(
            "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table]
        )
        (last,) = cursor.fetchone()
    return list(range(last + 1, last + 1 + count))
