"""待议: the cases that wait for a level's decision, gone through by keys, one by one
or in a batch (ux 2.6).
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.forms import BatchForm
from cases.lists.filter_fields import oversees_towns
from cases.lists.paging import Page, capped_counts, page_of
from cases.lists.queue import (
    ORDERS,
    MeetingOffered,
    QueueTab,
    Reason,
    deciding_place,
    heard_in,
    meetings_offered,
    queue_at,
    reasons_for,
    unheard_in_words,
)
from cases.lists.row_filters import QueueFilter
from cases.meetings import add_item, on_no_agenda
from cases.meetings.sitting import HoldingPlace
from cases.models import Case
from cases.models.choices import Confidentiality, Level
from cases.privacy.redactor import reader_redactor
from cases.templatetags.pages import query_with
from cases.views.late import typed_for
from cases.views.major import WaysOn, ways_on
from cases.views.meetings.access import MeetingView
from cases.views.results import results_of_cases, with_counts, written_in
from cases.views.tabs import Tab
from cases.workflow import Action, Facts, moves_open_to, read_facts
from cases.workflow.batch import Result, move_all
from cases.workflow.committee import is_unheard
from cases.workflow.intake import similar_to
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, KeyReused, RuleBroken, Text
from minshi.idempotency import key_in
from villages.requests import whole_number

BY_KEY = (
    (Action.DECIDE, "1"),
    (Action.MERGE, "2"),
    (Action.SEND_BACK, "3"),
    (Action.DEFER, "h"),
)
SHOWN_TO_COME = 8  # meetings
MOST_SIMILAR = 3
TOGETHER = (Action.DECIDE, Action.SEND_BACK, Action.DEFER)
OPINIONS = (Action.ESCALATE, Action.RETURN, Action.DEFER, Action.DECIDE)


class QueueView(MeetingView):
    """A page for whoever decides.

    It is the secretary of a village, the reviewer of a town or a county.
    """

    def place(self, request: HttpRequest) -> HoldingPlace:
        """Return the place decided for, the highest first; Http404 for anybody else."""
        found = deciding_place(
            self.user.posts_on(today()), request.GET.get("at", ""), now()
        )
        if found is None:
            raise Http404
        return found


class QueuePage(QueueView):
    """The list; at most 8 queries, whatever waits (a test counts them)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        place = self.place(request)
        narrowed = QueueFilter(request.GET, request=request)
        in_place = queue_at(place, self.user, now())
        tabs = {name: narrowed.of(rows) for name, rows in in_place.items()}
        chosen = request.GET.get("tab", "waiting")
        if chosen not in tabs:
            raise Http404

        counts = capped_counts(tabs)
        page: Page[Case] = page_of(
            tabs[chosen].with_row().with_doubt().with_danger(),
            ORDERS[chosen],
            request.GET.get("after", ""),
        )
        is_waiting = chosen == QueueTab.WAITING
        rows = self._rows(chosen, page.rows)
        coming: list[MeetingOffered] = []
        if is_waiting:
            coming = meetings_offered(place, page.rows, SHOWN_TO_COME)

        context = {
            "nav": "list",
            "at": now(),
            "sight": self.sight(),
            "place": place,
            "tabs": queue_tabs(request, chosen, counts),
            "chosen": chosen,
            "filters": [narrowed.form["town"]] if oversees_towns(self.user) else [],
            "may_tick": is_waiting,
            "nothing": _nothing_in(chosen, place),
            "page": page,
            "rows": rows,
            "opened": request.GET.get("open") or _first_to_open(page),
            "coming": coming,
            "yet_to_be_called": not any(offered.is_chosen for offered in coming),
            "together": [(action.value, action.label) for action in together_at(place)],
        }
        return render(request, "cases/queue/queue.html", context)

    def _rows(
        self, tab: str, cases: list[Case]
    ) -> list[tuple[Case, Reason | None, str]]:
        """Return each case with why it is here and what is said of its meetings."""
        reasons = reasons_for(cases, self.sight())
        heard = heard_in(tab, cases, self.user, today())
        return [(case, reasons.get(case.pk), heard.get(case.pk, "")) for case in cases]


