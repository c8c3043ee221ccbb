"""Red-line reports as a list: for reviewers and supervisors, of their territory, and
for nobody else.
"""

from datetime import date

from django.db.models import Prefetch, QuerySet

from cases.models import Case, MandatoryReport
from cases.models.scope import Sight
from villages.models import Post, User
from villages.rights import OVERSEE

AWAITED, RECEIVED = "awaited", "received"
ORDER = ("-told_at", "-id")


def oversees(user: User, on: date) -> bool:
    return user.holds(on, *OVERSEE)


def reports_seen_by(user: User, on: date) -> QuerySet[MandatoryReport]:
    """Those of the cases that the user may read and oversees, under whatever other post
    they see more.
    """
    if not oversees(user, on):
        return MandatoryReport.objects.none()
    overseen = Case.objects.visible_to(user, on).filter(Sight.of(user, on).overseen())
    people = Prefetch("post", Post.objects.with_places().select_related("user"))
    reports = MandatoryReport.objects.filter(case__in=overseen)
    return reports.select_related("case__town", "case__village").prefetch_related(
        people
    )


def in_state(
    reports: QuerySet[MandatoryReport], state: str
) -> QuerySet[MandatoryReport]:
    """With a receipt or still without; any other word narrows nothing."""
    if state == AWAITED:
        return reports.filter(receipt="")
    return reports.exclude(receipt="") if state == RECEIVED else reports
