"""Notices to the speaker: by SMS, else by a call of whoever is on duty (domain §4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext, ngettext

from cases.models import Case, Event
from cases.models.choices import (
    ONLINE_CHANNELS,
    ActorKind,
    Channel,
    Confidentiality,
    Level,
    Stage,
)
from cases.models.scope import hides_speaker
from cases.workflow import Action
from cases.workflow.event_data import data_of
from minshi import workdays
from minshi.crypto import is_mobile
from supervision.models import Call, Notice, NoticeChannel, NoticeKind, Told
from supervision.models.call import was_closed_since
from supervision.models.notice_kinds import BY_SMS
from supervision.notices.outbox import Message, put_in_outbox
from supervision.notices.purposes import news_of
from supervision.notices.recipients import Recipients
from villages.duty import on_duty_in
from villages.models import Post, Role, User

WORDS_AT: dict[str, NoticeKind] = {
    Action.ACCEPT: NoticeKind.ACCEPTED,
    Action.SETTLE: NoticeKind.ANSWERED,
    Action.VERIFY: NoticeKind.ANSWERED,
    Action.REPLY: NoticeKind.ANSWERED,
    Action.ANSWER_AFTERWORD: NoticeKind.ANSWERED,
    Action.WITHDRAW: NoticeKind.WITHDRAWN,
}
# Done while the speaker sits there, or is on the telephone.
AT_THE_COUNTER = frozenset({Action.ACCEPT, Action.SETTLE})


def word_for(event: Event) -> NoticeKind | None:
    """Return the kind of notice an event means for its speaker, if any.

    Taken up, answered, taken back, or another day promised. A day only as long as an
    answer is owed: what was closed meanwhile promises none. Whoever diverts or explains
    has told the speaker already, and says so in the move (domain §3). What the speaker
    did themself they know.
    """
    kind = WORDS_AT.get(event.action)
    if kind is None and _has_new_day(event):
        kind = NoticeKind.PROMISED

    names_a_day = kind in (NoticeKind.ACCEPTED, NoticeKind.PROMISED)
    if names_a_day and event.case.reply_by is None:
        return None
    if kind == NoticeKind.WITHDRAWN and event.actor_kind == ActorKind.SPEAKER:
        return None
    if event.action in AT_THE_COUNTER and _was_there(event):
        return None
    return kind


def _has_new_day(event: Event) -> bool:
    """Tell whether an event promises another day (domain §4).

    Opening a matter again does, unless the speaker did it; so does every answer with
    which it goes on, also where the day happens to be the one that was promised before.
    """
    if event.action == Action.RATE and event.target != Stage.CLOSED:
        return True
    was_opened = event.source == Stage.CLOSED and event.target != Stage.CLOSED
    by_others = event.actor_kind != ActorKind.SPEAKER
    return (was_opened and by_others) or "promised_on" in data_of(event)


def _asked_for_an_order(event: Event) -> bool:
    return event.action == Action.RATE and event.target == Stage.SUPERVISE


def tell_speakers(events: Iterable[Event], people: Recipients, at: datetime) -> None:
    """Write for each event that concerns its speaker an SMS, else a call to be made.

    Of several together each speaker hears the last. Nobody is told who left neither
    name nor phone. Of a matter that waits for an order the speaker is called: no
    approved text says that. Two queries, and those of the outbox.
    """
    to_call: list[tuple[Event, NoticeKind]] = []
    messages: list[Message] = []
    for event, kind in _last_words(events):
        is_written = kind in BY_SMS and not _asked_for_an_order(event)
        if is_written and _takes_sms(event.case):
            key = f"event:{event.pk}:{kind}"
            messages.append(Message(key, kind, None, event.case, event=event))
        else:
            to_call.append((event, kind))

    put_in_outbox(messages, at=at)
    ask_to_call(to_call, people, at)


def _last_words(events: Iterable[Event]) -> list[tuple[Event, NoticeKind]]:
    """Return one event for each case, with its kind of notice.

    The latest day replaces those before it, and stands in the word that the matter was
    taken up.
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
    """Ask for a call about each event, and notify whoever is to make it.

    It takes the place of what nobody has called about yet, and keeps the tries at it:
    the same telephone was tried. What was asked for before is not asked for again.
    """
    if not worded:
        return

    events = [event for event, _kind in worded]
    cases = [event.case_id for event in events]
    replaced = Call.objects.filter(case__in=cases, done_at=None)
    replaced = replaced.exclude(event__in=events)
    tried = {call.case_id: call for call in replaced}
    replaced.delete()

    calls = []
    for event, kind in worded:
        call = Call(case=event.case, event=event, kind=kind, asked_at=at)
        if before := tried.get(event.case_id):
            call.tries = before.tries
            call.tried_at = before.tried_at
        calls.append(call)
    Call.objects.bulk_create(calls, ignore_conflicts=True)

    callers = _Callers.about(events, people, at)
    messages = []
    for event in events:
        kind, users = callers.of(event.case)
        for user in users:
            message = Message(
                f"event:{event.pk}:{kind}",
                kind,
                user,
                event.case,
                event=event,
                by_letter=kind != NoticeKind.CALL,
            )
            messages.append(message)
    put_in_outbox(messages, at=at)


