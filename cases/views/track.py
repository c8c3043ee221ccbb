"""The tracking page behind the code: no login, no personal data, few steps."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from cases.forms import MoveForm
from cases.forms.step import OFFICERS_ONLY
from cases.models import Case
from cases.models.choices import Satisfaction
from cases.speaking.progress import thanks_for_saying_so, told_to_speaker
from cases.speaking.whereabouts import what_comes_next, with_whom
from cases.views.attachments import file_response
from cases.views.late import Typed, typed_for, was_made_before
from cases.views.track_code import rooms_to_ring, wrong_in_words
from cases.views.visiting import OFFERED, BehindCode, Visit
from cases.workflow import (
    MOVES,
    Action,
    Facts,
    Offer,
    Speaker,
    make_move,
    read_facts,
)
from cases.workflow.numbering import number_of
from minshi.clock import now
from minshi.errors import (
    CONFLICT,
    TOO_MANY_REQUESTS,
    UNPROCESSABLE,
    KeyReused,
    RuleBroken,
)
from villages.staying import lead_on
from villages.tries import words_of


@dataclass(frozen=True)
class Again:
    """A step that came with a wrong code: as text to read, and as it was sent."""

    action: Action
    typed: list[Typed]
    sent: list[tuple[str, str]]  # name and value of each field, without the code


class TrackAny(View):
    """`/t/`: for somebody with a receipt and nothing to scan it with."""

    def get(self, request: HttpRequest) -> HttpResponse:
        number = number_of(request.GET.get("number", "")).replace("/", "")
        if not number:
            context = {"number": number, "rooms": rooms_to_ring(number)}
            return render(request, "cases/track_code.html", context)

        code = urlencode({"k": request.GET.get("k", "")})
        return redirect(f"{reverse('cases:track', args=[number])}?{code}")


class Track(BehindCode):
    """`/t/<number>/?k=<code>`."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        visit = self.visit(request, number, request.GET.get("k", ""))
        return self._show(request, visit, number)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        visit = self.visit(request, number, request.POST.get("k", ""))
        if visit is None:
            again = _as_sent(request.POST)
            return self._show(request, None, number, again=again)

        at = now()
        facts = read_facts(visit.case, at)
        offer = _asked_for(visit.offers(at, facts), request.POST.get("action"))
        if offer is None:
            return self._answer_late(request, visit, number, facts)

        form = MoveForm(offer, facts, None, request.POST)
        if form.is_valid():
            try:
                moved = make_move(
                    visit.case,
                    offer.action,
                    by=Speaker(visit.case, "code"),
                    at=at,
                    key=form.cleaned_data["key"],
                    **form.values(),
                )
            except KeyReused as refusal:
                form = _with_new_key(request.POST, offer, facts)
                form.refuse(refusal)
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                words = thanks(offer.action, form.values(), moved)
                messages.success(request, words)
                return lead_on(request, redirect(visit.address))

        return self._show(
            request, visit, number, refused={offer.action: form}, status=UNPROCESSABLE
        )

    def _answer_late(
        self, request: HttpRequest, visit: Visit, number: str, facts: Facts
    ) -> HttpResponse:
        """Answer a step that is not open: thanks, if this very form made it before.

        Anything else is refused, and shown to be copied.
        """
        action = _action_asked_for(request.POST.get("action"))
        if action is None:
            messages.info(request, _("That is not possible any more."))
            return lead_on(request, redirect(visit.address))

        as_it_was_open = Offer(action, MOVES[action], None)
        form = MoveForm(as_it_was_open, facts, None, request.POST)
        if was_made_before(visit.case, action, form):
            words = thanks(action, form.cleaned_data, visit.case)
            messages.success(request, words)
            return lead_on(request, redirect(visit.address))

        late = {
            "action": action,
            "why": visit.enough_today(facts) or _why_late(action, facts),
            "typed": _typed_by_the_speaker(action, request.POST),
        }
        return self._show(request, visit, number, late=late, status=CONFLICT)

    def _show(
        self,
        request: HttpRequest,
        visit: Visit | None,
        number: str,
        refused: dict[Action, MoveForm] | None = None,
        late: dict[str, Any] | None = None,
        again: Again | None = None,
        status: int = 200,
    ) -> HttpResponse:
        if visit is None:
            response = self._ask_for_code(request, number, again)
        else:
            context = track_context(visit, refused or {}) | {"late": late}
            response = render(request, "cases/track.html", context, status=status)

        response["Cache-Control"] = "no-store"
        return response

    def _ask_for_code(
        self, request: HttpRequest, number: str, again: Again | None
    ) -> HttpResponse:
        """Ask for number and code; with what came beside a wrong one, to be sent once
        more. Nothing of the case is read for it.
        """
        is_wrong = request.method == "POST" or bool(request.GET.get("k"))
        sent = request.POST if request.method == "POST" else request.GET
        typed = sent.get("k", "")
        context: dict[str, Any] = {
            "number": number,
            "code": "" if again else typed,
            "wrong": wrong_in_words(number, typed) if is_wrong else "",
            "again": again,
            "rooms": rooms_to_ring(number),
        }
        status = 404 if is_wrong else 200
        if self.shut_until:
            context["shut"] = words_of(self.shut_until, now())
            status = TOO_MANY_REQUESTS
        return render(request, "cases/track_code.html", context, status=status)


