"""Blanking further words of a 隐名 matter, from the post that may."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.scope import hides_speaker
from cases.privacy.personal import also_hidden
from cases.workflow.actions import Action
from cases.workflow.actors import Officer
from cases.workflow.effects.hiding import FIELD, phrases_after
from cases.workflow.facts import Facts
from cases.workflow.moves import MOVES
from cases.workflow.moving import lock_visible, make_move
from cases.workflow.reading_facts import read_facts
from minshi.errors import InputRefused, NoSuchRight
from minshi.text import is_blank
from villages.models import Post, User


def post_that_hides(user: User, facts: Facts) -> Post | None:
    """Return the post from which a user may blank further words of a matter; None: the
    matter hides no speaker, or the user may not know them. One query, for their posts.
    """
    if not hides_speaker(facts.case):
        return None

    allowed = MOVES[Action.HIDE_WORDS].who_may(facts)
    for post in user.posts_on(facts.on):
        if post in allowed:
            return post
    return None


@transaction.atomic
def hide_words(case: Case, typed: str, *, seen: str, by: User, at: datetime) -> Case:
    """Blank the phrases typed, one a line, for all who may not know who spoke, and
    return the case; `seen` are those in whose place they were typed.

    The same phrases once more change nothing and leave no event. InputRefused: a phrase
    is none, or nothing but blanks was typed. NoSuchRight: it is not for this user.
    """
    facts = read_facts(case, at)
    post = post_that_hides(by, facts)
    if post is None:
        raise NoSuchRight(_("Your post does not allow this step."))
    if typed and is_blank(typed):
        words = _("Nothing stands there but blanks; write the words to be blanked.")
        raise InputRefused.at(**{FIELD: words})

    actor = Officer(by, post)
    locked = lock_visible(case, actor, at)
    stored = also_hidden(locked)
    if phrases_after(stored, typed=typed, seen=seen) == stored:
        return locked
    return make_move(
        locked, Action.HIDE_WORDS, by=actor, at=at, also_hidden=typed, before=seen
    )
