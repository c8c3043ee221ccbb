"""Items that were concluded, closed meetings, the six steps, files of cases and photos
of what was signed, orders that went out, public reports, corrections, posts, rosters,
what every record names and what lets people in, compared with the last record that the
audit log has of each (villages/finals.py).
"""

from collections.abc import Iterable, Iterator

from cases.attachments import ATTACHMENT, ATTACHMENT_BYTES
from cases.final import CALENDAR_DAY, DEADLINE_RULE, TOPIC
from cases.meetings.finals import (
    CORRECTION_OF_MINUTES,
    CORRECTION_OF_STEP,
    ITEM,
    MEETING,
    PROCESS,
    SHEET_BYTES,
    SIGNED_SHEET,
    STEP,
)
from cases.workflow.findings import Finding
from minshi.written import written_otherwise
from supervision.chasing.final import RUNG
from supervision.figures.wall import WALL
from supervision.orders.final import ORDER
from supervision.reports.publishing import PUBLICATION
from supervision.sealing.findings import LogWrong
from supervision.sealing.guards import OF_UNREADABLE_ROWS, guarded
from villages.duty.finals import ROSTER
from villages.finals import (
    Final,
    LastSeal,
    in_batches,
    last_seals,
    seal_of_removed,
)
from villages.let_in import LET_IN
from villages.named import NAMED
from villages.posts import POST

FINALS = (
    ITEM,
    MEETING,
    CORRECTION_OF_MINUTES,
    PROCESS,
    STEP,
    CORRECTION_OF_STEP,
    SIGNED_SHEET,
    SHEET_BYTES,
    ATTACHMENT,
    ATTACHMENT_BYTES,
    ORDER,
    PUBLICATION,
    POST,
    *ROSTER,
    *NAMED,
    *LET_IN,
    WALL,
    TOPIC,
    DEADLINE_RULE,
    CALENDAR_DAY,
    RUNG,
)


def check_finals() -> Iterator[Finding]:
    """Yield what was put in, changed or taken away of what is final. A query a table
    for each 500 rows of it.
    """
    for final in FINALS:
        name = str(final.label or final.own.model._meta.verbose_name_plural)
        yield from guarded(name, _compared(final))
        yield from guarded(name, _in_other_form(final))


def _compared(final: Final) -> Iterator[Finding]:
    """Yield what is not as it was recorded last, then what has a record and is gone.

    People work meanwhile: a row and its record may have been read before and after one
    change. So what does not fit is read once more, and is a finding where no record of
    it has come since.
    """
    recorded = last_seals(final)
    unlike: set[int] = set()
    there: set[int] = set()
    for keys in in_batches(final.rows()):
        there.update(keys)
        unlike.update(_unlike(final, keys, recorded))
    gone = set() if final.may_go else recorded.keys() - there
    unlike.update(key for key in gone if not _was_removed(final, key, recorded[key]))
    if not unlike:
        return

    before = last_seals(final)
    still_there = set(final.rows().filter(pk__in=unlike).values_list("pk", flat=True))
    still_unlike = _unlike(final, still_there, before)
    after = last_seals(final)
    for key in sorted(unlike):
        last = after.get(key)
        if last != before.get(key):
            continue
        if key in still_unlike:
            yield Finding(_name(final, key, last), still_unlike[key])
        elif key in still_there or last is None or _was_removed(final, key, last):
            continue
        else:
            yield Finding(_name(final, key, last), LogWrong.CLOSED_GONE)


def _unlike(
    final: Final, keys: Iterable[int], recorded: dict[int, LastSeal]
) -> dict[int, LogWrong]:
    """Return the rows that are not as they were recorded last, each with why."""
    known = {}
    unlike = {}
    for key in keys:
        if key in recorded and not recorded[key].is_copy:
            known[key] = recorded[key]
        else:
            unlike[key] = LogWrong.CLOSED

    for key, seal in _seals(final, known).items():
        if seal is None:
            unlike[key] = LogWrong.UNREADABLE
        elif seal != known[key].seal:
            unlike[key] = LogWrong.CLOSED
    return unlike


def _was_removed(final: Final, key: int, last: LastSeal) -> bool:
    """Tell whether the last record of a row is that the program took it away."""
    return not last.is_copy and last.seal == seal_of_removed(final, key, last.at)


def _seals(final: Final, known: dict[int, LastSeal]) -> dict[int, str | None]:
    """Return the seals of rows as they are now, None where a value cannot be read: all
    at once, or each alone.
    """
    moments = {key: last.at for key, last in known.items()}
    try:
        return {**final.seals(moments)}
    except OF_UNREADABLE_ROWS:
        pass

    found: dict[int, str | None] = {}
    for key, at in moments.items():
        try:
            found.update(final.seals({key: at}))
        except OF_UNREADABLE_ROWS:
            found[key] = None
    return found


def _in_other_form(final: Final) -> Iterator[Finding]:
    """Yield rows that hold a value otherwise than we write it."""
    rows = final.rows()
    for key in written_otherwise(rows, final.own.names):
        yield Finding(_name(final, key, None), LogWrong.CLOSED)

    for part in final.parts:
        belonging = part.model._base_manager.filter(**{f"{part.of}__in": rows})
        for key in written_otherwise(belonging, part.names):
            where = f"{part.model._meta.verbose_name} {key}"
            yield Finding(where, LogWrong.CLOSED)


def _name(final: Final, key: int, last: LastSeal | None) -> str:
    """Return what a row is called, with the title under which it was recorded."""
    label = final.label or final.own.model._meta.verbose_name
    name = f"{label} {key}"
    title = last.title.partition(" ")[2] if last else ""
    return f"{name}（{title}）" if title else name
