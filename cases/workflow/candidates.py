"""The people and things that a move's inputs may name.

Forms and serializers offer these, make_move accepts no others.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)
from django.utils.translation import gettext_lazy as _

from cases.models import Assignment, Case, MandatoryReport, Topic
from cases.models.choices import AssignmentRole, Confidentiality, Level
from cases.models.scope import CaseQuerySet
from cases.workflow.actions import Action
from cases.workflow.facts import Facts
from cases.workflow.inputs import Input, Kind
from cases.workflow.standing import holder_key, village_of
from cases.workflow.who import protection_open_to
from minshi.errors import Text
from minshi.prepared import prepared
from villages.lookup import cadres_of, neighbourhood_of
from villages.models import Group, Office, Post, Resident, Town, User, Village
from villages.rights import LEAD

PRACTICE = timedelta(days=365)  # for how long leading a topic counts as used to it


def choices_offered(
    item: Input, action: str, post: Post | None, facts: Facts
) -> list[tuple[Any, Any]]:
    """Return what may be chosen in a CHOICE of a move, as value and words: of who may
    see a case what this very post may set.
    """
    offered = item.offered()
    if action != Action.PROTECT or item.choices is not Confidentiality:
        return offered

    open_to_post = protection_open_to(post, facts)
    return [choice for choice in offered if choice[0] in open_to_post]


def _villages_of(case: int, village: int | None) -> QuerySet[Village]:
    """Return the own village of a case and those that joined it, for a subquery."""
    return Village.objects.filter(Q(pk=village) | Q(joined_cases__case=case))


def _county_of(case: Case) -> str | None:
    """Return the county where it has its say in a case: at its level."""
    return case.town.county_code if case.level == Level.COUNTY else None


def possible_posts(facts: Facts) -> list[Post]:
    """Return the cadres who may lead or assist, those of the case's village first.

    They are of the village and those that joined, of the town, at county level of the
    county.
    """
    case = facts.case
    posts = _leading_posts(
        case.pk, case.village_id, case.town_id, _county_of(case), facts.on
    )
    allowed = [post for post in posts if not facts.in_conflict(post)]
    return sorted(allowed, key=lambda post: village_of(post) != case.village_id)


@prepared
def _leading_posts(
    case: int, village: int | None, town: int, county: str | None, on: date
) -> QuerySet[Post]:
    villages = _villages_of(case, village)
    where = Q(village__in=villages) | Q(group__village__in=villages) | Q(town=town)
    if county is not None:
        where |= Q(county_code=county)

    posts = Post.objects.current(on).filter(where).filter(role__in=LEAD)
    return posts.select_related("user", "village", "group__village", "town").in_order()


def possible_offices(facts: Facts) -> list[Office]:
    """Return the 站所 of the town, at county level also the county's.

    Each has at least one handler out of conflict.
    """
    case = facts.case
    offices: dict[Office, None] = {}  # in order, each once
    for post in _handlers(case.town_id, _county_of(case), facts.on):
        if post.office and not facts.in_conflict(post):
            offices[post.office] = None
    return list(offices)


@prepared
def _handlers(town: int, county: str | None, on: date) -> QuerySet[Post]:
    where = Q(town=town)
    if county is not None:
        where |= Q(county_code=county)

    offices = Office.objects.filter(where)
    handlers = Post.objects.current(on).filter(office__in=offices)
    return handlers.select_related("office", "user", "group").order_by(
        "office__name", "office_id"
    )


def possible_holders(facts: Facts) -> dict[str, Post | Office]:
    """Return every possible lead or assistant by its key, people first.

    A key is "post:12" or "office:3". Read once for the facts.
    """
    if facts.holders_on_offer is None:
        facts.holders_on_offer = _by_key(
            [*possible_posts(facts), *possible_offices(facts)]
        )
    return facts.holders_on_offer


def holders_in_order(facts: Facts) -> dict[str, Post | Office]:
    """Return the possible holders, those who led the topic most in the town first.

    The leads of the past year count. One query more, none without a topic; read once
    for the facts.
    """
    if facts.holders_in_order is None:
        times = _times_led(facts)
        holders = possible_holders(facts)
        in_order = sorted(holders, key=lambda key: -times.get(key, 0))
        facts.holders_in_order = {key: holders[key] for key in in_order}
    return facts.holders_in_order


def _times_led(facts: Facts) -> dict[str, int]:
    """Return how often each holder led a matter of the topic in the past year."""
    case = facts.case
    if case.topic_id is None:
        return {}

    leads = Assignment.objects.filter(
        role=AssignmentRole.LEAD,
        case__topic=case.topic_id,
        case__town=case.town_id,
        assigned_at__gte=facts.at - PRACTICE,
    )
    counted = leads.order_by().values_list("post", "office").annotate(Count("pk"))
    return {
        f"post:{post}" if post else f"office:{office}": times
        for post, office, times in counted
    }


def _by_key(holders: Iterable[Post | Office]) -> dict[str, Post | Office]:
    return {holder_key(holder): holder for holder in holders}


def waiting_assistants(facts: Facts) -> dict[str, Post | Office]:
    return _by_key(item.holder for item in facts.awaited_assistants)


def gave_back(facts: Facts) -> dict[str, Post | Office]:
    """Return the assistants whose part waits for a ruling."""
    return _by_key(item.assignment.holder for item in facts.hand_backs)


def cadres_over(
    town: Town, villages: Iterable[Village] | QuerySet[Village], on: date
) -> QuerySet[User]:
    """Return the cadres of the villages, the town and its county, the nearest first.

    Stations are included. Each comes with the posts that say who they are.
    """
    here = Q(village__in=villages) | Q(group__village__in=villages)
    of_town = Q(town=town) | Q(office__town=town)
    is_here = Exists(Post.objects.filter(here, user=OuterRef("pk")))
    is_of_town = Exists(Post.objects.filter(of_town, user=OuterRef("pk")))
    posts = Prefetch("posts", Post.objects.current(on).with_places().in_order())
    return (
        cadres_of(town, villages)
        .filter(is_active=True)
        .annotate(is_here=is_here, is_of_town=is_of_town)
        .order_by("-is_here", "-is_of_town", "name", "pk")
        .prefetch_related(posts)
    )


def possible_concerns(facts: Facts) -> QuerySet[User]:
    """Return the cadres whom a case may concern.

    They are its village's and those of villages that joined, the town's, the county's.
    """
    case = facts.case
    villages = _villages_of(case.pk, case.village_id)
    return cadres_over(case.town, villages, facts.on)


def _seen_cases(facts: Facts, user: User | None) -> CaseQuerySet:
    return Case.objects.visible_to(user, facts.on) if user else Case.objects.none()


def _open_cases(facts: Facts, user: User | None) -> QuerySet[Case]:
    """Return the other open matters of the town that the user sees."""
    of_town = _seen_cases(facts, user).open().filter(town=facts.case.town_id)
    return of_town.exclude(pk=facts.case.pk)


def why_not_into(number: str, facts: Facts, user: User | None) -> Text:
    """Say why a case cannot go on in the one of a number, which is none of the
    candidates: of one that the user may not see, that there is none.
    """
    if number == facts.case.number:
        return _("That is this matter itself.")

    other = _seen_cases(facts, user).filter(number=number).first()
    if other is None:
        return _(
            "No open matter of this town that you may see has this number; nor can it"
            " be this one."
        )
    if other.is_open:
        return _("Choose another matter of the same town.")
    return _("That one is closed already; nothing can be merged into it.")


def _other_villages(facts: Facts, _user: User | None) -> QuerySet[Village]:
    case = facts.case
    """Return the other villages of the county, those of the case's own town first."""
    of_county = Village.objects.filter(town__county_code=case.town.county_code)
    is_of_town = ExpressionWrapper(Q(town=case.town_id), BooleanField())
    of_county = of_county.select_related("town").order_by(
        is_of_town.desc(), "town__code", "code"
    )
    if case.village_id is None:
        return of_county
    return of_county.exclude(pk=case.village_id)


