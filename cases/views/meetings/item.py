"""One agenda item: what is said of it, the votes, who steps aside, and the step that
follows.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.forms import ItemForm, MoveForm
from cases.meetings import (
    ITEM_ACTIONS,
    Verdict,
    conclude,
    move_item,
    remove_item,
    save_item,
    set_aside,
    was_concluded,
)
from cases.meetings.sitting import AgendaLine, Sitting
from cases.models import AgendaItem, Attendee, Case, Meeting, StepAside
from cases.models.choices import Level
from cases.models.meeting import ItemState
from cases.standard_texts import ready_for
from cases.views.access import CONFLICT, UNPROCESSABLE
from cases.views.meetings.access import MeetingView
from cases.views.steps import typed_in
from cases.workflow import Action, Facts, Offer, Officer, moves_open_to, read_facts
from minshi.clock import now, today
from minshi.errors import MoveRefused, RuleBroken, StaleVersion
from villages.requests import whole_number


class ItemView(MeetingView):
    def item(self, pk: int, item: int) -> tuple[Meeting, AgendaItem]:
        meeting = self.meeting(pk)
        found = get_object_or_404(
            AgendaItem.objects.select_related("case"), meeting=meeting, pk=item
        )
        found.meeting = meeting
        return meeting, found

    def writable(self, pk: int, item: int) -> tuple[Meeting, AgendaItem, Officer]:
        """For whoever holds the meeting and sees the item's case; for anybody else
        there is nothing to write on.
        """
        meeting, found = self.item(pk, item)
        by = self.holder(meeting)
        if by is None or (
            found.case_id and not self.visible().filter(pk=found.case_id).exists()
        ):
            raise Http404
        return meeting, found, by


def address_of(item: AgendaItem) -> str:
    return reverse("cases:meeting_item", args=[item.meeting_id, item.pk])


@dataclass(frozen=True)
class AsideRow:
    """One person of the roll, and how they step aside: chosen, found by the system, or
    not at all.
    """

    person: Attendee
    aside: StepAside | None

    @property
    def is_ticked(self) -> bool:
        return self.aside is not None

    @property
    def is_automatic(self) -> bool:
        return self.aside is not None and self.aside.is_automatic

    @property
    def is_lifted(self) -> bool:
        return self.aside is not None and self.aside.is_lifted

    @property
    def is_drawn(self) -> bool:
        """Whether the form showed a tick, so that taking it away is a change."""
        if self.aside is None:
            return False
        is_chosen = self.aside.pk is not None and not self.aside.is_automatic
        return self.aside.is_lifted or is_chosen

    @property
    def reason(self) -> str:
        return self.aside.reason if self.aside else ""


@dataclass(frozen=True)
class VerdictButton:
    value: Verdict
    label: str
    is_first: bool = False


def verdict_buttons(line: AgendaLine, chosen: Offer | None) -> list[VerdictButton]:
    """The ways in which an item may be concluded. `chosen`: the step that is resolved
    about its case, where the reader may resolve one.
    """
    if line.case is None and line.is_read_out:
        return [VerdictButton(Verdict.NOTED, _("Heard, next item"), is_first=True)]

    buttons = []
    if chosen:
        words = _("Passed: %(step)s") % {"step": chosen.action.label}
        buttons.append(VerdictButton(Verdict.PASSED, words, is_first=True))
    elif line.case is None:
        words = pgettext("verdict", "Passed")
        buttons.append(VerdictButton(Verdict.PASSED, words, is_first=True))

    buttons.append(VerdictButton(Verdict.NOT_PASSED, _("Not passed")))
    buttons.append(VerdictButton(Verdict.PUT_OFF, _("Next meeting")))

    if line.case is None:
        buttons.append(VerdictButton(Verdict.NOTED, _("Heard, no vote")))
    return buttons


class ShownItem(ItemView):
    """How an item is drawn, whatever was asked of it."""

    def show(
        self,
        request: HttpRequest,
        meeting: Meeting,
        item: AgendaItem,
        status: int = 200,
        do: str = "",
        **shown: Any,
    ) -> HttpResponse:
        by, sitting = self.holder(meeting), Sitting(meeting, self.user, today())
        found = next(one for one in sitting.items if one.pk == item.pk)
        line = sitting.line(found)
        may_write = (
            by is not None
            and meeting.is_open
            and found.state == ItemState.WAITING
            and not line.is_hidden
        )
        typed_aside = request.POST if "aside_wrong" in shown else None
        typed_step = shown.pop("typed_step", None)

        context = {
            "nav": "meetings",
            "at": now(),
            "meeting": meeting,
            "line": line,
            "item": found,
            "nth": sitting.items.index(found) + 1,
            "total": len(sitting.items),
            "words": sitting.words(line.case),
            "after": self._neighbour(sitting, found, 1),
            "before": self._neighbour(sitting, found, -1),
            "may_write": may_write,
            "form": ItemForm.of(found, uuid4()),
            "aside_people": self._aside_people(sitting, line, typed_aside),
        }
        if may_write:
            context |= self._deciding(line, do, typed_step)
        context |= {name: value for name, value in shown.items() if value is not None}
        return render(request, "cases/meetings/item.html", context, status=status)

    def _neighbour(
        self, sitting: Sitting, item: AgendaItem, step: int
    ) -> AgendaItem | None:
        at = sitting.items.index(item) + step
        return sitting.items[at] if 0 <= at < len(sitting.items) else None

    def _aside_people(
        self, sitting: Sitting, line: AgendaLine, typed: QueryDict | None
    ) -> list[AsideRow]:
        """Each with how they step aside, what was ticked and refused in its place."""
        known = {aside.attendee_id: aside for aside in line.asides}
        for name in typed.getlist("aside") if typed else ():
            if typed and (pk := whole_number(name)) is not None and pk not in known:
                known[pk] = StepAside(
                    attendee_id=pk, reason=typed.get(f"aside-{pk}", "")[:80]
                )
        return [
            AsideRow(person, known.get(person.pk))
            for person in sitting.people
            if not person.is_guest
        ]

    def _deciding(
        self, line: AgendaLine, do: str, typed: QueryDict | None = None
    ) -> dict[str, Any]:
        """The steps that may be resolved about the case now, and the form of the one
        chosen, as far as it was typed.
        """
        if line.case is None:
            return {"talks": line.is_read_out, "verdicts": verdict_buttons(line, None)}

        offers = self._offers(line.case)
        first = offers[0][0] if offers else None
        chosen = next((offer for offer, _facts in offers if offer.action == do), first)
        kept = typed_in(chosen, typed) if chosen and typed else {}
        step = self._made(chosen, offers[0][1], typed=kept) if chosen else None
        is_decision = chosen is not None and chosen.action == Action.DECIDE
        return {
            "offers": [offer for offer, _facts in offers],
            "chosen": chosen,
            "step": step,
            "verdicts": verdict_buttons(line, chosen),
            "may_invite": is_decision and line.case.level != Level.VILLAGE,
        }

    def _offers(self, case: Case) -> list[tuple[Offer, Facts]]:
        facts = read_facts(case, now())
        offers = {
            offer.action: offer
            for offer in moves_open_to(self.user, case, facts.at, facts)
        }
        return [(offers[action], facts) for action in ITEM_ACTIONS if action in offers]

    def _step(self, item: AgendaItem, do: str, data: Any) -> "StepForm | None":
        case = self.visible().filter(agenda_items=item.pk).first()
        found = (
            next(
                (
                    (offer, facts)
                    for offer, facts in self._offers(case)
                    if offer.action == do
                ),
                None,
            )
            if case
            else None
        )
        return self._made(*found, data) if found else None

    def _made(
        self, offer: Offer, facts: Facts, data: Any = None, **options: Any
    ) -> "StepForm":
        shown = self.sight().shows_speaker(facts.case)
        form = StepForm(offer, facts, self.user, data, speaker_shown=shown, **options)
        form.ready = ready_for(facts, offer.action)
        return form


class ItemPage(ShownItem):
    """One item a page; whoever may not see its case sees that it is there, and nothing
    of it.
    """

    def get(self, request: HttpRequest, pk: int, item: int) -> HttpResponse:
        meeting, found = self.item(pk, item)
        return self.show(request, meeting, found, do=request.GET.get("do", ""))

    def post(self, request: HttpRequest, pk: int, item: int) -> HttpResponse:
        meeting, found, by = self.writable(pk, item)
        form = ItemForm(request.POST)
        if not form.is_valid():
            if self.is_autosave(request):
                return JsonResponse(
                    {"detail": " ".join(map(str, form.errors.values()))},
                    status=UNPROCESSABLE,
                )
            doing = request.POST.get("doing", "")
            return self.show(
                request,
                meeting,
                found,
                UNPROCESSABLE,
                form=form,
                do=doing,
                typed_step=request.POST,
            )
        if request.POST.get("verdict") in Verdict.values:
            return self._conclude(request, found, by, form)
        return self._save(request, found, by, form)

    # --- keeping what is written
    def _save(
        self, request: HttpRequest, item: AgendaItem, by: Officer, form: ItemForm
    ) -> HttpResponse:
        data = form.cleaned_data
        try:
            kept = save_item(
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
            return self._refused(request, item, form, refusal)
        if self.is_autosave(request):
            return JsonResponse({"version": kept.version})
        do = request.POST.get("do", "")
        if do in Action.values:
            return redirect(f"{address_of(item)}?do={do}")
        messages.success(request, _("Kept. Nothing is decided yet."))
        typed = {**request.POST.dict(), "item_version": str(kept.version)}
        return self.show(
            request,
            item.meeting,
            item,
            form=ItemForm(typed),
            do=request.POST.get("doing", ""),
            typed_step=request.POST,
        )

    # --- deciding
    def _conclude(
        self, request: HttpRequest, item: AgendaItem, by: Officer, form: ItemForm
    ) -> HttpResponse:
        verdict, data, step = request.POST["verdict"], form.cleaned_data, None
        values: dict[str, Any] = {}
        if verdict == Verdict.PASSED and item.case:
            step = self._step(item, request.POST.get("doing", ""), request.POST)
            if step is None:
                return self._refused(request, item, form, self._why_closed(item))
            if not step.is_valid():
                return self.show(
                    request,
                    item.meeting,
                    item,
                    UNPROCESSABLE,
                    form=form,
                    step=step,
                    do=step.action,
                )
            values = {
                "action": step.action,
                "case_version": step.cleaned_data["version"],
                **step.values(),
            }
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
            return self._refused(request, item, form, refusal, step)
        following = AgendaItem.objects.filter(
            meeting=item.meeting_id, state=ItemState.WAITING, position__gt=item.position
        )
        after = following.order_by("position").first()
        messages.success(request, f"{item}：{Verdict(verdict).label}")
        return redirect(address_of(after) if after else item.meeting)

    def _why_closed(self, item: AgendaItem) -> RuleBroken:
        fresh = AgendaItem.objects.get(pk=item.pk)
        if fresh.state != ItemState.WAITING:
            return was_concluded(fresh)
        return MoveRefused(
            _("This step is not open to you now; here is where the matter stands.")
        )

    def _refused(
        self,
        request: HttpRequest,
        item: AgendaItem,
        form: ItemForm,
        refusal: RuleBroken,
        step: "StepForm | None" = None,
    ) -> HttpResponse:
        """What was typed, with the reason; both texts where somebody else wrote on the
        item meanwhile.
        """
        fresh = AgendaItem.objects.select_related("case").get(pk=item.pk)
        fresh.meeting = Meeting.objects.select_related("village__town", "town").get(
            pk=item.meeting_id
        )
        is_late = fresh.state != ItemState.WAITING
        data = request.POST.copy()
        data["item_version"] = str(fresh.version)
        again = ItemForm(data)
        again.is_valid()
        if step is not None:
            step.refuse_known(refusal)
        if step is None or not set(refusal.fields) & set(step.fields):
            again.refuse(refusal)
        other = fresh.opinions if isinstance(refusal, StaleVersion) or is_late else ""
        status = (
            CONFLICT
            if other or is_late or isinstance(refusal, StaleVersion)
            else UNPROCESSABLE
        )
        do = step.action if step else request.POST.get("doing", "")
        return self.show(
            request,
            fresh.meeting,
            fresh,
            status,
            form=again,
            step=step,
            do=do,
            other=other,
            typed=form.cleaned_data["opinions"] if is_late else "",
            why=str(refusal),
        )


class StepForm(MoveForm):
    """The form of the step that the meeting resolves, in the same page as the votes."""

    def __init__(self, offer: Offer, *args: Any, **options: Any) -> None:
        super().__init__(offer, *args, **options)
        self.action = offer.action

    def refuse_known(self, refusal: RuleBroken) -> None:
        for name, text in refusal.fields.items():
            if name in self.fields:
                self.add_error(name, str(text))


class ItemAct(ShownItem):
    """Stepping aside, a place up or down, off the agenda."""

    def get(self, _request: HttpRequest, pk: int, item: int, act: str) -> HttpResponse:
        """Back from a login in between."""
        if act not in ("aside", "up", "down", "remove"):
            raise Http404
        return redirect(address_of(self.item(pk, item)[1]))

    def post(self, request: HttpRequest, pk: int, item: int, act: str) -> HttpResponse:
        meeting, found, by = self.writable(pk, item)
        if act not in ("aside", "up", "down", "remove"):
            raise Http404
        try:
            if act == "aside":
                self._aside(request, found, by)
            elif act == "remove":
                remove_item(found, by=by, at=now())
            else:
                move_item(found, up=act == "up", by=by, at=now())
        except RuleBroken as refusal:
            if act == "aside" and refusal.fields:
                return self.show(
                    request, meeting, found, UNPROCESSABLE, aside_wrong=refusal
                )
            messages.error(request, str(refusal))
        return redirect(
            address_of(found)
            if act == "aside"
            else f"{meeting.get_absolute_url()}#agenda"
        )

    def _aside(self, request: HttpRequest, item: AgendaItem, by: Officer) -> None:
        def reasons(name: str) -> dict[int, str]:
            chosen = (whole_number(text) for text in request.POST.getlist(name))
            return {
                pk: request.POST.get(f"{name}-{pk}", "")[:80]
                for pk in chosen
                if pk is not None
            }

        drawn = (whole_number(text) for text in request.POST.getlist("drawn"))
        seen = {pk for pk in drawn if pk is not None}
        set_aside(
            item, reasons("aside"), lifted=reasons("lifted"), seen=seen, by=by, at=now()
        )
