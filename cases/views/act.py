"""The page of a step: its form, and the refusal beside the field at fault.

On a stale version it shows what was typed and what happened meanwhile.
"""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.forms import MoveForm
from cases.lists.hearers import hearers_of
from cases.models import Attachment, Case, Event
from cases.models.choices import Stage
from cases.privacy.redactor import reader_redactor
from cases.standard_texts import ready_for
from cases.views.attachments import attach_sent, show_sent
from cases.views.committee import agendas_to_choose, put_before_committee
from cases.views.late import typed_for, was_made_before
from cases.views.major import WaysOn, ways_on
from cases.views.merging import other_to_confirm
from cases.views.namesakes import namesakes_of
from cases.views.step_words import (
    BUTTONS,
    HEADINGS,
    LIMITS,
    WITH_PHOTOS,
    read_by,
    who_sees_photos,
)
from cases.views.steps import StepView, typed_in, with_text
from cases.views.timeline import TimelineEntry, entry_of, names_of_holders
from cases.views.waiting import answered_by
from cases.workflow import (
    MOVES,
    Action,
    Facts,
    Offer,
    look_ahead,
    make_move,
    read_facts,
    why_not_open,
)
from cases.workflow.chased import chased_today
from cases.workflow.event_data import data_of
from cases.workflow.merged import numbers_in_sight
from minshi.clock import now, today
from minshi.errors import (
    CONFLICT,
    UNPROCESSABLE,
    KeyReused,
    RuleBroken,
    StaleVersion,
    Text,
)
from villages.requests import whole_number


