"""The demo's cadres: one in every role at every village, the town, the county and the
stations; one password.
"""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from pypinyin import lazy_pinyin

from minshi.demo.names import Names
from minshi.demo.places import COUNTY_OFFICES, TOWN_OFFICES
from villages.models import (
    ContactLink,
    Group,
    Household,
    Node,
    Office,
    Post,
    Role,
    Town,
    User,
    Village,
)
from villages.models.grid import Sex

BORN = (1962, 1998)
CONTACTS = 10  # households a village cadre keeps in touch with


@dataclass
class Cast:
    """Who serves where, by node."""

    town: Town
    offices: dict[str, Office]
    posts: list[Post] = field(default_factory=list)

    def at(self, role: Role, **node: Any) -> list[Post]:
        ((kind, place),) = node.items()
        return [
            post
            for post in self.posts
            if post.role == role and getattr(post, kind) == place
        ]

    def one(self, role: Role, **node: Any) -> Post:
        return self.at(role, **node)[0]

    def handler(self, office: Office) -> Post:
        return self.one(Role.OFFICE_HANDLER, office=office)


@dataclass(frozen=True)
class Appointment:
    username: str
    role: Role
    node: Node | None = None
    place: Any = None


def romanised(village: Village) -> str:
    return "".join(lazy_pinyin(village.name.removesuffix("村").removesuffix("社区")))


def appointments(
    town: Town, villages: list[Village], groups: list[Group], offices: list[Office]
) -> list[Appointment]:
    """Every post of the demo under the user name it gets; the first of each kind bears
    the plain name.
    """
    county = town.county_code
    found = [
        Appointment("reviewer", Role.REVIEWER, Node.TOWN, town),
        Appointment("reviewer.county", Role.REVIEWER, Node.COUNTY, county),
        Appointment("supervisor", Role.SUPERVISOR, Node.TOWN, town),
        Appointment("supervisor.county", Role.SUPERVISOR, Node.COUNTY, county),
        Appointment("sysadmin", Role.SYSTEM_ADMIN),
        Appointment("secadmin", Role.SECURITY_ADMIN),
        Appointment("auditor", Role.AUDITOR),
    ]
    for office in offices:
        slug = (
            TOWN_OFFICES.get(office.name)
            or f"{COUNTY_OFFICES[office.name.removeprefix(town.county_name)]}.county"
        )
        found.append(
            Appointment(f"office.{slug}", Role.OFFICE_HANDLER, Node.OFFICE, office)
        )
    taken: set[str] = set()
    for village in villages:
        slug = romanised(village)
        slug = slug if slug not in taken else f"{slug}{village.code[-3:]}"
        taken.add(slug)
        found += _of_village(
            village, slug, [group for group in groups if group.village_id == village.pk]
        )
    return found


def _of_village(village: Village, slug: str, groups: list[Group]) -> list[Appointment]:
    found = [
        Appointment(f"duty.{slug}", Role.DUTY_OFFICER, Node.VILLAGE, village),
        Appointment(f"secretary.{slug}", Role.SECRETARY, Node.VILLAGE, village),
        Appointment(f"committee.{slug}", Role.COMMITTEE_MEMBER, Node.VILLAGE, village),
        Appointment(f"committee.{slug}2", Role.COMMITTEE_MEMBER, Node.VILLAGE, village),
    ]
    for nth, group in enumerate(groups, 1):
        found.append(
            Appointment(
                f"group.{slug}{nth if nth > 1 else ''}",
                Role.GROUP_LEADER,
                Node.GROUP,
                group,
            )
        )
    return found


def appoint_all(
    wanted: list[Appointment], password: str, since: date, names: Names, rng: Random
) -> list[Post]:
    """Accounts and posts in bulk; the password is hashed once, for it is the same for
    all.
    """
    hashed = make_password(password)
    users = User.objects.bulk_create(
        User(username=item.username, name=_somebody(names, rng), password=hashed)
        for item in wanted
    )
    posts = [
        Post(
            user=user,
            role=item.role,
            from_on=since,
            may_sign=item.role == Role.REVIEWER,
            **({str(item.node): item.place} if item.node else {}),
        )
        for item, user in zip(wanted, users, strict=True)
    ]
    return Post.objects.bulk_create(posts)


def _somebody(names: Names, rng: Random) -> str:
    return names.person(
        rng.choice((Sex.MALE, Sex.MALE, Sex.FEMALE)), rng.randint(*BORN)
    )


def link_households(cast: Cast, since: date) -> None:
    """联系户: every secretary, committee member and group leader keeps in touch with
    some households.
    """
    homes: dict[int, list[Household]] = {}
    for household in Household.objects.filter(
        group__village__town=cast.town
    ).select_related("group"):
        homes.setdefault(household.group.village_id, []).append(household)
    links = []
    for post in cast.posts:
        village_id = post.village_id or (post.group.village_id if post.group else None)
        if village_id and post.role != Role.DUTY_OFFICER:
            mine, homes[village_id] = (
                homes[village_id][:CONTACTS],
                homes[village_id][CONTACTS:],
            )
            links += [
                ContactLink(post=post, household=household, from_on=since)
                for household in mine
            ]
    ContactLink.objects.bulk_create(links, batch_size=500)
