"""Orders as their reader may read them: without anything of the matter where that is
secret and does not name whoever signs, or is no longer with whom the order was sent to.
"""

from django.utils.translation import gettext as _

from cases.models.scope import Sight
from cases.privacy.redactor import Redactor, reader_redactor, title_for
from supervision.models import SupervisionOrder
from villages.models import Post


class UnreadWords(Redactor):
    """Leaves of the words of an order those of the system and the reader's own."""

    def __call__(
        self, text: str, *, by: int | None = None, post: int | None = None
    ) -> str:
        is_of_system = by is None and post is None
        is_own = self.reader is not None and self.reader.is_self(by=by, post=post)
        if not text or is_of_system or is_own:
            return text
        return _("Not shown: the matter is secret.")


def is_redacted(order: SupervisionOrder) -> bool:
    """Tell whether the reader signs the order without being named in its secret
    matter. The order comes from `orders_seen_by`.
    """
    return bool(vars(order).get("redacted"))


def is_apart(order: SupervisionOrder) -> bool:
    """Tell whether an order was sent to the reader, who has handed its matter on and
    reads that no more. The order comes from `orders_seen_by`.
    """
    return bool(vars(order).get("apart"))


def reads_answer(order: SupervisionOrder, replier: Post | None, sight: Sight) -> bool:
    """Tell whether the reader may read an answer and what its check found: all do but
    whoever handed the matter on, who reads those of their own post or office.
    """
    if not is_apart(order):
        return True
    if replier is None:
        return False
    is_of_office = replier.office_id in sight.reach.offices
    return is_of_office or sight.is_self(post=replier.pk)


def redactor_of(order: SupervisionOrder, sight: Sight) -> Redactor:
    """Return what the words of an order go through before its reader has them."""
    if is_redacted(order):
        return UnreadWords(reader=sight)
    return reader_redactor(order.case, sight)


def matter_of(order: SupervisionOrder, sight: Sight) -> str:
    """Return the matter of an order in a few words."""
    if is_redacted(order):
        return _("Secret matter")
    if is_apart(order):
        return _("A matter that you handed on")
    return title_for(order.case, sight)
