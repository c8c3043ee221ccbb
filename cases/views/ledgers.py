"""The ledgers: tabs with counts, rows page by page, export as file or print."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from django import forms
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

from cases.ledgers import (
    BOOKS,
    GENERAL,
    AnyBook,
    Book,
    Record,
    cases_read_in,
    read_records,
)
from cases.ledgers.arranged import as_shown
from cases.ledgers.asked import Asked
from cases.ledgers.exports import (
    FORMS,
    Export,
    may_export,
    may_unmask_anything,
)
from cases.ledgers.jobs import MOST_AT_ONCE, ask_for_file, count_rows, exports_for
from cases.ledgers.together import file_of, name_of
from cases.lists.filters import CaseFilter
from cases.lists.paging import Page, capped_counts, first_row, page_of
from cases.models import Case
from cases.models.choices import NOT_HEARD
from cases.models.export_job import LONGEST_PURPOSE
from cases.privacy.disclosure import note_readings, opener
from cases.views.access import StaffView
from cases.views.ledger_reading import Reading
from minshi import tabular
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken
from villages.forms.accounts import RuleForm, offer
from villages.rights import FREEZE_LEDGERS

# The ledgers that stand beside each other, with their counts; the others wait folded
# away, uncounted.
FRONT = ("general", "talk-room", "handling", "supervision", "satisfaction")


class ExportForm(RuleForm):
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("What it is for"), max_length=LONGEST_PURPOSE, required=False
    )
    unmasked = forms.BooleanField(
        label=_("With full names and phones (this is logged)"), required=False
    )
    also = forms.MultipleChoiceField(
        label=_("Other ledgers as further sheets of the file"),
        help_text=_("One without a row is left out."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, others: Iterable[AnyBook], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["key"].initial = uuid4
        offer(self, "also", [(book.key, book.ledger.title) for book in others])


class LedgerView(StaffView):
    def books(self) -> list[AnyBook]:
        """Return the ledgers that the reader is offered."""
        on = today()
        return [book for book in BOOKS.values() if book.is_read_by(self.user, on)]

    def export_form(self, own: str, *sent: Any) -> ExportForm:
        """Return the form that takes a ledger away, and others with it."""
        others = [book for book in self.books() if book.key != own]
        return ExportForm(*sent, others=others)

    def read(self, key: str) -> Reading:
        """Read the address as a ledger with its filters and period.

        Http404: no such ledger.
        """
        if key not in BOOKS:
            raise Http404

        asked = Asked.read(self.user, today(), self.request.GET)
        book = BOOKS[key].for_reader(self.user, today())
        return Reading.of(book, asked)

    def show(
        self, reading: Reading, form: ExportForm, status: int = 200, refusal: str = ""
    ) -> HttpResponse:
        request = self.request
        book = reading.book
        after = request.GET.get("after", "")

        in_front = [BOOKS[key] for key in FRONT]
        if book.key not in FRONT:
            in_front.append(BOOKS[book.key])
        folded = [each for each in self.books() if each not in in_front]

        counts = self._counts(reading, in_front)
        page = self._page(reading, after)
        records = read_records(book, page.rows, sight=self.sight(), at=now())
        cases = cases_read_in(records)
        note_readings(cases, by=self.user, at=now(), request=request)

        # the record itself masks
        shown = as_shown(reading.own, book).ledger
        keys = [column.key for column in shown.columns]
        start = first_row(request.GET.get("from_row", "")) if after else 1
        numbered = list(tabular.rows_of(shown, records, start=start))
        numbers = [row[0] for row in numbered]
        rows = [list(zip(keys, row[1:], strict=True)) for row in numbered]

        context: dict[str, Any] = {
            "nav": "ledgers",
            "reading": reading,
            "book": book,
            "is_read_here": book.is_read_by(self.user, today()),
            "tabs": [(each, counts[each.key]) for each in in_front],
            "folded": folded,
            "count": counts[book.key],
            "set_apart": [
                (reason, counts[reason]) for reason in NOT_HEARD if counts[reason]
            ],
            "headings": tabular.headings(shown),
            "may_show": self._shown_on_demand(records),
            "whole": request.GET.get("whole", ""),
            "rows": list(zip(numbers, records, rows, strict=True)),
            "after": page.after,
            "next_row": tabular.following(numbered, start),
            "may_export": may_export(self.user, today()),
            "may_freeze": self.user.holds(today(), *FREEZE_LEDGERS),
            "may_unmask": may_unmask_anything(self.user, today()),
            "form": form,
            "refusal": refusal,
        }
        return render(request, "cases/ledger.html", context, status=status)

    def _page(self, reading: Reading, after: str) -> Page[Any]:
        """Return the page of the rows, with all that they show."""
        book = reading.book
        rows = reading.rows(book)
        if reading.finds_in_no_order:
            shown = book.whole(book.in_sight(self.user, today()))
            return page_of(shown, reading.order, after, among=rows)
        return page_of(book.whole(rows), reading.order, after)

    def _counts(self, reading: Reading, books: Sequence[AnyBook]) -> dict[str, int]:
        """Count the rows of these ledgers, and what is set apart. One query."""
        counted = {}
        in_order = set()
        for book in books:
            counted[book.key] = reading.rows(book)
            if isinstance(book, Book) and book.has_own_date:
                order = reading.counting_order(book.newest_first)
                counted[book.key] = counted[book.key].order_by(*order)
                in_order.add(book.key)

        return capped_counts(counted | self._set_apart(reading), in_order)

    def _shown_on_demand(self, records: Sequence[Any]) -> set[str]:
        """Return the numbers of the matters whose speaker the reader may have shown,
        one by one and with a reason.
        """
        may_open = opener(self.user, today())
        numbers = set()
        for record in records:
            if isinstance(record, Record) and not record.redacted:
                case = record.case
                if case.speaker_name and not record.is_hidden and may_open(case):
                    numbers.add(case.number)
        return numbers

    def _set_apart(self, reading: Reading) -> dict[str, Any]:
        """Return what was taken down by mistake, and what twice, in the days asked for.

        It is in no ledger, and is shown beside the matters heard.
        """
        rows = Case.objects.counted_for(self.user, today())
        asker = reading.asked.lists[CaseFilter].request
        data = reading.period_form.data or None
        listed = CaseFilter(data, rows, request=asker, shown=())
        asked_for = rows.none()
        if reading.period_form.is_valid():
            asked_for = reading.asked.period.of(GENERAL, listed.qs)
        return {
            str(reason): asked_for.filter(close_reason=reason) for reason in NOT_HEARD
        }

    def exports(self, reading: Reading, form: ExportForm) -> list[Export]:
        """Return the exports that the form asks for, the page's own ledger first, none
        written yet.

        Http404: the account may not export, or not unmasked.
        """
        user = self.user
        asked = form.cleaned_data["unmasked"]
        if not may_export(user, today()) or (
            asked and not may_unmask_anything(user, today())
        ):
            raise Http404

        return exports_for(
            reading.asked,
            [reading.book.key, *form.cleaned_data["also"]],
            at=now(),
            reason=form.cleaned_data["reason"],
            unmasked=asked,
        )


class LedgerIndex(LedgerView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        return redirect("cases:ledger", next(iter(BOOKS)))


class LedgerPage(LedgerView):
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the ledger; opened without a filter, by the reader's default one."""
        reading = self.read(key)
        if not request.GET and reading.own.default_query:
            page = reverse("cases:ledger", args=[key])
            return redirect(f"{page}?{reading.own.default_query}")
        return self.show(reading, self.export_form(key))