@dataclass(frozen=True)
class _Callers:
    """Whoever is to call the speakers of some cases."""

    people: Recipients
    by_village: dict[int, list[Post]]
    recorders: dict[int, list[Post]]  # of hidden speakers' matters, by case

    @classmethod
    def about(cls, events: list[Event], people: Recipients, at: datetime) -> "_Callers":
        villages = {event.case.village_id for event in events if event.case.village_id}
        return cls(people, _on_duty(villages, at), _recorders(events, at))

    def of(self, case: Case) -> tuple[NoticeKind, list[User]]:
        """Return who calls, else whom the matter is with, else an alarm.

        Who works on it does not call (`calls_of`).
        """
        users = self._at_the_counter(case)
        if hides_speaker(case):
            users = self._who_may_know(case)
        if users:
            return NoticeKind.CALL, users

        is_head = not case.is_open or _is_with_who_works(case)
        who = Told.HEAD if is_head else Told.OWNER
        return self.people.told_or_alarm(case, (who,), NoticeKind.CALL)

    def _at_the_counter(self, case: Case) -> list[User]:
        if not _by_the_roster(case):
            return []
        posts = self.by_village.get(case.village_id or 0, [])
        return self.people.spared(case, posts)

    def _who_may_know(self, case: Case) -> list[User]:
        recorders = self.people.spared(case, self.recorders.get(case.pk, []))
        return recorders or self.people.town_office(case)


def _recorders(events: Iterable[Event], at: datetime) -> dict[int, list[Post]]:
    """Return who took a hidden speaker's matter down and still serves, by case."""
    hidden = {event.case for event in events if hides_speaker(event.case)}
    if not hidden:
        return {}

    wanted = {case.recorded_by_id for case in hidden if case.recorded_by_id}
    serving = Post.objects.current(workdays.local_day(at)).filter(pk__in=wanted)
    posts = {post.pk: post for post in serving.select_related("user", "group")}

    return {
        case.pk: [posts[case.recorded_by_id]]
        for case in hidden
        if case.recorded_by_id in posts
    }


def _on_duty(villages: set[int], at: datetime) -> dict[int, list[Post]]:
    """Return whoever is on duty in each village (domain §3, owner).

    Without a shift it is the duty officer appointed first.
    """
    if not villages:
        return {}

    on_duty = on_duty_in(villages, at)
    without_shift = villages - set(on_duty)
    if without_shift:
        serving = Post.objects.current(workdays.local_day(at))
        officers = serving.filter(role=Role.DUTY_OFFICER, village__in=without_shift)
        for post in officers.select_related("user").in_order():
            on_duty.setdefault(post.village_id or 0, [post])
    return on_duty


def call_instead(notice: Notice, people: Recipients, at: datetime) -> None:
    """Turn a message that was given up into a call.

    Unless a later word to the same speaker took its place.
    """
    event = notice.event
    if event is None:
        return

    later = {"case": event.case_id, "event__gt": event.pk}
    later_message = Notice.objects.filter(channel=NoticeChannel.SMS, **later)
    later_call = Call.objects.filter(**later)
    if not (later_message.exists() or later_call.exists()):
        ask_to_call([(event, NoticeKind(notice.kind))], people, at)


def _was_there(event: Event) -> bool:
    case = event.case
    in_person = case.channel not in (*ONLINE_CHANNELS, Channel.TRANSFERRED)
    same_day = workdays.local_day(event.at) == workdays.local_day(case.said_at)
    by_recorder = event.post_id is not None and event.post_id == case.recorded_by_id
    return in_person and same_day and by_recorder


def _left_word(case: Case) -> bool:
    return bool(case.speaker_name or case.speaker_phone)


def _is_with_who_works(case: Case) -> bool:
    """The condition WITH_WHO_WORKS of calls.py, of one case."""
    is_secret = case.confidentiality == Confidentiality.SECRET
    return case.stage == Stage.HANDLE and not is_secret


def _takes_sms(case: Case) -> bool:
    """Tell whether the speaker may be written to.

    Not where somebody else who sees the phone must not learn of it.
    """
    is_open = case.confidentiality == Confidentiality.NORMAL
    return is_open and bool(settings.SMS_URL) and is_mobile(case.speaker_phone or "")


def _by_the_roster(case: Case) -> bool:
    is_open = case.confidentiality == Confidentiality.NORMAL
    return is_open and case.level == Level.VILLAGE


@dataclass(frozen=True)
class ToldOnce:
    """A message or call to the speaker; `by` is who called, None for a message."""

    kind: str
    asked_at: datetime
    done_at: datetime | None
    by: Post | None
    state: str


def told_so_far(case: Case) -> list[ToldOnce]:
    """Return the messages and calls about a case, in order of time. Two queries."""
    messages = Notice.objects.filter(case=case, channel=NoticeChannel.SMS)
    messages = messages.select_related("event")
    calls = Call.objects.filter(case=case).annotate(was_closed_since=was_closed_since())
    calls = calls.select_related("done_by__user", "event")
    told = [
        ToldOnce(
            news_of(row.event, row.kind) if row.event else row.get_kind_display(),
            row.created_at,
            row.sent_at,
            None,
            row.get_state_display(),
        )
        for row in messages
    ]
    told += [
        ToldOnce(
            news_of(row.event, row.kind),
            row.asked_at,
            row.done_at,
            row.done_by,
            state_of(row, case),
        )
        for row in calls
    ]
    return sorted(told, key=lambda line: line.asked_at)


def state_of(call: Call, case: Case) -> str:
    """Return in words what became of a call about a case, read with
    `was_closed_since`.
    """
    if call.done_at:
        return gettext("reached by telephone")
    is_over = not case.is_open or vars(call)["was_closed_since"]
    if is_over and call.kind != NoticeKind.WITHDRAWN:
        return gettext("the matter was closed; no call is needed any more")
    if call.tries:
        words = ngettext(
            "not reached, %(times)s try", "not reached, %(times)s tries", call.tries
        )
        return words % {"times": call.tries}
    return gettext("to be called")
