"""What a step's page and its preview share: the offer, the form, what is typed so far,
what the speaker would read.
"""

from typing import Any

from django.http import Http404, QueryDict
from django.utils.datastructures import MultiValueDict

from cases.forms import MoveForm
from cases.models import Case
from cases.speaking.progress import told_to_speaker, words_alone
from cases.standard_texts import Ready
from cases.views.access import StaffView
from cases.workflow import MOVES, Action, Facts, Offer, Officer, look_ahead, offer_to
from cases.workflow.inputs import Kind
from minshi.errors import RuleBroken
from villages.requests import whole_number

# The input whose words the tracking page shows; of the other steps that tell, it shows
# the day and the state.
WORDS_TOLD = {
    Action.SETTLE: "result",
    Action.DIVERT: "told",
    Action.VERIFY: "reply",
    Action.REPLY: "reply",
    Action.EXPLAIN: "text",
}
SEVERAL = (Kind.HOLDERS, Kind.USERS)


class StepView(StaffView):
    def offer(self, case: Case, facts: Facts, action: str) -> Offer | None:
        """The step as it is open to this user; Http404: there is no such step."""
        if action not in MOVES:
            raise Http404
        return offer_to(self.user, case, action, facts.at, facts)

    def form(
        self, facts: Facts, offer: Offer, data: QueryDict | None = None, **options: Any
    ) -> MoveForm:
        """Without standard texts, which are read where the form is shown: a step that
        is taken needs none.
        """
        shown = self.sight().shows_speaker(facts.case)
        return MoveForm(offer, facts, self.user, data, speaker_shown=shown, **options)

    def by(self, offer: Offer) -> Officer:
        assert offer.post is not None  # noqa: S101 - officers always act from a post
        return Officer(self.user, offer.post)

    def preview(self, facts: Facts, offer: Offer, data: QueryDict) -> dict[str, Any]:
        """What the tracking page would say if the step were taken now; its words alone
        while other answers are open.
        """
        if not offer.move.informs_speaker:
            return {}
        form = self.form(facts, offer, data)
        if not form.is_valid():
            words = [data.get(WORDS_TOLD.get(offer.action, ""), "")]
            left = [form[name].label for name in form.order if name in form.errors]
            return {"told": words_alone(facts.case, words, facts.at), "left": left}
        try:
            told = look_ahead(
                facts.case,
                offer.action,
                told_to_speaker,
                by=self.by(offer),
                at=facts.at,
                **form.values(),
            )
        except RuleBroken as refusal:
            return {
                "refusal": " ".join(map(str, refusal.fields.values())) or str(refusal)
            }
        return {"told": told}


def typed_in(offer: Offer, data: MultiValueDict[str, str]) -> dict[str, Any]:
    """What was typed so far, as the first answers of a form not checked yet."""
    kinds = {item.name: item.kind for item in offer.move.inputs}
    names = ("version", "key", *kinds)
    return {
        name: data.getlist(name) if kinds.get(name) in SEVERAL else data[name]
        for name in names
        if name in data
    }


def with_text(
    typed: dict[str, Any], data: MultiValueDict[str, str], ready: dict[str, list[Ready]]
) -> dict[str, Any]:
    """The same with the standard text chosen for one input put in, below what stands
    there already.
    """
    name = data.get("use", "")
    chosen = whole_number(data.get(f"ready_{name}", ""))
    text = next((each.text for each in ready.get(name, []) if each.pk == chosen), "")
    if not text:
        return typed
    before = str(typed.get(name, "")).strip()
    return {
        **typed,
        name: before if text in before else "\n".join(filter(None, (before, text))),
    }
