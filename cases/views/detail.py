"""The case page, and opening the speaker's phone from it."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.deadlines.counting import spent_of
from cases.ledgers.exports import may_take
from cases.lists.last_heard import last_heard
from cases.lists.red_lines import events_of
from cases.models import AgendaItem, Case, Event, MandatoryReport
from cases.models.choices import Grade, Level, Stage
from cases.models.scope import Sight
from cases.privacy.disclosure import (
    may_open_phone,
    may_print_receipt,
    open_phones,
    phones_of,
)
from cases.privacy.redactor import NOTHING, Redactor, reader_redactor
from cases.slips import slips_of
from cases.speaking.promise import promise_to_officers
from cases.templatetags.days import day
from cases.time_to_report import late_words, time_to_report
from cases.views.access import StaffView
from cases.views.case_facts import lines_of_course, lines_of_origin, speaker_of
from cases.views.committee import agendas_after, agendas_again, agendas_first
from cases.views.hidden_words import card_for
from cases.views.major import may_begin_four_two, process_of
from cases.views.reaching import owns, rings_speaker, where_to_ask, works_on
from cases.views.timeline import TimelineEntry, entry_of, folded, names_of_holders
from cases.views.waiting import (
    parts_given_back,
    requests_waiting,
    said_after_closing,
)
from cases.workflow import (
    MOVES,
    Action,
    Facts,
    Offer,
    Officer,
    holder_name,
    moves_open_to,
    read_facts,
    readers_of,
    why_not_open,
)
from cases.workflow.committee import is_unheard
from cases.workflow.event_data import route_in, sent_elsewhere
from cases.workflow.files import post_that_shows
from cases.workflow.merged import merged_with, numbers_in_sight
from cases.workflow.moving import refusal_of
from cases.workflow.writers import NOBODY, Writers, receipt_for
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken
from villages.forms.accounts import WHY_THE_NUMBER, ReasonForm
from villages.models import User

# The fields of a case that hold words as somebody typed them.
TYPED_FIELDS = (
    "title",
    "verbatim",
    "request_text",
    "place",
    "decision",
    "measures",
    "findings",
    "basis",
    "result",
    "remark",
)
TAKING_UP = (Action.ACCEPT, Action.SETTLE)


class CaseDetail(StaffView):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        context = detail_context(self.user, self.case(number), self.sight())
        return render(request, "cases/detail.html", context)


def detail_context(
    user: User, case: Case, sight: Sight, **shown: Any
) -> dict[str, Any]:
    """Return the context of the case page; `shown` is added to it.

    At most 15 queries in all, with session and posts (a test counts them); of a 隐名
    matter, to whoever may know who spoke, up to three more; after 并案 one more.
    """
    at = now()
    events = list(
        case.events.select_related("user")
        .prefetch_related("revisions")
        .order_by("-sequence")
    )
    facts = read_facts(case, at, events)
    redact = reader_redactor(case, sight)
    names = names_of_holders(facts)
    in_sight = numbers_in_sight(events, sight)

    timeline = []
    for event in events:
        entry = entry_of(case, event, redact=redact, names=names, in_sight=in_sight)
        timeline.append(entry)

    return {
        "nav": "list",
        "at": at,
        "case": case,
        "key": uuid4(),
        "timeline": folded(timeline),
        "merged": merged_with(events, in_sight),
        "spent": spent_of(facts.clocks, at, case.stage),
        "is_provisional": _is_provisional(facts),
        "readers": readers_of(facts),
        "promise": promise_to_officers(case, day(case.reply_by)),
        "attachments": list(case.attachments.select_related("post")),
        "may_show_photos": case.shows_photos and post_that_shows(user, facts),
        **_meetings(user, case),
        "again": _why_again(case, timeline),
        "slips": _slips(user, facts, events),
        **_speaker(user, sight, facts),
        **_steps(user, sight, facts),
        **_matter(sight, facts, events, redact),
        **_work(facts, redact),
        **_afterword(user, facts, redact),
        **_four_two(user, case),
        "card": card_for(user, facts),
        **shown,
    }


def _why_again(case: Case, timeline: Iterable[TimelineEntry]) -> dict[str, str] | None:
    """Return which time an open matter is worked on, and by what this round began, of
    its timeline with the newest first; None where it is the first.
    """
    if case.round == 1 or not case.is_open:
        return None
    of_round = [entry for entry in timeline if entry.event.round == case.round]
    began = of_round[-1]
    count = _("time %(round)s") % {"round": case.round}
    return {"label": f"{count}：{began.label}", "note": began.note}


def _meetings(user: User, case: Case) -> dict[str, Any]:
    """Return the meetings about the case, and what the last one said of it."""
    items = list(AgendaItem.objects.about(case, user, today()))
    concluded = [item for item in items if item.concluded_at]
    last = max(concluded, key=attrgetter("concluded_at"), default=None)
    heard = last_heard(case, last, today())
    awaits_committee = is_unheard(case)
    agendas = None
    if last and heard:
        agendas = agendas_again(user, case, last)
    elif awaits_committee:
        agendas = agendas_after(user, case)
    if agendas is None:
        agendas = agendas_first(user, case)
    return {
        "meetings": items,
        "heard": heard,
        "agendas": agendas,
        "awaits_committee": awaits_committee,
    }


def _speaker(user: User, sight: Sight, facts: Facts) -> dict[str, Any]:
    """Return who spoke, as this reader may know it, and what of it they may open."""
    case = facts.case
    is_shown = sight.shows_speaker(case)
    others = case.others if is_shown else []
    has_phone = bool(case.speaker_phone) or any(person.phone for person in others)
    may_open = has_phone and may_open_phone(user, today(), case)
    return {
        "speaker": speaker_of(case, shown=is_shown),
        "others": others,
        "speaker_shown": is_shown,
        "may_open_phone": may_open,
        "ask_at": "" if may_open else where_to_ask(sight, facts),
        "rings_speaker": not may_open and rings_speaker(sight, facts),
        "may_print_receipt": may_print_receipt(user, case, facts),
    }


def _steps(user: User, sight: Sight, facts: Facts) -> dict[str, Any]:
    """Return the steps open to this reader: what waits for them, the others, and why
    the lead cannot report the matter done yet.
    """
    case = facts.case
    offers = moves_open_to(user, case, facts.at, facts)
    pressing = _pressing(offers, sight, facts)
    may_take_up = any(offer.action == Action.ACCEPT for offer in pressing)
    return {
        "drafts": f"act-{user.pk}-{case.number}-",
        "open_steps": " ".join(offer.action for offer in offers),
        "everyday": pressing,
        "is_a_colleagues": may_take_up and not owns(sight, case),
        "held_up": why_not_open(user, facts, Action.COMPLETE),
        "who_diverts": _who_diverts(offers, facts),
        "further": [offer for offer in offers if offer not in pressing],
        "urged_at": facts.urged_at,
        "danger_at": facts.danger_at,
    }


def _who_diverts(offers: list[Offer], facts: Facts) -> str:
    """Name whoever may show the speaker the proper route, for a reader who may take
    the matter up and not do that; "" where nobody else may.
    """
    open_to_reader = {offer.action for offer in offers}
    if Action.ACCEPT not in open_to_reader or Action.DIVERT in open_to_reader:
        return ""

    move = MOVES[Action.DIVERT]
    roles = []
    for post in move.who_may(facts):
        is_open = refusal_of(move, facts, Officer(post.user, post)) is None
        role = post.get_role_display()
        if is_open and role not in roles:
            roles.append(role)
    return "、".join(roles)


def _pressing(offers: list[Offer], sight: Sight, facts: Facts) -> list[Offer]:
    """Return the steps that wait for this reader, in the order of the page.

    A matter that somebody else works on presses nobody but for a ruling. One that
    nobody took up yet waits for whoever may, with whomever it is.
    """
    owns_it = owns(sight, facts.case)
    works_on_it = works_on(sight, facts)

    pressing = []
    for offer in offers:
        takes_up = offer.action in TAKING_UP
        is_theirs = owns_it or works_on_it or offer.move.ruling or takes_up
        if offer.move.everyday and is_theirs:
            pressing.append(offer)

    return sorted(pressing, key=lambda offer: offer.move.everyday or 0)


def _matter(
    sight: Sight, facts: Facts, events: list[Event], redact: Redactor
) -> dict[str, Any]:
    """Return the matter's own words and facts, without who must not be named."""
    case = facts.case
    writers = NOBODY if redact is NOTHING else facts.writers
    words = {}
    for name in TYPED_FIELDS:
        words[name] = redact(getattr(case, name), by=writers.of(name))
    words["adopted_from"] = redact(case.adopted_from)
    concerns = [] if sight.overseer.is_empty else _whom_it_concerns(facts)
    reports = []
    made = _reports_of(case, events)
    events_of_reports = events_of(made, events)
    for report in made:
        event = events_of_reports.get(report.pk)
        said = _report_in_words(report, event, redact, writers)
        reports.append((report.told_at, said))

    sent = sent_elsewhere(case, events)
    route = redact.of_event(sent, "route", route_in(sent)) if sent else ""
    return {
        "words": words,
        "concerns": concerns,
        "origin": lines_of_origin(case, words, speaker_shown=sight.shows_speaker(case)),
        "course": lines_of_course(case, words, facts.rating, concerns, reports, route),
    }


