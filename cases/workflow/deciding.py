"""The people who may rule on what a lead or an assistant asks for (domain §3).

Of many cases in a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from cases.models import Assignment, Case, CaseAccess, Concern, Event
from cases.models.choices import Confidentiality
from cases.workflow.actions import Action
from cases.workflow.facts import Facts
from cases.workflow.moves import MOVES
from cases.workflow.who import DECIDERS
from minshi import workdays
from villages.models import Post, Role

# the same people rule on a suspension and on a part given back
RULING = MOVES[Action.RULE_EXTENSION]
TIERS = (*DECIDERS.village, *DECIDERS.upper, *DECIDERS.steps_in)
ROLES = frozenset[Role]().union(*TIERS)


def who_rules(cases: Iterable[Case], at: datetime) -> dict[int, list[Post]]:
    """Return the posts that may rule now, by case. At most six queries.

    The cases come with their town. Only the facts that a ruling asks for are read, for
    all cases together.
    """
    cases = list(cases)
    assignments = _assignments_of(cases)
    office_people = _people_of_offices(assignments)
    concerns = _concerns_of(cases)
    named = _named_in(cases)
    settled = _settled(cases)
    posts = _posts_about(cases, concerns, at)

    rulers: dict[int, list[Post]] = {}
    for case in cases:
        facts = Facts(
            case,
            at,
            posts,
            assignments[case.pk],
            concerns[case.pk],
            named[case.pk],
            events=settled[case.pk],
            office_people=office_people,
        )
        if RULING.who:
            rulers[case.pk] = RULING.who.may(facts, RULING.handled)
    return rulers


def _assignments_of(cases: Collection[Case]) -> dict[int, list[Assignment]]:
    found: defaultdict[int, list[Assignment]] = defaultdict(list)
    for item in Assignment.objects.filter(case__in=cases).select_related("post"):
        found[item.case_id].append(item)
    return found


def _people_of_offices(
    assignments: Mapping[int, Iterable[Assignment]],
) -> dict[int, set[int]]:
    """Return the users who ever had a post in an office that was assigned."""
    offices = set[int]()
    for items in assignments.values():
        offices.update(item.office_id for item in items if item.office_id)

    people: defaultdict[int, set[int]] = defaultdict(set)
    posts = Post.objects.filter(office__in=offices)
    for office, user in posts.values_list("office_id", "user_id"):
        people[office or 0].add(user)
    return people


def _concerns_of(cases: Iterable[Case]) -> dict[int, list[Concern]]:
    # the floor stands with them
    in_conflict = [case for case in cases if case.conflict_floor]
    found: defaultdict[int, list[Concern]] = defaultdict(list)
    for concern in Concern.objects.filter(case__in=in_conflict):
        found[concern.case_id].append(concern)
    return found


def _named_in(cases: Iterable[Case]) -> dict[int, set[int]]:
    secret = [case for case in cases if case.confidentiality == Confidentiality.SECRET]
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = CaseAccess.objects.filter(case__in=secret)
    for case_id, post_id in rows.values_list("case", "post"):
        found[case_id].add(post_id)
    return found


def _settled(cases: Collection[Case]) -> dict[int, list[Event]]:
    found: defaultdict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(case__in=cases, action=Action.SETTLE):
        found[event.case_id].append(event)
    return found


def _posts_about(
    cases: Collection[Case], concerns: Mapping[int, Iterable[Concern]], at: datetime
) -> list[Post]:
    """Return whoever decides in the places of the cases.

    And every post of a village that one of the cases concerns.
    """
    concerned = set[int]()
    for of_case in concerns.values():
        concerned.update(item.village_id for item in of_case if item.village_id)

    places = Q(village__in={case.village_id for case in cases if case.village_id})
    places |= Q(town__in={case.town_id for case in cases})
    places |= Q(county_code__in={case.town.county_code for case in cases})
    where = Q(places, role__in=ROLES)
    where |= Q(village__in=concerned) | Q(group__village__in=concerned)

    posts = Post.objects.current(workdays.local_day(at)).filter(where)
    return list(posts.select_related("user", "group").in_order())