def queue_tabs(request: HttpRequest, chosen: str, counts: dict[str, int]) -> list[Tab]:
    """Return the tabs of the queue; the place and town chosen stay chosen."""
    here = {"request": request}
    tabs = []
    for each in QueueTab:
        address = query_with(here, tab=each.value, after="", open="")
        tabs.append(Tab(address, each.label, each == chosen, counts[each]))

    return tabs


def _first_to_open(page: Page[Case]) -> str:
    """Return the number of the first case, whose panel opens with the page.

    A 保密 one is opened by hand alone: reading it is logged (domain §3).
    """
    for case in page.rows:
        if case.confidentiality != Confidentiality.SECRET:
            return case.number
    return ""


def _nothing_in(tab: str, place: HoldingPlace) -> str:
    """Return the words of an empty tab."""
    if tab != QueueTab.WAITING:
        return _("Nothing here yet.")
    if place.level == Level.VILLAGE:
        return _(
            "Nothing waits for a decision. What the duty officer accepts appears here."
        )
    if place.level == Level.COUNTY:
        return _(
            "Nothing waits for a decision. What a town cannot settle appears here."
        )
    return _("Nothing waits for a decision. What a village cannot settle appears here.")


@dataclass(frozen=True)
class VerdictLink:
    """A link to the form of a step, opened by a click or a key.

    After the step one comes back to the queue of the same place.
    """

    number: str
    action: Action
    key: str
    place: str

    @property
    def label(self) -> Text:
        return self.action.label

    @property
    def address(self) -> str:
        form = reverse("cases:act", args=[self.number, self.action])
        return f"{form}?next=queue&at={quote(self.place)}"


class QueuePanel(QueueView):
    """All that one needs to decide a case, beside the list.

    The speaker's words, the opinions on the way, cases like it, and the steps.
    """

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        at = now()
        events = list(
            case.events.select_related("user")
            .prefetch_related("revisions")
            .order_by("-sequence")
        )
        facts = read_facts(case, at, events)
        offers = {offer.action for offer in moves_open_to(self.user, case, at, facts)}

        redact = reader_redactor(case, self.sight())
        opinions = []
        for event in events:
            if event.action in OPINIONS and event.note:
                opinions.append((event, redact.note(event)))

        place = request.GET.get("at", "")
        verdicts = []
        for action, key in BY_KEY:
            if action in offers:
                verdicts.append(VerdictLink(number, action, key, place))

        context = {
            "case": case,
            "at": at,
            "title": redact(case.title),
            "to_be_heard": _heard_next(case),
            "words": redact(case.verbatim),
            "opinions": opinions,
            "attachments": list(case.attachments.all()),
            "similar": self._similar(case, redact(case.verbatim), at),
            "verdicts": verdicts,
            "sight": self.sight(),
        }
        return render(request, "cases/queue/_panel.html", context)

    def _similar(self, case: Case, words: str, at: datetime) -> list[Case]:
        """Return up to three other cases of the village that read like its words, as
        the reader has them: the whole ones would confirm a guess at a hidden name.
        """
        if case.village is None:
            return []

        # one more, for it may find the case itself
        alike = similar_to(
            words,
            user=self.user,
            village=case.village,
            group=case.group,
            category=case.category,
            at=at,
            limit=MOST_SIMILAR + 1,
        )
        others = [other for other in alike if other.pk != case.pk]
        return others[:MOST_SIMILAR]


