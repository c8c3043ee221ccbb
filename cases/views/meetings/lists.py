"""The meetings in reach, and calling one."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from cases.forms import CallForm
from cases.forms.meeting import MOST_PLACE
from cases.lists.paging import page_of
from cases.meetings import PLACES, call_meeting, waiting_for
from cases.meetings.sitting import HoldingPlace, holding_places
from cases.views.access import UNPROCESSABLE
from cases.views.meetings.access import MeetingView
from cases.workflow import Officer
from minshi.clock import now, today
from minshi.errors import RuleBroken
from villages.models import MeetingKind, TalkRoom, Village

ORDER = ("-starts_at", "-id")


class MeetingList(MeetingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        coming = self.meetings().to_come().order_by("starts_at", "pk")[:30]
        over = self.meetings().exclude(closed_at=None, cancelled_at=None)
        context = {
            "nav": "meetings",
            "coming": list(coming),
            "page": page_of(over, ORDER, request.GET.get("after", "")),
            "may_call": bool(holding_places(self.user.posts_on(today()), now())),
        }
        return render(request, "cases/meetings/list.html", context)


class CallMeeting(MeetingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        place = self._place(request)
        ticked = request.GET.getlist("cases")
        room = _room_of(place)
        first = {
            "key": uuid4(),
            "kind": self._kinds(place)[0],
            "starts_at": _next_hour(),
            "cases": ticked,
        }
        first |= {"place": room.place[:MOST_PLACE]} if room else {}
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
                place.place.where,
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

    def _place(self, request: HttpRequest) -> HoldingPlace:
        places = holding_places(self.user.posts_on(today()), now())
        wanted = request.GET.get("at", "")
        place = next(
            (place for place in places if place.key == wanted or not wanted), None
        )
        if place is None:
            raise Http404
        return place

    def _kinds(self, place: HoldingPlace) -> list[MeetingKind]:
        return [kind for kind in MeetingKind if kind in PLACES[place.level]]

    def _form(self, place: HoldingPlace, *args: Any, **options: Any) -> CallForm:
        kinds = self._kinds(place)
        waiting = waiting_for(place.empty_meeting(), self.user, now())
        return CallForm(kinds, waiting, self.sight(), *args, **options)

    def _show(
        self,
        request: HttpRequest,
        place: HoldingPlace,
        form: CallForm,
        status: int = 200,
    ) -> HttpResponse:
        places = holding_places(self.user.posts_on(today()), now())
        several = places if len(places) > 1 else []
        context = {
            "nav": "meetings",
            "form": form,
            "place": place,
            "places": several,
            "room": _room_of(place),
        }
        return render(request, "cases/meetings/call.html", context, status=status)


def _room_of(place: HoldingPlace) -> TalkRoom | None:
    """The village's talk room, with the day of the month on which it asks everybody
    in.
    """
    where = place.place.where
    return (
        TalkRoom.objects.filter(village=where).first()
        if isinstance(where, Village)
        else None
    )


def _next_hour() -> Any:
    """The next full hour: the meeting is mostly about to begin."""
    here = timezone.localtime(now())
    return here.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
