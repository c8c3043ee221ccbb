"""One move under way: what it looks at, what it changes, and what will be recorded of
it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from cases import deadlines
from cases.deadlines.counting import Counting
from cases.models import Assignment, Case, CaseAccess, Clock, HandBack, Reply
from cases.models.choices import (
    AssignmentEnd,
    AssignmentRole,
    CloseReason,
    Confidentiality,
    Level,
    RequestState,
    Stage,
)
from cases.workflow.actors import Actor, Officer
from cases.workflow.facts import Facts, holder_key
from cases.workflow.who import REVIEWERS, find_owner, walk
from minshi import workdays
from minshi.errors import MoveRefused, NoSuchRight
from minshi.workdays import Unit, WorkCalendar
from villages.models import Office, Post, Role
from villages.rights import LEAD

STAGE_RULE = {
    Stage.SPEAK: "speak",
    Stage.DELIBERATE: "deliberate",
    Stage.SUPERVISE: "supervise",
}


@dataclass(frozen=True)
class Follow:
    """What a move brings about in its wake: an effect on a case already locked, with an
    event of its own.
    """

    case: Case
    action: str
    effect: "Callable[[Step], None]"
    by: Actor
    values: dict[str, Any]


class Step:
    def __init__(self, facts: Facts, by: Actor, values: dict[str, Any]) -> None:
        self.facts = facts
        self.case = facts.case
        self.by = by
        self.at: datetime = facts.at
        self.on: date = facts.on
        self.values = values
        self.data: dict[str, Any] = {}  # into the event; never a personal value
        # field → (old, new), into CaseRevision
        self.personal: dict[str, tuple[str, str]] = {}
        self.alarm = False
        self.dirty_clocks: list[Clock] = []
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

    @cached_property
    def counting(self) -> Counting:
        return deadlines.counting_of(self.case.town_id, self.on)

    @property
    def calendar(self) -> WorkCalendar:
        return self.counting.calendar

    # --- clocks
    def start_clock(self, rule: str, *, last_on: date | None = None) -> Clock:
        """Stops what runs and starts the clock of the case's present stage; `last_on`
        may only shorten it.
        """
        self.stop_clock()
        nth = max((clock.nth for clock in self.facts.clocks), default=0) + 1
        clock = deadlines.new_clock(
            self.case, nth, Stage(self.case.stage), rule, self.at, self.counting
        )
        if last_on:
            deadlines.set_due(
                clock, min(last_on, workdays.last_day_of(clock.due_at)), self.calendar
            )
        self.facts.clocks.append(clock)
        self.dirty_clocks.append(clock)
        return clock

    def stop_clock(self) -> None:
        running = self.facts.clock
        if running:
            self.end_pause()
            running.stopped_at = self.at
            self.touch(running)

    def touch(self, clock: Clock) -> None:
        if clock not in self.dirty_clocks:
            self.dirty_clocks.append(clock)

    def handling_clock(self) -> Clock | None:
        """The latest 办 clock of this round."""
        found = [
            c
            for c in self.facts.clocks
            if c.stage == Stage.HANDLE and c.round == self.case.round
        ]
        return found[-1] if found else None

    def pause(self, kind: str, until_on: date) -> None:
        """Stops the running clock until a day; its due moves by the units not used, in
        its own calendar.
        """
        clock = self.running_clock()
        due = workdays.shifted(
            self.calendar, clock.due_at, Unit(clock.unit), self.on, until_on
        )
        before = str(workdays.last_day_of(clock.due_at))
        pause = {
            "kind": kind,
            "from": str(self.on),
            "until": str(until_on),
            "due_before": before,
        }
        clock.pauses = [*clock.pauses, pause]
        deadlines.set_due(clock, workdays.last_day_of(due), self.calendar)
        self.case.grey_until = workdays.due_at(until_on - workdays.ONE_DAY)
        self.touch(clock)

    def end_pause(self) -> None:
        """Ends a pause that still runs, today: the due is counted again from what was
        left.
        """
        clock, self.case.grey_until = self.facts.clock, None
        if (
            clock
            and clock.pauses
            and date.fromisoformat(clock.pauses[-1]["until"]) > self.on
        ):
            last = {**clock.pauses[-1], "until": str(self.on)}
            before = workdays.due_at(date.fromisoformat(last["due_before"]))
            due = workdays.shifted(
                self.calendar,
                before,
                Unit(clock.unit),
                date.fromisoformat(last["from"]),
                self.on,
            )
            clock.pauses = [*clock.pauses[:-1], last]
            due_on, extended_to = workdays.last_day_of(due), self.facts.extended_to
            if clock.extended and extended_to:  # more time, once granted, stays granted
                due_on = max(due_on, self.calendar.on_or_after(extended_to))
            deadlines.set_due(clock, due_on, self.calendar)
            self.touch(clock)
        if suspension := self.facts.suspension:
            suspension.ended_at = self.at
            suspension.save(update_fields=["ended_at"])

    def running_clock(self) -> Clock:
        clock = self.facts.clock
        if clock is None:
            raise MoveRefused(_("The case has no running clock."))
        return clock

    # --- stages
    def enter(
        self, stage: Stage, rule: str = "", *, last_on: date | None = None
    ) -> None:
        """Into another stage, under a fresh clock by the stage's rule (or the one
        named).
        """
        self.leave()
        self.case.stage = stage
        if stage == Stage.DELIBERATE and not self.case.accepted_at:
            self.case.accepted_at = self.at
        if stage == Stage.RATE:
            rule = "rate" if self.replied() else "reply"
        self.start_clock(
            rule or STAGE_RULE.get(stage) or self.case.handling, last_on=last_on
        )

    def back_to_deliberation(self) -> None:
        """Into 议 while the 办 clock stays the running one and 议 starts none (return,
        release, orphaned).
        """
        self.leave()
        self.case.stage = Stage.DELIBERATE
        if not self.facts.clock or self.facts.clock.stage != Stage.HANDLE:
            self.restart_handling_clock()

    def restart_handling_clock(self) -> Clock:
        """The round's 办 clock runs again; the span it stood still is kept beside
        it.
        """
        clock = self.handling_clock()
        if clock is None:
            return self.start_clock("deliberate")
        self.stop_clock()
        clock.pauses = [
            *clock.pauses,
            {
                "kind": "checked",
                "from": str(workdays.local_day(clock.stopped_at or self.at)),
                "until": str(self.on),
                "due_before": str(workdays.last_day_of(clock.due_at)),
            },
        ]
        clock.stopped_at = None
        clock.look_at = clock.yellow_at
        self.touch(clock)
        return clock

    def leave(self) -> None:
        """Leaving a stage ends a pause; leaving 办 lapses requests (domain §3)."""
        if self.case.grey_until or self.facts.suspension:
            self.end_pause()
        for request in self.facts.requests:
            if request.state == RequestState.OPEN:
                request.state = RequestState.LAPSED
                request.save()
        self.lapse_hand_backs(self.facts.assignments)

    def rise(self, level: Level) -> None:
        """To another level within the stage: a fresh clock, but a 办 clock in 办
        goes on (domain §4).
        """
        changed = level != self.case.level
        self.case.level = level
        running = self.facts.clock
        if changed and running and self.case.stage not in (Stage.HANDLE, Stage.CLOSED):
            own = running.stage == self.case.stage
            self.start_clock(
                running.rule if own else STAGE_RULE.get(Stage(self.case.stage), "rate")
            )

    def close(self, reason: CloseReason) -> None:
        self.leave()
        self.stop_clock()
        self.end_assignments(AssignmentEnd.CLOSED)
        case = self.case
        case.stage, case.close_reason, case.closed_at = Stage.CLOSED, reason, self.at
        case.needs_order = False

    def new_round(self) -> None:
        """A new attempt at 办: with the lead who held the case last, else to 议 (domain
        §3, entering 办).
        """
        keep = self.lead_to_keep()
        self.end_assignments(
            AssignmentEnd.ROUND_OVER if keep else AssignmentEnd.RELEASED
        )
        case = self.case
        if case.stage == Stage.CLOSED:
            case.closed_at, case.close_reason = None, ""
        case.needs_order = False
        case.round += 1
        case.completed_at = case.replied_at = None
        if keep:
            self.assign(keep, AssignmentRole.LEAD)
            self.enter(Stage.HANDLE)
        else:
            self.enter(Stage.DELIBERATE)

    # --- people
    def assign(self, holder: Post | Office, role: AssignmentRole) -> Assignment:
        assignment = Assignment(
            case=self.case, round=self.case.round, role=role, assigned_at=self.at
        )
        if isinstance(holder, Post):
            assignment.post = holder
        else:
            assignment.office = holder
        assignment.save()
        self.facts.assignments.append(assignment)
        known = {post.pk for post in self.facts.posts}
        if isinstance(holder, Post) and holder.pk not in known:
            self.facts.posts.append(holder)
        return assignment

    def lapse_hand_backs(self, of: Iterable[Assignment]) -> None:
        """A part given back waits for no ruling once it has ended, was reported or
        waived.
        """
        over = {item.pk for item in of}
        lapsed = [item for item in self.facts.hand_backs if item.assignment_id in over]
        if lapsed:
            HandBack.objects.filter(pk__in=[item.pk for item in lapsed]).update(
                state=RequestState.LAPSED
            )
            self.facts.hand_backs = [
                item for item in self.facts.hand_backs if item not in lapsed
            ]

    def end_assignments(
        self, end: AssignmentEnd, only: list[Assignment] | None = None
    ) -> None:
        chosen = self.facts.active if only is None else only
        for assignment in chosen:
            assignment.ended_at, assignment.end = self.at, end
        if chosen:
            Assignment.objects.filter(pk__in=[item.pk for item in chosen]).update(
                ended_at=self.at, end=end
            )
            self.lapse_hand_backs(chosen)

    def lead_to_keep(self) -> Post | Office | None:
        """The lead who held the case last, if still in post, able to see it, and not
        released or replaced.

        None for what was diverted (domain §3, entering 办).
        """
        leads = [
            item for item in self.facts.assignments if item.role == AssignmentRole.LEAD
        ]
        if self.case.close_reason == CloseReason.DIVERTED or not leads:
            return None
        if leads[-1].end not in ("", AssignmentEnd.CLOSED, AssignmentEnd.ROUND_OVER):
            return None
        holder = leads[-1].holder
        return holder if self.may_lead(holder) else None

    def may_lead(self, holder: Post | Office) -> bool:
        """A current post out of conflict and no supervisor's; an office with such a
        handler.
        """
        if isinstance(holder, Post):
            return (
                holder.is_current(self.on)
                and holder.role in LEAD
                and not self.facts.in_conflict(holder)
            )
        handlers = (
            Post.objects.current(self.on)
            .filter(office=holder)
            .select_related("user", "group")
        )
        return any(not self.facts.in_conflict(post) for post in handlers)

    # --- words to the speaker
    def replied(self) -> bool:
        """Whether a reply was given since the round's 办结."""
        case = self.case
        return bool(
            case.replied_at
            and case.completed_at
            and case.replied_at >= case.completed_at
        )

    def reply(self, text: str) -> None:
        Reply.objects.create(
            case=self.case, round=self.case.round, at=self.at, text=text, post=self.post
        )
        self.case.replied_at = self.at

    # --- the end of the move
    def follow(
        self,
        case: Case,
        action: str,
        effect: "Callable[[Step], None]",
        by: Actor,
        **values: Any,
    ) -> None:
        self.follows.append(Follow(case, action, effect, by, values))

    def settle_up(self) -> None:
        """Names the owner and, for a 保密 case, its readers; saves clocks; carries the
        due to the case.
        """
        case, promised = self.case, self.case.promised_on
        owners = (case.owner_post_id, case.owner_office_id)
        if case.stage == Stage.CLOSED:
            case.owner_post = case.owner_office = None
            case.due_at = case.yellow_at = case.grey_until = case.promised_on = None
        else:
            if case.confidentiality == Confidentiality.SECRET:
                self._name_readers()
            self.name_owner()
            self._look_again(owners != (case.owner_post_id, case.owner_office_id))
        for clock in sorted(
            self.dirty_clocks, key=lambda item: item.stopped_at is None
        ):
            # the stopped ones first: one running clock a case, by constraint
            clock.save()
        running = self.facts.clock
        if running and case.stage != Stage.CLOSED:
            case.due_at, case.yellow_at = running.due_at, running.yellow_at
            case.promised_on = deadlines.promised_on(
                case, running, self.handling_clock(), self.counting
            )
            if promised and case.promised_on != promised:
                # a change is told (domain §4)
                self.data["promised_on"] = str(case.promised_on)

    def _look_again(self, has_new_owner: bool) -> None:
        """A new owner is told what the last one was; an order that is awaited is seen
        to at once.
        """
        clock = self.facts.clock
        if clock is None:
            return
        was_told = clock.look_at != clock.yellow_at
        begins = clock.pk is None
        if (has_new_owner and was_told) or (self.case.needs_order and begins):
            clock.look_at = self.at
            self.touch(clock)

    def name_owner(self) -> None:
        owner, nobody_left = find_owner(self.facts)
        self.alarm = nobody_left and not self.facts.alarmed()
        if (
            owner is None
            and (held := self.case.owner_post)
            and not self.facts.in_conflict(held)
        ):
            # better with somebody who is gone than refused to whoever speaks up
            owner = held
        if owner is None:
            raise MoveRefused(
                _("Nobody is appointed who could take this case; please call the town.")
            )
        self.case.owner_post = owner if isinstance(owner, Post) else None
        self.case.owner_office = owner if isinstance(owner, Office) else None
        self.data["owner"] = holder_key(owner)

    def _name_readers(self) -> None:
        """保密: the secretary unless in conflict and the reviewers of the level (domain
        §3).

        A village has no reviewer: the town's step in, else nobody could lower, lift or
        reopen such a matter.
        """
        facts = self.facts
        secretaries = facts.at_level(Level.VILLAGE, (Role.SECRETARY,))
        readers = secretaries + walk(
            facts, REVIEWERS, lambda post: not facts.in_conflict(post)
        )
        named = {post.pk for post in readers if not facts.in_conflict(post)}
        if not facts.named:  # nobody yet, or read while the case was no secret
            facts.named = set(
                CaseAccess.objects.filter(case=self.case).values_list(
                    "post_id", flat=True
                )
            )
        if gone := facts.named - named:
            CaseAccess.objects.filter(case=self.case, post__in=gone).delete()
        if new := named - facts.named:
            CaseAccess.objects.bulk_create(
                [CaseAccess(case=self.case, post_id=pk) for pk in sorted(new)]
            )
        facts.named = named
