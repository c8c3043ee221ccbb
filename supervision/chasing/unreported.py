"""Red lines that nobody has reported: whoever has the matter and whoever is above are
warned, once a matter.

Source: 未成年人保护法 11, 反家庭暴力法 14: at once (domain §8).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from cases.models import Case, MandatoryReport
from cases.models.scope import CaseQuerySet
from minshi import workdays
from supervision.models import Notice, NoticeKind, Told
from supervision.notices.outbox import Message, put_in_outbox
from supervision.notices.recipients import recipients_of
from supervision.orders.one_by_one import one_by_one

ABOUT = "unreported:"  # and the matter: what its notices are about
WARNED = (Told.OWNER, Told.HEAD, Told.OVERSEER)


def warn_of_unreported(at: datetime) -> tuple[int, list[str]]:
    """Warn of each open matter of a red-line topic that was taken down longer than
    RED_LINE_MINUTES ago and not reported. Return how many, and the numbers of those
    that failed.

    Letters go out at once, at any hour. Safe to repeat and to run twice at once. One
    query where there is nothing to warn of.
    """
    due = _unreported(at)
    numbers = dict(due.order_by("registered_at", "pk").values_list("pk", "number"))

    def warn_of_one(pk: int) -> bool:
        case = _unreported(at).select_related("town").filter(pk=pk).first()
        if case is None:
            return False
        return put_in_outbox(_messages(case, at), at=at) > 0

    return one_by_one(numbers, warn_of_one)


def _unreported(at: datetime) -> CaseQuerySet:
    long_ago = at - timedelta(minutes=settings.RED_LINE_MINUTES)
    reports = MandatoryReport.objects.filter(case=OuterRef("pk"))
    warnings = Notice.objects.filter(case=OuterRef("pk"), key__startswith=ABOUT)
    late = Case.objects.open().filter(
        topic__is_red_line=True, registered_at__lt=long_ago
    )
    return late.filter(~Exists(reports), ~Exists(warnings))


def _messages(case: Case, at: datetime) -> list[Message]:
    people = recipients_of([case], workdays.local_day(at))
    kind, users = people.told_or_alarm(case, WARNED, NoticeKind.RED_LINE_LATE)

    return [
        Message(f"{ABOUT}{case.pk}", kind, user, case, is_urgent=True) for user in users
    ]
