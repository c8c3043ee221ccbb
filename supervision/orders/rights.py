"""Rights to sign an order, to answer it, and to check its answer."""

from datetime import date

from cases.models import Case
from cases.workflow import Facts
from cases.workflow.standing import is_with
from cases.workflow.who import overseers_in_the_know
from supervision.models import SupervisionOrder
from villages.models import Post, User


def signs(case: Case, post: Post, on: date) -> bool:
    """Return True for a post that may sign an order for the case, which must oversee
    it.
    """
    return post.may_sign and not is_ordered(case, post.user, on)


def signers_of(facts: Facts, on: date) -> list[Post]:
    """Return the posts that may sign an order for the case. Of a secret matter they
    need not be named in it: they read the order, not the matter.
    """
    overseers = overseers_in_the_know(facts)
    return [post for post in overseers if signs(facts.case, post, on)]


def is_ordered(case: Case, user: User, on: date) -> bool:
    """Return True for a user whom an order for the case would go to, under whatever
    post: the case is with them, or with an office they serve in.
    """
    if case.owner_office_id is None:
        return is_with(case, user)
    offices = [post.office_id for post in user.posts_on(on)]
    return case.owner_office_id in offices


def answers(order: SupervisionOrder, post: Post) -> bool:
    """Return True for a post that may answer the order: it was sent to the post or its
    office, or one of them has the case now.
    """
    case = order.case
    if post.pk in (order.to_post_id, case.owner_post_id):
        return True
    if post.office_id is None:
        return False
    return post.office_id in (order.to_office_id, case.owner_office_id)


def may_check(order: SupervisionOrder, post: Post, facts: Facts) -> bool:
    """Return True for a user who neither handled the case in any round nor wrote the
    answer (domain §3, handled).
    """
    replier = order.replied_by
    if replier is not None and replier.user_id == post.user_id:
        return False
    return post.user_id not in facts.handlers(ever=True)
