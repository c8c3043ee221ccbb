"""One item of an agenda: its words and votes, its place, who steps aside, and
concluding it.
"""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from cases import meetings
from cases.api.meetings import MeetingApi
from cases.models import AgendaItem, Case, Meeting
from cases.serializers import meetings as bodies
from cases.serializers.moves import body_of
from cases.workflow import Action, Officer, read_facts
from minshi.api import idempotency_key
from minshi.api_docs import IDEMPOTENCY_PARAMETER


class ItemApi(MeetingApi):
    def item(self, pk: int, item: int) -> tuple[Meeting, AgendaItem, Officer]:
        """An item whose case is within sight, and as whom the user holds its
        meeting.
        """
        meeting = self.meeting(pk)
        found = get_object_or_404(
            AgendaItem.objects.select_related("case"), meeting=meeting, pk=item
        )
        if found.case and not self.visible().filter(pk=found.case.pk).exists():
            raise Http404
        found.meeting = meeting
        return meeting, found, self.holder(meeting)


class Item(ItemApi):
    @extend_schema(request=bodies.DraftBody, responses={200: bodies.MeetingWhole})
    def put(self, request: Request, pk: int, item: int) -> Response:
        """Keep what is written on an item before it is concluded."""
        meeting, found, by = self.item(pk, item)
        data = self.read(bodies.DraftBody)
        meetings.save_item(
            found,
            version=data["version"],
            opinions=data["opinions"],
            votes=votes_of(data),
            by=by,
            at=self.at,
        )
        return self.whole(meeting)

    @extend_schema(responses={204: OpenApiResponse(description="Off the agenda.")})
    def delete(self, request: Request, pk: int, item: int) -> Response:
        """Take an item off the agenda."""
        _meeting, found, by = self.item(pk, item)
        meetings.remove_item(found, by=by, at=self.at)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Place(ItemApi):
    @extend_schema(request=bodies.PlaceBody, responses={200: bodies.MeetingWhole})
    def post(self, request: Request, pk: int, item: int) -> Response:
        """Take an item one place up or down; nothing happens at either end."""
        meeting, found, by = self.item(pk, item)
        meetings.move_item(
            found, up=self.read(bodies.PlaceBody)["to"] == bodies.UP, by=by, at=self.at
        )
        return self.whole(meeting)


class Asides(ItemApi):
    @extend_schema(request=bodies.AsideBody, responses={200: bodies.MeetingWhole})
    def put(self, request: Request, pk: int, item: int) -> Response:
        """Say who steps aside from an item, and which namesakes take part after all."""
        meeting, found, by = self.item(pk, item)
        data = self.read(bodies.AsideBody)
        asides, lifted = (
            {line["attendee"]: line["reason"] for line in data[name]}
            for name in ("asides", "lifted")
        )
        meetings.set_aside(found, asides, lifted=lifted, by=by, at=self.at)
        return self.whole(meeting)


class Conclusion(ItemApi):
    @extend_schema(
        request=bodies.ConcludeBody,
        parameters=[IDEMPOTENCY_PARAMETER],
        responses={200: bodies.MeetingWhole},
    )
    def post(self, request: Request, pk: int, item: int) -> Response:
        """Conclude an item by its votes; where it passed about a matter, the step is
        made with it.
        """
        meeting, found, by = self.item(pk, item)
        data = self.read(bodies.ConcludeBody)
        moves = data["verdict"] == meetings.Verdict.PASSED and data.get("action")
        meetings.conclude(
            found,
            data["verdict"],
            version=data["version"],
            key=idempotency_key(request),
            opinions=data["opinions"],
            votes=votes_of(data),
            resolution=data["resolution"],
            by=by,
            at=self.at,
            **(self._move(found.case, data) if found.case and moves else {}),
        )
        return self.whole(meeting)

    def _move(self, case: Case, data: dict[str, Any]) -> dict[str, Any]:
        """What `conclude` takes of the step: the body is that of POST …/moves/.
        ValidationError as there.
        """
        action = Action(data["action"])
        context = self.context(facts=read_facts(case, self.at))
        body = body_of(action)(
            data={**data.get("move", {}), "action": action.value}, context=context
        )
        body.is_valid(raise_exception=True)
        return {
            "action": action,
            "case_version": body.validated_data["version"],
            **body.validated_data["inputs"],
        }


def votes_of(data: Any) -> tuple[int | None, int | None, int | None]:
    return data["votes_for"], data["votes_against"], data["votes_abstain"]
