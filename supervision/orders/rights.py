"""Who answers an order and who checks the answer."""

from cases.workflow import Facts
from supervision.models import SupervisionOrder
from villages.models import Post


def answers(order: SupervisionOrder, post: Post) -> bool:
    """Whether the post may answer it: sent to it or its office, or the matter is with
    it now.
    """
    case = order.case
    own = post.pk in (order.to_post_id, case.owner_post_id)
    return own or (
        post.office_id is not None
        and post.office_id in (order.to_office_id, case.owner_office_id)
    )


def may_check(order: SupervisionOrder, post: Post, facts: Facts) -> bool:
    """Neither whoever handled it in any round nor whoever wrote the answer (domain §3,
    handled).
    """
    is_replier = (
        order.replied_by is not None and order.replied_by.user_id == post.user_id
    )
    return not is_replier and post.user_id not in facts.handlers(ever=True)
