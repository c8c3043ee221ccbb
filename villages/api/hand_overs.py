"""The API of hand-overs: the list of them, handing over and taking over."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from minshi.api import KeyPages
from minshi.celery import follow_roster_soon
from villages import duty
from villages.api.duty import DutyApi, PersonSerializer
from villages.api.fields import IdField, validated
from villages.duty.notes import show_notes
from villages.forms.duty import LONGEST_NOTE, MOST_VISITORS
from villages.models import HandOver


class HandOverSerializer(serializers.ModelSerializer[HandOver]):
    shift = serializers.IntegerField(source="shift_id", read_only=True)
    village = serializers.IntegerField(source="shift.village_id", read_only=True)
    written_by = PersonSerializer(read_only=True)
    taken_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = HandOver
        fields = (
            "id",
            "shift",
            "village",
            "note",
            "visitors",
            "written_by",
            "written_at",
            "taken_by",
            "taken_at",
        )
        read_only_fields = fields


class HandOversSought(serializers.Serializer[Any]):
    village = IdField(required=False)
    waiting = serializers.BooleanField(
        required=False, help_text=_("Only what nobody has taken over yet.")
    )


class HandOverWanted(serializers.Serializer[Any]):
    visitors = serializers.IntegerField(min_value=0, max_value=MOST_VISITORS)
    note = serializers.CharField(
        max_length=LONGEST_NOTE, required=False, allow_blank=True, default=""
    )


class HandOverList(DutyApi, GenericAPIView[HandOver]):
    serializer_class = HandOverSerializer
    queryset = HandOver.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("-written_at", "-id")

    @extend_schema(
        operation_id="list_hand_overs",
        summary=_("List the hand-overs from shift to shift."),
        parameters=[HandOversSought],
        responses={200: HandOverSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """The hand-overs from shift to shift in the villages where you take duty, the
        last first.
        """
        sought = validated(HandOversSought(data=request.query_params))
        rows = HandOver.objects.filter(shift__village__in=self.own_villages())

        if "village" in sought:
            rows = rows.filter(shift__village=sought["village"])
        if sought.get("waiting"):
            rows = rows.filter(taken_at=None)

        rows = rows.select_related("shift", "written_by__user", "taken_by__user")
        page = self.paginate_queryset(rows) or []
        show_notes(page)
        return self.get_paginated_response(HandOverSerializer(page, many=True).data)


class HandOverItem(DutyApi):
    @extend_schema(
        operation_id="hand_over_shift",
        summary=_("Hand your shift over."),
        request=HandOverWanted,
        responses={200: HandOverSerializer},
    )
    def post(self, request: Request, shift: int) -> Response:
        """Hand your shift over: how many came by, and what the next one must know."""
        own_shift = self.shift(shift)
        entered = validated(HandOverWanted(data=request.data))

        handed = duty.hand_over(own_shift, **entered, **self.doing)
        show_notes([handed])
        transaction.on_commit(follow_roster_soon)
        return Response(HandOverSerializer(handed).data)


class HandOverTake(DutyApi):
    @extend_schema(
        operation_id="take_over_shift",
        summary=_("Take over what the shift before left."),
        request=None,
        responses={200: HandOverSerializer},
    )
    def post(self, _request: Request, hand_over: int) -> Response:
        """Take over what the shift before left."""
        rows = HandOver.objects.filter(shift__village__in=self.own_villages())
        rows = rows.select_related("shift", "written_by__user")

        handed = duty.take_over(get_object_or_404(rows, pk=hand_over), **self.doing)
        show_notes([handed])
        transaction.on_commit(follow_roster_soon)
        return Response(HandOverSerializer(handed).data)
