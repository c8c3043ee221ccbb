"""Which backups stay: some of each day, week and month."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings

from minshi import workdays
from supervision.backups.contents import index_key_mark
from supervision.backups.making import ENDING, PREFIX, STAMP
from supervision.models import BackupRun, BackupStep

# minshi-5f0c91d2-20261128T020500Z.backup; an earlier version wrote no mark
NAME = re.compile(
    rf"{PREFIX}(?:(?P<mark>[0-9a-f]{{8}})-)?(?P<stamp>\d+T\d+Z){re.escape(ENDING)}"
)
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
    named = NAME.fullmatch(path.name)
    if named is None:
        return None

    try:
        return datetime.strptime(named["stamp"], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def backups_in(folder: Path) -> list[Path]:
    """Return the finished backups of this installation in a folder, the newest first.

    Others may keep theirs on the same share: own are those with the mark of this
    INDEX_KEY. A name from before, without a mark, is own where the database notes that
    it was made.
    """
    marked: list[tuple[datetime, Path]] = []
    unmarked: list[tuple[datetime, Path]] = []
    own_mark = index_key_mark()
    for path in folder.glob(f"{PREFIX}*{ENDING}"):
        moment = made_at(path)
        if moment is None:
            continue
        mark = mark_of(path)
        if mark == own_mark:
            marked.append((moment, path))
        elif not mark:
            unmarked.append((moment, path))

    found = sorted(marked + _noted(unmarked), reverse=True)
    return [path for _moment, path in found]


def mark_of(path: Path) -> str:
    """Return the mark of the installation that a name tells; empty without one."""
    named = NAME.fullmatch(path.name)
    return (named["mark"] or "") if named else ""


def _noted(unmarked: list[tuple[datetime, Path]]) -> list[tuple[datetime, Path]]:
    """Return those whose making is noted in the database."""
    if not unmarked:
        return []

    names = [path.name for _moment, path in unmarked]
    runs = BackupRun.objects.filter(step=BackupStep.MADE, is_good=True, file__in=names)
    noted = set(runs.values_list("file", flat=True))
    return [(moment, path) for moment, path in unmarked if path.name in noted]


def to_stay(moments: Iterable[datetime], counts: Iterable[int]) -> set[datetime]:
    """Return which moments stay: the last of each of the newest days, weeks and months
    that have one, so many as `counts` says (default 7, 4, 12), in Asia/Shanghai.
    """
    newest_first = sorted(moments, reverse=True)
    stay: set[datetime] = set()

    for period, count in zip(PERIODS, counts, strict=True):
        seen: set[tuple[int, ...]] = set()
        for moment in newest_first:
            key = period(workdays.local_day(moment))
            if key in seen:
                continue
            if len(seen) == count:
                break
            seen.add(key)
            stay.add(moment)

    return stay


def thin_out(folder: Path) -> list[Path]:
    """Remove the backups of this installation that need not stay; return them. Other
    files are left alone.
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
