"""待议: what waits for a level's decision, gone through by keys, singly or in a
batch (ux 2.6).
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.forms import BatchForm
from cases.lists.paging import Page, capped_counts, page_of
from cases.lists.queue import (
    ORDERS,
    Tab,
    deciding_place,
    meetings_to_come,
    queue_at,
    reasons_of,
)
from cases.meetings import add_item
from cases.meetings.sitting import HoldingPlace
from cases.models import Case
from cases.models.choices import Level
from cases.privacy.redactor import page_redactor, reader_redactor
from cases.views.access import UNPROCESSABLE
from cases.views.meetings.access import MeetingView
from cases.workflow import Action, moves_open_to, read_facts
from cases.workflow.batch import Result, move_all
from cases.workflow.intake import similar_to
from minshi.clock import now, today
from minshi.errors import KeyReused, RuleBroken, Text
from villages.requests import whole_number

BY_KEY = (
    (Action.DECIDE, "1"),
    (Action.MERGE, "2"),
    (Action.SEND_BACK, "3"),
    (Action.DEFER, "h"),
)
SHOWN_TO_COME = 8
TOGETHER = (Action.DECIDE, Action.SEND_BACK, Action.DEFER)


class QueueView(MeetingView):
    """For whoever decides: the secretary of a village, the reviewer of a town or a
    county.
    """

    def place(self, request: HttpRequest) -> HoldingPlace:
        """The place decided for, the highest first; 404 for anybody else."""
        found = deciding_place(
            self.user.posts_on(today()), request.GET.get("at", ""), now()
        )
        if found is None:
            raise Http404
        return found


class Queue(QueueView):
    """At most 8 queries, whatever waits (a test counts them)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        place = self.place(request)
        tabs = queue_at(place, self.user, now())
        chosen = request.GET.get("tab", "waiting")
        if chosen not in tabs:
            raise Http404
        counts = capped_counts(tabs)
        page: Page[Case] = page_of(
            tabs[chosen].with_row().with_doubt(),
            ORDERS[chosen],
            request.GET.get("after", ""),
        )
        reasons = reasons_of(page.rows)
        context = {
            "nav": "list",
            "at": now(),
            "sight": self.sight(),
            "place": place,
            "tabs": [(tab.value, tab.label, counts[tab]) for tab in Tab],
            "chosen": chosen,
            "may_tick": chosen == Tab.WAITING,
            "nothing": _nothing_in(chosen, place),
            "page": page,
            "rows": [(case, self._reason(case, reasons)) for case in page.rows],
            "opened": (
                request.GET.get("open") or next((case.number for case in page.rows), "")
            ),
            "coming": (
                list(meetings_to_come(place)[:SHOWN_TO_COME])
                if chosen == Tab.WAITING
                else []
            ),
            "together": [(action.value, action.label) for action in together_at(place)],
        }
        return render(request, "cases/queue/queue.html", context)

    def _reason(self, case: Case, reasons: dict[int, str]) -> str:
        return reader_redactor(case, self.sight())(reasons.get(case.pk, ""))


def _nothing_in(tab: str, place: HoldingPlace) -> str:
    """Said in an empty tab."""
    if tab != Tab.WAITING:
        return _("Nothing here yet.")
    if place.level == Level.VILLAGE:
        return _(
            "Nothing waits for a decision. What the duty officer accepts appears here."
        )
    return _("Nothing waits for a decision. What a village cannot settle appears here.")


