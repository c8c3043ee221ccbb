"""The list of cases: filters in the address, tabs with counts, key-set pages."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cases.lists.after_closing import with_waiting_word
from cases.lists.filter_fields import oversees_towns
from cases.lists.filters import CaseFilter
from cases.lists.given_back import SEES_OWN_WORK, SHOWN, given_back_by, may_print
from cases.lists.paging import (
    MOST_COUNTED,
    Page,
    among_found,
    capped_counts,
    page_of,
)
from cases.lists.search import left_out
from cases.models import Case
from cases.models.choices import OPEN_STAGES, Stage
from cases.models.scope import CaseQuerySet
from cases.slips.given_back import ReturnSheet
from cases.views.access import StaffView
from minshi.clock import now, today
from villages.models import Role

# each tab sets these parameters and leaves the rest of the address as it is
TABS: tuple[tuple[str, str | Promise, dict[str, str]], ...] = (
    ("all", _("All"), {}),
    ("mine", _("With me"), {"owner": "me"}),
    ("overdue", _("Overdue"), {"overdue": "true"}),
    *((stage.value, stage.label, {"stage": stage.value}) for stage in OPEN_STAGES),
    ("closed", _("Closed"), {"stage": Stage.CLOSED.value}),
)
# the tabs of open matters that need nothing of a row but its columns
OPEN = ("overdue", *(stage.value for stage in OPEN_STAGES))
# set by tabs, queues and the search box: the filters stay folded away for them
NOT_UNFOLDING = frozenset(
    {
        "q",
        "owner",
        "overdue",
        "stage",
        "level",
        "asked",
        "given_back",
        "needs_order",
        "unsolved",
        "to_call_back",
        "reserved",
    }
)
# the filters that fold away under the search box, in the order of the page
FOLDED = (
    "village",
    "category",
    "grade",
    "light",
    "topic",
    "level",
    "mode",
    "concluded",
    "reserved",
    "registered_from",
    "registered_to",
    "order",
)
TAB_PARAMETERS = ("owner", "overdue", "stage")


class CaseList(StaffView):
    def get(self, request: HttpRequest) -> HttpResponse:
        counted = Case.objects.counted_for(self.user, today())
        shown = ("q", *self._folded())
        listed = CaseFilter(request.GET or None, counted, request=request, shown=shown)
        page = self._page(counted, listed)
        tabs = self._tabs(request, counted, listed)

        given = {name for name, value in request.GET.items() if value}
        given -= {"after", "order"}
        unfolding = given & set(listed.form.fields) - NOT_UNFOLDING

        context = {
            "nav": "list",
            "at": now(),
            "filter": listed,
            "page": page,
            "tabs": tabs,
            "sight": self.sight(),
            "is_narrowed": bool(given),
            "left_out": left_out(request.GET.get("q", "")),
            "folded": [listed.form[name] for name in self._folded()],
            "unfolds": bool(unfolding),
            "kept": _tab_parameters(request.GET),
            **self._own_work(given),
        }
        return render(request, "cases/list.html", context)

    def _own_work(self, given: set[str]) -> dict[str, object]:
        """Return what stands beside the whole list of whoever reads a matter only while
        it is theirs. Two queries for them, three where a matter was given back.
        """
        if not self.user.holds(today(), *SEES_OWN_WORK):
            return {}

        returned = []
        if not given:
            returned = list(given_back_by(self.user, today())[:SHOWN])
        rows = []
        for event in returned:
            sheet = ReturnSheet(event, self.sight())
            rows.append((sheet, may_print(event, self.user, today())))
        return {"sees_own_work": self._is_at_an_office(), "given_back": rows}

    def _is_at_an_office(self) -> bool:
        """Whether the user has posts at offices alone, and takes no matters down for a
        village or town.
        """
        posts = self.user.posts_on(today())
        return all(post.role == Role.OFFICE_HANDLER for post in posts)

    def _page(self, counted: CaseQuerySet, listed: CaseFilter) -> Page[Case]:
        """Return the page of the rows, with all that they show."""
        among = listed.qs if listed.finds_in_no_order else None
        rows = listed.qs if among is None else counted
        shown = with_waiting_word(rows.with_row().with_doubt().with_danger())

        after = self.request.GET.get("after", "")
        return page_of(shown, listed.ordering, after, among=among)

    def _folded(self) -> tuple[str, ...]:
        return ("town", *FOLDED) if oversees_towns(self.user) else FOLDED

    def _tabs(
        self, request: HttpRequest, counted: CaseQuerySet, listed: CaseFilter
    ) -> list[dict[str, object]]:
        """List the tabs, each with its address and its count under the other filters.

        One query for all counts. A second form only within a tab: elsewhere the other
        filters are those of the list.
        """
        rest = request.GET.copy()
        for name in (*TAB_PARAMETERS, "after"):
            rest.pop(name, None)

        is_within_tab = any(name in request.GET for name in TAB_PARAMETERS)
        others: CaseQuerySet = (
            CaseFilter(rest, counted, request=request, shown=()).qs
            if is_within_tab
            else listed.qs
        )
        counts = self._counts(others, listed)

        tabs: list[dict[str, object]] = []
        for name, label, wanted in TABS:
            parts = (rest.urlencode(), urlencode(wanted))
            tabs.append(
                {
                    "label": label,
                    "query": "&".join(filter(None, parts)),
                    "is_here": _is_here(request.GET, wanted),
                    "count": counts[name],
                }
            )
        return tabs

    def _counts(self, others: CaseQuerySet, listed: CaseFilter) -> dict[str, int]:
        """Count the rows of each tab.

        1. Those of all are the ones of the stages together, so they are not asked for.
        2. Of the closed ones, those count that come first in an order.
        3. Where words are searched for, they are searched among the open ones once for
           all of their tabs.
        """
        split = {
            name: self._in_tab(others, wanted)
            for name, _label, wanted in TABS
            if name != "all"
        }
        split["closed"] = split["closed"].order_by(*listed.counting_order(()))

        found = None
        if listed.searches:
            found = others.open()
            in_tabs = {name: wanted for name, _label, wanted in TABS if name in OPEN}
            for name, wanted in in_tabs.items():
                everything = among_found(Case.objects.all())
                split[name] = self._in_tab(everything, wanted)
        counts = capped_counts(split, in_order=("closed",), found=found)

        by_stage = [counts[stage.value] for stage in Stage]
        counts["all"] = min(sum(by_stage), MOST_COUNTED)
        return counts

    def _in_tab(self, cases: CaseQuerySet, wanted: dict[str, str]) -> CaseQuerySet:
        """Return the same rows that the tab's address gives through the filter (a test
        compares them).
        """
        if "owner" in wanted:
            return cases.filter(Q(redacted=False)).owned_by(self.sight().reach)
        if "overdue" in wanted:
            return cases.overdue(now())
        if "stage" in wanted:
            return cases.filter(stage=wanted["stage"])
        return cases


def _is_here(query: QueryDict, wanted: dict[str, str]) -> bool:
    """True where the address shows the tab that sets these parameters."""
    return all(query.get(name, "") == wanted.get(name, "") for name in TAB_PARAMETERS)


def _tab_parameters(query: QueryDict) -> list[tuple[str, str]]:
    """List the parameters of the tab shown, which the filter form hands on."""
    given = []
    for name in TAB_PARAMETERS:
        given += [(name, value) for value in query.getlist(name) if value]
    return given
