"""待议: what waits for a level's decision, gone through by keys, singly or in a batch (ux 2.6)."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.batch import move_all
from cases.forms import BatchForm
from cases.intake import similar_to
from cases.meetings import add_item, cases_at, waiting_for
from cases.models import AgendaItem, Case, Event, Meeting
from cases.models.choices import Stage
from cases.models.meeting import ItemState
from cases.models.scope import CaseQuerySet
from cases.paging import Page, capped_counts, page_of
from cases.sitting import HoldingPlace, holding_places
from cases.views.access import UNPROCESSABLE
from cases.views.meetings.access import MeetingView
from cases.workflow import Action, moves_open_to, read_facts
from cases.workflow.record import known_names, without_speaker
from minshi.clock import now, today
from minshi.errors import RuleBroken
from villages.models import Role
from villages.requests import whole_number

TABS: tuple[tuple[str, str | Promise], ...] = (
    ("waiting", _("Waiting for a decision")),
    ("agenda", _("On an agenda")),
    ("decided", _("Decided")),
)
BY_KEY = ((Action.DECIDE, "1"), (Action.MERGE, "2"), (Action.SEND_BACK, "3"), (Action.DEFER, "h"))
TOGETHER = (Action.DECIDE, Action.SEND_BACK, Action.DEFER)
ORDER, NEWEST = ("due_at", "id"), ("-registered_at", "-id")


class QueueView(MeetingView):
    """For whoever decides: the secretary of a village, the reviewer of a town or a county."""

    def place(self, request: HttpRequest) -> HoldingPlace:
        """The place decided for, the highest first; 404 for anybody else."""
        deciders = (Role.SECRETARY, Role.REVIEWER)
        places = [place for place in holding_places(self.user.posts_on(today())) if place.post.role in deciders]
        places.sort(key=lambda place: -place.level.rank)
        wanted = request.GET.get("at", "")
        found = next((place for place in places if place.key == wanted or not wanted), None)
        if found is None:
            raise Http404
        return found

    def tabs(self, place: HoldingPlace) -> dict[str, CaseQuerySet]:
        meeting = place.empty_meeting()
        waiting = waiting_for(meeting, self.user, now())
        here = cases_at(meeting, self.visible())
        coming = AgendaItem.objects.filter(state=ItemState.WAITING, meeting__closed_at=None, meeting__cancelled_at=None)
        on_agenda = here.filter(pk__in=coming.values("case"), stage=Stage.DELIBERATE, level=place.level)
        decided = here.filter(level=place.level, decided_at__isnull=False).exclude(
            stage__in=(Stage.SPEAK, Stage.DELIBERATE)
        )
        return {"waiting": waiting, "agenda": on_agenda, "decided": decided}


class Queue(QueueView):
    """At most 8 queries, whatever waits (a test counts them)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        place = self.place(request)
        tabs = self.tabs(place)
        chosen = request.GET.get("tab", "waiting")
        if chosen not in tabs:
            raise Http404
        counts = capped_counts(tabs)
        order = NEWEST if chosen == "decided" else ORDER
        page: Page[Case] = page_of(tabs[chosen].with_row().with_doubt(), order, request.GET.get("after", ""))
        reasons = _reasons(page.rows)
        context = {
            "nav": "list",
            "at": now(),
            "sight": self.sight(),
            "place": place,
            "tabs": [(key, label, counts[key]) for key, label in TABS],
            "chosen": chosen,
            "page": page,
            "rows": [(case, self._reason(case, reasons)) for case in page.rows],
            "opened": request.GET.get("open") or next((case.number for case in page.rows), ""),
            "coming": self.coming(place) if chosen == "waiting" else [],
            "together": [(action.value, action.label) for action in TOGETHER],
        }
        return render(request, "cases/queue/queue.html", context)

    def coming(self, place: HoldingPlace) -> list[Meeting]:
        """The meetings to come at which it may be put on the agenda."""
        here = place.empty_meeting()
        coming = Meeting.objects.to_come().filter(village=here.village, town=here.town, county_code=here.county_code)
        return list(coming.order_by("starts_at", "pk")[:8])

    def _reason(self, case: Case, reasons: dict[int, str]) -> str:
        text = reasons.get(case.pk, "")
        return text if not text or self.sight().shows_speaker(case) else without_speaker(case, text)