def _report_in_words(
    report: MandatoryReport, event: Event | None, redact: Redactor, writers: Writers
) -> str:
    """Say to whom a red line was reported and how long it took, what happened by the
    event of the report; and where it took too long, that it is reported at once.
    """
    taken = time_to_report(report)
    told = redact(report.told, post=report.post_id)
    received = receipt_for(report, redact, writers)
    words = f"{told} {received}".strip() + f"（{taken}）"
    if event and event.note:
        words = f"{words} {redact.note(event)}"
    return f"{words} {late_words()}" if taken.is_late else words


def _work(facts: Facts, redact: Redactor) -> dict[str, Any]:
    """Return what people were asked to do, reported, and asked for."""
    writers = NOBODY if redact is NOTHING else facts.writers
    assignments = []
    for item in facts.active or facts.last_round:
        ask = redact(item.ask, by=writers.of_ask(item))
        report = redact(item.report, by=writers.of_report(item))
        assignments.append((item, ask, report))
    return {
        "assignments": assignments,
        "requests": requests_waiting(facts, redact),
        "hand_backs": parts_given_back(facts, redact),
    }


def _afterword(user: User, facts: Facts, redact: Redactor) -> dict[str, Any]:
    """Return what the speaker said after closing and waits for an answer, with who may
    open the matter again. No query for an open matter.
    """
    afterword = None if facts.case.is_open else facts.afterword
    if afterword is None:
        return {}

    may_reopen = MOVES[Action.REOPEN].who_may(facts)
    return {
        "afterword": afterword,
        "said_afterwards": said_after_closing(facts, redact),
        "may_reopen": "、".join(holder_name(post) for post in may_reopen),
        "reopens": any(post.user_id == user.pk for post in may_reopen),
    }