class TrackPhoto(BehindCode):
    """`/t/<number>/photos/<uuid>/?k=<code>`: a photo said to be public."""

    def get(self, request: HttpRequest, number: str, uuid: UUID) -> FileResponse:
        visit = self.visit(request, number, request.GET.get("k", ""))
        if visit is None:
            raise Http404

        photo = get_object_or_404(visit.photos, uuid=uuid)
        return file_response(photo, request.GET.get("size", ""))


def track_context(visit: Visit, refused: dict[Action, MoveForm]) -> dict[str, Any]:
    """Return the page for the speaker: the state in plain words, the day promised, and
    the forms open to them.
    """
    at = now()
    case = visit.case
    facts = read_facts(case, at)

    shown = []
    for action, offer in visit.offers(at, facts).items():
        form = refused.get(action) or MoveForm(offer, facts, None)
        shown.append((offer, form))

    return {
        "own": visit.own,
        "enough_today": visit.enough_today(facts),
        "address": visit.address,
        "case": case,
        "at": at,
        "matter": visit.matter,
        "told": told_to_speaker(
            case,
            with_words=not visit.is_kept_apart,
            with_additions=not visit.is_merged,
        ),
        "with_whom": with_whom(case, is_secret=visit.is_secret),
        "is_told_in_person": visit.is_kept_apart,
        "comes_next": what_comes_next(case),
        "photos": visit.photos,
        "room": visit.room,
        "town_phone": visit.town_phone,
        "forms": [(offer, asked_of_the_speaker(form, case)) for offer, form in shown],
        "never_done": _was_never_done(case),
        "may_reopen": any(offer.action == Action.REOPEN for offer, _form in shown),
        "urged_at": visit.urged_at(facts),
    }


def _why_late(action: Action, facts: Facts) -> str:
    """Tell the speaker why a step is not open any more."""
    if action != Action.RATE or not facts.ratings:
        return _("That is not possible any more.")
    if facts.case.is_open:
        return _("You have rated it already, and it is gone into once more.")
    return _("You have rated it already.")


def thanks(action: Action, values: dict[str, Any], case: Case) -> str:
    """Thank the speaker for a step, and say what follows as the case stands after it.

    A form that is sent a second time is answered by what holds now.
    """
    is_rating = action == Action.RATE
    if not is_rating or values["satisfaction"] != Satisfaction.DISSATISFIED:
        return _("Thank you, it has been noted.")
    return thanks_for_saying_so(case)


def _was_never_done(case: Case) -> bool:
    """Tell whether a matter was closed with no work on it."""
    return not case.is_open and case.completed_at is None


def asked_of_the_speaker(form: MoveForm, case: Case) -> MoveForm:
    """Put the officers' questions to the speaker themself."""
    for name, field in form.fields.items():
        label = _question_to_speaker(form.action, name)
        if label and form.action == Action.REOPEN and _was_never_done(case):
            label = _("Why it is to be dealt with")
        if label:
            field.label = label
            form[name].label = label
    return form


def _question_to_speaker(action: str, name: str) -> str:
    """Return what the speaker is asked in place of an officer; "" where it is the
    same.
    """
    if name == "satisfaction":
        return _("Are you satisfied?")
    if name == "reason" and action == Action.REOPEN:
        return _("What is not settled")
    return ""


def _typed_by_the_speaker(action: Action, data: QueryDict) -> list[Typed]:
    """Return what was typed and chosen, as the speaker was asked for it."""
    typed = []
    for answer in typed_for(action, data):
        label = _question_to_speaker(action, answer.name)
        if label:
            typed.append(replace(answer, label=label))
        elif answer.name not in OFFICERS_ONLY:
            typed.append(answer)
    return typed


def _as_sent(data: QueryDict) -> Again | None:
    """Return a step of the page as it was sent; None where it is none of the page's."""
    action = _action_asked_for(data.get("action"))
    if action is None:
        return None

    names = ["action", "version", "key"]
    for item in MOVES[action].inputs:
        if item.name not in OFFICERS_ONLY:
            names.append(item.name)

    sent = []
    for name in names:
        sent += [(name, value) for value in data.getlist(name)]
    return Again(action, _typed_by_the_speaker(action, data), sent)


def _asked_for(offers: dict[Action, Offer], asked: str | None) -> Offer | None:
    for action, offer in offers.items():
        if action == asked:
            return offer
    return None


def _action_asked_for(asked: str | None) -> Action | None:
    """Return the action of that name; None for what the page never offers."""
    for action in OFFERED:
        if action == asked:
            return action
    return None


def _with_new_key(sent: QueryDict, offer: Offer, facts: Facts) -> MoveForm:
    """Return the form as it was sent, with a key under which it can be sent again."""
    data = sent.copy()
    data["key"] = str(uuid4())
    form = MoveForm(offer, facts, None, data)
    form.is_valid()
    return form
