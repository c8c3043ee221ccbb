"""The meetings in reach, and calling one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from cases.forms import CallForm
from cases.lists.paging import page_of
from cases.lists.topics import topics_of
from cases.meetings import PLACES, call_meeting, doubts_about, waiting_for
from cases.meetings.sitting import HoldingPlace
from cases.privacy.table import reading_tables_of
from cases.views.meetings.access import MeetingView
from cases.workflow import Officer
from minshi.clock import now
from minshi.errors import UNPROCESSABLE, RuleBroken
from villages.models import Group, MeetingKind, TalkRoom, Village

ORDER = ("-starts_at", "-id")
MOST_COMING = 30


class MeetingList(MeetingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        coming = self.meetings().to_come().order_by("starts_at", "pk")
        over = self.meetings().exclude(closed_at=None, cancelled_at=None)

        shown = list(coming[:MOST_COMING])
        page = page_of(over, ORDER, request.GET.get("after", ""))
        listed = [*shown, *page.rows]
        tables = reading_tables_of(meeting.pk for meeting in listed)
        for meeting in listed:
            tables[meeting.pk].show(meeting)
        topics = topics_of(listed, tables, self.sight())

        context = {
            "nav": "meetings",
            "coming": [(meeting, topics.get(meeting.pk, "")) for meeting in shown],
            "over": [(meeting, topics.get(meeting.pk, "")) for meeting in page.rows],
            "page": page,
            "may_call": bool(self.places()),
        }
        return render(request, "cases/meetings/list.html", context)


class CallMeeting(MeetingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        place = self._place(request)
        room = _room_of(place)

        first: dict[str, Any] = {
            "key": uuid4(),
            "kind": self._kinds(place)[0],
            "starts_at": _this_minute(),
            "cases": request.GET.getlist("cases"),
        }
        if room:
            first["place"] = room.place

        return self._show(request, place, self._form(place, initial=first))

    def post(self, request: HttpRequest) -> HttpResponse:
        place = self._place(request)
        form = self._form(place, request.POST)
        if not form.is_valid():
            return self._show(request, place, form, UNPROCESSABLE)

        data = form.cleaned_data
        doubts = doubts_about(
            data["kind"],
            place.place.where,
            starts_at=data["starts_at"],
            chair=data["chair"],
            cases=data["cases"],
        )
        if doubts and "sure" not in request.POST:
            return self._show(request, place, form, UNPROCESSABLE, doubts)

        try:
            meeting = call_meeting(
                data["kind"],
                place.place.where,
                starts_at=data["starts_at"],
                place=data["place"],
                chair=data["chair"],
                recorder=data["recorder"],
                group=data.get("group"),
                short_notice=data.get("short_notice", ""),
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
        """Return the place that the address names, else the first; Http404: none."""
        wanted = request.GET.get("at", "")
        for place in self.places():
            if place.key == wanted or not wanted:
                return place
        raise Http404

    def _kinds(self, place: HoldingPlace) -> list[MeetingKind]:
        return [kind for kind in MeetingKind if kind in PLACES[place.level]]

    def _form(self, place: HoldingPlace, *args: Any, **options: Any) -> CallForm:
        kinds = self._kinds(place)
        waiting = waiting_for(place.empty_meeting(), self.user, now())
        groups = _groups_of(place)
        return CallForm(kinds, groups, waiting, self.sight(), *args, **options)

    def _show(
        self,
        request: HttpRequest,
        place: HoldingPlace,
        form: CallForm,
        status: int = 200,
        doubts: Sequence[str] = (),
    ) -> HttpResponse:
        places = self.places()
        context = {
            "nav": "meetings",
            "form": form,
            "doubts": doubts,
            "place": place,
            "places": places if len(places) > 1 else [],
            "room": _room_of(place),
        }
        return render(request, "cases/meetings/call.html", context, status=status)


def _groups_of(place: HoldingPlace) -> QuerySet[Group]:
    """Return the groups of a village; none of a town or a county."""
    where = place.place.where
    if not isinstance(where, Village):
        return Group.objects.none()
    return Group.objects.filter(village=where).order_by("number")


def _room_of(place: HoldingPlace) -> TalkRoom | None:
    """Return the village's talk room, which names its talk day in the month."""
    where = place.place.where
    if not isinstance(where, Village):
        return None
    return TalkRoom.objects.filter(village=where).first()


def _this_minute() -> datetime:
    """Return the present minute: most meetings are called as they begin, and one whose
    time is still to come cannot be closed.
    """
    return timezone.localtime(now()).replace(second=0, microsecond=0)
