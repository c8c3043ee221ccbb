"""One page for every move and act: its form, its refusal beside the field, and both
texts on a stale version.
"""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.forms import MoveForm
from cases.models import Case, Event
from cases.privacy.redactor import NOTHING, reader_redactor
from cases.standard_texts import ready_for
from cases.views.access import CONFLICT, UNPROCESSABLE
from cases.views.steps import WORDS_TOLD, StepView, typed_in, with_text
from cases.views.timeline import TimelineEntry, entry_of
from cases.workflow import MOVES, Action, Facts, Offer, make_move, read_facts
from cases.workflow.chased import chased_today
from cases.workflow.event_data import data_of
from cases.workflow.inputs import Kind
from minshi.clock import now
from minshi.errors import KeyReused, RuleBroken, StaleVersion
from villages.requests import whole_number


class Act(StepView):
    def get(self, request: HttpRequest, number: str, action: str) -> HttpResponse:
        case = self.case(number)
        facts = read_facts(case, now())
        offer = self.offer(case, facts, action)
        if offer is None:
            messages.warning(
                request,
                _("This step is not open to you now; here is where the matter stands."),
            )
            return self._go(request, case.get_absolute_url())
        return self._show(request, facts, offer, self.form(facts, offer))

    def post(self, request: HttpRequest, number: str, action: str) -> HttpResponse:
        case = self.case(number)
        facts = read_facts(case, now())
        offer = self.offer(case, facts, action)
        if offer is None:
            return self._answer_late(request, case, action)
        if "look" in request.POST or "use" in request.POST:
            return self._show_again(request, facts, offer)
        form = self.form(facts, offer, request.POST)
        if not form.is_valid():
            return self._show(request, facts, offer, form, UNPROCESSABLE)
        try:
            self._move(facts, offer, form)
        except RuleBroken as refusal:
            return self._show_refused(request, number, offer, form, refusal)
        messages.success(
            request, _("Done: %(action)s") % {"action": offer.action.label}
        )
        still_seen = self.visible().filter(pk=case.pk).exists()
        landing = case.get_absolute_url() if still_seen else reverse("cases:home")
        came_from = QueryDict(mutable=True)
        if request.GET.get("next") == "queue":
            landing = reverse("cases:queue")
            came_from["at"] = request.GET.get("at", "")
        came_from["sent"] = str(form.cleaned_data["key"])
        return self._go(request, f"{landing}?{came_from.urlencode()}")

    def _show_again(
        self, request: HttpRequest, facts: Facts, offer: Offer
    ) -> HttpResponse:
        """Without JavaScript: the form as it is, with a standard text put in or what
        the speaker will read shown.
        """
        typed = with_text(
            typed_in(offer, request.POST), request.POST, ready_for(facts, offer.action)
        )
        preview = (
            self.preview(facts, offer, request.POST) if "look" in request.POST else None
        )
        return self._show(
            request, facts, offer, self.form(facts, offer, typed=typed), preview=preview
        )

    def _move(self, facts: Facts, offer: Offer, form: MoveForm) -> None:
        data, by = form.cleaned_data, self.by(offer)
        seen = {"version": data["version"], "key": data["key"], "facts": facts}
        make_move(facts.case, offer.action, by=by, at=facts.at, **seen, **form.values())

    def _show(
        self,
        request: HttpRequest,
        facts: Facts,
        offer: Offer,
        form: MoveForm,
        status: int = 200,
        **shown: Any,
    ) -> HttpResponse:
        form.ready = ready_for(facts, offer.action)
        context = {
            "nav": "list",
            "case": facts.case,
            "offer": offer,
            "form": form,
            "at": facts.at,
            "sight": self.sight(),
            "before": self._chased_before(facts, offer),
            "read_by": read_by(offer.action),
            "next": (
                f"?{request.GET.urlencode()}"
                if request.GET.get("next") == "queue"
                else ""
            ),
            **shown,
        }
        template = (
            "cases/_act.html" if "HX-Request" in request.headers else "cases/act.html"
        )
        return render(request, template, context, status=status)

    def _chased_before(self, facts: Facts, offer: Offer) -> Event | None:
        """The 督办 of the past day, for the warning before another."""
        if offer.action != Action.SUPERVISE:
            return None
        return chased_today([facts.case], facts.at).get(facts.case.pk)

    def _show_refused(
        self,
        request: HttpRequest,
        number: str,
        offer: Offer,
        form: MoveForm,
        refusal: RuleBroken,
    ) -> HttpResponse:
        """What was typed, with the reason. On a stale version both texts: sending again
        is a new decision.

        The facts are read again: a step refused half-way has touched those it was
        given.
        """
        facts = read_facts(self.case(number), now())
        data = request.POST.copy()
        data["version"] = str(facts.case.version)
        if isinstance(refusal, KeyReused):
            data["key"] = str(uuid4())
            form = self.form(facts, offer, data)
            form.is_valid()
        if not isinstance(refusal, StaleVersion):
            form.refuse(refusal)
            return self._show(request, facts, offer, form, UNPROCESSABLE)
        missed = self._missed(facts.case, form.cleaned_data["version"])
        return self._show(
            request,
            facts,
            offer,
            self.form(facts, offer, data),
            CONFLICT,
            missed=missed,
        )

    def _missed(self, case: Case, seen: int) -> list[TimelineEntry]:
        events = (
            case.events.select_related("user")
            .prefetch_related("revisions")
            .order_by("sequence")
        )
        redact = reader_redactor(case, self.sight())
        return [
            entry_of(case, event, redact=redact)
            for event in events
            if data_of(event).get("version", 0) > seen
        ]

    def _answer_late(
        self, request: HttpRequest, case: Case, action: str
    ) -> HttpResponse:
        """A repeated click after the step was taken is no error; anything else keeps
        the words and says why not.
        """
        if self._was_noted(request, case, Action(action)):
            messages.success(
                request, _("Done: %(action)s") % {"action": Action(action).label}
            )
            return self._go(request, case.get_absolute_url())
        typed = whole_number(request.POST.get("version", ""))
        seen = case.version if typed is None else typed
        inputs = [
            item
            for item in MOVES[Action(action)].inputs
            if item.kind in (Kind.TEXT, Kind.LINE)
        ]
        context = {
            "nav": "list",
            "case": case,
            "sight": self.sight(),
            "action": Action(action).label,
            "typed": [
                (item.label, text)
                for item in inputs
                if (text := request.POST.get(item.name, "").strip())
            ],
            "missed": self._missed(case, seen),
        }
        template = (
            "cases/_act_late.html"
            if "HX-Request" in request.headers
            else "cases/act_late.html"
        )
        return render(request, template, context, status=CONFLICT)

    def _was_noted(self, request: HttpRequest, case: Case, action: Action) -> bool:
        """Whether this very form arrived before, with the same words."""
        key, name = request.POST.get("key", ""), MOVES[action].note_input
        events = (
            case.events.filter(action=action)
            .exclude(key=None)
            .prefetch_related("revisions")
        )
        words = " ".join(request.POST.get(name or "", "").split())
        return any(
            str(event.key) == key
            and words
            in (" ".join(entry_of(case, event, redact=NOTHING).note.split()), "")
            for event in events
        )

    def _go(self, request: HttpRequest, address: str) -> HttpResponse:
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)


def read_by(action: Action) -> str:
    """Say who will read what is written in a step."""
    if action in WORDS_TOLD:
        return _("The speaker reads this on the tracking page.")
    if action == Action.PROGRESS:
        return _(
            "Seen by everyone who may open this matter; by the speaker only if you say"
            " so."
        )
    return _("Seen by everyone who may open this matter.")
