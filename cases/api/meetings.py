"""Meetings: calling them, their roll, agenda and minutes."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases import meetings
from cases.api.base import CaseApi
from cases.meetings.sitting import HoldingPlace, Sitting, holding_places
from cases.models import Attendee, Case, Meeting
from cases.privacy.table import show_meetings
from cases.serializers import meetings as bodies
from cases.workflow import Officer
from minshi.api import KeyPages, idempotency_key
from minshi.api_docs import IDEMPOTENCY_PARAMETER
from minshi.errors import InputRefused, NoSuchRight
from villages.models import Group


class MeetingApi(CaseApi):
    def meetings(self) -> QuerySet[Meeting]:
        seen = Meeting.objects.visible_to(self.user, self.on)
        return seen.select_related("village__town", "town")

    def meeting(self, pk: int) -> Meeting:
        return get_object_or_404(self.meetings(), pk=pk)

    def holder(self, meeting: Meeting) -> Officer:
        """Return the user in the post from which they hold the meeting.

        The secretary's post comes before others. NoSuchRight: they only read it.
        """
        posts = meetings.holding_posts(self.user.posts_on(self.on), meeting, self.at)
        posts.sort(key=lambda post: post.role != "secretary")

        if not posts:
            raise NoSuchRight(_("This meeting is not yours to hold."))
        return Officer(self.user, posts[0])

    def read(self, body_class: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return what the request's body says. ValidationError names what is wrong."""
        body = body_class(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def cases_numbered(self, numbers: Iterable[str]) -> list[Case]:
        """Return the cases by their numbers, in that order, each once.

        InputRefused: one is out of sight or does not exist.
        """
        wanted = list(dict.fromkeys(numbers))
        visible = self.visible().filter(number__in=wanted)
        found = {case.number: case for case in visible}

        if len(found) != len(wanted):
            words = _(
                "One of these matters waits for no decision here, or is on an agenda"
                " already."
            )
            raise InputRefused.at(cases=words)
        return [found[number] for number in wanted]

    def answer(self, meeting: Meeting) -> Response:
        """Answer with a meeting as it now stands, as far as the user may see it."""
        with_parts = self.meetings().prefetch_related("attendees", "corrections")
        fresh = with_parts.get(pk=meeting.pk)

        context = {"sitting": Sitting(fresh, self.user, self.on)}
        return Response(bodies.MeetingWhole(fresh, context=context).data)


class MeetingListAPIView(MeetingApi, GenericAPIView[Meeting]):
    serializer_class = bodies.MeetingRow
    queryset = Meeting.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("-starts_at", "-id")

    @extend_schema(
        operation_id="list_meetings",
        summary=gettext_lazy("List the meetings."),
        responses={200: bodies.MeetingRow(many=True)},
    )
    def get(self, request: Request) -> Response:
        """The meetings in reach, the latest first."""
        page = self.paginate_queryset(self.meetings()) or []
        show_meetings(page)
        return self.get_paginated_response(bodies.MeetingRow(page, many=True).data)

    @extend_schema(
        operation_id="call_meeting",
        summary=gettext_lazy("Call a meeting."),
        request=bodies.CallBody,
        parameters=[IDEMPOTENCY_PARAMETER],
        responses={201: bodies.MeetingWhole},
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Call a meeting."""
        data = self.read(bodies.CallBody)
        kind = data.pop("kind")
        holding = self._holding_place(kind, data.pop("village", None))
        cases = self.cases_numbered(data.pop("cases", ()))
        group = Group.objects.filter(pk=data.pop("group", None)).first()

        meeting = meetings.call_meeting(
            kind,
            holding.place.where,
            by=Officer(self.user, holding.post),
            at=self.at,
            key=idempotency_key(request),
            cases=cases,
            group=group,
            **data,
        )

        answer = self.answer(meeting)
        answer.status_code = status.HTTP_201_CREATED
        return answer

    def _holding_place(self, kind: str, village: int | None) -> HoldingPlace:
        """Return the place at which the user holds meetings of a kind.

        Without a village named it is the first. NoSuchRight: there is none.
        """
        for holding in holding_places(self.user.posts_on(self.on), self.at):
            is_wanted = village is None or holding.key == f"v{village}"
            if is_wanted and kind in meetings.PLACES[holding.level]:
                return holding

        raise NoSuchRight(_("This meeting is not yours to hold."))


class MeetingItselfAPIView(MeetingApi):
    @extend_schema(
        operation_id="get_meeting",
        summary=gettext_lazy("Read one meeting."),
        responses={200: bodies.MeetingWhole},
    )
    def get(self, request: Request, pk: int) -> Response:
        """A meeting with its roll, its agenda as far as you may see it, and its
        minutes.
        """
        return self.answer(self.meeting(pk))

    @extend_schema(
        operation_id="change_meeting",
        summary=gettext_lazy("Change time, place, chair or recorder of a meeting."),
        request=bodies.ChangeBody,
        responses={200: bodies.MeetingWhole},
    )
    def put(self, request: Request, pk: int) -> Response:
        """Another time, place, chair or recorder; or the numbers of an assembly."""
        meeting = self.meeting(pk)
        data = self.read(bodies.ChangeBody)
        meetings.change_meeting(meeting, by=self.holder(meeting), at=self.at, **data)
        return self.answer(meeting)


class RollAPIView(MeetingApi):
    @extend_schema(
        operation_id="note_roll",
        summary=gettext_lazy("Note who is present at a meeting."),
        request=bodies.RollBody,
        responses={200: bodies.MeetingWhole},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Note who is present; whoever is not named stays as they are."""
        meeting = self.meeting(pk)
        data = self.read(bodies.RollBody)

        ticked = {}
        substitutes = {}
        for line in data["people"]:
            if "present" in line:
                ticked[line["attendee"]] = line["present"]
            if "substitute" in line:
                substitutes[line["attendee"]] = line["substitute"]

        by = self.holder(meeting)
        meetings.call_roll(meeting, ticked, substitutes=substitutes, by=by, at=self.at)
        return self.answer(meeting)


class PeopleAPIView(MeetingApi):
    @extend_schema(
        operation_id="add_attendee",
        summary=gettext_lazy("Add somebody who came to a meeting."),
        request=bodies.PersonBody,
        responses={200: bodies.MeetingWhole},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Add somebody who came."""
        meeting = self.meeting(pk)
        data = self.read(bodies.PersonBody)
        meetings.add_attendee(meeting, by=self.holder(meeting), at=self.at, **data)
        return self.answer(meeting)


class PersonAPIView(MeetingApi):
    @extend_schema(
        operation_id="remove_attendee",
        summary=gettext_lazy("Take somebody off the roll of a meeting."),
        responses={200: bodies.MeetingWhole},
    )
    def delete(self, request: Request, pk: int, person: int) -> Response:
        """Off the roll: who was added by mistake and was counted in no vote."""
        meeting = self.meeting(pk)
        attendees = Attendee.objects.select_related("meeting")
        found = get_object_or_404(attendees, meeting=meeting, pk=person)

        meetings.remove_attendee(found, by=self.holder(meeting), at=self.at)
        return self.answer(meeting)


class AgendaAPIView(MeetingApi):
    @extend_schema(
        operation_id="put_on_agenda",
        summary=gettext_lazy("Put matters or a subject on an agenda."),
        request=bodies.AgendaBody,
        responses={200: bodies.MeetingWhole},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Put matters that wait, or a subject, on the agenda."""
        meeting = self.meeting(pk)
        data = self.read(bodies.AgendaBody)
        by = self.holder(meeting)
        cases = self.cases_numbered(data.get("cases", ()))
        meetings.add_item(
            meeting, cases=cases, subject=data["subject"], by=by, at=self.at
        )
        return self.answer(meeting)


class MinutesAPIView(MeetingApi):
    @extend_schema(
        operation_id="write_minutes",
        summary=gettext_lazy("Keep the minutes of a meeting."),
        request=bodies.MinutesBody,
        responses={200: bodies.MeetingWhole},
    )
    def put(self, request: Request, pk: int) -> Response:
        """Keep the minutes; refused where somebody else wrote meanwhile."""
        meeting = self.meeting(pk)
        data = self.read(bodies.MinutesBody)
        by = self.holder(meeting)
        meetings.save_minutes(
            meeting, data["minutes"], version=data["version"], by=by, at=self.at
        )
        return self.answer(meeting)


class CloseAPIView(MeetingApi):
    @extend_schema(
        operation_id="close_meeting",
        summary=gettext_lazy("Close a meeting for good."),
        request=bodies.NothingBody,
        responses={200: bodies.MeetingWhole},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Close the meeting for good."""
        meeting = self.meeting(pk)
        meetings.close_meeting(meeting, by=self.holder(meeting), at=self.at)
        return self.answer(meeting)


class CancelAPIView(MeetingApi):
    @extend_schema(
        operation_id="cancel_meeting",
        summary=gettext_lazy("Cancel a meeting."),
        request=bodies.NothingBody,
        responses={200: bodies.MeetingWhole},
    )
    def post(self, request: Request, pk: int) -> Response:
        """The meeting does not take place."""
        meeting = self.meeting(pk)
        meetings.cancel_meeting(meeting, by=self.holder(meeting), at=self.at)
        return self.answer(meeting)


class CorrectionsAPIView(MeetingApi):
    @extend_schema(
        operation_id="correct_minutes",
        summary=gettext_lazy("Correct the minutes of a closed meeting."),
        request=bodies.CorrectionBody,
        responses={200: bodies.MeetingWhole},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Put something right in the minutes of a closed meeting."""
        meeting = self.meeting(pk)
        data = self.read(bodies.CorrectionBody)
        meetings.correct_minutes(meeting, by=self.holder(meeting), at=self.at, **data)
        return self.answer(meeting)
