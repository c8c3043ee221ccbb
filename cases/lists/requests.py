"""The list of requests for time: visible ones, those that wait for a ruling, and the
posts that probably rule on them.
"""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from cases.models import Case, TimeRequest
from cases.models.choices import RequestKind, RequestState
from cases.workflow import Action
from cases.workflow.who import decides
from villages.models import Post, User

OPEN = "open"
RULED = "ruled"  # ruled on, or lapsed because the work ended first
# open ones: the longest waiting first; ruled ones: the last asked first
ORDERS = {
    OPEN: ("asked_at", "id"),
    RULED: ("-asked_at", "-id"),
}
RULED_BY = {
    RequestKind.EXTENSION: Action.RULE_EXTENSION,
    RequestKind.SUSPENSION: Action.RULE_SUSPENSION,
}


def requests_seen_by(user: User, on: date) -> QuerySet[TimeRequest]:
    """Return the requests about cases that the user may read, with all a row shows."""
    seen = TimeRequest.objects.filter(case__in=Case.objects.visible_to(user, on))

    people = [
        Prefetch(name, Post.objects.with_places().select_related("user"))
        for name in ("asked_by", "ruled_by")
    ]
    with_case = seen.select_related("case__town", "case__village")
    return with_case.prefetch_related(*people)


def requests_in_state(
    requests: QuerySet[TimeRequest], state: str
) -> QuerySet[TimeRequest]:
    """Return the open requests, or for any other state the rest."""
    waiting = Q(state=RequestState.OPEN)
    return requests.filter(waiting if state == OPEN else ~waiting)


def rules_on(posts: list[Post], case: Case) -> bool:
    """True where one of the posts decides at the case's level.

    The step itself checks whether it may rule.
    """
    return any(decides(post, case) for post in posts)
