"""The state of supervision itself: the runs of its jobs, the backlog, and what somebody
has to look at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery.schedules import crontab
from django.core.cache import cache
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from cases.deadlines.calendar import Gaps, gaps_in_calendar
from cases.models import Clock
from cases.tasks import orphans
from minshi.celery import HEARTBEAT_KEY, app
from supervision.backups.watching import standing
from supervision.models import (
    Call,
    EventFailure,
    JobRun,
    Notice,
    NoticeState,
    OrderState,
    SupervisionOrder,
)
from supervision.notices.delivering import WAITS
from supervision.sealing.checking import found_last
from supervision.telling import untold

A_DAY = timedelta(days=1)
MISSED = 3  # a job is late after so many turns without a run that went well

BACK_UP = "supervision.tasks.back_up"
PROVE_BACKUP = "supervision.tasks.prove_backup"
NAMES: dict[str, str | Promise] = {
    "supervision.tasks.sweep": _("look at what is due"),
    "supervision.tasks.deliver": _("send what waits"),
    "supervision.tasks.end_orders": _("end orders with their matter"),
    "supervision.tasks.seal_logs": _("seal what was recorded"),
    "supervision.tasks.store_figures": _("store the figures of past days"),
    "supervision.tasks.make_reports": _("make the monthly reports"),
    "supervision.tasks.recount_figures": _("count all figures anew"),
    "supervision.tasks.check_history": _("check that no record was changed"),
    "cases.tasks.end_suspensions": _("end suspensions"),
    "cases.tasks.close_unrated": _("close what nobody rated"),
    "cases.tasks.rehome_orphans": _("find owners for what has none"),
    "cases.tasks.follow_roster": _("follow the roster"),
    "cases.tasks.remove_orphan_files": _("remove files of uploads that failed"),
    "cases.tasks.digest_files": _("note which bytes were stored of each file"),
    "cases.tasks.write_exports": _("write the files that take long"),
    "cases.tasks.remove_exports": _("remove files nobody may fetch any more"),
    "supervision.tasks.tell_of_exports": _("tell whose file is ready"),
    "villages.tasks.write_lookups": _("write down who looked neighbours up"),
    "villages.tasks.work_on_imports": _("read and enter lists"),
    "villages.tasks.forget_imports": _("forget the rows of old lists"),
    "cases.tasks.refresh_calendar": _("look at the calendar"),
    BACK_UP: _("make the night's backup"),
    PROVE_BACKUP: _("prove a backup each week"),
    "supervision.tasks.watch_backups": _("watch the backups"),
    "supervision.tasks.watch_history": _("watch the check of history"),
}


@dataclass(frozen=True)
class Job:
    """A job of the schedule and its last run, if any."""

    name: str
    label: str | Promise
    every: timedelta
    run: JobRun | None
    is_late: bool  # it has not gone well for MISSED turns


@dataclass(frozen=True)
class Backlog:
    """The numbers of what waits at a moment; but for `calls` all are 0 where everything
    is as it should be.
    """

    events: int  # nobody is notified of them yet
    passed_over: int  # events of which nobody could be notified in a day: given up
    clocks: int  # past the moment somebody was to look at them
    oldest: int  # seconds the longest of them waits
    orders: int  # signed and past their grace
    waiting: int  # letters and messages past their hour
    failed: int
    dead: int
    calls: int
    orphans: int
    unproved: int  # places that did not fit when history was last checked
    gaps: Gaps  # in the calendar of this year and the next

    def numbers(self) -> dict[str, int]:
        """Return all but the gaps, by name."""
        return {name: value for name, value in vars(self).items() if name != "gaps"}


def is_alive() -> bool:
    """Return if beat, broker and worker were heard together within two minutes."""
    return cache.get(HEARTBEAT_KEY) is not None


def jobs(at: datetime) -> list[Job]:
    """Return every job of the schedule. One query."""
    runs = {run.name: run for run in JobRun.objects.all()}

    found = []
    for entry in app.conf.beat_schedule.values():
        name = entry["task"]
        if name not in NAMES:
            continue

        run = runs.get(name)
        every = _turn_of(entry["schedule"])
        job = Job(
            name=name,
            label=NAMES[name],
            every=every,
            run=run,
            is_late=_is_late(run, every, at),
        )
        found.append(job)

    return found


def _turn_of(schedule: float | crontab) -> timedelta:
    """Return how often a job has its turn; one with an hour of its own, once a day."""
    return A_DAY if isinstance(schedule, crontab) else timedelta(seconds=schedule)


def _is_late(run: JobRun | None, every: timedelta, at: datetime) -> bool:
    """Return if a job has not gone well for MISSED turns, counted from its last start
    where it never has.
    """
    if run is None:
        return False

    well_at = run.ok_at or run.started_at
    return well_at < at - MISSED * every


def backlog(at: datetime) -> Backlog:
    """Count what waits, by the indexes that the jobs themselves use. Ten queries."""
    due = Clock.objects.filter(stopped_at=None, look_at__lte=at)
    first = due.order_by("look_at").values_list("look_at", flat=True).first()
    letters = Notice.objects.filter(state__in=WAITS).aggregate(
        waiting=Count("pk", filter=Q(state=NoticeState.WAITING, send_after__lte=at)),
        failed=Count("pk", filter=Q(state=NoticeState.FAILED)),
    )

    passed_over = EventFailure.objects.filter(passed_over_at__isnull=False)
    dead = Notice.objects.filter(state=NoticeState.DEAD)
    orders = SupervisionOrder.objects.filter(state=OrderState.SIGNED, send_at__lte=at)

    return Backlog(
        events=untold().count(),
        passed_over=passed_over.count(),
        clocks=due.count(),
        oldest=int((at - first).total_seconds()) if first else 0,
        dead=dead.count(),
        orders=orders.count(),
        calls=Call.objects.to_make().count(),
        orphans=orphans(at).count(),
        unproved=found_last(),
        gaps=gaps_in_calendar(at),
        **letters,
    )


class Supervising(Collector):
    """The same figures as gauges of Prometheus, at the moment of a scrape."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._backups()
        yield GaugeMetricFamily(
            "minshi_jobs_alive",
            "1 while beat, broker and worker are heard.",
            value=is_alive(),
        )
        yield self._backlog()
        yield from self._jobs()

    def _backlog(self) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(
            "minshi_backlog", "What waits; oldest in seconds.", labels=["of"]
        )
        waiting = backlog(self.at)
        for name, value in waiting.numbers().items():
            gauge.add_metric([name], value)
        gauge.add_metric(["years"], len(waiting.gaps.missing))

        return gauge

    def _backups(self) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(
            "minshi_backup_good_seconds",
            "When a backup was last made, and one last proved to be good.",
            labels=["step"],
        )
        backups = standing(self.at)
        for step, run in (("made", backups.made), ("proved", backups.proved)):
            gauge.add_metric([step], run.at.timestamp() if run else 0)

        return gauge

    def _jobs(self) -> Iterator[GaugeMetricFamily]:
        went_well = GaugeMetricFamily(
            "minshi_job_went_well_seconds", "When a job last went well.", labels=["job"]
        )
        failures = GaugeMetricFamily(
            "minshi_job_failures", "Failures in a row.", labels=["job"]
        )
        for job in jobs(self.at):
            ok_at = job.run.ok_at if job.run else None
            went_well.add_metric([job.name], ok_at.timestamp() if ok_at else 0)
            failures.add_metric([job.name], job.run.failures if job.run else 0)

        yield went_well
        yield failures
