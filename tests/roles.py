"""Who acts in a test: each function appoints a (new) account and returns the Post;
`post.user` is the user.
"""

from datetime import datetime
from typing import Any

from cases.final import CALENDAR_DAY, DEADLINE_RULE, TOPIC
from supervision.chasing.final import RUNG
from tests.villages.factories import PostFactory, UserFactory
from villages.finals import last_seals, seal_all
from villages.let_in import LET_IN
from villages.models import Group, Office, Post, Role, Town, Village
from villages.named import NAMED
from villages.posts import POST

# what factories make, and the program records
MADE = (POST, *NAMED, *LET_IN, TOPIC, DEADLINE_RULE, CALENDAR_DAY, RUNG)


def unsaved(role: Role, **place: Any) -> Post:
    """A post of a new account, neither of them stored yet."""
    user = UserFactory.build()
    return PostFactory.build(user=user, role=role, **{"village": None, **place})


def secretary_of(village: Village, **fields: Any) -> Post:
    return PostFactory(role=Role.SECRETARY, village=village, **fields)


def duty_officer_of(village: Village, **fields: Any) -> Post:
    return PostFactory(role=Role.DUTY_OFFICER, village=village, **fields)


def committee_member_of(village: Village, **fields: Any) -> Post:
    return PostFactory(role=Role.COMMITTEE_MEMBER, village=village, **fields)


def group_leader_of(group: Group, **fields: Any) -> Post:
    return PostFactory(role=Role.GROUP_LEADER, village=None, group=group, **fields)


def reviewer_of(town: Town, **fields: Any) -> Post:
    return PostFactory(role=Role.REVIEWER, village=None, town=town, **fields)


def reviewer_of_county(code: str, **fields: Any) -> Post:
    return PostFactory(role=Role.REVIEWER, village=None, county_code=code, **fields)


def supervisor_of(town: Town, **fields: Any) -> Post:
    return PostFactory(role=Role.SUPERVISOR, village=None, town=town, **fields)


def supervisor_of_county(code: str, **fields: Any) -> Post:
    return PostFactory(role=Role.SUPERVISOR, village=None, county_code=code, **fields)


def handler_of(office: Office, **fields: Any) -> Post:
    return PostFactory(role=Role.OFFICE_HANDLER, village=None, office=office, **fields)


def system_admin(**fields: Any) -> Post:
    return PostFactory(role=Role.SYSTEM_ADMIN, village=None, **fields)


def security_admin(**fields: Any) -> Post:
    return PostFactory(role=Role.SECURITY_ADMIN, village=None, **fields)


def auditor(**fields: Any) -> Post:
    return PostFactory(role=Role.AUDITOR, village=None, **fields)


def record_made(at: datetime) -> None:
    """Record what factories made and nobody recorded, as the program does with its own:
    posts, accounts, places, seats, topics and rules.
    """
    for final in MADE:
        recorded = last_seals(final)
        keys = final.rows().values_list("pk", flat=True)
        seal_all(final, [key for key in keys if key not in recorded], at=at)
