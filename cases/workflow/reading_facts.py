"""Facts read from the database, once, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from cases.models import (
    Assignment,
    Case,
    CaseAccess,
    Clock,
    Concern,
    Event,
    HandBack,
    JoinedVillage,
    Rating,
    TimeRequest,
)
from cases.models.choices import (
    AssignmentRole,
    Confidentiality,
    RequestState,
)
from cases.workflow.facts import ACTIONS_READ, Facts
from minshi.prepared import prepared
from villages.duty import with_standing
from villages.models import Post
from villages.models.duty import Moment


def posts_about(
    case: Case,
    at: datetime,
    assignments: Iterable[Assignment] = (),
    concerns: Iterable[Concern] = (),
) -> list[Post]:
    """Return every current post that has to do with the case. One query.

    It could own, decide, check or handle the case, or bars its holder from it.
    """
    villages = {concern.village_id for concern in concerns if concern.village_id}
    if case.village_id:
        villages.add(case.village_id)

    posts = {pk for pk in (case.recorded_by_id, case.owner_post_id) if pk}
    offices = set()
    for item in assignments:
        if item.post_id:
            posts.add(item.post_id)
        if item.office_id and item.ended_at is None:
            offices.add(item.office_id)

    return _posts_about(
        case.pk,
        case.town_id,
        case.town.county_code,
        villages,
        posts,
        offices,
        Moment.of(at),
    )


@prepared
def _posts_about(
    case: int,
    town: int,
    county: str,
    villages: set[int],
    posts: set[int],
    offices: set[int],
    moment: Moment,
) -> QuerySet[Post]:
    joined = JoinedVillage.objects.filter(case=case).values("village")

    where = Q(town=town) | Q(county_code=county)
    where |= Q(village__in=villages) | Q(group__village__in=villages)
    where |= Q(village__in=joined)
    where |= Q(pk__in=posts) | Q(office__in=offices)

    current = Post.objects.current(moment.on).filter(where)
    current = current.select_related("user", "office", "group").in_order()
    return with_standing(current, moment)


def read_facts(
    case: Case, at: datetime, events: Sequence[Event] | None = None
) -> Facts:
    """Read the facts in at most 10 queries, whatever the case's history.

    `events` are all of the case, newest first, where the caller has read them already.
    """
    assignments = _assignments_of(case.pk)
    # the floor stands with them
    concerns = list(Concern.objects.filter(case=case)) if case.conflict_floor else []

    return Facts(
        case=case,
        at=at,
        posts=posts_about(case, at, assignments, concerns),
        assignments=assignments,
        concerns=concerns,
        named=_named_in(case),
        ratings=_ratings_of(case.pk),
        events=_events_of(case, events),
        requests=_time_requests_of(case.pk),
        clocks=_clocks_of(case.pk),
        hand_backs=_waiting_hand_backs(assignments),
        office_people=_people_of_offices(assignments),
    )


@prepared
def _assignments_of(case: int) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(case=case)
    return rows.select_related("post__user", "post__group", "office")


@prepared
def _time_requests_of(case: int) -> QuerySet[TimeRequest]:
    rows = TimeRequest.objects.filter(case=case)
    return rows.select_related("asked_by__user")


@prepared
def _ratings_of(case: int) -> QuerySet[Rating]:
    return Rating.objects.filter(case=case)


@prepared
def _clocks_of(case: int) -> QuerySet[Clock]:
    return Clock.objects.filter(case=case).order_by("nth")


@prepared
def _events_read_of(case: int) -> QuerySet[Event]:
    rows = Event.objects.filter(case=case, action__in=ACTIONS_READ)
    return rows.order_by("sequence")


def _named_in(case: Case) -> set[int]:
    if case.confidentiality != Confidentiality.SECRET:
        return set()
    rows = CaseAccess.objects.filter(case=case)
    return set(rows.values_list("post_id", flat=True))


def _events_of(case: Case, events: Sequence[Event] | None) -> list[Event]:
    """Return the events of ACTIONS_READ, oldest first."""
    if events is None:
        return _events_read_of(case.pk)
    return [event for event in reversed(events) if event.action in ACTIONS_READ]


def _people_of_offices(assignments: Iterable[Assignment]) -> dict[int, set[int]]:
    """Return the users who ever had a post in an office that was assigned."""
    offices = {item.office_id for item in assignments if item.office_id}
    people: dict[int, set[int]] = {}
    if not offices:
        return people

    for office, user in _posts_ever_in(frozenset(offices)):
        people.setdefault(office, set()).add(user)
    return people


@prepared
def _posts_ever_in(offices: frozenset[int]) -> QuerySet[Post, Any]:
    posts = Post.objects.filter(office__in=offices)
    return posts.values_list("office_id", "user_id")


def _waiting_hand_backs(assignments: Iterable[Assignment]) -> list[HandBack]:
    """Return the parts given back that wait for a ruling.

    No query where nobody assists.
    """
    assisting = {}
    for item in assignments:
        if item.ended_at is None and item.role == AssignmentRole.ASSISTANT:
            assisting[item.pk] = item
    if not assisting:
        return []

    waiting = _open_hand_backs_of(frozenset(assisting))
    for hand_back in waiting:
        hand_back.assignment = assisting[hand_back.assignment_id]
    return waiting


@prepared
def _open_hand_backs_of(parts: frozenset[int]) -> QuerySet[HandBack]:
    open_ones = HandBack.objects.filter(assignment__in=parts, state=RequestState.OPEN)
    return open_ones.select_related("asked_by__user")
