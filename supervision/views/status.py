"""Whether the jobs run and what waits: a page for those who look after it, and the same
for Prometheus.
"""

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from minshi.clock import now, today
from supervision.status import Supervising, backlog, is_alive, jobs
from villages.rights import READ_STATUS


class Status(LoginRequiredMixin, View):
    """Counts of everything, of no matter in particular."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not (
            request.user.is_authenticated and request.user.holds(today(), *READ_STATUS)
        ):
            raise Http404
        at = now()
        context = {
            "nav": "status",
            "at": at,
            "alive": is_alive(),
            "jobs": jobs(at),
            "backlog": backlog(at),
        }
        return render(request, "supervision/status.html", context)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever sends the token of METRICS_TOKEN as a bearer's; without one set, the
    address does not exist.
    """
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(
        sent, settings.METRICS_TOKEN
    ):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Supervising(now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
