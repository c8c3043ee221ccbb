"""The list of cases: filters in the address, tabs with counts, key-set pages, place
kept.
"""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cases.lists.filters import CaseFilter
from cases.lists.paging import capped_counts, page_of
from cases.models import Case
from cases.models.choices import OPEN_STAGES, Stage
from cases.models.scope import CaseQuerySet
from cases.views.access import StaffView
from minshi.clock import now, today

# The tabs of the list: each sets these parameters and leaves the rest of the address as
# it is.
TABS: tuple[tuple[str, str | Promise, dict[str, str]], ...] = (
    ("all", _("All"), {}),
    ("mine", _("With me"), {"owner": "me"}),
    ("overdue", _("Overdue"), {"overdue": "true"}),
    *((stage.value, stage.label, {"stage": stage.value}) for stage in OPEN_STAGES),
    ("closed", _("Closed"), {"stage": Stage.CLOSED.value}),
)
# Tabs, queues and the box above say these: the filters stay folded for them.
NOT_UNFOLDING = frozenset(
    {"q", "owner", "overdue", "stage", "level", "asked", "given_back", "needs_order"}
)
# The filters that fold away under the box to search in, as they stand on the page.
FOLDED = (
    "village",
    "category",
    "grade",
    "light",
    "topic",
    "level",
    "mode",
    "concluded",
    "registered_from",
    "registered_to",
    "order",
)
TAB_PARAMETERS = ("owner", "overdue", "stage", "after")


class CaseList(StaffView):
    def get(self, request: HttpRequest) -> HttpResponse:
        counted = Case.objects.counted_for(self.user, today())
        listed = CaseFilter(request.GET or None, counted, request=request)
        page = page_of(
            listed.qs.with_row().with_doubt(),
            listed.ordering,
            request.GET.get("after", ""),
        )
        tabs = self._tabs(request, counted)
        given = {
            name
            for name, value in request.GET.items()
            if value and name not in ("after", "order")
        }
        context = {
            "nav": "list",
            "at": now(),
            "filter": listed,
            "page": page,
            "tabs": tabs,
            "sight": self.sight(),
            "is_narrowed": bool(given),
            "folded": [listed.form[name] for name in FOLDED],
            "unfolds": bool(given & set(listed.form.fields) - NOT_UNFOLDING),
            "kept": [
                (name, value)
                for name in TAB_PARAMETERS[:3]
                for value in request.GET.getlist(name)
                if value
            ],
        }
        return render(request, "cases/list.html", context)

    def _tabs(
        self, request: HttpRequest, counted: CaseQuerySet
    ) -> list[dict[str, object]]:
        """Each tab's address and count under the other filters: one form for them all,
        one query for all counts.
        """
        rest = request.GET.copy()
        for name in TAB_PARAMETERS:
            rest.pop(name, None)
        others: CaseQuerySet = CaseFilter(rest, counted, request=request).qs
        counts = capped_counts(
            {name: self._in_tab(others, wanted) for name, _label, wanted in TABS}
        )
        here = {
            name: request.GET.get(name, "") for name in ("owner", "overdue", "stage")
        }
        return [
            {
                "label": label,
                "query": "&".join(
                    part for part in (rest.urlencode(), urlencode(wanted)) if part
                ),
                "is_here": here == {name: wanted.get(name, "") for name in here},
                "count": counts[name],
            }
            for name, label, wanted in TABS
        ]

    def _in_tab(self, cases: CaseQuerySet, wanted: dict[str, str]) -> CaseQuerySet:
        """The same rows that the tab's address gives through the filter (a test
        compares them).
        """
        if "owner" in wanted:
            return cases.filter(Q(redacted=False)).owned_by(self.sight().reach)
        if "overdue" in wanted:
            return cases.overdue(now())
        return cases.filter(stage=wanted["stage"]) if wanted else cases
