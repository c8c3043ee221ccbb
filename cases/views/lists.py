"""The list of cases: filters in the address, tabs with counts, key-set pages, place kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cases.filters import CaseFilter
from cases.models import Case
from cases.models.choices import OPEN_STAGES, Stage
from cases.paging import capped_counts, page_of
from cases.views.access import StaffView
from minshi.clock import now, today

# The tabs of the list: each sets these parameters and leaves the rest of the address as it is.
TABS = (
    ("all", _("All"), {}),
    ("mine", _("With me"), {"owner": "me"}),
    ("overdue", _("Overdue"), {"overdue": "true"}),
    *((stage.value, stage.label, {"stage": stage.value}) for stage in OPEN_STAGES),
    ("closed", _("Closed"), {"stage": Stage.CLOSED.value}),
)
TAB_PARAMETERS = ("owner", "overdue", "stage", "after")


class CaseList(StaffView):
    def get(self, request: HttpRequest) -> HttpResponse:
        counted = Case.objects.counted_for(self.user, today())
        listed = CaseFilter(request.GET or None, counted, request=request)
        page = page_of(listed.qs.with_row(), listed.ordering, request.GET.get("after", ""))
        tabs = self._tabs(request, counted)
        context = {
            "nav": "list",
            "at": now(),
            "filter": listed,
            "page": page,
            "tabs": tabs,
            "sight": self.sight(),
            "is_narrowed": any(value for name, value in request.GET.items() if name not in ("after", "order")),
            "kept": [(name, value) for name in TAB_PARAMETERS[:3] for value in request.GET.getlist(name) if value],
        }
        return render(request, "cases/list.html", context)

    def _tabs(self, request: HttpRequest, counted: object) -> list[dict[str, object]]:
        """Each tab's address and count under the other filters; one query for all counts."""
        rest = request.GET.copy()
        for name in TAB_PARAMETERS:
            rest.pop(name, None)
        tabs, querysets = [], {}
        for name, label, wanted in TABS:
            query = rest.copy()
            query.update(wanted)
            querysets[name] = CaseFilter(query, counted, request=request).qs
            now_here = all(request.GET.get(key, "") == wanted.get(key, "") for key in ("owner", "overdue", "stage"))
            tabs.append({"name": name, "label": label, "query": query.urlencode(), "is_here": now_here})
        counts = capped_counts(self.user, querysets)
        return [{**tab, "count": counts[str(tab["name"])]} for tab in tabs]