def _slips(user: User, facts: Facts, events: list[Event]) -> list[Any]:
    """Return the printed forms of the case, for whoever may take papers away."""
    case = facts.case
    if not may_take(user, today(), case, facts.assignments):
        return []
    return slips_of(case, facts.assignments, facts.requests, reversed(events))


def _is_provisional(facts: Facts) -> bool:
    """Tell whether the day due was counted to a year whose days off are not known."""
    if facts.clock is None or not facts.case.is_open:
        return False
    return facts.clock.is_provisional


def _four_two(user: User, case: Case) -> dict[str, Any]:
    """Return 四议两公开 of a matter, and whether the reader is to be told that they may
    begin it: of a major or reserved one.

    No query but for such a matter and for one that waits for the village's decision,
    whose grade may be chosen with it.
    """
    is_for_villagers = case.grade == Grade.MAJOR or bool(case.reserved)
    is_to_be_decided = case.stage == Stage.DELIBERATE and case.level == Level.VILLAGE
    if case.village_id is None or not (is_for_villagers or is_to_be_decided):
        return {}

    process = process_of(user, case)
    may_begin = is_for_villagers and may_begin_four_two(user, case, process)
    return {"four_two": process, "may_begin_four_two": may_begin}


def _reports_of(case: Case, events: list[Event]) -> list[MandatoryReport]:
    """Read the red-line reports; no query where none was made."""
    if all(event.action != Action.MANDATORY_REPORT for event in events):
        return []
    return list(case.mandatory_reports.all())


def _whom_it_concerns(facts: Facts) -> list[User]:
    """Return the cadres a case concerns, for reviewers and supervisors.

    They lead the matter past them, or lift the recusal.
    """
    users = {concern.user_id for concern in facts.concerns}
    if not users:
        return []
    return list(User.objects.filter(pk__in=users).order_by("name", "pk"))


class OpenPhone(StaffView):
    """Asks why, then shows the speaker's number once; 404 for whoever may not."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self._show(
            request, self._openable(number), ReasonForm(label=WHY_THE_NUMBER)
        )

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self._openable(number)
        form = ReasonForm(request.POST, label=WHY_THE_NUMBER)

        if form.is_valid():
            try:
                phones = open_phones(
                    case,
                    by=self.user,
                    reason=form.cleaned_data["reason"],
                    at=now(),
                    request=request,
                )
                return self._show(request, case, form, phones=phones, was_opened=True)
            except RuleBroken as refusal:
                form.refuse(refusal)

        return self._show(request, case, form, status=UNPROCESSABLE)

    def _openable(self, number: str) -> Case:
        """Return the case; Http404: no phone, or not theirs to open."""
        case = self.case(number)
        knows_speaker = self.sight().shows_speaker(case)
        if not knows_speaker or not phones_of(case):
            raise Http404
        if not may_open_phone(self.user, today(), case):
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
