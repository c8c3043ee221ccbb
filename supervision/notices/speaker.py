"""What the speaker is told, and how: by SMS, else by a call of whoever is on duty
(domain §4: a change is told).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext, ngettext

from cases.models import Case, Event
from cases.models.choices import (
    ONLINE_CHANNELS,
    ActorKind,
    Confidentiality,
    Level,
    Stage,
)
from cases.models.choices import Channel as CaseChannel
from cases.workflow import Action
from cases.workflow.event_data import data_of
from minshi import workdays
from supervision.models import Call, Channel, Notice, NoticeKind, Told
from supervision.models.notice import BY_SMS
from supervision.notices.outbox import Message, put_in_outbox
from supervision.notices.recipients import Recipients
from villages.duty import on_duty_in
from villages.models import Post, Role, User

WORDS_AT: dict[str, NoticeKind] = {
    Action.ACCEPT: NoticeKind.ACCEPTED,
    Action.SETTLE: NoticeKind.ANSWERED,
    Action.VERIFY: NoticeKind.ANSWERED,
    Action.REPLY: NoticeKind.ANSWERED,
    Action.WITHDRAW: NoticeKind.WITHDRAWN,
}
# done while the speaker sits there, or is on the telephone
AT_THE_COUNTER = frozenset({Action.ACCEPT, Action.SETTLE})


def word_for(event: Event) -> NoticeKind | None:
    """What an event means for the speaker, if anything: taken up, answered, taken back,
    or another day promised.

    A day only as long as an answer is owed: what was closed meanwhile promises none.
    Whoever diverts or explains has told the speaker already, and says so in the move
    (domain §3). What the speaker did themself they know.
    """
    kind = WORDS_AT.get(event.action) or (
        NoticeKind.PROMISED if _has_new_day(event) else None
    )
    if (
        kind in (NoticeKind.ACCEPTED, NoticeKind.PROMISED)
        and event.case.reply_by is None
    ):
        return None
    if kind == NoticeKind.WITHDRAWN and event.actor_kind == ActorKind.SPEAKER:
        return None
    return None if event.action in AT_THE_COUNTER and _was_there(event) else kind


def _has_new_day(event: Event) -> bool:
    """A change of the day promised is told (domain §4), and so is the day of a matter
    that others opened again.
    """
    was_opened = event.source == Stage.CLOSED and event.target != Stage.CLOSED
    return (
        was_opened and event.actor_kind != ActorKind.SPEAKER
    ) or "promised_on" in data_of(event)


def tell_speakers(events: Iterable[Event], people: Recipients, at: datetime) -> None:
    """Writes for each event that concerns its speaker an SMS, or where none can be sent
    a call to be made.

    Of several together each speaker hears the last. Nobody is told who left neither
    name nor phone. Two queries, and those of the outbox.
    """
    to_call, messages = list[tuple[Event, NoticeKind]](), list[Message]()
    for event, kind in _last_words(events):
        if kind in BY_SMS and _takes_sms(event.case):
            messages.append(
                Message(f"event:{event.pk}:{kind}", kind, None, event.case, event=event)
            )
        else:
            to_call.append((event, kind))
    put_in_outbox(messages, at=at)
    ask_to_call(to_call, people, at)


def _last_words(events: Iterable[Event]) -> list[tuple[Event, NoticeKind]]:
    """One for each case: the latest day replaces those before it, and stands in the
    word that it is taken up.
    """
    last: dict[int, tuple[Event, NoticeKind]] = {}
    for event in events:
        kind = word_for(event)
        if kind is None or not _left_word(event.case):
            continue
        before = last.get(event.case_id)
        if kind == NoticeKind.PROMISED and before and before[1] == NoticeKind.ACCEPTED:
            continue  # its words name the day as it is now
        last[event.case_id] = (event, kind)
    return list(last.values())


def ask_to_call(
    worded: list[tuple[Event, NoticeKind]], people: Recipients, at: datetime
) -> None:
    """A call for each event, told to whoever is to make it, in place of what nobody has
    called about yet.

    What was asked for before is not asked for again.
    """
    if not worded:
        return
    events = [event for event, _kind in worded]
    open_calls = Call.objects.filter(
        case__in=[event.case_id for event in events], done_at=None
    )
    open_calls.exclude(event__in=events).delete()
    calls = [
        Call(case=event.case, event=event, kind=kind, asked_at=at)
        for event, kind in worded
    ]
    Call.objects.bulk_create(calls, ignore_conflicts=True)
    recorders = _recorders(events, at)
    callers = _callers(
        {event.case.village_id for event, _kind in worded if event.case.village_id}, at
    )
    messages = []
    for event, _kind in worded:
        case, told = event.case, NoticeKind.CALL
        posts = callers.get(case.village_id or 0, []) if _by_the_roster(case) else []
        users: list[User] = people.spared(case, posts)
        if case.confidentiality == Confidentiality.HIDDEN:
            users = people.spared(
                case, recorders.get(case.pk, [])
            ) or people.town_office(case)
        if not users:
            who = Told.OWNER if case.is_open else Told.HEAD
            told, users = people.told_or_alarm(case, (who,), NoticeKind.CALL)
        messages += [
            Message(
                f"event:{event.pk}:{told}",
                told,
                user,
                event.case,
                event=event,
                by_letter=told != NoticeKind.CALL,
            )
            for user in users
        ]
    put_in_outbox(messages, at=at)


def _recorders(events: Iterable[Event], at: datetime) -> dict[int, list[Post]]:
    """Whoever took a hidden speaker's matter down, as long as they serve; by case."""
    hidden = {
        event.case
        for event in events
        if event.case.confidentiality == Confidentiality.HIDDEN
    }
    if not hidden:
        return {}
    wanted = {case.recorded_by_id for case in hidden if case.recorded_by_id}
    serving = (
        Post.objects.current(workdays.local_day(at))
        .filter(pk__in=wanted)
        .select_related("user", "group")
    )
    posts = {post.pk: post for post in serving}
    return {
        case.pk: [posts[case.recorded_by_id]]
        for case in hidden
        if case.recorded_by_id in posts
    }


