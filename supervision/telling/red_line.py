"""Who hears of a red line that is reported: said on the form, and notified by the same
rule.
"""

from datetime import date

from cases.lists.hearers import Hearers
from cases.models import Case
from supervision.models import Told
from supervision.notices.recipients import recipients_of
from supervision.orders.addressing import with_places
from villages.models import User

HEAR_OF_RED_LINES = (Told.HEAD, Told.OVERSEER)


def red_line_goes_to(case: Case, on: date, by: User) -> Hearers:
    """Return who in this house is notified of a red line that a user reports.

    Where that is nobody but them, the town office is alarmed. Four queries, five where
    somebody is away.
    """
    people = recipients_of([case], on)
    posts = people.posts_told(case, HEAR_OF_RED_LINES)
    placed = with_places(post.pk for post in posts)

    named = []
    for post in posts:
        if post.user_id != by.pk and post.pk in placed:
            named.append(str(placed[post.pk]))
    if not named:
        alarmed = people.town_office(case)
        named = [str(user) for user in alarmed if user != by]
    return Hearers(None, named)
