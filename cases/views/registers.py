"""Registers beside the list of cases: requests for time, and red-line reports."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.lists import red_lines, requests
from cases.lists.paging import capped_counts, page_of
from cases.lists.requests import OPEN, RULED, RULED_BY
from cases.models import Case
from cases.models.choices import Level, RequestKind
from cases.privacy.redactor import reader_redactor
from cases.time_to_report import late_words, time_to_report
from cases.views.access import StaffView
from cases.workflow.writers import receipt_for, writers_for
from minshi.clock import now, today
from villages.models import Post

REQUEST_TABS = ((OPEN, _("Waiting for a ruling")), (RULED, _("Ruled on")))
REPORT_TABS = (
    ("", pgettext_lazy("reports", "All")),
    (red_lines.AWAITED, _("Receipt awaited")),
    (red_lines.RECEIVED, _("Receipt there")),
)


class RequestList(StaffView):
    """Requests for time: those that wait for a ruling, or those ruled on."""

    def get(self, request: HttpRequest) -> HttpResponse:
        state = RULED if request.GET.get("state") == RULED else OPEN
        level = request.GET.get("level", "")

        seen = requests.requests_seen_by(self.user, today())
        if level in Level.values:
            seen = seen.filter(case__level=level)
        split = {
            name: requests.requests_in_state(seen, name)
            for name, _label in REQUEST_TABS
        }
        counts = capped_counts(split)
        after = request.GET.get("after", "")
        page = page_of(split[state], requests.ORDERS[state], after)

        posts = self.user.posts_on(today())
        sight = self.sight()
        rows = [
            {
                "request": row,
                "case": row.case,
                "place": place_beside(row.case, row.asked_by),
                "reason": reader_redactor(row.case, sight)(
                    row.reason, post=row.asked_by_id
                ),
                "rule": RULED_BY[RequestKind(row.kind)],
                "rules": state == OPEN and requests.rules_on(posts, row.case),
            }
            for row in page.rows
        ]

        context = {
            "nav": "list",
            "at": now(),
            "sight": sight,
            "rows": rows,
            "after": page.after,
            "state": state,
            "tabs": [(name, label, counts[name]) for name, label in REQUEST_TABS],
        }
        return render(request, "cases/requests.html", context)


class RedLines(StaffView):
    """Red-line reports.

    404 for whoever oversees nothing: they are not to learn even that there is a list.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        if not red_lines.oversees(self.user, today()):
            raise Http404

        state = request.GET.get("state", "")
        seen = red_lines.reports_seen_by(self.user, today())
        split = {
            name: red_lines.reports_in_state(seen, name) for name, _label in REPORT_TABS
        }
        counts = capped_counts(split)
        after = request.GET.get("after", "")
        page = page_of(red_lines.reports_in_state(seen, state), red_lines.ORDER, after)

        sight = self.sight()
        writers = writers_for([row.case for row in page.rows], sight)
        events = red_lines.events_of(page.rows)
        rows: list[dict[str, Any]] = []
        for row in page.rows:
            redact = reader_redactor(row.case, sight)
            event = events.get(row.pk)
            rows.append(
                {
                    "happened": redact.note(event) if event else "",
                    "report": row,
                    "case": row.case,
                    "place": place_beside(row.case, row.post),
                    "told": redact(row.told, post=row.post_id),
                    "taken": time_to_report(row),
                    "receipt": receipt_for(row, redact, writers[row.case_id]),
                }
            )

        secret = red_lines.secret_with_report(self.user, today())
        context = {
            "nav": "list",
            "at": now(),
            "sight": sight,
            "rows": rows,
            "secret": secret.count(),
            "late_words": late_words(),
            "after": page.after,
            "state": state,
            "tabs": [(name, label, counts[name]) for name, label in REPORT_TABS],
        }
        return render(request, "cases/red_lines.html", context)


def place_beside(case: Case, post: Post) -> str:
    """Return the place of a matter, or nothing where the post beside it says it."""
    place = str(case.village or case.town)
    return "" if post.place == place else place
