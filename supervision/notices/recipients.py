"""Recipients by post and roster, for many cases in a fixed number of queries.

Source: domain §4, the ladder.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from cases.models import Case, Concern
from cases.models.choices import Level
from cases.workflow.who import decides
from supervision.models import NoticeKind, Told
from villages.models import DutyLeave, Post, Role, User
from villages.rights import OVERSEE

logger = logging.getLogger(__name__)
Place = tuple[str, int | str | None]


@dataclass(frozen=True)
class Recipients:
    """Posts about some cases on one day, their substitutes, and whom each concerns."""

    posts: list[Post]
    stands_in: dict[int, Post]  # of a post that is away
    concerns: dict[int, list[Concern]]

    def told(
        self, case: Case, who: Iterable[str], *, of_county: bool = False
    ) -> list[User]:
        """Return the people meant, each once, never somebody whom the case concerns.
        About an order of the county, the county's people oversee and sign.

        A report against a person never reaches that person (domain §1). Whoever is away
        is notified all the same, for the day they are back, and beside them who stands
        in; a substitute who is away too is not followed any further.
        """
        posts = self.posts_told(case, who, of_county=of_county)
        return [post.user for post in posts]

    def posts_told(
        self, case: Case, who: Iterable[str], *, of_county: bool = False
    ) -> list[Post]:
        """Return the posts by which the people of `told` are meant."""
        posts: list[Post] = []
        for each in who:
            posts += self._meant(Told(each), case, of_county=of_county)
        return self._spared_posts(case, self._and_substitutes(posts))

    def is_with_a_signer(self, case: Case) -> bool:
        """Tell whether somebody who has the case may sign orders for others."""
        has_it = {post.user_id for post in self._owners(case)}
        return any(
            post.may_sign and post.user_id in has_it for post in self._overseers(case)
        )

    def with_substitutes(self, case: Case, posts: list[Post]) -> list[User]:
        """Return the people behind the posts, and who stands in for them."""
        return self.spared(case, self._and_substitutes(posts))

    def _and_substitutes(self, posts: list[Post]) -> list[Post]:
        substitutes = []
        for post in posts:
            if post.pk in self.stands_in:
                substitutes.append(self.stands_in[post.pk])
        return posts + substitutes

    def told_or_alarm(
        self,
        case: Case,
        who: Iterable[str],
        kind: NoticeKind,
        *,
        of_county: bool = False,
    ) -> tuple[NoticeKind, list[User]]:
        """Return the people meant and the kind of their notice.

        Where there is nobody it is an alarm to the town office (domain §4).
        """
        users = self.told(case, who, of_county=of_county)
        return self.or_alarm(case, users, kind)

    def or_alarm(
        self, case: Case, users: list[User], kind: NoticeKind
    ) -> tuple[NoticeKind, list[User]]:
        """Return the users with the kind; where there are none, an alarm instead."""
        if users:
            return kind, users

        users = self.town_office(case)
        if not users:
            logger.error(
                "Nobody can be told about %s: no reviewer and no supervisor is"
                " appointed",
                case.number,
            )
        return NoticeKind.ALARM, users

    def town_office(self, case: Case) -> list[User]:
        """Return whom an alarm goes to.

        The town's reviewers, else its supervisors, else whoever is of the county.
        """
        town = self._by_place.get(("town", case.town_id), [])
        county = self._by_place.get(("county", case.town.county_code), [])
        reviewers = [post for post in town if post.role == Role.REVIEWER]
        supervisors = [post for post in town if post.role == Role.SUPERVISOR]

        for posts in (reviewers, supervisors, county):
            users = self.spared(case, posts)
            if users:
                return users
        return []

    def spared(self, case: Case, posts: list[Post]) -> list[User]:
        """Return the people behind the posts, each once, but whom the case concerns."""
        return [post.user for post in self._spared_posts(case, posts)]

    def _spared_posts(self, case: Case, posts: list[Post]) -> list[Post]:
        """Return the first post of each person, but of whom the case concerns."""
        concerns = self.concerns.get(case.pk, [])
        users = {concern.user_id for concern in concerns}
        villages = {concern.village_id for concern in concerns if concern.village_id}

        found: dict[int, Post] = {}
        for post in posts:
            is_concerned = post.user_id in users or _village_of(post) in villages
            if not is_concerned:
                found.setdefault(post.user_id, post)
        return list(found.values())

    @cached_property
    def _by_place(self) -> dict[Place, list[Post]]:
        """The posts at each place, and each by itself.

        Looking through all of them for every case would take the longest.
        """
        found: defaultdict[Place, list[Post]] = defaultdict(list)
        for post in self.posts:
            for place in _places_of(post):
                found[place].append(post)
        return dict(found)

    def _meant(self, who: Told, case: Case, *, of_county: bool) -> list[Post]:
        """Return the posts that a word of the ladder means for a case."""
        if who == Told.OWNER:
            return self._owners(case)
        if who == Told.HEAD:
            return self._heads(case)

        if who == Told.SIGNER:
            return self._signers(case, of_county=of_county)
        overseers = self._overseers(case, of_county=of_county)
        return [post for post in overseers if post.role == Role.SUPERVISOR]

    def _owners(self, case: Case) -> list[Post]:
        if case.owner_post_id:
            return self._by_place.get(("post", case.owner_post_id), [])
        return self._by_place.get(("office", case.owner_office_id), [])

    def _heads(self, case: Case) -> list[Post]:
        heads = []
        for place in _heads_of(case):
            for post in self._by_place.get(place, []):
                if decides(post, case):
                    heads.append(post)
        return heads

    def _signers(self, case: Case, *, of_county: bool) -> list[Post]:
        """Return whoever signs orders for a case: of its level, else of the county.

        Never whom the order would go to: nobody signs against themself.
        """
        has_it = {post.user_id for post in self._owners(case)}
        county = self._by_place.get(("county", case.town.county_code), [])

        for overseers in (self._overseers(case, of_county=of_county), county):
            signers = [
                post
                for post in overseers
                if post.may_sign and post.user_id not in has_it
            ]
            if signers:
                return signers
        return []

    def _overseers(self, case: Case, *, of_county: bool = False) -> list[Post]:
        if of_county or case.level == Level.COUNTY:
            return self._by_place.get(("county", case.town.county_code), [])
        return self._by_place.get(("town", case.town_id), [])


def recipients_of(cases: Iterable[Case], on: date) -> Recipients:
    """Read the recipients for cases, which were read with their town.

    Three queries, four where somebody is away.
    """
    cases = list(cases)
    posts = _posts_about(cases, on)

    concerns: defaultdict[int, list[Concern]] = defaultdict(list)
    for concern in Concern.objects.filter(case__in=cases):
        concerns[concern.case_id].append(concern)

    return Recipients(posts, _substitutes_of(posts, on), dict(concerns))


def _substitutes_of(posts: list[Post], on: date) -> dict[int, Post]:
    """Return who stands in that day for the posts that are away, by post."""
    that_day = DutyLeave.objects.filter(from_on__lte=on, until_on__gte=on)
    leaves = that_day.filter(post__in=posts)
    leaves = leaves.select_related("substitute__user", "substitute__group")

    substitutes = [leave.substitute_id for leave in leaves if leave.substitute_id]
    away: set[int] = set()
    if substitutes:
        absent = that_day.filter(post__in=substitutes)
        away = set(absent.values_list("post_id", flat=True))

    stands_in = {}
    for leave in leaves:
        substitute = leave.substitute
        if substitute is None or substitute.pk in away:
            continue
        if substitute.is_current(on):
            stands_in[leave.post_id] = substitute
    return stands_in


def _posts_about(cases: list[Case], on: date) -> list[Post]:
    """Return the current posts that own the cases, or head or oversee their places."""
    owners = {case.owner_post_id for case in cases if case.owner_post_id}
    offices = {case.owner_office_id for case in cases if case.owner_office_id}
    villages = {case.village_id for case in cases if case.village_id}
    towns = {case.town_id for case in cases}
    counties = {case.town.county_code for case in cases}

    meant = Q(pk__in=owners)
    meant |= Q(office__in=offices)
    meant |= Q(role=Role.SECRETARY, village__in=villages)
    meant |= Q(role__in=OVERSEE, town__in=towns)
    meant |= Q(role__in=OVERSEE, county_code__in=counties)

    posts = Post.objects.current(on).filter(meant)
    return list(posts.select_related("user", "group").in_order())


def _heads_of(case: Case) -> list[Place]:
    return [
        ("village", case.village_id),
        ("town", case.town_id),
        ("county", case.town.county_code),
    ]


def _places_of(post: Post) -> list[Place]:
    places: dict[str, int | str | None] = {
        "post": post.pk,
        "office": post.office_id,
        "village": post.village_id,
        "town": post.town_id,
        "county": post.county_code,
    }
    return [(kind, key) for kind, key in places.items() if key]


def _village_of(post: Post) -> int | None:
    if post.group:
        return post.group.village_id
    return post.village_id