def _callers(villages: set[int], at: datetime) -> dict[int, list[Post]]:
    """Whoever is on duty in each village; without a shift the first-appointed duty
    officer (domain §3, owner).
    """
    on_duty = on_duty_in(villages, at) if villages else {}
    officers = Post.objects.current(workdays.local_day(at)).filter(
        role=Role.DUTY_OFFICER, village__in=villages
    )
    for post in (
        officers.select_related("user").in_order() if villages - set(on_duty) else ()
    ):
        on_duty.setdefault(post.village_id or 0, [post])
    return on_duty


def call_instead(notice: Notice, people: Recipients, at: datetime) -> None:
    """A message that was given up becomes a call, unless a later word to the same
    speaker took its place.
    """
    event = notice.event
    if event is None:
        return
    later = {"case": event.case_id, "event__gt": event.pk}
    if not (
        Notice.objects.filter(channel=Channel.SMS, **later).exists()
        or Call.objects.filter(**later).exists()
    ):
        ask_to_call([(event, NoticeKind(notice.kind))], people, at)


def _was_there(event: Event) -> bool:
    case = event.case
    in_person = case.channel not in (*ONLINE_CHANNELS, CaseChannel.TRANSFERRED)
    same_day = workdays.local_day(event.at) == workdays.local_day(case.said_at)
    return (
        in_person
        and same_day
        and event.post_id is not None
        and event.post_id == case.recorded_by_id
    )


def _left_word(case: Case) -> bool:
    return bool(case.speaker_name or case.speaker_phone)


def _takes_sms(case: Case) -> bool:
    """Not where somebody else who sees the phone must not learn of it."""
    return (
        bool(settings.SMS_URL and case.speaker_phone)
        and case.confidentiality == Confidentiality.NORMAL
    )


def _by_the_roster(case: Case) -> bool:
    return (
        case.level == Level.VILLAGE and case.confidentiality == Confidentiality.NORMAL
    )


@dataclass(frozen=True)
class ToldOnce:
    """One thing the speaker was or is to be told; `by` is who called, None a
    message.
    """

    kind: str
    asked_at: datetime
    done_at: datetime | None
    by: Post | None
    state: str


def told_so_far(case: Case) -> list[ToldOnce]:
    """The messages and calls about a case, in the order of time. Two queries."""
    messages = Notice.objects.filter(case=case, channel=Channel.SMS)
    calls = Call.objects.filter(case=case).select_related("done_by__user")
    told = [
        ToldOnce(
            row.get_kind_display(),
            row.created_at,
            row.sent_at,
            None,
            row.get_state_display(),
        )
        for row in messages
    ]
    told += [
        ToldOnce(
            row.get_kind_display(),
            row.asked_at,
            row.done_at,
            row.done_by,
            state_of(row),
        )
        for row in calls
    ]
    return sorted(told, key=lambda line: line.asked_at)


def state_of(call: Call) -> str:
    if call.done_at:
        return gettext("reached by telephone")
    if call.tries:
        return ngettext(
            "not reached, %(times)s try", "not reached, %(times)s tries", call.tries
        ) % {"times": call.tries}
    return gettext("to be called")