def _groups(facts: Facts, _user: User | None) -> QuerySet[Group]:
    return Group.objects.filter(village=facts.case.village_id)


def _topics(facts: Facts, _user: User | None) -> QuerySet[Topic]:
    """Return the topics offered, and that of the case, which may be offered no more."""
    is_choice = Q(is_offered=True) | Q(pk=facts.case.topic_id)
    return Topic.objects.filter(is_choice, town=facts.case.town_id)


def _neighbours(facts: Facts, user: User | None) -> QuerySet[Resident]:
    """Return the residents of the case's town whom the user may look up."""
    if user is None:
        return Resident.objects.none()
    residents = neighbourhood_of(user, facts.on).residents
    of_town = residents.filter(household__group__village__town=facts.case.town_id)
    return of_town.select_related("household__group")


def _concerns(facts: Facts, _user: User | None) -> QuerySet[User]:
    return possible_concerns(facts)


def _reports_without_receipt(
    facts: Facts, _user: User | None
) -> QuerySet[MandatoryReport]:
    waiting = MandatoryReport.objects.filter(case=facts.case.pk, receipt="")
    return waiting.select_related("case").order_by("told_at", "pk")


HOLDING = frozenset({Kind.HOLDER, Kind.HOLDERS, Kind.ASKS})
HOLDERS: Mapping[str, Callable[[Facts], dict[str, Post | Office]]] = MappingProxyType(
    {
        "holder": waiting_assistants,
        "part": gave_back,
        # any other input: whoever may lead or assist
    }
)
ROWS: Mapping[Kind, Callable[[Facts, User | None], QuerySet[Any]]] = MappingProxyType(
    {
        Kind.CASE: _open_cases,
        Kind.VILLAGE: _other_villages,
        Kind.GROUP: _groups,
        Kind.TOPIC: _topics,
        Kind.RESIDENT: _neighbours,
        Kind.USERS: _concerns,
        Kind.REPORT: _reports_without_receipt,
    }
)


def candidates(item: Input, facts: Facts, user: User | None) -> Any:
    """Return what may be chosen for one input.

    A mapping of keys for holders, a queryset for everything else.
    """
    if item.kind in HOLDING:
        return HOLDERS.get(item.name, possible_holders)(facts)
    return ROWS[item.kind](facts, user)
