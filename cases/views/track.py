"""The tracking page behind the code: no login, no personal data, and what the speaker may do there."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.generic import View

from cases.forms import MoveForm
from cases.models import Case
from cases.models.choices import CloseReason, Stage
from cases.views.access import UNPROCESSABLE
from cases.workflow import Action, Speaker, make_move, moves_open_to, read_facts
from cases.workflow.record import without_personal
from minshi.clock import now
from minshi.errors import RuleBroken

# What is offered on the page; recusal at register and at the counter only, where somebody can explain it.
OFFERED = (Action.RATE, Action.URGE, Action.SUPPLEMENT, Action.REOPEN, Action.WITHDRAW)
TRIES, WINDOW = 10, 900
PLAIN_STATES = {
    Stage.SPEAK: 0,
    Stage.DELIBERATE: 1,
    Stage.HANDLE: 1,
    Stage.SUPERVISE: 1,
    Stage.RATE: 2,
    Stage.CLOSED: 2,
}


class Track(View):
    """`/t/<number>/?k=<code>`; a wrong code and an unknown number look the same."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self._case(request, number, request.GET.get("k", ""))
        return self._show(request, case, number)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self._case(request, number, request.POST.get("k", ""))
        action = request.POST.get("action", "")
        if case is None:
            return self._show(request, None, number)
        by, at = Speaker(case, "code"), now()
        facts = read_facts(case, at)
        offer = next((o for o in moves_open_to(by, case, at, facts) if o.action == action and action in OFFERED), None)
        if offer is None:
            repeated = case.events.filter(key=_uuid(request.POST.get("key"))).exists()
            text = _("Thank you, it has been noted.") if repeated else _("That is not possible any more.")
            messages.info(request, text)
            return redirect(self._address(case))
        form = MoveForm(offer, facts, None, request.POST)
        if form.is_valid():
            try:
                key = form.cleaned_data["key"]
                make_move(case, offer.action, by=by, at=at, key=key, **form.values())
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Thank you, it has been noted."))
                return redirect(self._address(case))
        return self._show(request, case, number, refused={offer.action: form}, status=UNPROCESSABLE)

    def _case(self, request: HttpRequest, number: str, code: str) -> Case | None:
        """The case behind number and code, through a merge; after ten wrong codes in 15 minutes none."""
        who = f"track:{request.META.get('REMOTE_ADDR')}"
        if cache.get(who, 0) >= TRIES:
            return None
        case = Case.objects.select_related("town", "village", "merged_into__town").filter(number=number).first()
        if case is None or not constant_time_compare(case.tracking_code, code.strip().upper()):
            if code:
                cache.add(who, 0, WINDOW)
                cache.incr(who)
            return None
        return case.merged_into if case.close_reason == CloseReason.MERGED else case

    def _address(self, case: Case) -> str:
        return f"{reverse('cases:track', args=[case.number])}?{urlencode({'k': case.tracking_code})}"

    def _show(
        self,
        request: HttpRequest,
        case: Case | None,
        number: str,
        refused: dict[Action, MoveForm] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        if case is None:
            response = render(
                request, "cases/track_code.html", {"number": number}, status=404 if request.GET.get("k") else 200
            )
        else:
            response = render(request, "cases/track.html", track_context(case, refused or {}), status=status)
        response["Cache-Control"] = "no-store"
        return response


def track_context(case: Case, refused: dict[Action, MoveForm]) -> dict[str, Any]:
    """What the speaker sees: the state in plain words, the day promised, and the forms open to them."""
    at = now()
    facts = read_facts(case, at)
    offers = {offer.action: offer for offer in moves_open_to(Speaker(case, "code"), case, at, facts)}
    shown = [(offers[a], refused.get(a) or MoveForm(offers[a], facts, None)) for a in OFFERED if a in offers]
    forms_open = [(offer, asked_of_the_speaker(form)) for offer, form in shown]
    reply = case.replies.last() if case.stage in (Stage.RATE, Stage.CLOSED) else None
    public = [event for event in case.events.filter(action="progress").order_by("sequence") if event.data.get("public")]
    return {
        "case": case,
        "at": at,
        "state": PLAIN_STATES[Stage(case.stage)],
        "forms": forms_open,
        "progress": public,
        "reply": without_personal(case, reply.text) if reply else "",
        "reply_at": reply.at if reply else None,
    }


def asked_of_the_speaker(form: MoveForm) -> MoveForm:
    """The officers' question put to the speaker themself."""
    if "satisfaction" in form.fields:
        form.fields["satisfaction"].label = _("Are you satisfied?")
    return form


def _uuid(text: str | None) -> Any:
    try:
        return forms.UUIDField().clean(text)
    except forms.ValidationError:
        return None
