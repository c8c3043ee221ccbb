"""Requests for time as a list: whose they are to see, which wait for a ruling, and who
probably rules on them.
"""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from cases.models import Case, TimeRequest
from cases.models.choices import RequestKind, RequestState
from cases.workflow import Action
from cases.workflow.who import decides
from villages.models import Post, User

OPEN, RULED = "open", "ruled"  # ruled on, or lapsed because the work ended first
# who waits longest first; what was ruled last first
ORDERS = {
    OPEN: ("asked_at", "id"),
    RULED: ("-asked_at", "-id"),
}
RULED_BY = {
    RequestKind.EXTENSION: Action.RULE_EXTENSION,
    RequestKind.SUSPENSION: Action.RULE_SUSPENSION,
}


def requests_seen_by(user: User, on: date) -> QuerySet[TimeRequest]:
    """Those of the cases whose content the user may read, with all that a row shows."""
    seen = TimeRequest.objects.filter(case__in=Case.objects.visible_to(user, on))
    people = (
        Prefetch(name, Post.objects.with_places().select_related("user"))
        for name in ("asked_by", "ruled_by")
    )
    return seen.select_related("case__town", "case__village").prefetch_related(*people)


def in_state(requests: QuerySet[TimeRequest], state: str) -> QuerySet[TimeRequest]:
    waiting = Q(state=RequestState.OPEN)
    return requests.filter(waiting if state == OPEN else ~waiting)


def rules_on(posts: list[Post], case: Case) -> bool:
    """Whether one of the posts decides at the case's level; whether it may rule, the
    step itself says.
    """
    return any(decides(post, case) for post in posts)
