"""The deadlines of a case told anew from its events alone: day by day, without the
product's own counting.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings

from cases.models import Event
from tests.cases.roads import SHANGHAI

ONE = timedelta(days=1)
BY_STAGE = {"speak": "speak", "deliberate": "deliberate", "supervise": "supervise"}


def day_of(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


@dataclass
class Days:
    """Which days are worked: the town's word, else the nation's, else Monday to
    Friday.
    """

    town: Mapping[date, bool]
    nation: Mapping[date, bool]

    def is_worked(self, day: date) -> bool:
        if day in self.town:
            return self.town[day]
        return self.nation.get(day, day.weekday() < 5)

    def moved(self, day: date, count: int, step: timedelta = ONE) -> date:
        """So many worked days further; the first day is not counted."""
        while count > 0:
            day += step
            if self.is_worked(day):
                count -= 1
        return day

    def or_later(self, day: date) -> date:
        while not self.is_worked(day):
            day += ONE
        return day

    def last(self, start: date, rule: str) -> date:
        """The last day in time: "3w" and "60c" as the settings say it."""
        text = settings.DEADLINES[rule]
        count = int(text[:-1])
        return (
            self.moved(start, count)
            if text[-1] == "w"
            else self.or_later(start + count * ONE)
        )

    def worked_after(self, start: date, end: date) -> int:
        count, day = 0, start
        while day < end:
            day += ONE
            count += self.is_worked(day)
        return count


@dataclass
class Visit:
    """One clock, as somebody with a wall calendar would keep it."""

    stage: str
    round: int
    rule: str
    started: date
    last: date
    # from, until, the last day before it
    pauses: list[tuple[date, date, date]] = field(default_factory=list)
    is_extended: bool = False
    was_rejected: bool = False
    is_over: bool = False

    def facts(self, days: Days) -> tuple[str, str, bool, datetime, datetime]:
        """Stage, rule, over or not, due, yellow."""
        text = settings.DEADLINES[self.rule]
        back = 1 if text[-1] == "w" and int(text[:-1]) < 5 else 2
        yellow = days.moved(self.last + ONE, back, -ONE)
        return (
            self.stage,
            self.rule,
            self.is_over,
            midnight(self.last + ONE),
            midnight(yellow),
        )


@dataclass
class Retelling:
    days: Days
    visits: list[Visit] = field(default_factory=list)
    stage: str = ""
    level: str = ""
    handling: str = ""
    extended_to: dict[int, date] = field(default_factory=dict)  # by round
    seen: int = 0

    @property
    def running(self) -> Visit | None:
        return next((visit for visit in self.visits if not visit.is_over), None)

    def follow(self, event: Event) -> None:
        if told := getattr(self, f"_{event.action}", None):
            told(event, day_of(event.at))
        self.stage, self.level, self.seen = event.target, event.level, event.sequence

    # --- what clocks do
    def _start(self, event: Event, rule: str) -> Visit:
        self._stop(day_of(event.at))
        on = day_of(event.at)
        visit = Visit(event.target, event.round, rule, on, self.days.last(on, rule))
        self.visits.append(visit)
        return visit

    def _stop(self, on: date) -> None:
        if visit := self.running:
            self._go_on(on)
            visit.is_over = True

    def _pause(self, on: date, until: date) -> None:
        visit = self.running
        visit.pauses.append((on, until, visit.last))
        visit.last = self._shifted(visit, on, until, visit.last)

    def _go_on(self, on: date) -> None:
        """A pause that still runs ends today: what was left then is left again from now
        on.
        """
        visit = self.running
        if visit is None or not visit.pauses or visit.pauses[-1][1] <= on:
            return
        begun, _until, before = visit.pauses.pop()
        visit.pauses.append((begun, on, before))
        visit.last = self._shifted(visit, begun, on, before)
        if visit.is_extended and (promised := self.extended_to.get(visit.round)):
            visit.last = max(visit.last, self.days.or_later(promised))

    def _shifted(self, visit: Visit, begun: date, until: date, before: date) -> date:
        if begun > before or begun == until:
            return before
        if settings.DEADLINES[visit.rule][-1] == "w":
            left = self.days.worked_after(begun, before)
            return max(before, self.days.or_later(self.days.moved(until, left)))
        return max(before, self.days.or_later(until + (before - begun)))

    def _back_to_work(self, event: Event) -> Visit:
        """The round's 办 clock runs again; where it has none, 议 starts one."""
        found = [
            visit
            for visit in self.visits
            if visit.stage == "handle" and visit.round == event.round
        ]
        if not found:
            return self._start(event, "deliberate")
        self._stop(day_of(event.at))
        found[-1].is_over = False
        return found[-1]

    def _to_deliberation(self, event: Event) -> None:
        """The 办 clock goes on."""
        self._go_on(day_of(event.at))
        if self.running is None or self.running.stage != "handle":
            self._back_to_work(event)

    # --- what was done
    def _register(self, event: Event, _on: date) -> None:
        self._start(event, "speak")

    def _accept(self, event: Event, _on: date) -> None:
        self._start(event, "deliberate")

    _escalate = _send_back = _accept

    def _settle(self, event: Event, _on: date) -> None:
        self.handling = "on_spot"
        self._start(event, "rate")

    def _verify(self, event: Event, _on: date) -> None:
        self._start(event, "rate")

    def _complete(self, event: Event, _on: date) -> None:
        self._start(event, "supervise")

    def _divert(self, _event: Event, on: date) -> None:
        self._stop(on)

    _withdraw = _explain = _close_unrated = _divert

    def _redo(self, event: Event, _on: date) -> None:
        self._start(event, self.handling if event.target == "handle" else "deliberate")

    _reopen = _redo

    def _rate(self, event: Event, on: date) -> None:
        if event.target == "closed":
            self._stop(on)
        elif event.target == "supervise":
            self._start(event, "supervise")
        else:
            self._redo(event, on)

    def _return(self, event: Event, _on: date) -> None:
        self._to_deliberation(event)

    def _rehome(self, event: Event, _on: date) -> None:
        if event.source == "handle":
            self._to_deliberation(event)

    def _decide(self, event: Event, on: date) -> None:
        self.handling, visit = event.data["handling"], self.running
        if visit and visit.stage == "handle" and visit.round == event.round:
            self._go_on(on)
            latest = self.days.last(visit.started, self.handling)
            if latest > visit.last:
                visit.rule, visit.last = self.handling, latest
        else:
            visit = self._start(event, self.handling)
        # The day chosen, if one was, stands in the event only as the day it is due on;
        # it may only be sooner.
        visit.last = min(visit.last, date.fromisoformat(event.data["due_on"]))

    def _reject(self, event: Event, on: date) -> None:
        self._go_on(on)
        visit = self._back_to_work(event)
        if visit.stage == "handle" and not visit.was_rejected:
            visit.was_rejected = True
            visit.last = max(visit.last, self.days.last(on, "redo_minimum"))

    def _defer(self, event: Event, on: date) -> None:
        self._pause(on, date.fromisoformat(event.data["until_on"]))

    def _rule_suspension(self, event: Event, on: date) -> None:
        if event.data["ruling"] == "granted":
            self._defer(event, on)

    def _rule_extension(self, event: Event, _on: date) -> None:
        if event.data["ruling"] == "granted":
            until, visit = date.fromisoformat(event.data["until_on"]), self.running
            visit.is_extended, self.extended_to[event.round] = True, until
            visit.last = max(visit.last, self.days.or_later(until))

    def _resume(self, _event: Event, on: date) -> None:
        self._go_on(on)

    def _reply(self, event: Event, _on: date) -> None:
        if event.source == "rate" and self.running.rule == "reply":
            self._start(event, "rate")

    def _recuse(self, event: Event, _on: date) -> None:
        """Raised, and out of the hands of whom it concerns."""
        changed = event.level != self.level
        if event.source in ("handle", "supervise") and event.target == "deliberate":
            if changed:
                self._start(event, "deliberate")
            else:
                self._to_deliberation(event)
        elif changed and event.source not in ("handle", "closed"):
            own = self.running.stage == event.source
            self._start(
                event, self.running.rule if own else BY_STAGE.get(event.source, "rate")
            )
