"""Word to the auditors: the heads of the day, and that something does not fit."""

import logging
from datetime import datetime

from minshi import workdays
from supervision.models import HistoryCheck, NoticeChannel, NoticeKind
from supervision.notices.system import notify_auditors

logger = logging.getLogger(__name__)


def tell_auditors(check: HistoryCheck, at: datetime) -> None:
    """Write the auditors a letter with the heads of the day, to be kept where this
    system does not reach; and into inbox and letter what was found.

    It goes out whatever the hour.
    """
    day = workdays.local_day(at)
    letters = notify_auditors(
        NoticeKind.HEADS,
        about=f"heads:{check.pk}",
        day=day,
        at=at,
        check=check,
        is_urgent=True,
        channels=(NoticeChannel.EMAIL,),
    )
    if not letters:
        logger.error("No auditor has an address: the heads of the day go to nobody")

    if check.found:
        logger.error("History does not fit in %s places", check.found)
        notify_auditors(
            NoticeKind.HISTORY,
            about=f"history:{check.pk}",
            day=day,
            at=at,
            check=check,
            is_urgent=True,
        )
