"""Whom an order went to, and with whom its matter is by now: it may have gone on."""

from django.utils.translation import gettext as _

from cases.models.scope import Sight
from cases.templatetags.matters import holder_of, holder_words
from supervision.models import OrderState, SupervisionOrder
from supervision.models.order import UNSENT
from supervision.orders import is_apart, is_redacted


def addressee_of(order: SupervisionOrder) -> str:
    """Return whom an order went to, before that whom it would go to; "" of one that
    was taken back.
    """
    if is_redacted(order):
        return _("whoever has the matter")
    if order.state == OrderState.CANCELLED:
        return ""
    if order.state in UNSENT and not order.to_post and not order.to_office:
        return holder_of(order.case)
    return holder_words(order.to_post, order.to_office)


def went_on_to(order: SupervisionOrder) -> str:
    """Return who has the matter of an order now, and with it the answering, where that
    is somebody else than the order was sent to; else "".
    """
    if is_redacted(order) or is_apart(order):
        return ""
    case = order.case
    if (order.to_post_id, order.to_office_id) == (
        case.owner_post_id,
        case.owner_office_id,
    ):
        return ""
    return holder_of(case)


def is_theirs_now(order: SupervisionOrder, sight: Sight) -> bool:
    """Tell whether the reader has the matter of an order that was sent to somebody
    else.
    """
    case = order.case
    reach = sight.reach
    has_it = case.owner_post_id in reach.posts or case.owner_office_id in reach.offices
    was_sent_it = order.to_post_id in reach.posts or order.to_office_id in reach.offices
    return has_it and not was_sent_it


def address_of_matter(order: SupervisionOrder) -> str:
    """Return the page of the matter of an order; "" where its reader opens none."""
    if is_redacted(order) or is_apart(order):
        return ""
    return order.case.get_absolute_url()
