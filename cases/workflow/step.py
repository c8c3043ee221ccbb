"""One move under way: what it looks at, what it changes, what is recorded of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case, Reply
from cases.models.choices import (
    AfterwordEnd,
    AssignmentEnd,
    AssignmentRole,
    CloseReason,
    Confidentiality,
    Level,
    RequestState,
    Stage,
)
from cases.models.scope import Sight, hides_speaker
from cases.workflow.actions import Action
from cases.workflow.actors import Actor, Officer, System, officer_typing
from cases.workflow.clocks import STAGE_RULE, Clocks
from cases.workflow.event_data import EventData
from cases.workflow.facts import Facts
from cases.workflow.people import People
from cases.workflow.record import record
from cases.workflow.standing import holder_key
from minshi.crypto import digest
from minshi.errors import NoSuchRight
from villages.models import Post

Effect = Callable[["Step"], None]


@dataclass(frozen=True)
class Follow:
    """A consequence of a move, with an event of its own, on a case already locked."""

    case: Case
    action: Action
    effect: Effect
    by: Actor
    values: dict[str, Any]


class Step:
    """A move under way, as its effect works with it.

    It leads the case from stage to stage; `clocks` and `people` change the rest.
    Effects write into `data` what the event shall say, never a personal value; those
    stand in `personal`.
    """

    def __init__(self, facts: Facts, by: Actor, values: dict[str, Any]) -> None:
        self.facts = facts
        self.case = facts.case
        self.by = by
        self.at: datetime = facts.at
        self.on: date = facts.on
        self.values = values

        self.clocks = Clocks(facts)
        self.people = People(facts)

        self.data: EventData = {}
        # field → (old, new), into CaseRevision
        self.personal: dict[str, tuple[str, str]] = {}
        self.alarm = False
        self.follows: list[Follow] = []

    @property
    def post(self) -> Post | None:
        return self.by.post if isinstance(self.by, Officer) else None

    @property
    def officers_post(self) -> Post:
        """The post acted from, in a move that only officers make."""
        if self.post is None:
            raise NoSuchRight(_("Only an officer does this."))
        return self.post

    def is_told_who_spoke(self) -> bool:
        """True where whoever types may know who spoke, and where nobody types.

        Nobody else overwrites the speaker, or learns by what becomes of a name whether
        it is the speaker's.
        """
        officer = officer_typing(self.by)
        if officer is None or not hides_speaker(self.case):
            return True
        return Sight.of(officer.user, self.on).shows_speaker(self.case)

    # --- stages
    def enter(self, stage: Stage, *, last_on: date | None = None) -> None:
        """Go into another stage, under a fresh clock by the stage's rule.

        `last_on` may only shorten the clock.
        """
        self.leave()
        self.case.stage = stage
        if stage == Stage.DELIBERATE and not self.case.accepted_at:
            self.case.accepted_at = self.at

        if stage == Stage.RATE:
            rule = "rate" if self.facts.replied else "reply"
        else:
            rule = STAGE_RULE.get(stage) or self.case.handling
        self.clocks.start(rule, last_on=last_on)

    def back_to_deliberation(self) -> None:
        """Go into 议 while the 办 clock runs on and 议 starts none.

        So after a return, a release, or the end of the owner's post.
        """
        self.leave()
        self.case.stage = Stage.DELIBERATE

        running = self.facts.clock
        if not running or running.stage != Stage.HANDLE:
            self.clocks.restart_handling()

    def leave(self) -> None:
        """End what belongs to the present stage: a pause, open requests (domain §3)."""
        if self.case.grey_until or self.facts.suspension:
            self.clocks.end_pause()

        for request in self.facts.requests:
            if request.state == RequestState.OPEN:
                request.state = RequestState.LAPSED
                request.save()
        self.people.lapse_hand_backs(self.facts.assignments)

    def move_to_level(self, level: Level) -> None:
        """Go to another level within the stage.

        A fresh clock starts, but a 办 clock in 办 goes on (domain §4).
        """
        case = self.case
        is_other = level != case.level
        case.level = level

        running = self.facts.clock
        if not is_other or not running or case.stage in (Stage.HANDLE, Stage.CLOSED):
            return
        if running.stage == case.stage:
            rule = running.rule
        else:
            rule = STAGE_RULE.get(Stage(case.stage), "rate")
        self.clocks.start(rule)

    def close(self, reason: CloseReason) -> None:
        self.leave()
        self.clocks.stop()
        self.people.end_assignments(AssignmentEnd.CLOSED)

        self.case.stage = Stage.CLOSED
        self.case.close_reason = reason
        self.case.closed_at = self.at
        self.case.needs_order = False

    def new_round(self) -> None:
        """Begin a new attempt at 办.

        With the lead who had the case last, else in 议 (domain §3, entering 办).
        """
        case = self.case
        lead = self.people.lead_to_keep()
        end = AssignmentEnd.ROUND_OVER if lead else AssignmentEnd.RELEASED
        self.people.end_assignments(end)

        if case.stage == Stage.CLOSED:
            case.closed_at = None
            case.close_reason = ""
        case.needs_order = False
        case.round += 1
        case.completed_at = None
        case.replied_at = None

        if lead:
            self.people.assign(lead, AssignmentRole.LEAD)
            self.enter(Stage.HANDLE)
        else:
            self.enter(Stage.DELIBERATE)

    def end_afterword(self, end: AfterwordEnd, answer: str = "") -> None:
        """Say how what was said after closing was met; nothing where none waits."""
        afterword = self.facts.afterword
        if afterword is None:
            return

        afterword.end = end
        afterword.answer = answer
        afterword.answered_at = self.at
        afterword.answered_by = self.post
        afterword.save()

    # --- words to the speaker
    def reply(self, text: str) -> None:
        Reply.objects.create(
            case=self.case, round=self.case.round, at=self.at, text=text, post=self.post
        )
        self.case.replied_at = self.at
        self.data["reply"] = digest(text)

    # --- the end of the move
    def follow(
        self, case: Case, action: Action, effect: Effect, by: Actor, **values: Any
    ) -> None:
        """Have another effect take place after this one, on a case already locked."""
        self.follows.append(Follow(case, action, effect, by, values))

    def settle_up(self) -> None:
        """Make the rest of the case agree with what the effect has changed.

        1. Name the owner and, of a 保密 case, the readers.
        2. Save the clocks.
        3. Carry the due of the running clock to the case.
        """
        case = self.case
        promised_before = case.promised_on

        if case.stage == Stage.CLOSED:
            case.owner_post = case.owner_office = None
            case.due_at = case.yellow_at = case.grey_until = case.promised_on = None
        else:
            owner_before = (case.owner_post_id, case.owner_office_id)
            if case.confidentiality == Confidentiality.SECRET:
                self.people.name_readers()
            self.name_owner()
            owner_now = (case.owner_post_id, case.owner_office_id)
            self.clocks.look_again(has_new_owner=owner_now != owner_before)

        self.clocks.save()

        running = self.facts.clock
        if running and case.stage != Stage.CLOSED:
            case.due_at = running.due_at
            case.yellow_at = running.yellow_at
            case.promised_on = self.clocks.promised_on(running)
            if promised_before and case.promised_on != promised_before:
                # the speaker is notified of a change (domain §4)
                self.data["promised_on"] = str(case.promised_on)

    def name_owner(self) -> None:
        owner, self.alarm = self.people.name_owner()
        self.data["owner"] = holder_key(owner)

    def record_alarm(self) -> None:
        """Write that nobody is left to act on the case."""
        record(
            self.case,
            Action.ALARM,
            by=System("nobody_left"),
            at=self.at,
            source=self.case.stage,
        )
