"""The outbox: what is told to whom, put down in the transaction that has something to tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cases.models import Case, Event
from supervision.models import Channel, Chase, Notice, NoticeKind, NoticeState, SupervisionOrder
from villages.models import User


@dataclass(frozen=True)
class Message:
    """One thing told to one person; `about` with the person and the channel is what makes it told once."""

    about: str
    kind: NoticeKind
    to: User
    case: Case
    chase: Chase | None = None
    event: Event | None = None
    order: SupervisionOrder | None = None
    is_urgent: bool = False


def put_in_outbox(messages: Iterable[Message], *, at: datetime) -> int:
    """Writes a notice for each message and channel of its recipient; what was told before is not told again."""
    rows = [_notice(message, channel, at) for message in messages for channel in _channels(message.to)]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def _channels(_user: User) -> list[Channel]:
    return [Channel.INBOX]


def _notice(message: Message, channel: Channel, at: datetime) -> Notice:
    is_inbox = channel == Channel.INBOX
    return Notice(
        key=f"{message.about}:{message.to.pk}:{channel}",
        kind=message.kind,
        channel=channel,
        recipient=message.to,
        case=message.case,
        chase=message.chase,
        event=message.event,
        order=message.order,
        is_urgent=message.is_urgent,
        state=NoticeState.SENT if is_inbox else NoticeState.WAITING,
        created_at=at,
        send_after=at,
        sent_at=at if is_inbox else None,
    )
