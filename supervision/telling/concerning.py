"""Whom an event concerns, and what they are told of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cases.models import Case, Event
from cases.models.choices import AssignmentRole, Confidentiality
from cases.workflow import Action, actions_that
from cases.workflow.event_data import assistants_of, data_of
from supervision.models import Chase, NoticeKind, Told
from supervision.notices.outbox import Message
from supervision.notices.recipients import Recipients
from supervision.orders import ask_to_sign
from supervision.telling.surroundings import ASKED, Surroundings, key_of_owner, keys_of
from villages.models import User

# After these the matter is with somebody; whoever that is hears of it unless they did
# it themselves.
PASSED_ON = actions_that(lambda move: move.passes_on) | {
    Action.REGISTER,
    Action.RECEIVE_MERGED,
}
RULED = actions_that(lambda move: move.rules_on)
SAID = actions_that(lambda move: move.is_speakers_own)
OTHERS = frozenset(
    {Action.WITHDRAW, Action.MANDATORY_REPORT, Action.SUPERVISE, Action.ALARM}
)
# of a secret matter, told at once
HANDED_OVER = frozenset({NoticeKind.YOURS, NoticeKind.PART})
CONCERN_SOMEBODY = PASSED_ON | ASKED | RULED | SAID | OTHERS


@dataclass(frozen=True)
class Word:
    """One thing to be told; where `must` says so and nobody hears it, the town office
    is alarmed.

    `or_self`: it is enough that whoever did it would have been told.
    """

    kind: NoticeKind
    users: list[User]
    must: bool = False
    or_self: bool = False


def _is_urgent(event: Event, kind: NoticeKind) -> bool:
    """A red line, and a secret matter handed over; everything else waits for the
    morning.
    """
    is_secret = event.case.confidentiality == Confidentiality.SECRET
    return event.action == Action.MANDATORY_REPORT or (
        is_secret and kind in HANDED_OVER
    )


@dataclass(frozen=True)
class Telling:
    """What the events of a batch are told by: who has to do with their cases, and whom
    their data names.
    """

    people: Recipients
    around: Surroundings
    chases: Mapping[int, Chase]  # by event

    def messages(self, event: Event) -> list[Message]:
        """Whom the event concerns, never whoever did it; but an order asked for waits
        for its signers, all of them.
        """
        case, chase, about = (
            event.case,
            self.chases.get(event.pk),
            f"event:{event.pk}:{{}}".format,
        )
        found = [
            Message(
                about(kind),
                kind,
                user,
                case,
                chase=chase,
                event=event,
                is_urgent=_is_urgent(event, kind),
            )
            for word in self._words(event)
            for kind, users in [self._heard(event, word)]
            for user in users
        ]
        return found + (
            ask_to_sign(chase.order, self.people) if chase and chase.order else []
        )

    def _heard(self, event: Event, word: Word) -> tuple[NoticeKind, list[User]]:
        others = [user for user in word.users if user.pk != event.user_id]
        if others or not word.must or (word.or_self and word.users):
            return word.kind, others
        kind, users = self.people.or_alarm(event.case, [], word.kind)
        return kind, [user for user in users if user.pk != event.user_id]

    def _words(self, event: Event) -> Iterable[Word]:
        yield from self._handed_over(event)
        yield from self._asked_and_ruled(event)
        yield from self._from_outside(event)

    def _handed_over(self, event: Event) -> Iterable[Word]:
        case = event.case
        if self._is_passed_on(event) and data_of(event).get("owner") == key_of_owner(
            case
        ):  # it has not moved on meanwhile
            yield Word(
                NoticeKind.YOURS,
                self.people.told(case, (Told.OWNER,)),
                must=True,
                or_self=True,
            )
        if parts := self._new_parts(event):
            yield Word(
                NoticeKind.PART, self._named(parts, case), must=True, or_self=True
            )
        if event.action == Action.WITHDRAW:
            keys = [self.around.before.get(event.pk, "")]
            keys += keys_of(self.around.ended[event.pk], AssignmentRole.ASSISTANT)
            yield Word(NoticeKind.TAKEN_BACK, self._named(keys, case))

    def _is_passed_on(self, event: Event) -> bool:
        """By another hand-over only where it is with somebody else than before."""
        if event.action == Action.REASSIGN:
            return bool(keys_of(self.around.begun[event.pk], AssignmentRole.LEAD))
        if (
            event.action == Action.PROTECT
        ):  # to somebody who is named already, where the owner was not
            return self.around.before.get(event.pk) != data_of(event).get("owner")
        return event.action in PASSED_ON

    def _new_parts(self, event: Event) -> list[str]:
        """The assistants who come by the event, and those of whom something else is
        asked.
        """
        assistants = assistants_of(event)
        if event.action == Action.DECIDE:
            return assistants
        if event.action != Action.REASSIGN:
            return []
        asked = {ask["holder"] for ask in data_of(event).get("asks", ())}
        new = keys_of(self.around.begun[event.pk], AssignmentRole.ASSISTANT)
        return [key for key in assistants if key in asked or key in new]

    def _asked_and_ruled(self, event: Event) -> Iterable[Word]:
        case, action = event.case, event.action
        if action in ASKED:
            rulers = self.around.rulers.get(case.pk, [])
            yield Word(
                NoticeKind.RULE, self.people.with_substitutes(case, rulers), must=True
            )
        if action in RULED:
            asked = self._named(data_of(event).get("holders", ()), case)
            yield Word(NoticeKind.RULED, asked or self.people.told(case, (Told.OWNER,)))

    def _from_outside(self, event: Event) -> Iterable[Word]:
        case, action = event.case, event.action
        if action in SAID:
            yield Word(NoticeKind.SPEAKER, self.people.told(case, (Told.OWNER,)))
        if action == Action.MANDATORY_REPORT:
            yield Word(
                NoticeKind.RED_LINE,
                self.people.told(case, (Told.HEAD, Told.OVERSEER)),
                must=True,
            )
        if action == Action.SUPERVISE and "order" not in data_of(event):
            yield Word(
                NoticeKind.CHASED,
                self.people.told(case, (Told.OWNER, Told.HEAD)),
                must=True,
            )
        if action == Action.ALARM:
            yield Word(NoticeKind.ALARM, [], must=True)

    def _named(self, keys: Iterable[str], case: Case) -> list[User]:
        return self.people.spared(case, self.around.behind(keys))
