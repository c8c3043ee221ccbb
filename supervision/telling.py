"""What happened to a case, told to whom it now concerns: notices made from events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from cases.models import Case, Clock, Event
from cases.models.choices import Confidentiality, SupervisionLevel
from cases.workflow import Action
from minshi import workdays
from minshi.jobs import done_for
from supervision.models import Chase, ChaseStep, EventSeen, NoticeKind, Told, Watermark
from supervision.orders import draft_orders
from supervision.outbox import Message, put_in_outbox
from supervision.recipients import Recipients, recipients_of
from supervision.speaker import WORDS_AT, tell_speakers
from villages.models import Post, User

BATCH = 500
WITH_EVENT = ("case__town", "case__village", "user", "post__user")
LAG = timedelta(hours=1)  # longer than any transaction that writes an event

# After these the matter is with somebody; whoever that is hears of it unless they did it themselves.
PASSED_ON = frozenset(
    {
        Action.REGISTER, Action.ACCEPT, Action.ESCALATE, Action.SEND_BACK, Action.DECIDE, Action.REASSIGN,
        Action.RETURN, Action.COMPLETE, Action.VERIFY, Action.REJECT, Action.RATE, Action.REDO, Action.REOPEN,
        Action.REHOME, Action.RECUSE, Action.LIFT_RECUSAL, Action.RECEIVE_MERGED, Action.SETTLE, Action.CALL_BACK,
    }
)  # fmt: skip
ASKED = frozenset({Action.ASK_EXTENSION, Action.ASK_SUSPENSION, Action.HAND_BACK})
RULED = frozenset({Action.RULE_EXTENSION, Action.RULE_SUSPENSION, Action.RULE_HAND_BACK})
SAID = frozenset({Action.URGE, Action.SUPPLEMENT, Action.WITHDRAW})
HANDED_OVER = frozenset({NoticeKind.YOURS, NoticeKind.PART})  # of a secret matter, told at once
TOLD_OF = PASSED_ON | ASKED | RULED | SAID | {Action.MANDATORY_REPORT, Action.SUPERVISE, Action.PROTECT, *WORDS_AT}


def tell_events(at: datetime) -> tuple[int, list[str]]:
    """Writes the notices of every event not seen yet; how many events, and those that could not be told.

    Never by `id > last`: an event is seen when its row in EventSeen is there, written with its notices in one
    transaction; what fails stays unseen, and is tried again. The watermark only bounds the search, an hour behind.
    """
    told, failed = 0, list[Event]()
    while events := list(untold().exclude(pk__in=[event.pk for event in failed]).select_related(*WITH_EVENT)[:BATCH]):
        count, bad = done_for(events, lambda rows: _tell(rows, at))
        told += count
        failed += bad
    _raise_watermark(at)
    return told, [f"{event.case.number}/{event.sequence}" for event in failed]


def untold() -> QuerySet[Event]:
    """The events whose notices are not written yet."""
    floor = Watermark.objects.values_list("floor", flat=True).first() or 0
    seen = EventSeen.objects.filter(event=OuterRef("pk"))
    return (
        Event.objects.filter(~Exists(seen), pk__gt=floor)
        .filter(Q(action__in=TOLD_OF) | Q(data__has_key="promised_on"))
        .order_by("pk")
    )


def _tell(events: Sequence[Event], at: datetime) -> int:
    """SKIP LOCKED is of no use here, for what is written is new: the unique row decides who tells."""
    _lock_out_others()
    known = set(EventSeen.objects.filter(event__in=events).values_list("event_id", flat=True))
    fresh = [event for event in events if event.pk not in known]
    EventSeen.objects.bulk_create([EventSeen(event=event) for event in fresh])
    people = recipients_of({event.case_id: event.case for event in fresh}.values(), workdays.local_day(at))
    holders = _holders_named(fresh, workdays.local_day(at))
    chases = _chased_by_hand(fresh, at)
    telling = Telling(people, holders, chases)
    put_in_outbox([message for event in fresh for message in telling.messages(event)], at=at)
    tell_speakers(fresh, people, at)
    return len(fresh)


@dataclass(frozen=True)
class Telling:
    """What the events of a batch are told by: who has to do with their cases, and whom their data names."""

    people: Recipients
    holders: Mapping[str, list[Post]]
    chases: Mapping[int, Chase]  # by event

    def messages(self, event: Event) -> list[Message]:
        """Whom the event concerns, never whoever did it."""
        case, action = event.case, event.action
        told: list[tuple[NoticeKind, list[User]]] = []
        if action in PASSED_ON and event.data.get("owner") == _owner_key(case):  # it has not moved on meanwhile
            told.append((NoticeKind.YOURS, self.people.told(case, (Told.OWNER,))))
        if action in (Action.DECIDE, Action.REASSIGN):
            told.append((NoticeKind.PART, self._named(event.data.get("holders", ())[1:], case)))
        if action in ASKED:
            told.append((NoticeKind.RULE, self.people.told(case, (Told.HEAD,))))
        if action in RULED:
            asked = self._named(event.data.get("holders", ()), case)
            told.append((NoticeKind.RULED, asked or self.people.told(case, (Told.OWNER,))))
        if action in SAID:
            told.append((NoticeKind.SPEAKER, self.people.told(case, (Told.OWNER,))))
        if action == Action.MANDATORY_REPORT:
            told.append((NoticeKind.RED_LINE, self.people.told(case, (Told.HEAD, Told.OVERSEER))))
        if action == Action.SUPERVISE and "order" not in event.data:
            told.append((NoticeKind.CHASED, self.people.told(case, (Told.OWNER, Told.HEAD))))
        chase = self.chases.get(event.pk)
        at_once = {NoticeKind.RED_LINE} | (HANDED_OVER if case.confidentiality == Confidentiality.SECRET else set())
        return [
            Message(f"event:{event.pk}:{kind}", kind, user, case, chase=chase, event=event, is_urgent=kind in at_once)
            for kind, users in told
            for user in users
            if user.pk != event.user_id
        ]

    def _named(self, keys: Iterable[str], case: Case) -> list[User]:
        return self.people.spared(case, [post for key in keys for post in self.holders.get(key, [])])


def _owner_key(case: Case) -> str:
    return f"post:{case.owner_post_id}" if case.owner_post_id else f"office:{case.owner_office_id}"


def _holders_named(events: Iterable[Event], on: date) -> dict[str, list[Post]]:
    """The current posts behind the keys in the data of events: a post, or the handlers of an office. One query."""
    keys = {key for event in events for key in event.data.get("holders", ())}
    numbers: dict[str, set[int]] = {"post": set(), "office": set()}
    for key in keys:
        kind, _colon, pk = key.partition(":")
        numbers[kind].add(int(pk))
    found: dict[str, list[Post]] = {}
    if keys:
        posts = Post.objects.current(on).filter(Q(pk__in=numbers["post"]) | Q(office__in=numbers["office"]))
        for post in posts.select_related("user", "group"):
            for key in (f"post:{post.pk}", f"office:{post.office_id}"):
                found.setdefault(key, []).append(post)
    return found


def _chased_by_hand(events: Iterable[Event], at: datetime) -> dict[int, Chase]:
    """A step of chasing for each 督办 by hand, an order to be signed where one is asked for; by event."""
    acts = [event for event in events if event.action == Action.SUPERVISE and "order" not in event.data]
    if not acts:
        return {}
    clocks = {
        clock.case_id: clock for clock in Clock.objects.filter(case__in=[e.case_id for e in acts], stopped_at=None)
    }
    acts = [event for event in acts if event.case_id in clocks]  # closed meanwhile: nothing is left to chase
    asked = {event.case for event in acts if event.data.get("supervision_level") == SupervisionLevel.ORDER}
    orders = draft_orders(asked, at=at) if asked else {}
    rows = [
        Chase(
            case=event.case,
            clock=clocks[event.case_id],
            due_at=clocks[event.case_id].due_at,
            step=ChaseStep.BY_HAND,
            level=event.data.get("supervision_level", SupervisionLevel.REMIND),
            at=event.at,
            by=event.post,
            reason=event.note[:200],
            event=event,
            order=orders.get(event.case_id),
        )
        for event in acts
    ]
    return {chase.event_id or 0: chase for chase in Chase.objects.bulk_create(rows)}


def _lock_out_others() -> Watermark:
    """One teller at a time: the watermark's row is the lock (SQLite has one writer anyway)."""
    Watermark.objects.get_or_create(pk=1)
    return Watermark.objects.select_for_update().get(pk=1)


def _raise_watermark(at: datetime) -> None:
    """Once in a while; in between nothing is locked or written."""
    if Watermark.objects.filter(ceiling_at__gt=at - LAG).exists():
        return
    with transaction.atomic():
        mark = _lock_out_others()
        if mark.ceiling_at and mark.ceiling_at > at - LAG:  # another teller was here a moment ago
            return
        if mark.ceiling_at and not untold().filter(pk__lte=mark.ceiling).exists():
            mark.floor = mark.ceiling
            EventSeen.objects.filter(event__lte=mark.floor).delete()
        mark.ceiling, mark.ceiling_at = Event.objects.aggregate(last=Max("pk"))["last"] or 0, at
        mark.save()


@transaction.atomic
def pass_over_the_past(at: datetime) -> None:
    """What happened until now is told to nobody: for data made or taken over at once."""
    _lock_out_others()
    last = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    Watermark.objects.filter(pk=1).update(floor=last, ceiling=last, ceiling_at=at)
    EventSeen.objects.all().delete()
