"""锁账: closed ledgers, one of them with its entries in red, and the forms for both."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases.ledgers import BOOKS_OF_CASES
from cases.ledgers.closed_rows import added_rows, shown_rows
from cases.ledgers.freezing import (
    AboutToClose,
    about_to_close,
    freeze,
    headline_of,
    is_whole,
)
from cases.ledgers.frozen_paper import WHAT_IT_LEAVES_OUT, FrozenPaper, of_earlier
from cases.ledgers.red_entries import differences, enter_in_red
from cases.lists.paging import first_row, page_of
from cases.models import FrozenLedger
from cases.models.frozen import FrozenLedgerQuerySet
from cases.views.access import StaffView
from minshi import tabular
from minshi.clock import now, today
from minshi.days import DayField
from minshi.errors import UNPROCESSABLE, RuleBroken, Text
from villages.forms.accounts import DayInput, RuleForm, offer
from villages.models import Town, Village
from villages.rights import FREEZE_LEDGERS, OVERSEE

ROWS_A_PAGE = 100
TAKE = "take"  # before the names of its fields: two forms of the page ask for a reason


class FreezeForm(RuleForm):
    ledger = forms.ChoiceField(label=_("Ledger"))
    place = forms.ChoiceField(label=_("Whose"))
    since = DayField(label=_("First day"), widget=DayInput)
    last = DayField(label=_("Last day"), widget=DayInput)

    def __init__(self, *args: Any, places: dict[str, Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = places
        books = BOOKS_OF_CASES.values()
        offer(self, "ledger", [(book.key, book.ledger.title) for book in books])
        offer(self, "place", [(key, str(place)) for key, place in places.items()])

    @property
    def asked(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "key": given["ledger"],
            "place": self.places[given["place"]],
            "first": given["since"],
            "last": given["last"],
        }


class RedForm(RuleForm):
    reason = forms.CharField(label=_("Why it is put right"), max_length=100)


class TakeForm(RuleForm):
    reason = forms.CharField(label=_("What it is for"), max_length=100)


class FrozenView(StaffView):
    def visible_books(self) -> FrozenLedgerQuerySet:
        """Return the closed ledgers of the own place. Http404: the account closes and
        reads none.
        """
        if not self.user.holds(today(), *FREEZE_LEDGERS):
            raise Http404
        rows = FrozenLedger.objects.visible_to(self.user, today())
        return rows.select_related("town", "village__town", "frozen_by__user")

    def frozen(self, pk: int) -> FrozenLedger:
        return get_object_or_404(self.visible_books(), pk=pk)

    def places(self) -> dict[str, Any]:
        """Return the villages and towns whose ledgers the account may close."""
        villages = Village.objects.in_reach_of(self.user, today(), FREEZE_LEDGERS)
        towns = Town.objects.in_reach_of(self.user, today(), OVERSEE)
        places: dict[str, Any] = {f"t{town.pk}": town for town in towns}
        for village in villages.select_related("town").order_by("pk"):
            places[f"v{village.pk}"] = village
        return places


class FrozenList(FrozenView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        return self.show(FreezeForm(places=self.places()))

    def post(self, request: HttpRequest) -> HttpResponse:
        self.visible_books()
        form = FreezeForm(request.POST, places=self.places())
        if form.is_valid():
            try:
                return self.close(form, is_sure=bool(request.POST.get("sure")))
            except RuleBroken as refusal:
                form.refuse(refusal)
        return self.show(form, UNPROCESSABLE)

    def close(self, form: FreezeForm, *, is_sure: bool) -> HttpResponse:
        """Close the ledger; first show what that would be, for it is never undone."""
        about = about_to_close(**form.asked, by=self.user, at=now())
        if about.before is None and not is_sure:
            return self.show(form, about=about)

        frozen = freeze(**form.asked, by=self.user, at=now())
        messages.success(self.request, str(_("The ledger is closed.")))
        return redirect(frozen)

    def show(
        self, form: FreezeForm, status: int = 200, about: AboutToClose | None = None
    ) -> HttpResponse:
        after = self.request.GET.get("after", "")
        page = page_of(self.visible_books(), ("-frozen_at", "-id"), after)
        context = {
            "nav": "ledgers",
            "form": form,
            "about": about,
            "by_which_day": self._by_which_day(form) if about else "",
            "books": [(each, headline_of(each)) for each in page.rows],
            "after": page.after,
        }
        return render(self.request, "cases/frozen/list.html", context, status=status)

    def _by_which_day(self, form: FreezeForm) -> Text:
        return BOOKS_OF_CASES[form.cleaned_data["ledger"]].by_which_day


class OneFrozen(FrozenView):
    """The page of one closed ledger, with its forms."""

    def check(self, frozen: FrozenLedger) -> dict[str, Any]:
        """Compare the closed rows with their seal and with today, where that is asked
        for: it reads them all.
        """
        if not self.request.GET.get("check"):
            return {"is_checked": False}

        headings = dict(frozen.columns)
        return {
            "is_checked": True,
            "is_whole": is_whole(frozen),
            "changed": [
                (each, headings.get(each.column, ""))
                for each in differences(frozen, self.user, now())
            ],
        }

    def show(
        self, frozen: FrozenLedger, form: RedForm, take: TakeForm, status: int = 200
    ) -> HttpResponse:
        start = first_row(self.request.GET.get("from", ""))
        shown, following = shown_rows(frozen, self.sight(), start, ROWS_A_PAGE)
        keys = [key for key, _heading in frozen.columns]
        context = {
            "nav": "ledgers",
            "frozen": frozen,
            "title": headline_of(frozen),
            "by_which_day": BOOKS_OF_CASES[frozen.ledger].by_which_day,
            "what_it_leaves_out": WHAT_IT_LEAVES_OUT,
            "headings": [heading for _key, heading in frozen.columns],
            "rows": [(row, row.in_columns(keys)) for row in shown],
            "following": following,
            "added": [] if following else added_rows(frozen, self.sight()),
            "earlier": [] if following else of_earlier(frozen, self.sight()),
            "form": form,
            "take": take,
            **self.check(frozen),
        }
        return render(self.request, "cases/frozen/page.html", context, status=status)


class FrozenPage(OneFrozen):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(self.frozen(pk), RedForm(), TakeForm(prefix=TAKE))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Enter in red what has changed since."""
        frozen = self.frozen(pk)
        form = RedForm(request.POST)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                made = enter_in_red(frozen, reason=reason, by=self.user, at=now())
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                words = ngettext(
                    "%(count)s entry was made in red.",
                    "%(count)s entries were made in red.",
                    len(made),
                )
                messages.success(request, words % {"count": len(made)})
                return redirect(frozen)
        return self.show(frozen, form, TakeForm(prefix=TAKE), UNPROCESSABLE)


