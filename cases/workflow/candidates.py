"""Whom and what a move's inputs may name: forms and serializers offer these, make_move
accepts no others.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from cases.models import Case, MandatoryReport, Topic
from cases.models.choices import Level
from cases.workflow.facts import Facts, holder_key, village_of
from cases.workflow.inputs import Input, Kind
from villages.models import Group, Office, Post, Town, User, Village
from villages.rights import LEAD


def _villages_of(case: Case) -> QuerySet[Village]:
    """The case's own village and those that joined it, for use inside another query."""
    return Village.objects.filter(Q(pk=case.village_id) | Q(joined_cases__case=case.pk))


def possible_posts(facts: Facts) -> list[Post]:
    """Cadres who may lead or assist: of the village and those that joined, of the town,
    at county level the county.
    """
    case = facts.case
    villages = _villages_of(case)
    where = (
        Q(village__in=villages) | Q(group__village__in=villages) | Q(town=case.town_id)
    )
    if case.level == Level.COUNTY:
        where |= Q(county_code=case.town.county_code)
    posts = Post.objects.current(facts.on).filter(where).filter(role__in=LEAD)
    posts = posts.select_related("user", "village", "group__village", "town").in_order()
    near = [post for post in posts if not facts.in_conflict(post)]
    # those of the matter's village first
    return sorted(near, key=lambda post: village_of(post) != case.village_id)


def possible_offices(facts: Facts) -> list[Office]:
    """站所 of the town, at county level also the county's, with at least one handler
    out of conflict.
    """
    case = facts.case
    where = Q(town=case.town_id)
    if case.level == Level.COUNTY:
        where |= Q(county_code=case.town.county_code)
    handlers = Post.objects.current(facts.on).filter(
        office__in=Office.objects.filter(where)
    )
    handlers = handlers.select_related("office", "user", "group").order_by(
        "office__name", "office_id"
    )
    return list(
        dict.fromkeys(
            post.office
            for post in handlers
            if post.office and not facts.in_conflict(post)
        )
    )


def possible_holders(facts: Facts) -> dict[str, Post | Office]:
    """Every possible lead or assistant by its key, "post:12" or "office:3"; people
    first. Read once for the facts.
    """
    if facts.holders_on_offer is None:
        posts: dict[str, Post | Office] = {
            f"post:{post.pk}": post for post in possible_posts(facts)
        }
        facts.holders_on_offer = posts | {
            f"office:{office.pk}": office for office in possible_offices(facts)
        }
    return facts.holders_on_offer


def waiting_assistants(facts: Facts) -> dict[str, Post | Office]:
    waiting = [
        item for item in facts.assistants if not (item.reported_at or item.waived_at)
    ]
    return {holder_key(item.holder): item.holder for item in waiting}


def gave_back(facts: Facts) -> dict[str, Post | Office]:
    """The assistants whose part waits for a ruling."""
    return {
        holder_key(item.assignment.holder): item.assignment.holder
        for item in facts.hand_backs
    }


def cadres_over(
    town: Town, villages: Iterable[Village] | QuerySet[Village], on: date
) -> QuerySet[User]:
    """Cadres of the villages, the town (stations included) and its county, the nearest
    first.

    With the posts that say who they are.
    """
    here = Q(village__in=villages) | Q(group__village__in=villages)
    of_town = Q(town=town) | Q(office__town=town)
    of_county = Q(county_code=town.county_code) | Q(
        office__county_code=town.county_code
    )
    posts = Prefetch("posts", Post.objects.current(on).with_places().in_order())
    users = User.objects.filter(
        pk__in=Post.objects.filter(here | of_town | of_county).values("user"),
        is_active=True,
    )
    near, nearer = (
        Exists(Post.objects.filter(where, user=OuterRef("pk")))
        for where in (of_town, here)
    )
    return (
        users.annotate(nearer=nearer, near=near)
        .order_by("-nearer", "-near", "name", "pk")
        .prefetch_related(posts)
    )


def possible_concerns(facts: Facts) -> QuerySet[User]:
    """The cadres whom a case may concern: its village's and those of villages that
    joined, the town's, the county's.
    """
    return cadres_over(facts.case.town, _villages_of(facts.case), facts.on)


def _open_cases(facts: Facts, user: User | None) -> QuerySet[Case]:
    """Other open matters of the town within the user's sight."""
    seen = Case.objects.visible_to(user, facts.on) if user else Case.objects.none()
    return seen.open().filter(town=facts.case.town_id).exclude(pk=facts.case.pk)


def _other_villages(facts: Facts, _user: User | None) -> QuerySet[Village]:
    others = Village.objects.filter(town__county_code=facts.case.town.county_code)
    return others.exclude(pk=facts.case.village_id) if facts.case.village_id else others


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
    }  # any other input: whoever may lead or assist
)
ROWS: Mapping[Kind, Callable[[Facts, User | None], QuerySet[Any]]] = MappingProxyType(
    {
        Kind.CASE: _open_cases,
        Kind.VILLAGE: _other_villages,
        Kind.GROUP: lambda facts, _user: Group.objects.filter(
            village=facts.case.village_id
        ),
        Kind.TOPIC: lambda facts, _user: Topic.objects.filter(town=facts.case.town_id),
        Kind.USERS: lambda facts, _user: possible_concerns(facts),
        Kind.REPORT: _reports_without_receipt,
    }
)


def candidates(item: Input, facts: Facts, user: User | None) -> Any:
    """What may be chosen for one input: a mapping of keys for holders, a queryset for
    everything else.
    """
    if item.kind in HOLDING:
        return HOLDERS.get(item.name, possible_holders)(facts)
    return ROWS[item.kind](facts, user)