def _reasons(cases: list[Case]) -> dict[int, str]:
    """Why each was reported up or returned last, in one query."""
    said = Event.objects.filter(case__in=cases, action__in=(Action.ESCALATE, Action.RETURN)).order_by(
        "case", "sequence"
    )
    return dict(said.values_list("case", "note"))


class QueuePanel(QueueView):
    """What one needs to decide, beside the list: the words, the village's opinion, what is like it, the verdicts."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        at = now()
        events = list(case.events.select_related("user").order_by("-sequence"))
        facts = read_facts(case, at, events)
        offers = {offer.action: offer for offer in moves_open_to(self.user, case, at, facts)}
        whole = self.sight().shows_speaker(case)
        also = [] if whole else known_names(case)
        spoken = (Action.ESCALATE, Action.RETURN, Action.DEFER, Action.DECIDE)

        def seen(text: str) -> str:
            return text if whole else without_speaker(case, text, also)

        likes = (
            similar_to(
                case.verbatim,
                user=self.user,
                village=case.village,
                group=case.group,
                category=case.category,
                at=at,
                limit=4,
            )
            if case.village
            else []
        )
        context = {
            "case": case,
            "at": at,
            "title": seen(case.title),
            "words": seen(case.verbatim),
            "opinions": [(event, seen(event.note)) for event in events if event.action in spoken and event.note],
            "attachments": list(case.attachments.all()),
            "similar": [other for other in likes if other.pk != case.pk][:3],
            "verdicts": [(offers[action], key) for action, key in BY_KEY if action in offers],
            "sight": self.sight(),
        }
        return render(request, "cases/queue/_panel.html", context)


class QueueBatch(QueueView):
    """Several at once: a page to check them on, then each with its own result."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Back from a login in between."""
        return redirect("cases:queue")

    def post(self, request: HttpRequest) -> HttpResponse:
        place = self.place(request)
        cases, seen = self.ticked()
        if not cases:
            messages.warning(request, _("Tick the matters first."))
            return redirect("cases:queue")
        meeting = whole_number(request.POST.get("meeting", ""))
        if request.POST.get("do") == "agenda":
            return self._put_on(request, place, cases, meeting)
        action = next((action for action in TOGETHER if action == request.POST.get("do")), None)
        if action is None:
            raise Http404
        return self._together(request, place, action, cases, seen)

    def _put_on(
        self, request: HttpRequest, place: HoldingPlace, cases: list[Case], meeting: int | None
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
            return redirect("cases:queue")
        return redirect(found)

    def _together(
        self, request: HttpRequest, place: HoldingPlace, action: Action, cases: list[Case], seen: dict[int, int]
    ) -> HttpResponse:
        facts = read_facts(cases[0], now())
        is_sent = "apply" in request.POST
        form = BatchForm(action, facts, self.user, *([request.POST] if is_sent else []))
        context: dict[str, Any] = {"nav": "list", "at": now(), "sight": self.sight(), "place": place, "action": action}
        if is_sent and form.is_valid():
            results = move_all(
                cases, action, user=self.user, at=now(), values=form.values(), versions=seen, key=_key(request)
            )
            done = sum(not result.refusal for result in results)
            context |= {"results": results, "done": done, "failed": len(results) - done}
            return render(request, "cases/queue/results.html", context)
        rows = [(case, seen.get(case.pk, case.version)) for case in cases]
        context |= {"form": form, "rows": rows, "key": request.POST.get("key") or uuid4()}
        return render(request, "cases/queue/batch.html", context, status=UNPROCESSABLE if is_sent else 200)


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None
