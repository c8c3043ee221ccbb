"""Who may rule on what a lead or an assistant asks for: of many cases in a fixed number
of queries (domain §3).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q

from cases.models import Assignment, Case, CaseAccess, Concern, Event
from cases.models.choices import Confidentiality
from cases.workflow.actions import Action
from cases.workflow.facts import Facts
from cases.workflow.moves import MOVES
from cases.workflow.who import DECIDERS
from minshi import workdays
from villages.models import Post

# the same people rule on a break and on a part given back
RULES = MOVES[Action.RULE_EXTENSION]
ROLES = {
    role
    for tier in (*DECIDERS.village, *DECIDERS.upper, *DECIDERS.steps_in)
    for role in tier
}


def who_rules(cases: Iterable[Case], at: datetime) -> dict[int, list[Post]]:
    """The posts that may rule now, by case; cases read with their town. At most six
    queries.

    What a ruling asks of the facts is read for all cases together; nothing else is.
    """
    cases = list(cases)
    assignments, people = _assignments_of(cases)
    concerns: defaultdict[int, list[Concern]] = defaultdict(list)
    for concern in Concern.objects.filter(
        case__in=[case for case in cases if case.conflict_floor]
    ):
        concerns[concern.case_id].append(concern)
    settled: defaultdict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(case__in=cases, action=Action.SETTLE):
        settled[event.case_id].append(event)
    named: defaultdict[int, set[int]] = defaultdict(set)
    secret = [case for case in cases if case.confidentiality == Confidentiality.SECRET]
    for case_id, post_id in CaseAccess.objects.filter(case__in=secret).values_list(
        "case", "post"
    ):
        named[case_id].add(post_id)
    posts = _posts_about(
        cases,
        {c.village_id for each in concerns.values() for c in each if c.village_id},
        at,
    )
    return {
        case.pk: RULES.who.may(
            Facts(
                case,
                at,
                posts,
                assignments[case.pk],
                concerns[case.pk],
                named[case.pk],
                events=settled[case.pk],
                office_people=people,
            ),
            RULES.handled,
        )
        for case in cases
        if RULES.who
    }


def _assignments_of(
    cases: Collection[Case],
) -> tuple[dict[int, list[Assignment]], dict[int, set[int]]]:
    """By case; and the users who ever had a post in one of the offices."""
    found: defaultdict[int, list[Assignment]] = defaultdict(list)
    for item in Assignment.objects.filter(case__in=cases).select_related("post"):
        found[item.case_id].append(item)
    offices = {
        item.office_id for items in found.values() for item in items if item.office_id
    }
    people: defaultdict[int, set[int]] = defaultdict(set)
    for office, user in Post.objects.filter(office__in=offices).values_list(
        "office_id", "user_id"
    ):
        people[office or 0].add(user)
    return found, people


def _posts_about(
    cases: Collection[Case], concerned: set[int], at: datetime
) -> list[Post]:
    """Whoever decides in the places of the cases, and every post of a village that one
    of them concerns.
    """
    places = Q(village__in={case.village_id for case in cases if case.village_id})
    places |= Q(town__in={case.town_id for case in cases})
    places |= Q(county_code__in={case.town.county_code for case in cases})
    where = (
        Q(places, role__in=ROLES)
        | Q(village__in=concerned)
        | Q(group__village__in=concerned)
    )
    return list(
        Post.objects.current(workdays.local_day(at))
        .filter(where)
        .select_related("user", "group")
        .in_order()
    )
