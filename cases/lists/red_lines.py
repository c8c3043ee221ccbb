"""The list of red-line reports: for reviewers and supervisors alone, of their
territory.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from cases.models import Case, Event, MandatoryReport
from cases.models.scope import Sight
from cases.workflow import Action
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


def secret_with_report(user: User, on: date) -> QuerySet[Case]:
    """Return the secret cases with a report that the user oversees and may not read.

    To be counted alone: of a report in one nothing is shown (domain §3).
    """
    if not oversees(user, on):
        return Case.objects.none()

    reports = MandatoryReport.objects.filter(case=OuterRef("pk"))
    overseen = Case.objects.counted_for(user, on).filter(Sight.of(user, on).overseen())
    return overseen.filter(Q(redacted=True), Exists(reports))


def reports_in_state(
    reports: QuerySet[MandatoryReport], state: str
) -> QuerySet[MandatoryReport]:
    """Return the reports with a receipt or without; all for any other state."""
    if state == AWAITED:
        return reports.filter(receipt="")
    if state == RECEIVED:
        return reports.exclude(receipt="")
    return reports


def events_of(
    reports: Iterable[MandatoryReport], events: Iterable[Event] | None = None
) -> dict[int, Event]:
    """Return by key of each report the event that made it: its note says what happened.

    `events` are those of the cases, read already with their revisions; else one query
    for them and one for the revisions. Reports from before are without words.
    """
    rows = sorted(reports, key=lambda report: report.pk)
    if events is None:
        made = Event.objects.filter(case__in={report.case_id for report in rows})
        made = made.filter(action=Action.MANDATORY_REPORT)
        events = made.prefetch_related("revisions")

    by_act: defaultdict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.sequence):
        if event.action == Action.MANDATORY_REPORT:
            by_act[event.case_id, event.at, event.post_id].append(event)

    found = {}
    for report in rows:
        made_then = by_act[report.case_id, report.at, report.post_id]
        if made_then:
            found[report.pk] = made_then.pop(0)
    return found
