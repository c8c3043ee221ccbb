"""The demo's cadres: one in every role at every village, the town, the county and the
stations, all with one password.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password

from minshi.demo.names import Names
from minshi.demo.places import COUNTY_OFFICES, TOWN_OFFICES
from villages.let_in import seal_accounts
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
from villages.posts import create_posts

BORN = (1962, 1998)
# whoever signs and chases has a telephone on the desk; a station's and a talk room's
# stand with the station and the room
DESK_PHONES: dict[tuple[Role, Node | None], str] = {
    (Role.REVIEWER, Node.TOWN): "09394421201",
    (Role.SUPERVISOR, Node.TOWN): "09394421202",
    (Role.REVIEWER, Node.COUNTY): "09394421101",
    (Role.SUPERVISOR, Node.COUNTY): "09394421102",
}
CONTACTS = 10  # households a village cadre keeps in touch with


@dataclass
class Cast:
    """The people who serve in the demo, found by role and place."""

    town: Town
    offices: dict[str, Office]
    posts: list[Post] = field(default_factory=list)

    def at(self, role: Role, **node: Any) -> list[Post]:
        """Return the posts of a role at a place, given as `village=…` or `town=…`."""
        ((kind, place),) = node.items()

        posts = []
        for post in self.posts:
            if post.role == role and getattr(post, kind) == place:
                posts.append(post)
        return posts

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
    # imported here: its dictionaries cost every process 55 MB and 0.3 s
    from pypinyin import lazy_pinyin

    name = village.name.removesuffix("村").removesuffix("社区")
    return "".join(lazy_pinyin(name))


def appointments(
    town: Town, villages: list[Village], groups: list[Group], offices: list[Office]
) -> list[Appointment]:
    """Return every post of the demo under the user name it gets; the first of each kind
    bears the plain name.
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
        username = f"office.{_slug_of_office(office, town)}"
        found.append(Appointment(username, Role.OFFICE_HANDLER, Node.OFFICE, office))

    taken: set[str] = set()
    for village in villages:
        slug = romanised(village)
        if slug in taken:
            slug = f"{slug}{village.code[-3:]}"
        taken.add(slug)

        own_groups = [group for group in groups if group.village_id == village.pk]
        found += _of_village(village, slug, own_groups)

    return found


def _slug_of_office(office: Office, town: Town) -> str:
    of_town = TOWN_OFFICES.get(office.name)
    if of_town:
        return of_town

    bureau = office.name.removeprefix(town.county_name)
    return f"{COUNTY_OFFICES[bureau]}.county"


def _of_village(village: Village, slug: str, groups: list[Group]) -> list[Appointment]:
    found = [
        Appointment(f"duty.{slug}", Role.DUTY_OFFICER, Node.VILLAGE, village),
        Appointment(f"secretary.{slug}", Role.SECRETARY, Node.VILLAGE, village),
        Appointment(f"committee.{slug}", Role.COMMITTEE_MEMBER, Node.VILLAGE, village),
        Appointment(f"committee.{slug}2", Role.COMMITTEE_MEMBER, Node.VILLAGE, village),
    ]

    for nth, group in enumerate(groups, 1):
        number = nth if nth > 1 else ""
        username = f"group.{slug}{number}"
        found.append(Appointment(username, Role.GROUP_LEADER, Node.GROUP, group))

    return found


def appoint_all(
    wanted: list[Appointment],
    password: str,
    since: date,
    names: Names,
    rng: Random,
    *,
    at: datetime,
) -> list[Post]:
    """Create accounts and posts in bulk as of a moment, and return the posts.

    The password is hashed once, for it is the same for all.
    """
    hashed = make_password(password)
    users = User.objects.bulk_create(
        User(
            username=item.username,
            name=_somebody(names, rng),
            password=hashed,
            phone=DESK_PHONES.get((item.role, item.node), ""),
        )
        for item in wanted
    )
    seal_accounts([user.pk for user in users], at=at)

    posts = []
    for item, user in zip(wanted, users, strict=True):
        place = {str(item.node): item.place} if item.node else {}
        post = Post(
            user=user,
            role=item.role,
            from_on=since,
            may_sign=item.role == Role.REVIEWER,
            **place,
        )
        posts.append(post)
    return create_posts(posts, at=at)


def _somebody(names: Names, rng: Random) -> str:
    sex = rng.choice((Sex.MALE, Sex.MALE, Sex.FEMALE))
    birth_year = rng.randint(*BORN)
    return names.person(sex, birth_year)


def link_households(cast: Cast, since: date) -> None:
    """联系户: let every secretary, committee member and group leader keep in touch with
    some households.
    """
    homes: dict[int, list[Household]] = {}
    households = Household.objects.filter(group__village__town=cast.town)
    for household in households.select_related("group"):
        homes.setdefault(household.group.village_id, []).append(household)

    links = []
    for post in cast.posts:
        village_id = post.village_id
        if not village_id and post.group:
            village_id = post.group.village_id
        if not village_id or post.role == Role.DUTY_OFFICER:
            continue

        own_homes = homes[village_id][:CONTACTS]
        homes[village_id] = homes[village_id][CONTACTS:]
        for household in own_homes:
            links.append(ContactLink(post=post, household=household, from_on=since))

    ContactLink.objects.bulk_create(links, batch_size=500)
