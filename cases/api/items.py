"""One item of an agenda: its words and votes, its place, who steps aside, and
concluding it.
"""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from cases import meetings
from cases.api.meetings import MeetingApi
from cases.models import AgendaItem, Case, Meeting
from cases.serializers import meetings as bodies
from cases.serializers.moves import body_of
from cases.workflow import Action, read_facts
from minshi.api import idempotency_key
from minshi.api_docs import IDEMPOTENCY_PARAMETER


class ItemApi(MeetingApi):
    def item(self, meeting: Meeting, item: int) -> AgendaItem:
        """Return an item of a meeting.

        Http404: there is none, or its case is out of sight.
        """
        items = AgendaItem.objects.select_related("case")
        found = get_object_or_404(items, meeting=meeting, pk=item)

        if found.case and not self.visible().filter(pk=found.case.pk).exists():
            raise Http404

        found.meeting = meeting
        return found


class ItemItselfAPIView(ItemApi):
    @extend_schema(
        operation_id="draft_item",
        summary=_("Keep what is written on an item before it is concluded."),
        request=bodies.DraftBody,
        responses={200: bodies.MeetingWhole},
    )
    def put(self, request: Request, pk: int, item: int) -> Response:
        """Keep what is written on an item before it is concluded."""
        meeting = self.meeting(pk)
        found = self.item(meeting, item)
        by = self.holder(meeting)
        data = self.read(bodies.DraftBody)

        meetings.save_item(
            found,
            version=data["version"],
            opinions=data["opinions"],
            votes=votes_of(data),
            by=by,
            at=self.at,
        )
        return self.answer(meeting)

    @extend_schema(
        operation_id="take_off_agenda",
        summary=_("Take an item off the agenda."),
        responses={204: OpenApiResponse(description="Off the agenda.")},
    )
    def delete(self, request: Request, pk: int, item: int) -> Response:
        """Take an item off the agenda."""
        meeting = self.meeting(pk)
        found = self.item(meeting, item)
        by = self.holder(meeting)

        meetings.remove_item(found, by=by, at=self.at)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ItemPlaceAPIView(ItemApi):
    @extend_schema(
        operation_id="place_item",
        summary=_("Move an item up or down the agenda."),
        request=bodies.PlaceBody,
        responses={200: bodies.MeetingWhole},
    )
    def post(self, request: Request, pk: int, item: int) -> Response:
        """Take an item one place up or down; nothing happens at either end."""
        meeting = self.meeting(pk)
        found = self.item(meeting, item)
        by = self.holder(meeting)
        data = self.read(bodies.PlaceBody)

        meetings.move_item(found, up=data["to"] == bodies.UP, by=by, at=self.at)
        return self.answer(meeting)


class AsidesAPIView(ItemApi):
    @extend_schema(
        operation_id="set_asides",
        summary=_("Say who steps aside from an item."),
        request=bodies.AsideBody,
        responses={200: bodies.MeetingWhole},
    )
    def put(self, request: Request, pk: int, item: int) -> Response:
        """Say who steps aside from an item, and which namesakes take part after all."""
        meeting = self.meeting(pk)
        found = self.item(meeting, item)
        by = self.holder(meeting)
        data = self.read(bodies.AsideBody)

        asides = {line["attendee"]: line["reason"] for line in data["asides"]}
        lifted = {line["attendee"]: line["reason"] for line in data["lifted"]}
        meetings.set_aside(found, asides, lifted=lifted, by=by, at=self.at)

        return self.answer(meeting)


class ConclusionAPIView(ItemApi):
    @extend_schema(
        operation_id="conclude_item",
        summary=_("Conclude an item by its votes."),
        request=bodies.ConcludeBody,
        parameters=[IDEMPOTENCY_PARAMETER],
        responses={200: bodies.MeetingWhole},
    )
    def post(self, request: Request, pk: int, item: int) -> Response:
        """Conclude an item by its votes; where it passed about a matter, the step is
        made with it.
        """
        meeting = self.meeting(pk)
        found = self.item(meeting, item)
        by = self.holder(meeting)
        data = self.read(bodies.ConcludeBody)
        key = idempotency_key(request)

        has_passed = data["verdict"] == meetings.Verdict.PASSED
        step: dict[str, Any] = {}
        if found.case and has_passed and data.get("action"):
            step = self._step(found.case, data)

        meetings.conclude(
            found,
            data["verdict"],
            version=data["version"],
            key=key,
            opinions=data["opinions"],
            votes=votes_of(data),
            resolution=data["resolution"],
            by=by,
            at=self.at,
            **step,
        )
        return self.answer(meeting)

    def _step(self, case: Case, data: dict[str, Any]) -> dict[str, Any]:
        """Return the step made with the item, as `conclude` takes it.

        Its body is that of POST …/moves/; ValidationError as there.
        """
        action = Action(data["action"])
        inputs = {**data.get("move", {}), "action": action.value}
        context = self.context(facts=read_facts(case, self.at))
        body = body_of(action)(data=inputs, context=context)
        body.is_valid(raise_exception=True)

        return {
            "action": action,
            "case_version": body.validated_data["version"],
            **body.validated_data["inputs"],
        }


def votes_of(data: Any) -> tuple[int | None, int | None, int | None]:
    """Return the votes of a body: for, against, abstained."""
    return data["votes_for"], data["votes_against"], data["votes_abstain"]
