"""The right over a town's own rules of meetings, deadlines, days off, chasing and
words: its reviewer's, and nobody else's.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import NoSuchRight
from villages.models import Post, Town, User
from villages.rights import SET_TOWN_RULES, first_post


def reviewing_post(user: User, town: Town, at: datetime) -> Post | None:
    """Return the reviewer's post from which a user sets the rules of a town, if any."""
    posts = user.posts_on(workdays.local_day(at))
    return first_post(posts, SET_TOWN_RULES, town_id=town.pk)


def must_review(user: User, town: Town, at: datetime) -> Post:
    """Return the post as `reviewing_post` does. NoSuchRight: there is none."""
    post = reviewing_post(user, town, at)
    if post is None:
        raise NoSuchRight(_("Only the town's reviewer sets its rules."))
    return post
