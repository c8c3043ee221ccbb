"""Taking a file off a case and showing it to the speaker, from the post that may."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import Attachment, Case
from cases.workflow.actions import Action
from cases.workflow.actors import Officer
from cases.workflow.facts import Facts
from cases.workflow.moves import MOVES
from cases.workflow.moving import make_move
from cases.workflow.reading_facts import read_facts
from minshi import workdays
from minshi.errors import NoSuchRight
from villages.models import Post, User


def take_off(file: Attachment, *, by: User, at: datetime) -> Case:
    """Take a file off as the user who added it, from the same post while it is theirs.

    Raises what make_move raises.
    """
    posts = by.posts_on(workdays.local_day(at))
    same = [post for post in posts if post.pk == file.post_id]
    actor = Officer(by, (same or posts)[0])
    return make_move(file.case, Action.REMOVE_FILE, by=actor, at=at, file=file)


def post_that_shows(user: User, facts: Facts) -> Post | None:
    """Return the post from which a user may show photos of the case to its speaker.

    One query, for their posts; None: they may not.
    """
    move = MOVES[Action.SHOW_FILE]
    if move.who is None:
        return None

    allowed = move.who.may(facts, move.handled)
    for post in user.posts_on(facts.on):
        if post in allowed:
            return post
    return None


def show(file: Attachment, *, public: bool, by: User, at: datetime) -> Case:
    """Let the speaker of a case see one of its photos, or no longer.

    Raises what make_move raises; NoSuchRight: it is not for this user to say.
    """
    facts = read_facts(file.case, at)
    post = post_that_shows(by, facts)
    if post is None:
        raise NoSuchRight(_("Your post does not allow this step."))

    return make_move(
        file.case,
        Action.SHOW_FILE,
        by=Officer(by, post),
        at=at,
        facts=facts,
        file=file,
        public=public,
    )
