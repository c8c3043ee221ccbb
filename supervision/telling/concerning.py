"""Notices made from events: whom an event concerns, and which notice they get."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cases.models import Case, Event
from cases.models.choices import AssignmentRole, Confidentiality, Stage
from cases.workflow import Action, actions_that
from cases.workflow.event_data import assistants_of, data_of
from supervision.models import Chase, NoticeKind, Told
from supervision.notices.outbox import Message
from supervision.notices.recipients import Recipients
from supervision.orders import requests_to_sign
from supervision.orders.addressing import NOTIFIED
from supervision.telling.event_facts import (
    ASKED,
    RULED,
    EventFacts,
    holder_keys_of,
    key_of_owner,
    keys_of_askers,
)
from supervision.telling.red_line import HEAR_OF_RED_LINES
from villages.models import User

# After these the matter is with somebody; whoever that is is notified unless they did
# it themselves.
PASSED_ON = actions_that(lambda move: move.passes_on) | {
    Action.REGISTER,
    Action.RECEIVE_MERGED,
}
SAID = actions_that(lambda move: move.is_speakers_own)
OTHERS = frozenset(
    {
        Action.WITHDRAW,
        Action.AFTERWORD,
        Action.ASK_REOPENING,
        Action.MANDATORY_REPORT,
        Action.SUPERVISE,
        Action.ALARM,
    }
)
# what was said after closing: to whomever it is with from then on
AFTERWORDS: Mapping[str, NoticeKind] = {
    Action.AFTERWORD: NoticeKind.SPEAKER,
    Action.ASK_REOPENING: NoticeKind.REOPEN_ASKED,
}
# of a secret matter these go out at once
HANDED_OVER = frozenset({NoticeKind.YOURS, NoticeKind.PART})
CONCERN_SOMEBODY = PASSED_ON | ASKED | RULED | SAID | OTHERS


@dataclass(frozen=True)
class News:
    """One thing that users are to be notified of.

    `must`: where nobody else is there to be notified, the town office is alarmed.
    `or_self`: but not where whoever did it would have been notified.
    """

    kind: NoticeKind
    users: list[User]
    must: bool = False
    or_self: bool = False


def _is_urgent(event: Event, kind: NoticeKind) -> bool:
    """A red line, and a secret matter handed over; everything else waits for the
    morning.
    """
    if event.action == Action.MANDATORY_REPORT:
        return True

    is_secret = event.case.confidentiality == Confidentiality.SECRET
    return is_secret and kind in HANDED_OVER


@dataclass(frozen=True)
class Telling:
    """The notices of a batch of events, with all they are made from: who has to do with
    their cases, and whom their data names.
    """

    people: Recipients
    facts: EventFacts
    chases: Mapping[int, Chase]  # by event

    def messages(self, event: Event) -> list[Message]:
        """Return the messages to whomever the event concerns, never to whoever did it;
        but an order asked for waits for its signers, all of them.
        """
        chase = self.chases.get(event.pk)

        messages = []
        for news in self._news(event):
            kind, users = self._recipients(event, news)
            is_urgent = _is_urgent(event, kind)
            messages += [
                Message(
                    f"event:{event.pk}:{kind}",
                    kind,
                    user,
                    event.case,
                    chase=chase,
                    event=event,
                    is_urgent=is_urgent,
                )
                for user in users
            ]

        if chase and chase.order:
            messages += requests_to_sign(chase.order, self.people)
        return messages

    def _recipients(self, event: Event, news: News) -> tuple[NoticeKind, list[User]]:
        """Return who is notified, and of what: the news, or an alarm to the town
        office where it must reach somebody and reaches nobody.
        """
        others = _without_actor(news.users, event)
        reaches_actor = news.or_self and bool(news.users)
        if others or reaches_actor or not news.must:
            return news.kind, others

        kind, users = self.people.or_alarm(event.case, [], news.kind)
        return kind, _without_actor(users, event)

    def _news(self, event: Event) -> Iterator[News]:
        yield from self._handed_over(event)
        yield from self._asked_and_ruled(event)
        yield from self._from_outside(event)

    def _handed_over(self, event: Event) -> Iterator[News]:
        """Yield the news to those who have the case, or a part of it, from now on, and
        to those it was taken from.
        """
        case = event.case
        data = data_of(event)

        has_stayed = data.get("owner") == key_of_owner(case)  # not moved on meanwhile
        if self._is_passed_on(event) and has_stayed:
            owner = self.people.told(case, (Told.OWNER,))
            yield News(NoticeKind.YOURS, owner, must=True, or_self=True)

        parts = self._new_parts(event)
        if parts:
            assistants = self._named(parts, case)
            yield News(NoticeKind.PART, assistants, must=True, or_self=True)

        if event.action == Action.WITHDRAW:
            ended = self.facts.ended[event.pk]
            keys = [self.facts.before.get(event.pk, "")]
            keys += holder_keys_of(ended, AssignmentRole.ASSISTANT)
            yield News(NoticeKind.TAKEN_BACK, self._named(keys, case))

    def _is_passed_on(self, event: Event) -> bool:
        """Tell whether the event gives the case to somebody; another hand-over does
        only where it is with somebody else than before.
        """
        data = data_of(event)

        if event.action == Action.REASSIGN:
            begun = self.facts.begun[event.pk]
            return bool(holder_keys_of(begun, AssignmentRole.LEAD))
        if event.action == Action.PROTECT:
            # to somebody who is named already, where the owner was not
            return self.facts.before.get(event.pk) != data.get("owner")
        return event.action in PASSED_ON

    def _new_parts(self, event: Event) -> list[str]:
        """Return the keys of the assistants who come by the event, and of those of whom
        something else is asked.
        """
        data = data_of(event)
        assistants = assistants_of(event)

        if event.action == Action.DECIDE:
            return assistants
        if event.action != Action.REASSIGN:
            return []

        asked = {ask["holder"] for ask in data.get("asks", ())}
        new = holder_keys_of(self.facts.begun[event.pk], AssignmentRole.ASSISTANT)
        return [key for key in assistants if key in asked or key in new]

    def _asked_and_ruled(self, event: Event) -> Iterator[News]:
        """Yield the news of a request to those who rule on it, and of a ruling to those
        who asked.
        """
        case = event.case

        if event.action in ASKED:
            rulers = self.facts.rulers.get(case.pk, [])
            users = self.people.with_substitutes(case, rulers)
            yield News(NoticeKind.RULE, users, must=True)

        if event.action in RULED:
            users = self._named(keys_of_askers(event), case)
            if not users:
                users = self.people.told(case, (Told.OWNER,))
            yield News(NoticeKind.RULED, users)

    def _from_outside(self, event: Event) -> Iterator[News]:
        """Yield the news that do not come from whoever has the case: from the speaker,
        of a red line, of chasing by hand, and an alarm.
        """
        case = event.case
        action = event.action

        if action in SAID:
            owner = self.people.told(case, (Told.OWNER,))
            yield News(NoticeKind.SPEAKER, owner)

        if kind := _afterword_kind(event):
            users = self._named(data_of(event).get("holders", ()), case)
            yield News(kind, users, must=True, or_self=True)

        if action == Action.MANDATORY_REPORT:
            users = self.people.told(case, HEAR_OF_RED_LINES)
            yield News(NoticeKind.RED_LINE, users, must=True)

        # an order that goes out has notices of its own
        if action == Action.SUPERVISE and "order" not in data_of(event):
            users = self.people.told(case, NOTIFIED)
            yield News(NoticeKind.CHASED, users, must=True)

        if action == Action.ALARM:
            yield News(NoticeKind.ALARM, [], must=True)

    def _named(self, keys: Iterable[str], case: Case) -> list[User]:
        return self.people.spared(case, self.facts.behind(keys))


def _afterword_kind(event: Event) -> NoticeKind | None:
    """Return the kind of notice to whom a word after closing is with by the event."""
    if event.action == Action.REHOME and event.source == Stage.CLOSED:
        return NoticeKind.SPEAKER
    return AFTERWORDS.get(event.action)


def _without_actor(users: Iterable[User], event: Event) -> list[User]:
    return [user for user in users if user.pk != event.user_id]
