"""别人读到的是这样: a 隐名 matter as it is read by whoever may not know who spoke, for
those who may, and the words that they have blanked as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from cases.privacy.personal import also_hidden
from cases.privacy.read_by_others import (
    ReadByOthers,
    read_by_others,
    standing_nowhere,
)
from cases.views.access import StaffView
from cases.workflow import Facts, read_facts
from cases.workflow.effects.hiding import FIELD
from cases.workflow.hidden_words import hide_words, post_that_hides
from minshi.clock import now
from minshi.errors import UNPROCESSABLE, RuleBroken
from villages.forms.accounts import RuleForm
from villages.models import User

# the pages that show the card, where one comes back to
DETAIL, INTAKE, RECEIPT = "detail", "intake", "receipt"
ANCHOR = "others-read"


class HiddenWordsForm(RuleForm):
    also_hidden = forms.CharField(
        label=gettext_lazy("Further words to blank"),
        required=False,
        widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)


@dataclass(frozen=True)
class Card:
    """A matter as others read it, and the form for what else is to be blanked."""

    case: Case
    lines: list[ReadByOthers]
    nowhere: list[str]  # phrases that stand in none of its words yet
    form: HiddenWordsForm


def card_for(
    user: User,
    facts: Facts,
    *,
    back: str = DETAIL,
    typed: Mapping[str, Any] = MappingProxyType({}),
) -> Card | None:
    """Return the card of a matter; None for whoever may not know who spoke, and of a
    matter that hides nobody. `typed` is a form that is refused.

    One query besides those of `standing_nowhere`, none for anybody else but for their
    posts.
    """
    if post_that_hides(user, facts) is None:
        return None

    case = facts.case
    stored = "\n".join(also_hidden(case))
    answers = {FIELD: stored, "seen": stored, "next": back}
    form = HiddenWordsForm(typed or None, initial=answers, auto_id="further_%s")
    return Card(case, read_by_others(case), standing_nowhere(case), form)


class HiddenWords(StaffView):
    """The card by itself, and what is sent from it; 404 for whoever may not know."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        card = card_for(self.user, read_facts(self.case(number), now()))
        return self.show(request, card)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        facts = read_facts(case, now())
        if post_that_hides(self.user, facts) is None:
            raise Http404

        try:
            changed = hide_words(
                case,
                request.POST.get(FIELD, ""),
                seen=request.POST.get("seen", ""),
                by=self.user,
                at=facts.at,
            )
        except RuleBroken as refusal:
            card = card_for(self.user, facts, typed=request.POST)
            return self.show(request, card, refusal)

        kept = also_hidden(changed)
        open_now = [phrase for phrase in also_hidden(case) if phrase not in kept]
        if changed.version == case.version:
            messages.info(request, _("Nothing was changed."))
        elif open_now:
            words = _("No longer blanked, everybody reads it again: %(words)s")
            messages.warning(request, words % {"words": "；".join(open_now)})
        elif nowhere := standing_nowhere(changed):
            words = _(
                "Noted; but this stands nowhere: %(words)s. Write each place on a line"
                " of its own, as it stands there."
            )
            messages.warning(request, words % {"words": "；".join(nowhere)})
        else:
            messages.success(request, _("Blanked. Look at it once more."))
        return redirect(_address_back(case, request.POST.get("next", "")))

    def show(
        self,
        request: HttpRequest,
        card: Card | None,
        refusal: RuleBroken | None = None,
    ) -> HttpResponse:
        if card is None:
            raise Http404

        status = 200
        if refusal:
            card.form.is_valid()
            card.form.refuse(refusal)
            status = UNPROCESSABLE
        context = {"nav": "list", "case": card.case, "card": card}
        response = render(request, "cases/hidden_words.html", context, status=status)
        response["Cache-Control"] = "no-store"
        return response


def _address_back(case: Case, page: str) -> str:
    addresses = {
        INTAKE: f"{reverse('cases:intake')}?done={case.number}",
        RECEIPT: reverse("cases:receipt", args=[case.number]),
    }
    address = addresses.get(page, case.get_absolute_url())
    return f"{address}#{ANCHOR}"
