"""The ledgers: tabs with counts, the rows page by page, and taking them away as file or
print.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.ledgers import BOOKS, AnyBook, Book, read_records
from cases.ledgers.exports import FORMS, Export, may_export, may_unmask, takeable
from cases.ledgers.period import Period, PeriodForm
from cases.lists.paging import capped_counts, page_of
from cases.views.access import UNPROCESSABLE, StaffView
from minshi import tabular
from minshi.clock import now, today
from minshi.errors import RuleBroken

# the page's place, and the list's order, which a ledger has its own of
OWN_PARAMETERS = (
    "after",
    "from_row",
    "order",
)
# The filters of a ledger of cases, and those folded away with the days.
SHOWN_OF_CASES = ("category", "grade", "q")
FOLDED_DAYS = ("since", "until")
FOLDED_OF_CASES = (
    "light",
    "mode",
    "channel",
    "handling",
    "level",
    "concluded",
    "stage",
)
LONGEST_NUMBER = 7


class ExportForm(forms.Form):
    reason = forms.CharField(label=_("What it is for"), max_length=100, required=False)
    unmasked = forms.BooleanField(
        label=_("With full names and phones (this is logged)"), required=False
    )


@dataclass(frozen=True)
class Reading:
    """One ledger as the address asks for it."""

    book: AnyBook
    lists: Mapping[Any, Any]  # the filter of each kind of row, by its class
    period_form: PeriodForm
    query: str
    filters: str

    @property
    def listed(self) -> Any:
        return self.lists[self.book.filterset]

    @property
    def ledger(self) -> tabular.Ledger[Any]:
        return self.book.ledger

    @property
    def is_of_cases(self) -> bool:
        return isinstance(self.book, Book)

    def rows(self, book: AnyBook) -> Any:
        """The rows of a book that the address asks for; none for days that cannot be
        read.
        """
        rows = self.lists[book.filterset].qs
        if not self.period_form.is_valid():
            return book.belongs(rows).none()  # still with the columns of its order
        return self.period.of(book, rows)

    @property
    def period(self) -> Period:
        return self.period_form.chosen(today())

    @property
    def shows_more(self) -> bool:
        """Whether one of the filters folded away is in use."""
        folded = (*FOLDED_DAYS, *FOLDED_OF_CASES)
        return any(self.period_form.data.get(name) for name in folded)

    @property
    def filters_shown(self) -> list[BoundField]:
        fields = [self.period_form["period"], self.listed.form["village"]]
        if self.is_of_cases:
            fields += [self.listed.form[name] for name in SHOWN_OF_CASES]
        return fields

    @property
    def filters_folded(self) -> list[BoundField]:
        fields = [self.period_form[name] for name in FOLDED_DAYS]
        if self.is_of_cases:
            fields += [self.listed.form[name] for name in FOLDED_OF_CASES]
        return fields


class LedgerView(StaffView):
    def read(self, key: str) -> Reading:
        """Http404: no such ledger."""
        if key not in BOOKS:
            raise Http404
        query = self.request.GET.copy()
        for name in OWN_PARAMETERS:
            query.pop(name, None)
        kinds = {book.filterset: book for book in BOOKS.values()}
        lists = {
            kind: kind(
                query or None, book.in_sight(self.user, today()), request=self.request
            )
            for kind, book in kinds.items()
        }
        given = [(name, value) for name, value in query.items() if value]
        # What was searched for may be a name or a phone: the log says that there was a
        # search, not for what.
        logged = "&".join(
            f"{name}={'…' if name == 'q' else value}" for name, value in given
        )
        return Reading(BOOKS[key], lists, PeriodForm(query), query.urlencode(), logged)

    def show(
        self, reading: Reading, form: ExportForm, status: int = 200, refusal: str = ""
    ) -> HttpResponse:
        request, book = self.request, reading.book
        counts = capped_counts({key: reading.rows(each) for key, each in BOOKS.items()})
        page = page_of(
            book.whole(reading.rows(book)), book.order, request.GET.get("after", "")
        )
        records = read_records(book, page.rows, sight=self.sight(), at=now())
        start = (
            _row_number(request.GET.get("from_row", ""))
            if request.GET.get("after")
            else 1
        )
        # the record itself masks
        rows = [cells[1:] for cells in tabular.rows_of(reading.ledger, records)]
        context: dict[str, Any] = {
            "nav": "ledgers",
            "reading": reading,
            "book": book,
            "tabs": [(each, counts[key]) for key, each in BOOKS.items()],
            "count": counts[book.key],
            "headings": tabular.headings(reading.ledger),
            "rows": list(
                zip(range(start, start + len(rows)), records, rows, strict=True)
            ),
            "after": page.after,
            "next_row": start + len(rows),
            "may_export": may_export(self.user, today()),
            "may_unmask": may_unmask(self.user, today()),
            "form": form,
            "refusal": refusal,
        }
        return render(request, "cases/ledger.html", context, status=status)

    def export(self, reading: Reading, form: ExportForm) -> Export:
        """Http404: the account takes no ledger away, or asks to open what it may
        not.
        """
        user, at = self.user, now()
        asked = form.cleaned_data["unmasked"]
        if not may_export(user, today()) or (asked and not may_unmask(user, today())):
            raise Http404
        book, rows = reading.book, reading.rows(reading.book)
        bounds = reading.period.bounds(
            book, takeable(book, rows, user, today()), today()
        )
        return Export(
            book,
            rows,
            user,
            at,
            bounds,
            form.cleaned_data["reason"],
            reading.filters,
            unmasked=asked,
        )


class LedgerIndex(LedgerView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        return redirect("cases:ledger", next(iter(BOOKS)))


class LedgerPage(LedgerView):
    def get(self, _request: HttpRequest, key: str) -> HttpResponse:
        return self.show(self.read(key), ExportForm())


class LedgerTaken(LedgerView):
    """By POST, because it leaves a trace and needs a reason; what is refused comes back
    on the page of the ledger.
    """

    def get(self, request: HttpRequest, key: str, **_form: str) -> HttpResponse:
        """Back from a login in between."""
        reading = self.read(key)
        return redirect(
            f"{reverse('cases:ledger', args=[key])}?{reading.query}".rstrip("?")
        )

    def post(self, request: HttpRequest, key: str, form: str = "") -> HttpResponseBase:
        reading, asked = self.read(key), ExportForm(request.POST)
        if not asked.is_valid() or not reading.period_form.is_valid():
            return self.show(reading, asked, UNPROCESSABLE)
        export = self.export(reading, asked)
        try:
            return self.answer(export, form)
        except RuleBroken as refusal:
            for name, text in refusal.fields.items():
                asked.add_error(name, str(text))
            return self.show(
                reading, asked, UNPROCESSABLE, "" if refusal.fields else str(refusal)
            )

    def answer(self, export: Export, form: str) -> HttpResponseBase:
        raise NotImplementedError


class LedgerExport(LedgerTaken):
    def answer(self, export: Export, form: str) -> HttpResponseBase:
        if form not in FORMS:
            raise Http404
        file = export.file(form, self.request)
        return FileResponse(file, as_attachment=True, filename=export.file_name(form))


class LedgerPrint(LedgerTaken):
    def answer(self, export: Export, form: str) -> HttpResponseBase:
        ledger: tabular.Ledger[Any] = export.book.ledger
        context = {
            "export": export,
            "ledger": ledger,
            "rows": export.rows(self.request),
            "headings": tabular.headings(ledger),
            "shares": [f"{share:.2f}" for share in tabular.widths(ledger)],
        }
        return render(self.request, "cases/ledger_print.html", context)


def _row_number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 1
