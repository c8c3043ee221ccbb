"""What speakers said after closing and nobody answered in time: whoever has it and
whoever is above are told, once.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Afterword
from minshi import workdays
from supervision.models import Notice, NoticeKind, Told
from supervision.notices.outbox import Message, put_in_outbox
from supervision.notices.recipients import recipients_of
from supervision.orders.one_by_one import one_by_one

ABOUT = "unanswered:"  # and the matter: what its notices are about
ABOVE = (Told.HEAD, Told.OVERSEER)


def warn_of_unanswered(at: datetime) -> tuple[int, list[str]]:
    """Warn of each word after closing whose day has passed. Return how many, and the
    numbers of the matters that failed.

    Safe to repeat and to run twice at once. One query where there is nothing to warn
    of.
    """
    due = _unanswered(at)
    numbers = dict(due.order_by("due_at", "pk").values_list("pk", "case__number"))

    def warn_of_one(pk: int) -> bool:
        afterword = _unanswered(at).filter(pk=pk).first()
        if afterword is None:
            return False
        return put_in_outbox(_messages(afterword, at), at=at) > 0

    return one_by_one(numbers, warn_of_one)


def _unanswered(at: datetime) -> QuerySet[Afterword]:
    """Return what is overdue and nobody was warned of since it is."""
    warnings = Notice.objects.filter(
        case=OuterRef("case"),
        key__startswith=ABOUT,
        created_at__gte=OuterRef("due_at"),
    )
    late = Afterword.objects.filter(answered_at=None, due_at__lte=at)
    with_people = late.select_related("case__town", "owner__user", "owner__group")
    return with_people.filter(~Exists(warnings))


def _messages(afterword: Afterword, at: datetime) -> list[Message]:
    case = afterword.case
    on = workdays.local_day(at)
    people = recipients_of([case], on)

    owner = afterword.owner
    owners = [owner] if owner and owner.is_current(on) else []
    users = {
        user.pk: user
        for user in (
            *people.with_substitutes(case, owners),
            *people.told(case, ABOVE),
        )
    }
    kind, told = people.or_alarm(case, [*users.values()], NoticeKind.UNANSWERED)
    return [Message(f"{ABOUT}{afterword.pk}:{kind}", kind, user, case) for user in told]
