"""The outbox: every notice, written in the transaction of what it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from cases.models import Case, Event
from supervision.models import (
    Chase,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeState,
    NoticeText,
    Robot,
    SupervisionOrder,
)
from supervision.notices.hours import Hours
from villages.models import User


@dataclass(frozen=True)
class Message:
    """One thing to notify one recipient of.

    `about` with the recipient and the channel is the key by which it is sent once.
    """

    about: str
    kind: NoticeKind
    to: User | Robot | None  # None: the speaker
    case: Case
    chase: Chase | None = None
    event: Event | None = None
    order: SupervisionOrder | None = None
    is_urgent: bool = False
    is_copy: bool = False  # of an order that somebody else is to answer
    by_letter: bool = True  # besides the inbox, where there is an address


def put_in_outbox(messages: Iterable[Message], *, at: datetime) -> int:
    """Write a notice for each message and channel of its recipient; return how many
    were asked for.

    What was written before is not written again. The inbox has it at once; letters and
    groups wait for the next working morning, unless it is urgent; the speaker is
    written to at once, but not at night.
    """
    messages = list(messages)
    hours = Hours(at)
    if not messages:
        return 0

    texts = _texts_of({message.case.town_id for message in messages})
    rows = []
    for message in messages:
        for channel in channels_of(message):
            row = _notice(message, channel, hours)
            row.own_text = texts.get((message.case.town_id, row.kind), "")
            rows.append(row)

    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def take_back(notices: QuerySet[Notice], at: datetime) -> None:
    """Withdraw notices that ask for what is done, or no longer wanted.

    In the inbox they count as read, and no letter goes out that has not yet.
    """
    notices.filter(channel=NoticeChannel.INBOX, state=NoticeState.SENT).update(
        state=NoticeState.READ, read_at=at
    )
    # a letter; an inbox has it at once
    notices.filter(state__in=(NoticeState.WAITING, NoticeState.FAILED)).delete()


def _texts_of(towns: set[int]) -> dict[tuple[int, str], str]:
    """Return the towns' own words by kind of notice. One query.

    Each notice stores them: what it said stays as it was.
    """
    rows = NoticeText.objects.filter(town__in=towns).values_list("town", "kind", "text")
    return {(town, kind): text for town, kind, text in rows}


def channels_of(message: Message) -> list[NoticeChannel]:
    """Return the channels by which a message reaches its recipient."""
    if message.to is None:
        return [NoticeChannel.SMS]
    if isinstance(message.to, Robot):
        return [NoticeChannel.ROBOT]

    if message.by_letter and message.to.email:
        return [NoticeChannel.INBOX, NoticeChannel.EMAIL]
    return [NoticeChannel.INBOX]


def _notice(message: Message, channel: NoticeChannel, hours: Hours) -> Notice:
    """Build the notice of a message on one channel, unsaved."""
    is_inbox = channel == NoticeChannel.INBOX
    recipient = message.to.pk if message.to else "speaker"
    send_after = hours.first_for(
        channel, message.case.town_id, is_urgent=message.is_urgent
    )

    return Notice(
        key=f"{message.about}:{recipient}:{channel}",
        kind=message.kind,
        channel=channel,
        recipient=message.to if isinstance(message.to, User) else None,
        robot=message.to if isinstance(message.to, Robot) else None,
        case=message.case,
        chase=message.chase,
        event=message.event,
        order=message.order,
        day=message.order.reply_on if message.order else message.case.promised_on,
        is_urgent=message.is_urgent,
        is_copy=message.is_copy,
        state=NoticeState.SENT if is_inbox else NoticeState.WAITING,
        created_at=hours.at,
        send_after=send_after,
        sent_at=hours.at if is_inbox else None,
    )