class QueueBatch(QueueView):
    """Several cases at once: a page to check them on, then the result of each."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Return to the queue after a login in between."""
        return redirect("cases:queue")

    def post(self, request: HttpRequest) -> HttpResponse:
        place = self.place(request)
        cases, versions = self.ticked()
        if not cases and not self.gone(cases):
            messages.warning(request, _("Tick the matters first."))
            return redirect(queue_of(place))

        if request.POST.get("do") == "agenda":
            return self._put_on_agenda(request, place, cases)
        for action in together_at(place):
            if action == request.POST.get("do"):
                return self._take_step(request, place, action, cases, versions)
        raise Http404

    def _put_on_agenda(
        self, request: HttpRequest, place: HoldingPlace, cases: list[Case]
    ) -> HttpResponse:
        """Put the cases on the agenda of a meeting, or of one yet to be called."""
        chosen = whole_number(request.POST.get("meeting", ""))
        if chosen is None:
            ticked = "&".join(f"cases={case.pk}" for case in cases)
            return redirect(f"{reverse('cases:meeting_call')}?at={place.key}&{ticked}")

        meeting = self.meeting(chosen)
        by = self.holder(meeting)
        if by is None:
            raise Http404

        try:
            add_item(meeting, cases=cases, by=by, at=now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect(queue_of(place))
        return redirect(meeting)

    def _take_step(
        self,
        request: HttpRequest,
        place: HoldingPlace,
        action: Action,
        cases: list[Case],
        versions: dict[int, int],
    ) -> HttpResponse:
        """Show the cases with the form of the step; once that is sent, take the step
        with each, from the version it was seen at.
        """
        gone = self.gone(cases)
        if not cases:
            written = [each.words for each in typed_for(action, request.POST)]
            return self._show_results(request, place, action, [], gone, written)

        facts = read_facts(cases[0], now())
        is_sent = "apply" in request.POST
        sent = [request.POST] if is_sent else []
        form = BatchForm(action, facts, self.user, *sent)
        key = key_in(request.POST) or uuid4()

        if is_sent and form.is_valid():
            try:
                results = move_all(
                    cases,
                    action,
                    user=self.user,
                    at=now(),
                    values=form.values(),
                    versions=versions,
                    key=key,
                )
            except KeyReused as refusal:
                form.refuse(refusal)
                key = uuid4()
            else:
                written = written_in(form)
                return self._show_results(
                    request, place, action, results, gone, written
                )

        context = {
            "nav": "list",
            "at": now(),
            "sight": self.sight(),
            "place": place,
            "action": action,
            "form": form,
            "ways_on": self._ways_on(action, facts),
            "rows": [(case, versions.get(case.pk, case.version)) for case in cases],
            "gone": gone,
            "key": key,
        }
        status = UNPROCESSABLE if is_sent else 200
        return render(request, "cases/queue/batch.html", context, status=status)

    def _ways_on(self, action: Action, facts: Facts) -> WaysOn | None:
        """Return where a major matter goes instead of being decided with others."""
        return ways_on(self.user, facts) if action == Action.DECIDE else None

    def _show_results(
        self,
        request: HttpRequest,
        place: HoldingPlace,
        action: Action,
        results: list[Result],
        gone: list[str],
        written: list[str],
    ) -> HttpResponse:
        shown = results_of_cases(results, self.sight())
        context = {
            "nav": "list",
            "place": place,
            "action": action,
            **with_counts(shown, gone, written),
        }
        return render(request, "cases/queue/results.html", context)


def _heard_next(case: Case) -> str:
    """Say that a meeting is to hear a matter that the committee has, where so; one
    query of such a matter alone.
    """
    if not is_unheard(case):
        return ""
    waits = on_no_agenda(Case.objects.filter(pk=case.pk)).exists()
    return unheard_in_words(is_on_agenda=not waits)


def queue_of(place: HoldingPlace) -> str:
    """Return the address of a place's queue."""
    return f"{reverse('cases:queue')}?at={place.key}"


def together_at(place: HoldingPlace) -> list[Action]:
    """Return the steps that several cases can take at once.

    Nothing lies below a village to send a case back to.
    """
    if place.level == Level.VILLAGE:
        return [action for action in TOGETHER if action != Action.SEND_BACK]
    return [*TOGETHER]
