"""Taking a file off a case, from the post that may."""

from datetime import datetime

from cases.models import Attachment, Case
from cases.workflow.actions import Action
from cases.workflow.actors import Officer
from cases.workflow.moving import make_move
from minshi import workdays
from villages.models import User


def take_off(file: Attachment, *, by: User, at: datetime) -> Case:
    """Take a file off as the user who added it, from the same post while it is theirs.

    Raises what make_move raises.
    """
    posts = by.posts_on(workdays.local_day(at))
    same = [post for post in posts if post.pk == file.post_id]
    actor = Officer(by, (same or posts)[0])
    return make_move(file.case, Action.REMOVE_FILE, by=actor, at=at, file=file)
