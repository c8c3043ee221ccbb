"""The page of one agenda item: opinions, votes, who steps aside, and the step that
follows.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from cases.forms import ItemForm
from cases.meetings import (
    DueNotKnown,
    RollNotCalled,
    Verdict,
    conclude,
    move_item,
    remove_item,
    save_item,
    set_aside,
    was_concluded,
    why_over,
)
from cases.models import AgendaItem, Meeting
from cases.models.meeting import ItemState
from cases.privacy.table import reading_table_of
from cases.views.late import Typed, answers_in, typed_for, typed_in_form
from cases.views.meetings.access import keys_in
from cases.views.meetings.item_shown import ShownItem, StepForm, address_of, reasons_in
from cases.views.meetings.typed_step import go_and_invite, take_typed_step
from cases.workflow import Action, Officer
from cases.workflow.committee import is_heard_in_work
from minshi.clock import now
from minshi.errors import CONFLICT, UNPROCESSABLE, MoveRefused, RuleBroken, StaleVersion

ACTS = ("aside", "up", "down", "remove")  # by their names in the address


class ItemPage(ShownItem):
    """One item a page.

    Whoever may not see its case sees that the item is there, and nothing of it.
    """

    def get(self, request: HttpRequest, pk: int, item: int) -> HttpResponse:
        found = self.item(pk, item)
        do = request.GET.get("do", "")
        typed = take_typed_step(request, found)
        if typed:
            do = typed.get("doing", "")
        return self.show(request, found, do=do, typed_step=typed)

    def post(self, request: HttpRequest, pk: int, item: int) -> HttpResponse:
        found = self.item(pk, item)
        by = self.writer(found)
        form = ItemForm(request.POST)

        why = _why_over(found)
        if why and not self.is_autosave(request) and not _is_repeated(request, found):
            return self._answer_late(request, found, why)
        if not form.is_valid():
            return self._answer_wrong(request, found, form)
        if request.POST.get("verdict") in Verdict.values:
            if _is_repeated(request, found):
                return self._conclude_again(request, found, by, form)
            return self._conclude(request, found, by, form)
        return self._save(request, found, by, form)

    def _answer_wrong(
        self, request: HttpRequest, item: AgendaItem, form: ItemForm
    ) -> HttpResponse:
        """Answer a form whose fields are wrong."""
        if self.is_autosave(request):
            detail = " ".join(map(str, form.errors.values()))
            return JsonResponse({"detail": detail}, status=UNPROCESSABLE)

        return self.show(
            request,
            item,
            UNPROCESSABLE,
            form=form,
            do=request.POST.get("doing", ""),
            typed_step=request.POST,
        )

    # --- saving what is written
    def _save(
        self, request: HttpRequest, item: AgendaItem, by: Officer, form: ItemForm
    ) -> HttpResponse:
        """Save what is written; nothing is decided.

        A page saves by itself while somebody writes (autosave), by a button, or to
        show the form of another step.
        """
        data = form.cleaned_data
        try:
            saved = save_item(
                item,
                version=data["item_version"],
                opinions=data["opinions"],
                votes=form.votes(),
                by=by,
                at=now(),
            )
        except RuleBroken as refusal:
            if self.is_autosave(request):
                return JsonResponse({"detail": str(refusal)}, status=CONFLICT)
            return self._show_refused(request, item, form, refusal)

        if self.is_autosave(request):
            return JsonResponse({"version": saved.version})
        do = request.POST.get("do", "")
        if do == Action.JOIN and item.case:
            return go_and_invite(request, item, item.case.number)
        if do in Action.values:
            return redirect(f"{address_of(item)}?do={do}")

        messages.success(request, _("Kept. Nothing is decided yet."))
        typed = {**request.POST.dict(), "item_version": str(saved.version)}
        return self.show(
            request,
            item,
            form=ItemForm(typed),
            do=request.POST.get("doing", ""),
            typed_step=request.POST,
        )

    # --- deciding
    def _conclude(
        self, request: HttpRequest, item: AgendaItem, by: Officer, form: ItemForm
    ) -> HttpResponse:
        """Conclude the item; the step of its case is read first, where one is
        resolved.
        """
        moves = item.case is not None and not is_heard_in_work(item.case)
        if request.POST["verdict"] != Verdict.PASSED or not moves:
            return self._carry_out(request, item, by, form)

        step = self._sent_step(item, request.POST.get("doing", ""), request.POST)
        if step is None:
            return self._answer_not_open(request, item, by, form)
        if not step.is_valid():
            return self.show(
                request, item, UNPROCESSABLE, form=form, step=step, do=step.action
            )
        values = {
            "action": step.action,
            "case_version": step.cleaned_data["version"],
            **step.values(),
        }
        return self._carry_out(request, item, by, form, step, values)

    def _answer_not_open(
        self, request: HttpRequest, item: AgendaItem, by: Officer, form: ItemForm
    ) -> HttpResponse:
        """Answer a form whose step is not open: the first click of two may have taken
        it since the item was read.
        """
        fresh = _read_again(item)
        if _is_repeated(request, fresh):
            return self._conclude_again(request, fresh, by, form)

        words = _("This step is not open to you now; here is where the matter stands.")
        return self._show_refused(request, item, form, MoveRefused(words))

    def _conclude_again(
        self, request: HttpRequest, item: AgendaItem, by: Officer, form: ItemForm
    ) -> HttpResponse:
        """Answer the form that concluded the item as the first time; where it says
        something else by now, show that to be copied.
        """
        if not item.action:
            return self._carry_out(request, item, by, form)

        step = self._taken_step(item, request.POST)
        answers = answers_in(step) if step else None
        if answers is None:
            return self._answer_late(request, item, str(was_concluded(item)))
        values = {"action": Action(item.action), **answers}
        return self._carry_out(request, item, by, form, step, values)

    def _carry_out(
        self,
        request: HttpRequest,
        item: AgendaItem,
        by: Officer,
        form: ItemForm,
        step: StepForm | None = None,
        values: Mapping[str, Any] = MappingProxyType({}),
    ) -> HttpResponse:
        """Conclude the item as the form says, with what its step asks, and go on to the
        next that waits, or to the meeting after the last one.

        A refusal is shown with what was typed.
        """
        verdict = request.POST["verdict"]
        data = form.cleaned_data
        try:
            conclude(
                item,
                verdict,
                version=data["item_version"],
                key=data["key"],
                opinions=data["opinions"],
                votes=form.votes(),
                resolution=data["resolution"],
                by=by,
                at=now(),
                **values,
            )
        except RuleBroken as refusal:
            return self._show_refused(request, item, form, refusal, step)

        following = _next_waiting(item)
        subject = reading_table_of(item.meeting).read(item, "subject")
        what = subject or (item.case.number if item.case else "")
        messages.success(request, f"{what}：{Verdict(verdict).label}")
        return redirect(address_of(following) if following else item.meeting)

    def _answer_late(
        self, request: HttpRequest, item: AgendaItem, why: str
    ) -> HttpResponse:
        """Show an item that is over, as it stands, and beside it what was typed of it
        and of the step of its matter, to be copied.
        """
        read = reading_table_of(item.meeting).read
        stands = {name: read(item, name) for name in ("opinions", "resolution")}
        typed = typed_in_form(ItemForm(request.POST, initial=stands))
        doing = request.POST.get("doing", "")
        if doing in Action.values:
            typed += typed_for(Action(doing), request.POST)
        return self.show(request, item, CONFLICT, late=why, typed=typed)

    def _show_refused(
        self,
        request: HttpRequest,
        item: AgendaItem,
        form: ItemForm,
        refusal: RuleBroken,
        step: StepForm | None = None,
    ) -> HttpResponse:
        """Show what was typed, with the reason against it.

        Where somebody else wrote on the item meanwhile, their words stand beside it.
        """
        fresh = _read_again(item)
        if why := _why_over(fresh):
            return self._answer_late(request, fresh, why)

        words = reading_table_of(fresh.meeting).read(fresh, "opinions")
        is_stale = isinstance(refusal, StaleVersion)

        data = request.POST.copy()
        data["item_version"] = str(fresh.version)
        again = ItemForm(data)
        again.is_valid()  # only a form that was checked takes a refusal
        if step is not None:
            step.refuse_fields(refusal)
        if step is None or not set(refusal.fields) & set(step.fields):
            again.refuse(refusal)

        return self.show(
            request,
            fresh,
            CONFLICT if is_stale else UNPROCESSABLE,
            form=again,
            step=step,
            do=step.action if step else request.POST.get("doing", ""),
            other=words if is_stale else "",
            why=str(refusal),
            asks_for_roll=isinstance(refusal, RollNotCalled),
            asks_for_due=isinstance(refusal, DueNotKnown),
        )


def _is_repeated(request: HttpRequest, item: AgendaItem) -> bool:
    """Tell whether the form that concluded the item was sent once more."""
    return bool(item.key) and request.POST.get("key") == str(item.key)


def _why_over(item: AgendaItem) -> str:
    """Say why nothing is written on an item any more; "" while it waits."""
    if item.state != ItemState.WAITING:
        return str(was_concluded(item))
    return why_over(item.meeting)


def _next_waiting(item: AgendaItem) -> AgendaItem | None:
    """Return the next item of the meeting that is to be concluded."""
    following = AgendaItem.objects.filter(
        meeting=item.meeting_id, state=ItemState.WAITING, position__gt=item.position
    )
    return following.order_by("position").first()


def _read_again(item: AgendaItem) -> AgendaItem:
    """Return the item and its meeting as they stand now."""
    items = AgendaItem.objects.select_related("case")
    fresh: AgendaItem = get_object_or_404(items, pk=item.pk)
    meetings = Meeting.objects.select_related("village__town", "town", "group")
    fresh.meeting = meetings.get(pk=item.meeting_id)
    return fresh


class ItemAct(ShownItem):
    """Stepping aside, a place up or down, off the agenda."""

    def get(self, _request: HttpRequest, pk: int, item: int, act: str) -> HttpResponse:
        """Return to the item after a login in between."""
        if act not in ACTS:
            raise Http404
        return redirect(address_of(self.item(pk, item)))

    def post(self, request: HttpRequest, pk: int, item: int, act: str) -> HttpResponse:
        found = self.item(pk, item)
        by = self.writer(found)
        if act not in ACTS:
            raise Http404

        try:
            if act == "aside":
                self._aside(request, found, by)
            elif act == "remove":
                remove_item(found, by=by, at=now())
            else:
                move_item(found, up=act == "up", by=by, at=now())
        except RuleBroken as refusal:
            fresh = _read_again(found)
            if act == "aside" and (why := _why_over(fresh)):
                reasons = reasons_in(request.POST, "aside").values()
                label = _("Steps aside")
                typed = [Typed("aside", label, words, rows=1) for words in reasons]
                return self.show(request, fresh, CONFLICT, late=why, typed=typed)
            if act == "aside" and refusal.fields:
                return self.show(request, found, UNPROCESSABLE, aside_wrong=refusal)
            messages.error(request, str(refusal))

        if act == "aside":
            return redirect(address_of(found))
        return redirect(f"{found.meeting.get_absolute_url()}#agenda")

    def _aside(self, request: HttpRequest, item: AgendaItem, by: Officer) -> None:
        set_aside(
            item,
            reasons_in(request.POST, "aside"),
            lifted=reasons_in(request.POST, "lifted"),
            seen=set(keys_in(request.POST, "drawn")),
            by=by,
            at=now(),
        )