@dataclass(frozen=True)
class VerdictLink:
    """The form of a step, opened by a click or a key; from it one comes back to the
    queue of the same place.
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
    """What one needs to decide, beside the list: the words, the village's opinion, what
    is like it, the verdicts.
    """

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        at = now()
        events = list(case.events.select_related("user").order_by("-sequence"))
        facts = read_facts(case, at, events)
        offers = {offer.action for offer in moves_open_to(self.user, case, at, facts)}
        redact = page_redactor(case, self.sight())
        spoken = (Action.ESCALATE, Action.RETURN, Action.DEFER, Action.DECIDE)

        context = {
            "case": case,
            "at": at,
            "title": redact(case.title),
            "words": redact(case.verbatim),
            "opinions": [
                (event, redact(event.note))
                for event in events
                if event.action in spoken and event.note
            ],
            "attachments": list(case.attachments.all()),
            "similar": self._similar(case, at),
            "verdicts": [
                VerdictLink(number, action, key, request.GET.get("at", ""))
                for action, key in BY_KEY
                if action in offers
            ],
            "sight": self.sight(),
        }
        return render(request, "cases/queue/_panel.html", context)

    def _similar(self, case: Case, at: datetime) -> list[Case]:
        """Up to three others of the village that read like it."""
        if case.village is None:
            return []
        likes = similar_to(
            case.verbatim,
            user=self.user,
            village=case.village,
            group=case.group,
            category=case.category,
            at=at,
            limit=4,
        )
        return [other for other in likes if other.pk != case.pk][:3]


class QueueBatch(QueueView):
    """Several at once: a page to check them on, then each with its own result."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Back from a login in between."""
        return redirect("cases:queue")

    def post(self, request: HttpRequest) -> HttpResponse:
        place = self.place(request)
        cases, seen = self.ticked()
        if not cases and not self.gone(cases):
            messages.warning(request, _("Tick the matters first."))
            return redirect(queue_of(place))
        meeting = whole_number(request.POST.get("meeting", ""))
        if request.POST.get("do") == "agenda":
            return self._put_on(request, place, cases, meeting)
        action = next(
            (
                action
                for action in together_at(place)
                if action == request.POST.get("do")
            ),
            None,
        )
        if action is None:
            raise Http404
        return self._together(request, place, action, cases, seen)

    def _put_on(
        self,
        request: HttpRequest,
        place: HoldingPlace,
        cases: list[Case],
        meeting: int | None,
    ) -> HttpResponse:
        if meeting is None:
            chosen = "&".join(f"cases={case.pk}" for case in cases)
            return redirect(f"{reverse('cases:meeting_call')}?at={place.key}&{chosen}")
        found = self.meeting(meeting)
        by = self.holder(found)
        if by is None:
            raise Http404
        try:
            add_item(found, cases=cases, by=by, at=now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect(queue_of(place))
        return redirect(found)

    def _together(
        self,
        request: HttpRequest,
        place: HoldingPlace,
        action: Action,
        cases: list[Case],
        seen: dict[int, int],
    ) -> HttpResponse:
        gone = self.gone(cases)
        if not cases:
            return self._results(request, place, action, [], gone)
        facts = read_facts(cases[0], now())
        is_sent = "apply" in request.POST
        form = BatchForm(action, facts, self.user, *([request.POST] if is_sent else []))
        key = _key(request) or uuid4()
        if is_sent and form.is_valid():
            try:
                results = move_all(
                    cases,
                    action,
                    user=self.user,
                    at=now(),
                    values=form.values(),
                    versions=seen,
                    key=key,
                )
            except KeyReused as refusal:
                form.refuse(refusal)
                key = uuid4()
            else:
                return self._results(request, place, action, results, gone)
        context = {
            "nav": "list",
            "at": now(),
            "sight": self.sight(),
            "place": place,
            "action": action,
            "form": form,
            "rows": [(case, seen.get(case.pk, case.version)) for case in cases],
            "gone": gone,
            "key": key,
        }
        return render(
            request,
            "cases/queue/batch.html",
            context,
            status=UNPROCESSABLE if is_sent else 200,
        )

    def _results(
        self,
        request: HttpRequest,
        place: HoldingPlace,
        action: Action,
        results: list[Result],
        gone: list[str],
    ) -> HttpResponse:
        done = sum(not result.refusal for result in results)
        context = {
            "nav": "list",
            "sight": self.sight(),
            "place": place,
            "action": action,
            "results": results,
            "gone": gone,
            "done": done,
            "failed": len(results) - done + len(gone),
        }
        return render(request, "cases/queue/results.html", context)


def queue_of(place: HoldingPlace) -> str:
    return f"{reverse('cases:queue')}?at={place.key}"


def together_at(place: HoldingPlace) -> tuple[Action, ...]:
    """What may be done with several at once; nothing lies below a village."""
    return tuple(
        action
        for action in TOGETHER
        if place.level != Level.VILLAGE or action != Action.SEND_BACK
    )


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None