class Act(StepView):
    def get(self, request: HttpRequest, number: str, action: str) -> HttpResponse:
        case = self.case(number)
        facts = read_facts(case, now())
        offer = self.offer(case, facts, action)

        if offer is None:
            messages.warning(request, str(self._why_not(facts, Action(action))))
            return self._go(request, case.get_absolute_url())
        return self._show(request, facts, offer, self.form(facts, offer))

    def _why_not(self, facts: Facts, action: Action) -> Text:
        """Return why a step is not open to the user."""
        words = why_not_open(self.user, facts, action)
        if words:
            return words
        if not facts.case.is_open and Stage.CLOSED not in MOVES[action].sources:
            return _("It is closed; this step is not open any more.")
        if action == Action.AMEND:
            return _(
                "Only whoever took it down, or has it now, may correct it: ask them."
            )
        return _("This step is not open to you now; here is where the matter stands.")

    def post(self, request: HttpRequest, number: str, action: str) -> HttpResponse:
        case = self.case(number)
        facts = read_facts(case, now())
        offer = self.offer(case, facts, action)

        if offer is None:
            return self._answer_late(request, case, Action(action))
        if "look" in request.POST or "use" in request.POST:
            return self._show_again(request, facts, offer)

        form = self.form(facts, offer, request.POST)
        if not form.is_valid():
            return self._show(request, facts, offer, form, UNPROCESSABLE)
        other = other_to_confirm(form, request.POST, self.sight())
        try:
            if other:
                self._try_out(facts, offer, form)
                words = _("Yes, merge into this one")
                return self._show(
                    request, facts, offer, form, other=other, button=words
                )
            moved = self._move(facts, offer, form)
        except RuleBroken as refusal:
            return self._show_refused(request, number, offer, form, refusal)

        words = _("Done: %(action)s") % {"action": offer.action.label}
        messages.success(request, words)
        if offer.action == Action.MANDATORY_REPORT:
            messages.warning(request, str(LIMITS[offer.action]))
        if offer.action in WITH_PHOTOS:
            sent = attach_sent(
                request, moved, "photo", post=offer.post, came_with_it=True
            )
            self._show_to_speaker(request, form, sent)
        if offer.action == Action.DECIDE:
            put_before_committee(request, self.user, moved)
        return self._go(request, self._address_after(request, case, form))

    def _address_after(self, request: HttpRequest, case: Case, form: MoveForm) -> str:
        """Return the address to go to once a step was taken.

        It is the queue or the agenda item where the step was opened from there, else
        the case, else home where the user sees the case no more. By the key in it the
        page drops the draft that the browser stored.
        """
        still_seen = self.visible().filter(pk=case.pk).exists()
        landing = case.get_absolute_url() if still_seen else reverse("cases:home")

        query = QueryDict(mutable=True)
        if _is_from_queue(request):
            landing = reverse("cases:queue")
            query["at"] = request.GET.get("at", "")
        landing = _item_opened_from(request) or landing
        query["sent"] = str(form.cleaned_data["key"])

        return f"{landing}?{query.urlencode()}"

    def _show_again(
        self, request: HttpRequest, facts: Facts, offer: Offer
    ) -> HttpResponse:
        """Show the form as it was typed, for browsers without JavaScript.

        The button pressed adds a standard text, or what the speaker will read.
        """
        ready = ready_for(facts, offer.action)
        typed = with_text(typed_in(offer, request.POST), request.POST, ready)

        preview = None
        if "look" in request.POST:
            preview = self.preview(facts, offer, request.POST)

        form = self.form(facts, offer, typed=typed)
        return self._show(request, facts, offer, form, preview=preview)

    def _try_out(self, facts: Facts, offer: Offer, form: MoveForm) -> None:
        """Raise RuleBroken where the step would be refused: nobody is asked to confirm
        what cannot be done.
        """
        look_ahead(
            facts.case,
            offer.action,
            lambda _moved: None,
            by=self.by(offer),
            at=facts.at,
            version=form.cleaned_data["version"],
            **form.values(),
        )

    def _move(self, facts: Facts, offer: Offer, form: MoveForm) -> Case:
        return make_move(
            facts.case,
            offer.action,
            by=self.by(offer),
            at=facts.at,
            version=form.cleaned_data["version"],
            key=form.cleaned_data["key"],
            facts=facts,
            **form.values(),
        )

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
            "read_by": read_by(offer),
            "ways_on": self._ways_on(facts, offer),
            "agendas": agendas_to_choose(
                self.user, facts, offer.action, request.POST.get("agenda", "")
            ),
            "goes_to": hearers_of(offer.action, facts.case, facts.on, self.user),
            "next": _query_back(request),
            "button": BUTTONS.get(offer.action, offer.action.label),
            "heading": HEADINGS.get(offer.action, offer.action.label),
            "preview": self._preview_of_refused(request, facts, offer, form),
            "limit": LIMITS.get(offer.action, ""),
            "takes_photos": offer.action in WITH_PHOTOS,
            "who_sees_photos": who_sees_photos(offer.action, facts.case),
            "leave": _item_opened_from(request) or facts.case.get_absolute_url(),
            "namesakes": namesakes_of(self.user, form, facts.case.village_id),
            **self._answered(facts, offer),
            **shown,
        }

        return _render(request, "act", context, status)

    def _preview_of_refused(
        self, request: HttpRequest, facts: Facts, offer: Offer, form: MoveForm
    ) -> dict[str, Any] | None:
        """Return what the speaker would read of a form that comes back with faults, so
        that its box is not empty where no script fills it.
        """
        if not form.is_bound:
            return None
        return self.preview(facts, offer, request.POST)

    def _ways_on(self, facts: Facts, offer: Offer) -> WaysOn | None:
        """Return where a major matter goes, said before a decision is written."""
        if offer.action != Action.DECIDE:
            return None
        return ways_on(self.user, facts)

    def _answered(self, facts: Facts, offer: Offer) -> dict[str, Any]:
        """Return what the step answers: who asks for what and why, what the speaker
        said, or what was done.
        """
        redact = reader_redactor(facts.case, self.sight())
        return answered_by(facts, offer.action, redact)

    def _chased_before(self, facts: Facts, offer: Offer) -> Event | None:
        """Return the 督办 of the past day, for the warning before another."""
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
        """Show what was typed, with the reason against it.

        On a stale version also what happened meanwhile: sending the form again is a
        new decision.
        """
        # a step refused half-way has changed the facts that it was given
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

        missed = self._missed(facts, form.cleaned_data["version"])
        again = self.form(facts, offer, data)
        return self._show(request, facts, offer, again, CONFLICT, missed=missed)

    def _missed(self, facts: Facts, seen: int) -> list[TimelineEntry]:
        """Return what happened to the case after the version seen, oldest first."""
        case = facts.case
        events = (
            case.events.select_related("user")
            .prefetch_related("revisions")
            .order_by("sequence")
        )
        redact = reader_redactor(case, self.sight())

        in_sight = numbers_in_sight(events, self.sight())
        names = names_of_holders(facts)
        missed = []
        for event in events:
            if data_of(event).get("version", 0) > seen:
                entry = entry_of(
                    case, event, redact=redact, names=names, in_sight=in_sight
                )
                missed.append(entry)
        return missed

    def _answer_late(
        self, request: HttpRequest, case: Case, action: Action
    ) -> HttpResponse:
        """Answer a step that is not open any more.

        A second click on a step that was taken is no error. To anything else the page
        says why not, and shows what was typed to be copied.
        """
        facts = read_facts(case, now())
        form = self._form_sent_late(request, facts, action)
        if was_made_before(case, action, form):
            words = _("Done: %(action)s") % {"action": action.label}
            messages.success(request, words)
            if action in WITH_PHOTOS:  # the answer was lost before they were stored
                post = self.user.posts_on(today())[0]
                sent = attach_sent(request, case, "photo", post=post)
                self._show_to_speaker(request, form, sent)
            return self._go(request, case.get_absolute_url())

        seen = whole_number(request.POST.get("version", ""))
        context = {
            "nav": "list",
            "case": case,
            "at": now(),
            "sight": self.sight(),
            "action": action.label,
            "why": why_not_open(self.user, facts, action),
            "typed": typed_for(action, request.POST, form),
            "missed": self._missed(facts, case.version if seen is None else seen),
        }
        if _is_from_queue(request):
            return _render(request, "act_late", context, CONFLICT)

        # all around it tells of a matter that has gone on, and may lie off the screen
        page = render(request, "cases/act_late.html", context, status=CONFLICT)
        page["HX-Retarget"] = page["HX-Reselect"] = "main"
        page["HX-Reswap"] = "outerHTML show:window:top"
        return page

    def _form_sent_late(
        self, request: HttpRequest, facts: Facts, action: Action
    ) -> MoveForm:
        """Return the form of a step that is not open any more, as it was sent."""
        posts = self.user.posts_on(facts.on)
        as_it_was_open = Offer(action, MOVES[action], posts[0])

        return self.form(facts, as_it_was_open, request.POST)

    def _show_to_speaker(
        self, request: HttpRequest, form: MoveForm, files: list[Attachment]
    ) -> None:
        """Let the speaker see the photos of a step that they were said to see; of a
        secret matter the form has said that they see none.
        """
        is_for_speaker = form.cleaned_data.get("public", False)
        if is_for_speaker and form.facts.case.shows_photos:
            show_sent(request, files, by=self.user)

    def _go(self, request: HttpRequest, address: str) -> HttpResponse:
        if _is_htmx(request):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)


def _render(
    request: HttpRequest, name: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """Return a page of a step; to a script the part that takes the form's place, and
    the stages above it, which may have gone on meanwhile. The queue shows no stages.
    """
    template = f"cases/{name}.html"
    if _is_htmx(request):
        template = "cases/_act_swapped.html"
        part = f"cases/_{name}.html"
        context = {**context, "part": part, "is_in_queue": _is_from_queue(request)}
    return render(request, template, context, status=status)


def _is_htmx(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _is_from_queue(request: HttpRequest) -> bool:
    return request.GET.get("next") == "queue"


def _item_opened_from(request: HttpRequest) -> str:
    """Return the address of the agenda item from which a step was opened; "": none."""
    if request.GET.get("next") != "item":
        return ""

    meeting = whole_number(request.GET.get("meeting", ""))
    item = whole_number(request.GET.get("item", ""))
    if meeting is None or item is None:
        return ""
    return reverse("cases:meeting_item", args=[meeting, item])


def _query_back(request: HttpRequest) -> str:
    """Return the query by which one gets back to the queue or the agenda item; "" for
    other pages.
    """
    if not (_is_from_queue(request) or _item_opened_from(request)):
        return ""
    return f"?{request.GET.urlencode()}"
