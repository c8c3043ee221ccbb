"""Which backups stay: some of each day, week and month."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings

from minshi import workdays
from supervision.backups.making import ENDING, PREFIX, STAMP

Period = Callable[[date], tuple[int, ...]]


def _day(day: date) -> tuple[int, ...]:
    return (day.year, day.month, day.day)


def _week(day: date) -> tuple[int, ...]:
    return tuple(day.isocalendar()[:2])


def _month(day: date) -> tuple[int, ...]:
    return (day.year, day.month)


PERIODS: tuple[Period, ...] = (_day, _week, _month)


def made_at(path: Path) -> datetime | None:
    """Return the moment that the name of a backup tells; None: it is no backup's."""
    name = path.name
    if not (name.startswith(PREFIX) and name.endswith(ENDING)):
        return None

    stamp = name[len(PREFIX) : -len(ENDING)]
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def backups_in(folder: Path) -> list[Path]:
    """Return the finished backups of a folder, the newest first."""
    found = [path for path in folder.glob(f"{PREFIX}*{ENDING}") if made_at(path)]
    return sorted(found, reverse=True)


def to_stay(moments: Iterable[datetime], counts: Iterable[int]) -> set[datetime]:
    """Return which moments stay: the last of each of the newest days, weeks and months
    that have one, so many as `counts` says (default 7, 4, 12), in Asia/Shanghai.
    """
    newest_first = sorted(moments, reverse=True)
    stay: set[datetime] = set()

    for period, count in zip(PERIODS, counts, strict=True):
        seen: set[tuple[int, ...]] = set()
        for moment in newest_first:
            of = period(workdays.local_day(moment))
            if of in seen:
                continue
            if len(seen) == count:
                break
            seen.add(of)
            stay.add(moment)

    return stay


def thin_out(folder: Path) -> list[Path]:
    """Remove the backups that need not stay; return them. Other files are left
    alone.
    """
    moments = {}
    for path in backups_in(folder):
        moment = made_at(path)
        if moment:
            moments[path] = moment
    stay = to_stay(moments.values(), settings.BACKUP_KEEP)

    removed = [path for path, moment in moments.items() if moment not in stay]
    for path in removed:
        path.unlink()
    return removed
