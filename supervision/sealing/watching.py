"""Word to the auditors where the nightly check of history has stopped running."""

from datetime import datetime, timedelta

from minshi import workdays
from supervision.installation import brought_up_at
from supervision.models import HistoryCheck, Log, NoticeKind
from supervision.notices.system import notify_auditors
from supervision.sealing.checking import last_check
from supervision.sealing.logs import SOURCES

LATE = timedelta(hours=26)  # a day, and time to make it


def is_late(check: HistoryCheck | None, at: datetime) -> bool:
    """Return if the last check was more than 26 hours ago.

    Where there was none, counted from the first row that there was to check, or from
    the installation or update that came after it.
    """
    if check:
        return check.at < at - LATE
    if brought_up_at() >= at - LATE:
        return False
    return any(SOURCES[log].until(at - LATE).exists() for log in Log)


def watch(at: datetime) -> None:
    """Notify the auditors, once a day, that history is not being checked."""
    check = last_check()
    if not is_late(check, at):
        return

    last = workdays.local_day(check.at) if check else None
    day = workdays.local_day(at)
    notify_auditors(
        NoticeKind.HISTORY_LATE,
        about=f"unchecked:{day}",
        day=last,
        at=at,
        is_urgent=True,
    )
