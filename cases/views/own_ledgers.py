"""A reader's own arrangement of a ledger: its columns, its order, the saved filters."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.ledgers import BOOKS, AnyBook
from cases.ledgers.arranged import (
    arrange,
    drop_filter,
    in_order,
    keep_filter,
    own_ledger,
)
from cases.models import OwnLedger
from cases.models.own_ledger import LONGEST_FILTER_NAME
from cases.views.access import StaffView
from minshi.clock import today
from minshi.errors import UNPROCESSABLE, RuleBroken
from minshi.tabular import Column
from villages.forms.accounts import RuleForm

MOST_PLACES = 99
FIRST = (
    ("newest", pgettext_lazy("order", "the newest first")),
    ("oldest", pgettext_lazy("order", "the oldest first")),
)


class ArrangeForm(RuleForm):
    """A tick and a place for each column of a ledger."""

    first = forms.ChoiceField(
        label=_("Which row comes first"), choices=FIRST, widget=forms.RadioSelect
    )

    def __init__(
        self, *args: Any, own: OwnLedger, columns: list[Column[Any]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.columns = columns
        self.fields["first"].initial = "oldest" if own.oldest_first else "newest"

        for number, column in enumerate(columns, 1):
            self.fields[f"show-{column.key}"] = forms.BooleanField(
                label=str(column.heading),
                required=False,
                initial=column.key not in own.hidden,
            )
            self.fields[f"place-{column.key}"] = forms.IntegerField(
                label=_("Place of %(column)s") % {"column": column.heading},
                required=False,
                initial=number,
                min_value=1,
                max_value=MOST_PLACES,
                widget=forms.NumberInput({"inputmode": "numeric"}),
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The tick and the place of each column."""
        return [
            (self[f"show-{column.key}"], self[f"place-{column.key}"])
            for column in self.columns
        ]

    @property
    def hidden(self) -> list[str]:
        keys = [column.key for column in self.columns]
        return [key for key in keys if not self.cleaned_data[f"show-{key}"]]

    @property
    def order(self) -> list[str]:
        """The keys by the places typed; of two at one place the former first."""
        keys = [column.key for column in self.columns]
        return sorted(
            keys, key=lambda key: self.cleaned_data[f"place-{key}"] or MOST_PLACES
        )


class FilterForm(RuleForm):
    name = forms.CharField(
        label=_("Name of the filter"), max_length=LONGEST_FILTER_NAME, required=False
    )
    is_default = forms.BooleanField(label=_("Open this ledger with it"), required=False)


class OwnLedgerView(StaffView):
    def book(self, key: str) -> AnyBook:
        """Return the ledger as the reader reads it. Http404: there is none."""
        if key not in BOOKS:
            raise Http404
        return BOOKS[key].for_reader(self.user, today())


class LedgerArrange(OwnLedgerView):
    """The page that hides columns, orders them, and lists the saved filters."""

    def get(self, _request: HttpRequest, key: str) -> HttpResponse:
        book = self.book(key)
        own = own_ledger(self.user, book)
        return self.show(book, own, self.form(book, own))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        book = self.book(key)
        own = own_ledger(self.user, book)
        form = self.form(book, own, request.POST)

        if form.is_valid():
            try:
                arrange(
                    self.user,
                    book,
                    hidden=form.hidden,
                    order=form.order,
                    oldest_first=form.cleaned_data["first"] == "oldest",
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, str(_("Arranged as you asked.")))
                return redirect("cases:ledger", key)

        return self.show(book, own, form, UNPROCESSABLE)

    def form(self, book: AnyBook, own: OwnLedger, data: Any = None) -> ArrangeForm:
        return ArrangeForm(data, own=own, columns=in_order(own, book.ledger))

    def show(
        self, book: AnyBook, own: OwnLedger, form: ArrangeForm, status: int = 200
    ) -> HttpResponse:
        context = {"nav": "ledgers", "book": book, "own": own, "form": form}
        return render(self.request, "cases/ledger_arrange.html", context, status=status)


class LedgerFilters(OwnLedgerView):
    """Filters saved under a name, and removed."""

    def get(self, _request: HttpRequest, key: str) -> HttpResponse:
        """Go back to the ledger after a login in between."""
        self.book(key)
        return redirect("cases:ledger", key)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        book = self.book(key)
        if request.POST.get("drop"):
            drop_filter(self.user, book, request.POST["drop"])
            return redirect("cases:ledger_arrange", key)

        form = FilterForm(request.POST)
        query = request.GET.urlencode()
        if form.is_valid():
            try:
                keep_filter(
                    self.user,
                    book,
                    name=form.cleaned_data["name"],
                    query=query,
                    is_default=form.cleaned_data["is_default"],
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, str(_("The filter is saved.")))
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))

        page = reverse("cases:ledger", args=[key])
        return redirect(f"{page}?{query}".rstrip("?"))
