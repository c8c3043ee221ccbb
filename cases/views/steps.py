"""The parts that a step's page and its preview share.

They are the offer, the form, what is typed so far, and what the speaker would read.
"""

from functools import partial
from typing import Any

from django.http import Http404, QueryDict
from django.utils.datastructures import MultiValueDict

from cases.forms import MoveForm
from cases.models import Case
from cases.privacy.redactor import reader_redactor
from cases.privacy.telltales import telltales
from cases.speaking.progress import told_to_speaker, words_alone
from cases.standard_texts import Ready
from cases.views.access import StaffView
from cases.workflow import MOVES, Action, Facts, Offer, Officer, look_ahead, offer_to
from cases.workflow.inputs import Kind
from minshi.errors import RuleBroken
from villages.requests import whole_number

# The input whose words the tracking page shows. Of the other steps that inform the
# speaker it shows the day and the state.
WORDS_FOR_SPEAKER = {
    Action.SETTLE: "result",
    Action.DIVERT: "told",
    Action.VERIFY: "reply",
    Action.REPLY: "reply",
    Action.EXPLAIN: "text",
}
SEVERAL = (Kind.HOLDERS, Kind.USERS)  # inputs that are sent once for each choice


class StepView(StaffView):
    def offer(self, case: Case, facts: Facts, action: str) -> Offer | None:
        """Return the step if it is open to this user now.

        Http404: there is no such step.
        """
        if action not in MOVES:
            raise Http404
        return offer_to(self.user, case, action, facts.at, facts)

    def form(
        self, facts: Facts, offer: Offer, data: QueryDict | None = None, **options: Any
    ) -> MoveForm:
        """Return the form of a step, without standard texts.

        They are read where the form is shown: a step that is taken needs none.
        """
        redact = reader_redactor(facts.case, self.sight())
        return MoveForm(offer, facts, self.user, data, redact=redact, **options)

    def by(self, offer: Offer) -> Officer:
        assert offer.post is not None  # noqa: S101 - officers always act from a post
        return Officer(self.user, offer.post)

    def preview(self, facts: Facts, offer: Offer, data: QueryDict) -> dict[str, Any]:
        """Return what the tracking page would say if the step were taken now.

        While other answers are missing or wrong it is the words for the speaker alone,
        with the labels of those answers; and what in them gives the speaker away, for
        whoever may know who spoke: to others nothing in it may depend on that. If a
        rule forbids the step it says so much: the refusal is no word to the speaker.
        Empty where the speaker hears nothing of the step.
        """
        if not offer.move.informs_speaker:
            return {}

        sight = self.sight()
        words = data.get(WORDS_FOR_SPEAKER.get(offer.action, ""), "")
        found = []
        if sight.shows_speaker(facts.case):
            found = telltales(facts.case, "\n".join(_texts_in(offer, data)))

        form = self.form(facts, offer, data)
        told = words_alone(facts.case, [words], facts.at, previewed_by=sight)
        if not form.is_valid():
            left = [form[name].label for name in form.order if name in form.errors]
            return {"told": told, "left": left, "telltales": found}

        # what a meeting resolves is not to be heard by it once more
        meeting = whole_number(self.request.GET.get("meeting", ""))
        try:
            progress = look_ahead(
                facts.case,
                offer.action,
                partial(told_to_speaker, previewed_by=sight),
                by=self.by(offer),
                at=facts.at,
                about={"meeting": meeting} if meeting else None,
                **form.values(),
            )
        except RuleBroken:
            return {"told": told, "is_refused": True, "telltales": found}
        return {"told": progress, "telltales": found}


def _texts_in(offer: Offer, data: QueryDict) -> list[str]:
    """Return what was typed into the step's boxes for text."""
    boxes = [item.name for item in offer.move.inputs if item.kind is Kind.TEXT]
    return [data.get(name, "") for name in boxes]


def typed_in(offer: Offer, data: MultiValueDict[str, str]) -> dict[str, Any]:
    """Return what was typed so far, as first answers of a form not checked yet."""
    kinds = {item.name: item.kind for item in offer.move.inputs}

    typed: dict[str, Any] = {}
    for name in ("version", "key", *kinds):
        if name not in data:
            continue
        if kinds.get(name) in SEVERAL:
            typed[name] = data.getlist(name)
        else:
            typed[name] = data[name]

    return typed


def with_text(
    typed: dict[str, Any], data: MultiValueDict[str, str], ready: dict[str, list[Ready]]
) -> dict[str, Any]:
    """Return the answers with the standard text that was chosen for one of them.

    It stands below what was typed there, and is not added a second time.
    """
    name = data.get("use", "")
    chosen = whole_number(data.get(f"ready_{name}", ""))
    text = _text_of(ready.get(name, []), chosen)
    if not text:
        return typed

    before = str(typed.get(name, "")).strip()
    if text in before:
        return {**typed, name: before}
    if not before:
        return {**typed, name: text}
    return {**typed, name: f"{before}\n{text}"}


def _text_of(texts: list[Ready], chosen: int | None) -> str:
    """Return the standard text of that key; "" where there is none."""
    for ready in texts:
        if ready.pk == chosen:
            return ready.text
    return ""
