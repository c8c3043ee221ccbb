"""Who is told, by post and roster, for many cases in a fixed number of queries (domain
§4, the ladder).
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
    """The posts about some cases on one day, whoever stands in for them, and whom a
    case concerns.
    """

    posts: list[Post]
    stands_in: dict[int, Post]  # of a post that is away
    concerns: dict[int, list[Concern]]

    def told(self, case: Case, who: Iterable[str]) -> list[User]:
        """The people meant, each once, never somebody whom the case concerns (domain
        §1: never reaches that person).

        Whoever is away is told all the same, for the day they are back, and beside them
        who stands in; a substitute who is away too is not followed any further.
        """
        return self.with_substitutes(
            case, [post for each in who for post in self._meant(Told(each), case)]
        )

    def with_substitutes(self, case: Case, posts: list[Post]) -> list[User]:
        """The people behind the posts and who stands in for them, as `told` has
        them.
        """
        return self.spared(
            case,
            posts
            + [self.stands_in[post.pk] for post in posts if post.pk in self.stands_in],
        )

    def told_or_alarm(
        self, case: Case, who: Iterable[str], kind: NoticeKind
    ) -> tuple[NoticeKind, list[User]]:
        """The people meant and what they are told; where there is nobody, an alarm to
        the town office (domain §4).
        """
        return self.or_alarm(case, self.told(case, who), kind)

    def or_alarm(
        self, case: Case, users: list[User], kind: NoticeKind
    ) -> tuple[NoticeKind, list[User]]:
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
        """Whom an alarm goes to: the town's reviewers, else its supervisors, else
        whoever of the county.
        """
        town = self._by_place.get(("town", case.town_id), [])
        county = self._by_place.get(("county", case.town.county_code), [])
        reviewers = [post for post in town if post.role == Role.REVIEWER]
        supervisors = [post for post in town if post.role == Role.SUPERVISOR]
        tried = (self.spared(case, posts) for posts in (reviewers, supervisors, county))
        return next(filter(None, tried), [])

    def spared(self, case: Case, posts: list[Post]) -> list[User]:
        """The people behind the posts, each once, without whom the case concerns."""
        concerns = self.concerns.get(case.pk, [])
        users = {concern.user_id for concern in concerns}
        villages = {concern.village_id for concern in concerns if concern.village_id}
        free = [
            post
            for post in posts
            if post.user_id not in users and _village_of(post) not in villages
        ]
        return list({post.user_id: post.user for post in free}.values())

    @cached_property
    def _by_place(self) -> dict[Place, list[Post]]:
        """The posts at each place, and each by itself: looking through all of them for
        every case takes the longest.
        """
        found: defaultdict[Place, list[Post]] = defaultdict(list)
        for post in self.posts:
            for place in _places_of(post):
                found[place].append(post)
        return dict(found)

    def _meant(self, who: Told, case: Case) -> list[Post]:
        if who == Told.OWNER:
            owner: Place = (
                ("post", case.owner_post_id)
                if case.owner_post_id
                else ("office", case.owner_office_id)
            )
            return self._by_place.get(owner, [])
        if who == Told.HEAD:
            return [
                post
                for place in _heads_of(case)
                for post in self._by_place.get(place, [])
                if decides(post, case)
            ]
        above: Place = (
            ("county", case.town.county_code)
            if case.level == Level.COUNTY
            else ("town", case.town_id)
        )
        here = self._by_place.get(above, [])
        if who == Told.SIGNER:
            return [post for post in here if post.may_sign]
        return [post for post in here if post.role == Role.SUPERVISOR]


def recipients_of(cases: Iterable[Case], on: date) -> Recipients:
    """For cases read with their town; three queries, four where somebody is away."""
    cases = list(cases)
    posts = _posts_about(cases, on)
    leaves = DutyLeave.objects.filter(from_on__lte=on, until_on__gte=on, post__in=posts)
    leaves = leaves.select_related("substitute__user", "substitute__group")
    standing = [leave.substitute_id for leave in leaves if leave.substitute_id]
    absent = DutyLeave.objects.filter(
        from_on__lte=on, until_on__gte=on, post__in=standing
    )
    away = set(absent.values_list("post_id", flat=True)) if standing else set()
    stands_in = {
        leave.post_id: leave.substitute
        for leave in leaves
        if leave.substitute
        and leave.substitute_id not in away
        and leave.substitute.is_current(on)
    }
    concerns: defaultdict[int, list[Concern]] = defaultdict(list)
    for concern in Concern.objects.filter(case__in=cases):
        concerns[concern.case_id].append(concern)
    return Recipients(posts, stands_in, dict(concerns))


def _posts_about(cases: list[Case], on: date) -> list[Post]:
    """The current posts of owners, and whoever heads or oversees the villages, towns
    and counties of the cases.
    """
    meant = Q(pk__in={case.owner_post_id for case in cases if case.owner_post_id})
    meant |= Q(
        office__in={case.owner_office_id for case in cases if case.owner_office_id}
    )
    meant |= Q(
        role=Role.SECRETARY,
        village__in={case.village_id for case in cases if case.village_id},
    )
    towns, counties = (
        {case.town_id for case in cases},
        {case.town.county_code for case in cases},
    )
    meant |= Q(role__in=OVERSEE, town__in=towns) | Q(
        role__in=OVERSEE, county_code__in=counties
    )
    return list(
        Post.objects.current(on)
        .filter(meant)
        .select_related("user", "group")
        .in_order()
    )


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
    return post.village_id or (post.group.village_id if post.group else None)
