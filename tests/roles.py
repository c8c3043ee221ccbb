"""Who acts in a test: each function appoints a (new) account and returns the Post;
`post.user` is the user.
"""

from datetime import datetime
from typing import Any

from tests.villages.factories import PostFactory, UserFactory
from villages.finals import seal_all
from villages.models import Group, Office, Post, Role, Town, Village
from villages.posts import POST


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


def record_posts(at: datetime) -> None:
    """Record the posts that factories made, as the program does with its own."""
    seal_all(POST, Post.objects.values_list("pk", flat=True), at=at)
