"""The clocks of a case while a move is under way (domain §4)."""

from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from cases import deadlines
from cases.deadlines.counting import Counting
from cases.models import Clock
from cases.models.choices import Stage
from cases.workflow.facts import Facts
from minshi import workdays
from minshi.errors import MoveRefused
from minshi.workdays import Unit, WorkCalendar

STAGE_RULE = {
    Stage.SPEAK: "speak",
    Stage.DELIBERATE: "deliberate",
    Stage.SUPERVISE: "supervise",
}


class Clocks:
    """Start, stop, pause and move the clocks of one case; exactly one runs at a time.

    Nothing is written before `save`.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.case = facts.case
        self.at = facts.at
        self.on = facts.on
        self.changed: list[Clock] = []

    @cached_property
    def counting(self) -> Counting:
        return deadlines.counting_of(self.case.town_id, self.on)

    @property
    def calendar(self) -> WorkCalendar:
        return self.counting.calendar

    # --- which
    def running(self) -> Clock:
        """Return the running clock. MoveRefused: none runs."""
        clock = self.facts.clock
        if clock is None:
            raise MoveRefused(_("The case has no running clock."))
        return clock

    def running_last_day(self) -> date:
        """Return the last day in time by the running clock."""
        return workdays.last_day_of(self.running().due_at)

    def handling(self) -> Clock | None:
        """Return the latest 办 clock of this round."""
        latest = None
        for clock in self.facts.clocks:
            if clock.stage == Stage.HANDLE and clock.round == self.case.round:
                latest = clock
        return latest

    def handling_that_runs(self) -> Clock | None:
        """Return the 办 clock that went on through a return or a release."""
        running = self.facts.clock
        if running is None or running.stage != Stage.HANDLE:
            return None
        return running if running.round == self.case.round else None

    def latest_for(self, handling: str) -> date:
        """Return the last day that a decision made now may set, by how it is handled.

        A clock that went on is counted from its own start (domain §4).
        """
        clock = self.handling_that_runs()
        if clock is None:
            return self.counting.last_day(handling, self.at)

        latest = self.counting.last_day(handling, clock.started_at)
        return max(latest, workdays.last_day_of(clock.due_at))

    def fault_of_deadline(self, handling: str, due_on: date) -> str:
        """Return in words that a day chosen is later than the rule's; "": it is not."""
        latest = self.latest_for(handling)
        if due_on <= latest:
            return ""
        words = _("The rules allow until %(latest)s.")
        return words % {"latest": workdays.day_in_words(latest, self.on)}

    # --- start and stop
    def start(self, rule: str, *, last_on: date | None = None) -> Clock:
        """Stop the running clock and start one for the case's present stage.

        `last_on` may only shorten it.
        """
        self.stop()

        nth = max((clock.nth for clock in self.facts.clocks), default=0) + 1
        clock = deadlines.new_clock(
            self.case, nth, Stage(self.case.stage), rule, self.at, self.counting
        )
        if last_on:
            shortened = min(last_on, workdays.last_day_of(clock.due_at))
            deadlines.set_due(clock, shortened, self.calendar)

        self.facts.clocks.append(clock)
        self.changed.append(clock)
        return clock

    def stop(self) -> None:
        """Stop the running clock, if any, and with it a pause."""
        clock = self.facts.clock
        if clock:
            self.end_pause()
            clock.stopped_at = self.at
            self.note_change(clock)

    def restart_handling(self) -> Clock:
        """Let the round's 办 clock run again; the time it stood still is not counted.

        Where the round has none a 议 clock starts instead.
        """
        clock = self.handling()
        if clock is None:
            return self.start("deliberate")

        self.stop()
        stood_still = {
            "kind": "checked",
            "from": str(workdays.local_day(clock.stopped_at or self.at)),
            "until": str(self.on),
            "due_before": str(workdays.last_day_of(clock.due_at)),
        }
        clock.pauses = [*clock.pauses, stood_still]
        clock.stopped_at = None
        clock.look_at = clock.yellow_at
        self.note_change(clock)
        return clock

    # --- the due day
    def move_due(self, clock: Clock, last_on: date) -> None:
        """Give a clock another last day."""
        deadlines.set_due(clock, last_on, self.calendar)
        self.note_change(clock)

    def pause(self, kind: str, until_on: date) -> None:
        """Stop the running clock until a day.

        Its due moves by the units not used, in its own calendar.
        """
        clock = self.running()
        due_before = workdays.last_day_of(clock.due_at)
        due = workdays.shifted(
            self.calendar, clock.due_at, Unit(clock.unit), self.on, until_on
        )

        pause = {
            "kind": kind,
            "from": str(self.on),
            "until": str(until_on),
            "due_before": str(due_before),
        }
        clock.pauses = [*clock.pauses, pause]
        self.move_due(clock, workdays.last_day_of(due))
        self.case.grey_until = workdays.due_at(until_on - workdays.ONE_DAY)

    def end_pause(self) -> None:
        """End a pause that still runs, and the suspension behind it, today."""
        self.case.grey_until = None

        clock = self.facts.clock
        if clock and clock.pauses:
            last = clock.pauses[-1]
            if date.fromisoformat(last["until"]) > self.on:
                self._cut_pause_short(clock)

        if suspension := self.facts.suspension:
            suspension.ended_at = self.at
            suspension.save(update_fields=["ended_at"])

    def _cut_pause_short(self, clock: Clock) -> None:
        """Count the due again from what was left when the pause began."""
        last = {**clock.pauses[-1], "until": str(self.on)}
        clock.pauses = [*clock.pauses[:-1], last]

        due_before = workdays.due_at(date.fromisoformat(last["due_before"]))
        paused_on = date.fromisoformat(last["from"])
        due = workdays.shifted(
            self.calendar, due_before, Unit(clock.unit), paused_on, self.on
        )
        last_on = workdays.last_day_of(due)

        extended_to = self.facts.extended_to
        if clock.extended and extended_to:  # more time, once granted, stays granted
            last_on = max(last_on, self.calendar.on_or_after(extended_to))
        self.move_due(clock, last_on)

    # --- the end of the move
    def note_change(self, clock: Clock) -> None:
        """Have the clock written at the end of the move."""
        if clock not in self.changed:
            self.changed.append(clock)

    def look_again(self, *, has_new_owner: bool) -> None:
        """Have supervision look at the running clock at once, where somebody must know.

        That is a new owner, of whatever the owner before was reminded of; and whoever
        is to give an order that begins to be awaited.
        """
        clock = self.facts.clock
        if clock is None:
            return

        owner_was_reminded = clock.look_at != clock.yellow_at
        begins = clock.pk is None
        if (has_new_owner and owner_was_reminded) or (self.case.needs_order and begins):
            clock.look_at = self.at
            self.note_change(clock)

    def save(self) -> None:
        # the stopped ones first: one running clock a case, by constraint
        for clock in sorted(self.changed, key=lambda item: item.stopped_at is None):
            clock.save()

    def promised_on(self, running: Clock) -> date:
        """Return the day that is promised to the speaker now."""
        return deadlines.promised_on(self.case, running, self.handling(), self.counting)
