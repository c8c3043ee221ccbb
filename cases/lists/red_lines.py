"""The list of red-line reports: for reviewers and supervisors alone, of their
territory.
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
    """Return the reports about the cases that the user may read and oversees.

    Another post by which they see more adds nothing.
    """
    if not oversees(user, on):
        return MandatoryReport.objects.none()

    overseen = Case.objects.visible_to(user, on).filter(Sight.of(user, on).overseen())
    reports = MandatoryReport.objects.filter(case__in=overseen)

    people = Prefetch("post", Post.objects.with_places().select_related("user"))
    with_case = reports.select_related("case__town", "case__village")
    return with_case.prefetch_related(people)


def reports_in_state(
    reports: QuerySet[MandatoryReport], state: str
) -> QuerySet[MandatoryReport]:
    """Return the reports with a receipt or without; all for any other state."""
    if state == AWAITED:
        return reports.filter(receipt="")
    if state == RECEIVED:
        return reports.exclude(receipt="")
    return reports
