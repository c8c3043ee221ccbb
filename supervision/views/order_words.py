"""The words of the acts on a supervision order: heading and button of each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from supervision.models import OrderState, SupervisionOrder


@dataclass(frozen=True)
class ActWords:
    """The words of an act on the page of an order, and its button's style."""

    heading: str | Promise
    button: str | Promise
    style: str = "btn-primary"


WORDS = {
    "sign": ActWords(gettext_lazy("Sign it"), gettext_lazy("Sign and send")),
    "cancel": ActWords(
        pgettext_lazy("order", "Take it back"),
        pgettext_lazy("order", "Take it back"),
        "btn-plain",
    ),
    "reply": ActWords(gettext_lazy("Answer it"), gettext_lazy("Send the answer")),
    "check": ActWords(gettext_lazy("Check the answer"), gettext_lazy("Done checking")),
    "talk": ActWords(
        gettext_lazy("Note a talk that was held"),
        gettext_lazy("Note the talk"),
        "btn-plain",
    ),
}


def state_of(order: SupervisionOrder) -> str:
    """Return the state of an order in words: one that whoever signs gave back was never
    taken back by its writer.
    """
    if is_refused(order):
        return pgettext("order", "not signed, given back")
    return order.state_in_words


def is_refused(order: SupervisionOrder) -> bool:
    """Tell whether an order was given back unsigned by one who might have signed it."""
    by = order.cancelled_by
    if order.state != OrderState.CANCELLED or order.signed_at or by is None:
        return False
    is_writer = order.raised_by is not None and order.raised_by.user_id == by.user_id
    return by.may_sign and not is_writer


def words_of_act(act: str, order: SupervisionOrder, acts: Iterable[str]) -> ActWords:
    """Return the words of an act; taking back is not the same before the signature, to
    whoever signs, as after it.
    """
    words = WORDS[act]
    if act != "cancel":
        return words
    if "sign" in acts:
        refused = pgettext("order", "Do not sign, give it back")
        return replace(words, heading=refused, button=refused)
    if order.state == OrderState.SIGNED:
        stopped = pgettext("order", "Take it back, do not send it")
        return replace(words, heading=stopped, button=stopped)
    return words
