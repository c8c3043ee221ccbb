"""The outbox: what is told to whom, put down in the transaction that has something to tell."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time

from django.conf import settings
from django.db.models import QuerySet

from cases import deadlines
from cases.models import Case, Event
from minshi import workdays
from minshi.workdays import SHANGHAI, WorkCalendar
from supervision.models import Channel, Chase, Notice, NoticeKind, NoticeState, NoticeText, Robot, SupervisionOrder
from villages.models import User


@dataclass(frozen=True)
class Message:
    """One thing told to one person; `about` with the person and the channel is what makes it told once."""

    about: str
    kind: NoticeKind
    to: User | Robot | None  # None: the speaker
    case: Case
    chase: Chase | None = None
    event: Event | None = None
    order: SupervisionOrder | None = None
    is_urgent: bool = False
    by_letter: bool = True  # besides the inbox, where there is an address


def put_in_outbox(messages: Iterable[Message], *, at: datetime) -> int:
    """Writes a notice for each message and channel of its recipient; what was told before is not told again.

    The inbox has it at once; letters and groups wait for the next working morning, unless it is urgent;
    the speaker is written to at once, but not at night.
    """
    messages, mornings = list(messages), Mornings(at)
    if not messages:
        return 0
    texts = _texts_of({message.case.town_id for message in messages})
    rows = [_notice(message, channel, at, mornings) for message in messages for channel in channels_of(message)]
    for row in rows:
        row.own_text = texts.get((row.case.town_id, row.kind), "")
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def take_back(notices: QuerySet[Notice], at: datetime) -> None:
    """What they ask for is done, or no longer wanted: read in the inbox, and no letter goes out that has not yet."""
    notices.filter(channel=Channel.INBOX, state=NoticeState.SENT).update(state=NoticeState.READ, read_at=at)
    notices.filter(state__in=(NoticeState.WAITING, NoticeState.FAILED)).delete()  # a letter; an inbox has it at once


def _texts_of(towns: set[int]) -> dict[tuple[int, str], str]:
    """The towns' own words by kind of notice; kept with each, for what was told stays as it was. One query."""
    rows = NoticeText.objects.filter(town__in=towns).values_list("town", "kind", "text")
    return {(town, kind): text for town, kind, text in rows}


def channels_of(message: Message) -> list[Channel]:
    if message.to is None:
        return [Channel.SMS]
    if isinstance(message.to, Robot):
        return [Channel.ROBOT]
    return [Channel.INBOX, Channel.EMAIL] if message.by_letter and message.to.email else [Channel.INBOX]


@dataclass
class Mornings:
    """When letters and groups are next written to, by town; a town's calendar is read once."""

    at: datetime
    calendars: dict[int, WorkCalendar] = field(default_factory=dict)

    def next_for(self, town_id: int) -> datetime:
        """The morning hour of today where it is a working day and the hour has not passed, else of the next one."""
        today = workdays.local_day(self.at)
        if town_id not in self.calendars:
            self.calendars[town_id] = deadlines.calendar_of(town_id, today)
        day = self.calendars[town_id].on_or_after(today)
        morning = datetime.combine(day, time(settings.DIGEST_HOUR), SHANGHAI)
        if morning >= self.at:
            return morning
        day = self.calendars[town_id].on_or_after(day + workdays.ONE_DAY)
        return datetime.combine(day, time(settings.DIGEST_HOUR), SHANGHAI)


def _not_before(message: Message, channel: Channel, at: datetime, mornings: Mornings) -> datetime:
    if channel == Channel.INBOX or message.is_urgent:
        return at
    return awake(at) if channel == Channel.SMS else mornings.next_for(message.case.town_id)


def awake(at: datetime) -> datetime:
    """At once by day; in the quiet hours of the evening and the night, when they end. For speakers, on any day."""
    local = at.astimezone(SHANGHAI)
    if settings.QUIET_UNTIL <= local.hour < settings.QUIET_FROM:
        return at
    day = local.date() + workdays.ONE_DAY if local.hour >= settings.QUIET_FROM else local.date()
    return datetime.combine(day, time(settings.QUIET_UNTIL), SHANGHAI)


def _notice(message: Message, channel: Channel, at: datetime, mornings: Mornings) -> Notice:
    is_inbox = channel == Channel.INBOX
    return Notice(
        key=f"{message.about}:{message.to.pk if message.to else 'speaker'}:{channel}",
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
        state=NoticeState.SENT if is_inbox else NoticeState.WAITING,
        created_at=at,
        send_after=_not_before(message, channel, at, mornings),
        sent_at=at if is_inbox else None,
    )
