"""Rights to answer an order, and to check its answer."""

from cases.workflow import Facts
from supervision.models import SupervisionOrder
from villages.models import Post


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
