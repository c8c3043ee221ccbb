"""The API of the talk rooms (群众说事室): place, hours, phone and talk day of each
village.
"""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from minshi.api import KeyPages
from villages import duty
from villages.api.caller import CallerApi
from villages.api.fields import validated
from villages.models import TalkRoom, Village
from villages.models.duty import LAST_TALK_DAY


class TalkRoomSerializer(serializers.ModelSerializer[TalkRoom]):
    village = serializers.IntegerField(source="village_id", read_only=True)
    village_name = serializers.CharField(source="village", read_only=True)

    class Meta:
        model = TalkRoom
        fields = (
            "village",
            "village_name",
            "place",
            "hours",
            "phone",
            "talk_day",
            "names_officers",
        )
        read_only_fields = fields


class TalkRoomWanted(serializers.Serializer[Any]):
    place = serializers.CharField(max_length=80)
    hours = serializers.CharField(
        max_length=80, required=False, allow_blank=True, default=""
    )
    phone = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default=""
    )
    talk_day = serializers.IntegerField(
        min_value=1,
        max_value=LAST_TALK_DAY,
        help_text=_("On this day of every month everybody is asked in."),
    )
    names_officers = serializers.BooleanField(
        default=False,
        help_text=_("Speakers read who of the village works on their matter."),
    )


class TalkRoomApi(CallerApi):
    def villages(self) -> QuerySet[Village]:
        return Village.objects.in_reach_of(self.user, self.on)

    def rooms(self) -> QuerySet[TalkRoom]:
        rooms = TalkRoom.objects.filter(village__in=self.villages())
        return rooms.select_related("village")


class TalkRoomList(TalkRoomApi, GenericAPIView[TalkRoom]):
    serializer_class = TalkRoomSerializer
    queryset = TalkRoom.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("village", "id")

    @extend_schema(
        operation_id="list_talk_rooms",
        summary=_("List the talk rooms of the villages."),
        responses={200: TalkRoomSerializer(many=True)},
    )
    def get(self, _request: Request) -> Response:
        """The talk rooms of the villages within reach."""
        page = self.paginate_queryset(self.rooms())
        return self.get_paginated_response(TalkRoomSerializer(page, many=True).data)


class TalkRoomItem(TalkRoomApi):
    @extend_schema(
        operation_id="get_talk_room",
        summary=_("Read where a village listens."),
        responses={200: TalkRoomSerializer},
    )
    def get(self, _request: Request, village: int) -> Response:
        """A village's talk room; none where it was not described yet."""
        # by its key: of a relation Django asks for a number no column holds
        room = get_object_or_404(self.rooms(), village__pk=village)
        return Response(TalkRoomSerializer(room).data)

    @extend_schema(
        operation_id="describe_talk_room",
        summary=_("Say where and when a village listens."),
        request=TalkRoomWanted,
        responses={200: TalkRoomSerializer},
    )
    def put(self, request: Request, village: int) -> Response:
        """Say, as the village's secretary, where the village listens and when."""
        own_village = get_object_or_404(self.villages(), pk=village)
        entered = validated(TalkRoomWanted(data=request.data))

        room = duty.describe_talk_room(own_village, **entered, by=self.user, at=self.at)
        return Response(TalkRoomSerializer(room).data)
