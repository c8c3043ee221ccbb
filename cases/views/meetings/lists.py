"""The meetings in reach, and calling one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from cases.forms import CallForm
from cases.meetings import PLACES, call_meeting, waiting_for
from cases.models import Meeting
from cases.models.choices import Level
from cases.models.meeting import RECORDERS
from cases.paging import page_of
from cases.views.access import UNPROCESSABLE
from cases.views.meetings.access import MeetingView
from cases.workflow import Officer
from minshi.clock import now, today
from minshi.errors import RuleBroken
from villages.models import MeetingKind, Post, Role, Town, Village

ORDER = ("-starts_at", "-id")


@dataclass(frozen=True)
class Place:
    """Where somebody holds meetings, by a key for the address."""

    key: str
    where: Village | Town | str
    level: Level
    post: Post

    @property
    def label(self) -> str:
        return self.post.place

    def empty_meeting(self, kind: str) -> Meeting:
        """An unsaved meeting there, to ask what waits for it."""
        village = self.where if isinstance(self.where, Village) else None
        town = village.town if village else self.where if isinstance(self.where, Town) else None
        return Meeting(
            kind=kind, village=village, town=town, county_code=self.where if isinstance(self.where, str) else ""
        )


def places_of(posts: list[Post]) -> list[Place]:
    """The places at which the posts hold meetings, each once, the secretary's post before others of the village."""
    found: dict[str, Place] = {}
    for post in sorted(posts, key=lambda post: post.role != Role.SECRETARY):
        if post.village and post.role in RECORDERS:
            found.setdefault(f"v{post.village_id}", Place(f"v{post.village_id}", post.village, Level.VILLAGE, post))
        elif post.role == Role.REVIEWER and post.town:
            found.setdefault(f"t{post.town_id}", Place(f"t{post.town_id}", post.town, Level.TOWN, post))
        elif post.role == Role.REVIEWER and post.county_code:
            found.setdefault(
                f"c{post.county_code}", Place(f"c{post.county_code}", post.county_code, Level.COUNTY, post)
            )
    return list(found.values())


class MeetingList(MeetingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        coming = self.meetings().to_come().order_by("starts_at", "pk")[:30]  # type: ignore[attr-defined]
        over = self.meetings().exclude(closed_at=None, cancelled_at=None)
        context = {
            "nav": "meetings",
            "coming": list(coming),
            "page": page_of(over, ORDER, request.GET.get("after", "")),
            "may_call": bool(places_of(self.user.posts_on(today()))),
        }
        return render(request, "cases/meetings/list.html", context)


class CallMeeting(MeetingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        place = self._place(request)
        ticked = request.GET.getlist("cases")
        first = {"key": uuid4(), "kind": self._kinds(place)[0], "starts_at": _next_hour(), "cases": ticked}
        return self._show(request, place, self._form(place, initial=first))

    def post(self, request: HttpRequest) -> HttpResponse:
        place = self._place(request)
        form = self._form(place, request.POST)
        if not form.is_valid():
            return self._show(request, place, form, UNPROCESSABLE)
        data = form.cleaned_data
        try:
            meeting = call_meeting(
                data["kind"],
                place.where,
                starts_at=data["starts_at"],
                place=data["place"],
                chair=data["chair"],
                recorder=data["recorder"],
                cases=data["cases"],
                subjects=[data["subject"]],
                key=data["key"],
                by=Officer(self.user, place.post),
                at=now(),
            )
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self._show(request, place, form, UNPROCESSABLE)
        return redirect(meeting)

    def _place(self, request: HttpRequest) -> Place:
        places = places_of(self.user.posts_on(today()))
        wanted = request.GET.get("at", "")
        place = next((place for place in places if place.key == wanted or not wanted), None)
        if place is None:
            raise Http404
        return place

    def _kinds(self, place: Place) -> list[MeetingKind]:
        return [kind for kind in MeetingKind if kind in PLACES[place.level]]

    def _form(self, place: Place, *args: Any, **options: Any) -> CallForm:
        kinds = self._kinds(place)
        waiting = waiting_for(place.empty_meeting(kinds[0]), self.user, now())
        return CallForm(kinds, waiting, self.sight(), *args, **options)

    def _show(self, request: HttpRequest, place: Place, form: CallForm, status: int = 200) -> HttpResponse:
        places = places_of(self.user.posts_on(today()))
        context = {"nav": "meetings", "form": form, "place": place, "places": places if len(places) > 1 else []}
        return render(request, "cases/meetings/call.html", context, status=status)


def _next_hour() -> Any:
    """The next full hour: the meeting is mostly about to begin."""
    here = timezone.localtime(now())
    return here.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