class LedgerTaken(LedgerView):
    """A ledger taken away, by POST, because it leaves a trace and needs a reason.

    A refusal comes back on the page of the ledger.
    """

    def get(self, request: HttpRequest, key: str, **_form: str) -> HttpResponse:
        """Go back to the page after a login in between."""
        reading = self.read(key)
        page = reverse("cases:ledger", args=[key])
        return redirect(f"{page}?{reading.query}".rstrip("?"))

    def post(self, request: HttpRequest, key: str, form: str = "") -> HttpResponseBase:
        reading = self.read(key)
        asked = self.export_form(key, request.POST)
        if not asked.is_valid() or not reading.period_form.is_valid():
            return self.show(reading, asked, UNPROCESSABLE)

        exports = self.exports(reading, asked)
        try:
            return self.answer(exports, form, reading, asked)
        except RuleBroken as refusal:
            for name, text in refusal.fields.items():
                asked.add_error(name, str(text))
            words = "" if refusal.fields else str(refusal)
            return self.show(reading, asked, UNPROCESSABLE, words)

    def answer(
        self, exports: list[Export], form: str, reading: Reading, asked: ExportForm
    ) -> HttpResponseBase:
        raise NotImplementedError


class LedgerExport(LedgerTaken):
    """A file: at once where it is short, else written by a worker."""

    def answer(
        self, exports: list[Export], form: str, reading: Reading, asked: ExportForm
    ) -> HttpResponseBase:
        if form not in FORMS:
            raise Http404

        if count_rows(exports, MOST_AT_ONCE) > MOST_AT_ONCE:
            key = asked.cleaned_data["key"]
            ask_for_file(exports, reading.query, form, key=key)
            return redirect("cases:exports")

        file = file_of(exports, form, self.request)
        name = name_of(exports, form)
        return FileResponse(file, as_attachment=True, filename=name)


class LedgerPrint(LedgerTaken):
    def answer(
        self, exports: list[Export], form: str, reading: Reading, asked: ExportForm
    ) -> HttpResponseBase:
        export = exports[0]
        ledger: tabular.Ledger[Any] = export.book.ledger
        context = {
            "export": export,
            "ledger": ledger,
            "rows": export.rows(self.request),
            "headings": tabular.headings(ledger),
            "shares": [f"{share:.2f}" for share in tabular.widths(ledger)],
        }
        return render(self.request, "cases/ledger_print.html", context)
