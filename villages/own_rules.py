"""A town's own rules, of meetings, deadlines, days off, chasing and words: its reviewer
sets them, and nobody else.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import NoSuchRight
from villages.models import Post, Role, Town, User


def reviewing_post(user: User, town: Town, at: datetime) -> Post | None:
    """The post from which a user sets the rules of a town: of its reviewer."""
    posts = user.posts_on(workdays.local_day(at))
    return next(
        (
            post
            for post in posts
            if post.role == Role.REVIEWER and post.town_id == town.pk
        ),
        None,
    )


def must_review(user: User, town: Town, at: datetime) -> Post:
    """The same. NoSuchRight: there is none."""
    post = reviewing_post(user, town, at)
    if post is None:
        raise NoSuchRight(_("Only the town's reviewer sets its rules."))
    return post
