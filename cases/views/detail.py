"""The case page: where it stands, what I may do next, what happened; and opening the
speaker's phone.
"""

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cases.deadlines.counting import spent_of
from cases.ledgers.exports import may_take
from cases.meetings.four_two import may_run
from cases.models import AgendaItem, Case, Event, FourTwoProcess, MandatoryReport
from cases.models.choices import Grade, Stage
from cases.models.scope import Sight
from cases.privacy.disclosure import (
    may_open_phone,
    may_print_receipt,
    open_speaker_phone,
)
from cases.privacy.redactor import page_redactor
from cases.slips import slips_of
from cases.views.access import UNPROCESSABLE, StaffView
from cases.views.case_facts import lines_of_course, lines_of_origin, speaker_of
from cases.views.timeline import folded, names_known_to, told
from cases.workflow import (
    Action,
    Facts,
    Offer,
    Officer,
    moves_open_to,
    read_facts,
    readers_of,
)
from minshi.clock import now, today
from minshi.errors import RuleBroken
from villages.forms.accounts import ReasonForm
from villages.models import User

SAID = (
    "title",
    "verbatim",
    "request_text",
    "place",
    "decision",
    "measures",
    "result",
    "remark",
)


class CaseDetail(StaffView):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return render(
            request,
            "cases/detail.html",
            detail_context(self.user, self.case(number), self.sight()),
        )


def detail_context(
    user: User, case: Case, sight: Sight, **shown: Any
) -> dict[str, Any]:
    """What the case page shows; at most 15 queries in all with session and posts (a
    test counts them).
    """
    at = now()
    events = list(
        case.events.select_related("user")
        .prefetch_related("revisions")
        .order_by("-sequence")
    )
    facts = read_facts(case, at, events)
    offers = moves_open_to(user, case, at, facts)
    names = names_known_to(facts)
    urged = facts.happened(Action.URGE)
    pressing = _pressing(offers, sight, facts)
    whole = sight.shows_speaker(case)
    redact = page_redactor(case, sight)
    words = {name: redact(getattr(case, name)) for name in SAID}
    concerns = _named_in(facts) if not sight.overseer.is_empty else []
    reports = [
        (report.told_at, redact(f"{report.told} {report.receipt}"))
        for report in _reports_of(case, events)
    ]

    return {
        "nav": "list",
        "at": at,
        "case": case,
        "speaker": speaker_of(case, shown=whole),
        "speaker_shown": whole,
        "may_open_phone": (
            bool(case.speaker_phone) and may_open_phone(user, today(), case)
        ),
        "words": words,
        "may_print_receipt": may_print_receipt(user, case, facts),
        "timeline": folded(
            told(case, event, redact=redact, names=names) for event in events
        ),
        "everyday": pressing,
        "further": [offer for offer in offers if offer not in pressing],
        "key": uuid4(),
        "assignments": [
            (item, redact(item.ask), redact(item.report))
            for item in facts.active or facts.last_round
        ],
        "requests": [
            (item, redact(item.reason))
            for item in facts.requests
            if item.state == "open"
        ],
        "concerns": concerns,
        "origin": lines_of_origin(case, words),
        "course": lines_of_course(case, words, facts.rating, concerns, reports),
        "slips": (
            slips_of(case, facts.assignments, facts.requests, reversed(events))
            if may_take(user, today(), case, facts.assignments)
            else []
        ),
        "readers": readers_of(facts),
        "urged_at": urged[-1].at if urged and case.is_open else None,
        "attachments": list(case.attachments.all()),
        "meetings": list(AgendaItem.objects.about(case, user, today())),
        "spent": spent_of(facts.clocks, at),
        "is_provisional": (
            case.is_open and facts.clock is not None and facts.clock.is_provisional
        ),
        "hand_backs": [(item, redact(item.ground)) for item in facts.hand_backs],
        **_four_two(user, case),
        **shown,
    }


def _four_two(user: User, case: Case) -> dict[str, Any]:
    """四议两公开 of a major matter of a village, or whether the reader may begin it; no
    query for any other.
    """
    if case.grade != Grade.MAJOR or case.village_id is None:
        return {}
    process = (
        FourTwoProcess.objects.visible_to(user, today())
        .filter(case=case)
        .order_by("-pk")
        .first()
    )
    waits = case.stage in (Stage.SPEAK, Stage.DELIBERATE) and (
        process is None or process.dropped_at is not None
    )
    runs = any(
        may_run(Officer(user, post), case.village_id, now())
        for post in user.posts_on(today())
    )
    return {"four_two": process, "may_begin_four_two": waits and runs}


def _reports_of(case: Case, events: list[Event]) -> list[MandatoryReport]:
    """Read the red-line reports; no query where none was made."""
    if all(event.action != Action.MANDATORY_REPORT for event in events):
        return []
    return list(case.mandatory_reports.all())


def _named_in(facts: Facts) -> list[User]:
    """Whom the case concerns: for reviewers and supervisors, who lead it past them or
    lift the recusal.
    """
    named = {concern.user_id for concern in facts.concerns}
    return (
        list(User.objects.filter(pk__in=named).order_by("name", "pk")) if named else []
    )


def _pressing(offers: list[Offer], sight: Sight, facts: Facts) -> list[Offer]:
    """The steps that wait for this reader; what somebody else is at work on presses
    nobody but for a ruling.
    """
    case, reach = facts.case, sight.reach
    own = case.owner_post_id in reach.posts or case.owner_office_id in reach.offices
    at_work = any(
        item.post_id in reach.posts or item.office_id in reach.offices
        for item in facts.active
    )
    pressing = [
        offer
        for offer in offers
        if offer.move.everyday and (own or at_work or offer.move.ruling)
    ]
    return sorted(pressing, key=lambda offer: offer.move.everyday or 0)


class OpenPhone(StaffView):
    """Asks why, then shows the speaker's number once; 404 for whoever may not."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self._show(request, self._openable(number), ReasonForm())

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case, form = self._openable(number), ReasonForm(request.POST)
        if form.is_valid():
            try:
                phone = open_speaker_phone(
                    case,
                    by=self.user,
                    reason=form.cleaned_data["reason"],
                    at=now(),
                    request=request,
                )
                return self._show(request, case, form, phone=phone, was_opened=True)
            except RuleBroken as refusal:
                form.refuse(refusal)
        return self._show(request, case, form, status=UNPROCESSABLE)

    def _openable(self, number: str) -> Case:
        case = self.case(number)
        if not (
            case.speaker_phone
            and self.sight().shows_speaker(case)
            and may_open_phone(self.user, today(), case)
        ):
            raise Http404
        return case

    def _show(
        self,
        request: HttpRequest,
        case: Case,
        form: ReasonForm,
        status: int = 200,
        **shown: Any,
    ) -> HttpResponse:
        response = render(
            request,
            "cases/open_phone.html",
            {"case": case, "form": form, **shown},
            status=status,
        )
        response["Cache-Control"] = "no-store"
        return response
