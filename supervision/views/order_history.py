"""The history of an order: every act on it, from writing it to its end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models.scope import Sight
from cases.privacy.redactor import Redactor
from cases.templatetags.days import day, moment
from supervision.models import OrderState, OrderTalk, SentBack, SupervisionOrder
from supervision.orders import is_apart, is_redacted, reads_answer
from supervision.views.order_words import state_of
from villages.models import Post


@dataclass(frozen=True)
class Entry:
    """One act on an order: when it was done, what, by whom, to whom and in which words.

    A talk is noted after it was held: `held_on` says when that was.
    """

    at: datetime | None
    what: str
    who: str = ""
    whom: str = ""
    words: str = ""
    held_on: str = ""

    @property
    def when(self) -> str:
        return self.held_on or moment(self.at)


def history_of(order: SupervisionOrder, redact: Redactor, sight: Sight) -> list[Entry]:
    """Return what was done with an order, as far as its reader may know it. Two
    queries, one more for whoever handed its matter on.

    1. Written, signed, sent, circulated.
    2. Answers sent back, and the answer that stands.
    3. Talks held about it.
    4. Its end with the matter, or its being taken back.
    """
    return [
        *_until_it_was_sent(order),
        *_answers(order, redact, sight),
        *_talks(order, redact),
        *_end(order, redact),
    ]


def _name_of(post: Post | None) -> str:
    return str(post.user) if post else ""


def _replier(order: SupervisionOrder, post: Post | None) -> str:
    return _("whoever has the matter") if is_redacted(order) else _name_of(post)


def _until_it_was_sent(order: SupervisionOrder) -> Iterator[Entry]:
    writer = _name_of(order.raised_by) or _("the system")
    yield Entry(order.raised_at, pgettext("order", "written"), writer)

    if order.signed_at:
        signer = _name_of(order.signed_by)
        yield Entry(order.signed_at, pgettext("order", "signed"), signer)
    if order.sent_at:
        whom = str(order.to_office) if order.to_office else _name_of(order.to_post)
        if is_redacted(order):
            whom = _("whoever has the matter")
        yield Entry(order.sent_at, pgettext("order", "sent"), whom=whom)
    if order.circulated_at:
        yield Entry(order.circulated_at, _("not answered in time, circulated"))


def _answers(
    order: SupervisionOrder, redact: Redactor, sight: Sight
) -> Iterator[Entry]:
    rounds = order.sent_back.select_related("replied_by__user", "checked_by__user")
    for round_ in rounds:
        if not reads_answer(order, round_.replied_by, sight):
            continue
        yield _reply(
            round_.replied_at,
            _replier(order, round_.replied_by),
            redact(round_.reply, post=round_.replied_by_id),
        )
        yield _sent_back(round_, redact)

    if not reads_answer(order, order.replied_by, sight):
        return
    if order.has_answer:
        yield _reply(
            order.replied_at,
            _replier(order, order.replied_by),
            redact(order.reply, post=order.replied_by_id),
        )
    if order.state == OrderState.CLOSED:
        yield Entry(
            order.checked_at,
            _("checked and closed"),
            _name_of(order.checked_by),
            words=redact(order.finding, post=order.checked_by_id),
        )


def _reply(at: datetime | None, by: str, words: str) -> Entry:
    what = pgettext("order", "replied")
    return Entry(at, what, by, words=words)


def _sent_back(round_: SentBack, redact: Redactor) -> Entry:
    return Entry(
        round_.checked_at,
        _("sent back, to be answered again"),
        _name_of(round_.checked_by),
        words=redact(round_.finding, post=round_.checked_by_id),
    )


def _talks(order: SupervisionOrder, redact: Redactor) -> Iterator[Entry]:
    if is_apart(order):
        return
    talks = order.talks.select_related("noted_by__user")
    for talk in talks:
        yield _talk(talk, redact)


def _talk(talk: OrderTalk, redact: Redactor) -> Entry:
    what = _("talked with %(whom)s") % {
        "whom": redact(talk.whom, post=talk.noted_by_id)
    }
    words = redact(talk.agreed, post=talk.noted_by_id)
    by = _name_of(talk.noted_by)
    held_on = day(talk.held_on)
    return Entry(talk.noted_at, what, by, words=words, held_on=held_on)


def _end(order: SupervisionOrder, redact: Redactor) -> Iterator[Entry]:
    if order.ended_at:
        what = pgettext("order", "ended with the matter")
        why = "" if is_apart(order) else redact(order.end_reason)
        yield Entry(order.ended_at, what, words=why)
    if order.cancelled_at:
        yield Entry(
            order.cancelled_at,
            state_of(order),
            _name_of(order.cancelled_by),
            words=redact(order.cancel_reason, post=order.cancelled_by_id),
        )
