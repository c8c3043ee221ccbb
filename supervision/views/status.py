"""The state of the jobs and the backlog: a page for those who look after it, and the
same for Prometheus.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from cases.deadlines.calendar import gaps_in_calendar
from minshi.clock import now, today
from supervision.backups.watching import Standing, standing
from supervision.sealing.checking import last_check
from supervision.sealing.watching import is_late
from supervision.status import (
    BACK_UP,
    PROVE_BACKUP,
    Job,
    Supervising,
    backlog,
    is_alive,
    jobs,
)
from villages.rights import CONFIGURE, READ_AUDIT_LOG, READ_STATUS

READ_COUNTS = (*CONFIGURE, *READ_AUDIT_LOG)


@dataclass(frozen=True)
class JobRow:
    """A job as the page shows it: a lamp in shape, colour and words."""

    label: str | Promise
    colour: str
    shape: str
    words: str
    started_at: datetime | None
    ok_at: datetime | None

    @classmethod
    def of(cls, job: Job, backups: Standing) -> "JobRow":
        started_at = job.run.started_at if job.run else None
        ok_at = job.run.ok_at if job.run else None
        colour, shape, words = job_lamp(job)

        # without a key a job of backups ends well, and has made none
        is_of_backups = job.name in (BACK_UP, PROVE_BACKUP)
        if is_of_backups and colour == "green" and backups.made is None:
            colour = "yellow"
            shape = "▲"
            words = _("no backup was made yet")
            if not settings.BACKUP_KEY:
                words = _("BACKUP_KEY is not set: no backup is made")
            ok_at = None
        return cls(job.label, colour, shape, words, started_at, ok_at)


def job_lamp(job: Job) -> tuple[str, str, str]:
    """Return the colour, the shape and the words of a job's lamp."""
    if job.run is None:
        return "grey", "", _("not run yet")

    if job.run.failures:
        times = job.run.failures
        words = ngettext("failed %(times)s time: ", "failed %(times)s times: ", times)
        return "red", "●", words % {"times": times} + job.run.error

    if job.is_late:
        return "yellow", "▲", _("has not run for long")
    return "green", "✓", _("good")


def _needs_a_look(job: Job) -> bool:
    """Tell whether a job failed or is late; how the backups are is said of them."""
    if job.run is None or job.name in (BACK_UP, PROVE_BACKUP):
        return False
    return job.is_late or job.run.failures > 0


class Status(LoginRequiredMixin, View):
    """The page of jobs and counts; it names no matter, but to an auditor those whose
    history does not fit.

    Whoever oversees matters reads no count: beside lists that leave out what concerns
    them, a total of the installation would tell of it.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or not user.holds(today(), *READ_STATUS):
            raise Http404

        at = now()
        backups = standing(at)
        check = last_check()
        waits = backlog(at) if user.holds(today(), *READ_COUNTS) else None
        found = jobs(at)
        gaps = waits.gaps if waits else gaps_in_calendar(at)
        alive = is_alive()
        check_is_late = is_late(check, at)
        to_do = [
            not alive,
            bool(waits and waits.orphans),
            bool(waits and waits.passed_over),
            bool(backups.is_made_late or backups.is_proved_late or backups.failed),
            check_is_late or bool(check and check.found),
            *[True for _year in (*gaps.missing, *gaps.begun)],
            *[_needs_a_look(job) for job in found],
        ]
        context = {
            "nav": "status",
            "to_do": sum(to_do),
            "at": at,
            "alive": alive,
            "jobs": [JobRow.of(job, backups) for job in found],
            "backlog": waits,
            "gaps": gaps,
            "backups": backups,
            "check": check,
            "check_is_late": check_is_late,
            # the findings name cases
            "names_findings": user.holds(today(), *READ_AUDIT_LOG),
        }
        return render(request, "supervision/status.html", context)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever sends METRICS_TOKEN as a bearer token with the figures for
    Prometheus. Http404: another token, or METRICS_TOKEN is not set.
    """
    token = settings.METRICS_TOKEN
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not constant_time_compare(sent, token):
        raise Http404

    registry = CollectorRegistry()
    registry.register(Supervising(now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
