"""Posts as they stand: who may act where, from when to when. Each change is sealed in
the audit log, so that a post which SQL put in or changed is found (villages/finals.py).
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime

from villages.finals import (
    Columns,
    Final,
    change_recorded,
    seal_all,
    seal_final,
    seal_removed,
)
from villages.models import Post, User

POST = Final(
    "post",
    Columns(
        Post,
        (
            "user_id",
            "role",
            "county_code",
            "town_id",
            "village_id",
            "group_id",
            "office_id",
            "from_on",
            "until_on",
            "may_sign",
        ),
    ),
)


def create_posts(posts: Iterable[Post], *, at: datetime) -> list[Post]:
    """Store many posts that nobody gave one by one: the first accounts, a demo, a
    bench. Three queries for each 500.
    """
    created = Post.objects.bulk_create(posts)
    keys = [post.pk for post in created]
    seal_all(POST, keys, at=at)
    return created


def seal_post(post: Post, *, at: datetime, by: User | None) -> None:
    """Record a new post as it is stored. It comes last in the change."""
    seal_final(POST, post, at=at, user=by)


def post_recorded(
    post: Post, *, at: datetime, by: User | None
) -> AbstractContextManager[None]:
    """Record a post as what is done meanwhile makes it."""
    return change_recorded(POST, post, at=at, user=by)


def remove_post(post: Post, *, at: datetime, by: User | None) -> None:
    """Delete a post, and record that it was the program that did."""
    seal_removed(POST, post, at=at, user=by)
    post.delete()
