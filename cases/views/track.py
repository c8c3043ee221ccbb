"""The tracking page behind the code: no login, no personal data, and what the speaker
may do there.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
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
from cases.models.choices import Satisfaction, Stage
from cases.speaking.progress import told_to_speaker
from cases.views.access import UNPROCESSABLE
from cases.workflow import (
    Action,
    Facts,
    Offer,
    Speaker,
    make_move,
    moves_open_to,
    read_facts,
)
from minshi.clock import now
from minshi.errors import RuleBroken
from villages.requests import address_of

# What is offered on the page; recusal at register and at the counter only, where
# somebody can explain it.
OFFERED = (Action.RATE, Action.URGE, Action.SUPPLEMENT, Action.REOPEN, Action.WITHDRAW)
# whoever spoke first rates, withdraws and reopens
OFFERED_AFTER_MERGE = (
    Action.URGE,
    Action.SUPPLEMENT,
)
TRIES, WINDOW = 10, 900


@dataclass(frozen=True)
class Visit:
    """The case a visitor has the code of, and the one it was merged into, if it was."""

    own: Case
    case: Case

    @property
    def offered(self) -> tuple[Action, ...]:
        return OFFERED if self.own == self.case else OFFERED_AFTER_MERGE

    @property
    def address(self) -> str:
        code = urlencode({"k": self.own.tracking_code})
        return f"{reverse('cases:track', args=[self.own.number])}?{code}"

    def offers(self, at: datetime, facts: Facts) -> dict[Action, Offer]:
        found = {
            offer.action: offer
            for offer in moves_open_to(Speaker(self.case, "code"), self.case, at, facts)
        }
        # in 评 it is the speaker's turn: nobody is to be hurried
        waits_for_us = self.case.stage != Stage.RATE
        return {
            a: found[a]
            for a in self.offered
            if a in found and (a != Action.URGE or waits_for_us)
        }


class TrackAny(View):
    """`/t/`: for who has a receipt and nothing to scan it with."""

    def get(self, request: HttpRequest) -> HttpResponse:
        typed = unicodedata.normalize("NFKC", request.GET.get("number", ""))
        number = "".join(typed.split()).replace("/", "").upper()
        if not number:
            return render(request, "cases/track_code.html", {"number": number})
        code = urlencode({"k": request.GET.get("k", "")})
        return redirect(f"{reverse('cases:track', args=[number])}?{code}")


class Track(View):
    """`/t/<number>/?k=<code>`; a wrong code and an unknown number look the same."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self._show(
            request, self._visit(request, number, request.GET.get("k", "")), number
        )

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        visit = self._visit(request, number, request.POST.get("k", ""))
        if visit is None:
            return self._show(request, None, number)
        at = now()
        facts = read_facts(visit.case, at)
        offers = visit.offers(at, facts)
        offer = next(
            (
                offer
                for action, offer in offers.items()
                if action == request.POST.get("action")
            ),
            None,
        )
        if offer is None:
            repeated = visit.case.events.filter(
                key=_uuid(request.POST.get("key"))
            ).exists()
            text = (
                _("Thank you, it has been noted.")
                if repeated
                else _("That is not possible any more.")
            )
            messages.info(request, text)
            return redirect(visit.address)
        form = MoveForm(offer, facts, None, request.POST)
        if form.is_valid():
            try:
                key, by = form.cleaned_data["key"], Speaker(visit.case, "code")
                make_move(
                    visit.case, offer.action, by=by, at=at, key=key, **form.values()
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, thanks(offer.action, form.values()))
                return redirect(visit.address)
        return self._show(
            request, visit, number, refused={offer.action: form}, status=UNPROCESSABLE
        )

    def _visit(self, request: HttpRequest, number: str, code: str) -> Visit | None:
        """The case behind number and code, through merges; after ten wrong codes in 15
        minutes none.

        Counted by address and number, so that nobody shuts the door on anybody else.
        """
        who = f"track:{address_of(request)}:{number[:16]}"
        if cache.get(who, 0) >= TRIES:
            return None
        own = (
            Case.objects.select_related("town", "village__talk_room")
            .filter(number=number)
            .first()
        )
        if own is None or not constant_time_compare(
            own.tracking_code, code.strip().upper()
        ):
            if code:
                cache.add(who, 0, WINDOW)
                cache.incr(who)
            return None
        case = own
        while case.merged_into_id:
            case = Case.objects.select_related("town", "village__talk_room").get(
                pk=case.merged_into_id
            )
        return Visit(own, case)

    def _show(
        self,
        request: HttpRequest,
        visit: Visit | None,
        number: str,
        refused: dict[Action, MoveForm] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        if visit is None:
            status = 404 if request.GET.get("k") else 200
            response = render(
                request, "cases/track_code.html", {"number": number}, status=status
            )
        else:
            response = render(
                request,
                "cases/track.html",
                track_context(visit, refused or {}),
                status=status,
            )
        response["Cache-Control"] = "no-store"
        return response


def track_context(visit: Visit, refused: dict[Action, MoveForm]) -> dict[str, Any]:
    """What the speaker sees: the state in plain words, the day promised, and the forms
    open to them.
    """
    at, case = now(), visit.case
    facts = read_facts(case, at)
    offers = visit.offers(at, facts)
    shown = [
        (offer, refused.get(action) or MoveForm(offer, facts, None))
        for action, offer in offers.items()
    ]
    urged = facts.happened(Action.URGE)
    return {
        "own": visit.own,
        "case": case,
        "at": at,
        "told": told_to_speaker(case),
        "forms": [(offer, asked_of_the_speaker(form)) for offer, form in shown],
        "urged_at": urged[-1].at if urged and case.is_open else None,
    }


def thanks(action: Action, values: dict[str, Any]) -> str:
    if action == Action.RATE and values["satisfaction"] == Satisfaction.DISSATISFIED:
        return _(
            "Thank you for saying so. It goes back to work, and we come back to you."
        )
    return _("Thank you, it has been noted.")


def asked_of_the_speaker(form: MoveForm) -> MoveForm:
    """The officers' question put to the speaker themself."""
    if "satisfaction" in form.fields:
        form.fields["satisfaction"].label = form["satisfaction"].label = _(
            "Are you satisfied?"
        )
    return form


def _uuid(text: str | None) -> Any:
    try:
        return forms.UUIDField().clean(text)
    except forms.ValidationError:
        return None