class FrozenTaken(OneFrozen):
    """A closed ledger taken away, by POST, for it leaves a trace and needs a reason.

    A refusal comes back on the page of the ledger.
    """

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Go back to the page after a login in between."""
        return redirect(self.frozen(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        frozen = self.frozen(pk)
        form = TakeForm(request.POST, prefix=TAKE)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                return self.answer(FrozenPaper(frozen, self.user, now(), reason))
            except RuleBroken as refusal:
                form.refuse(refusal)
        return self.show(frozen, RedForm(), form, UNPROCESSABLE)

    def answer(self, paper: FrozenPaper) -> HttpResponseBase:
        file = paper.file(self.request)
        name = paper.file_name("xlsx")
        return FileResponse(file, as_attachment=True, filename=name)


class FrozenPrint(FrozenTaken):
    def answer(self, paper: FrozenPaper) -> HttpResponseBase:
        ledger = paper.ledger()
        context = {
            "export": paper,
            "ledger": ledger,
            "headings": tabular.headings(ledger),
            "shares": [f"{share:.2f}" for share in tabular.widths(ledger)],
            "rows": paper.print(self.request),
            "added": added_rows(paper.frozen, self.sight()),
            "earlier": of_earlier(paper.frozen, self.sight()),
        }
        return render(self.request, "cases/frozen/print.html", context)
