"""待议 over the API: the places where the caller decides, and the cases that wait."""

from typing import Any

from django.db.models import QuerySet, Value
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_filters.utils import translate_validation
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.lists.queue import (
    ORDERS,
    QueueTab,
    deciding_place,
    deciding_places,
    heard_in,
    queue_at,
    reasons_for,
)
from cases.lists.row_filters import QueueFilter
from cases.meetings.sitting import HoldingPlace
from cases.models import Case
from cases.models.choices import Level
from cases.serializers.case_row import QueueRowSerializer
from minshi.api import KeyPages
from villages.api.fields import NO_SUCH_CHOICE

DECIDING_PLACE = OpenApiParameter(
    "at",
    str,
    description="A place by its key: v12, t3, c621226; without it your highest.",
)
NOT_HERE = OpenApiResponse(description="You decide for no such place.")


class PlaceRow(serializers.Serializer[Any]):
    at = serializers.CharField(source="key")
    place = serializers.CharField(source="label")
    level = serializers.ChoiceField(Level.choices)


class QueuePlacesAPIView(CaseApi):
    @extend_schema(
        operation_id="list_queue_places",
        summary=_("List the places you decide for."),
        responses={200: PlaceRow(many=True)},
    )
    def get(self, _request: Request) -> Response:
        """The places you decide for, the highest first."""
        places = deciding_places(self.user.posts_on(self.on), self.at)
        return Response(PlaceRow(places, many=True).data)


class DecisionQueueAPIView(CaseApi, GenericAPIView[Case]):
    serializer_class = QueueRowSerializer
    queryset = Case.objects.none()
    pagination_class = KeyPages
    filter_backends = ()

    @property
    def order(self) -> tuple[str, str]:
        return ORDERS[self.tab()]

    def tab(self) -> str:
        """Return the tab asked for, else what waits. ValidationError: no such tab."""
        tab = self.request.query_params.get("tab", QueueTab.WAITING.value)
        if tab not in QueueTab.values:
            raise ValidationError({"tab": [NO_SUCH_CHOICE]})
        return tab

    def place(self) -> HoldingPlace:
        """Return the place asked for, else the highest.

        Http404: the caller does not decide there.
        """
        key = self.request.query_params.get("at", "")
        place = deciding_place(self.user.posts_on(self.on), key, self.at)

        if place is None:
            raise Http404
        return place

    @extend_schema(
        operation_id="list_queue",
        summary=_("List the matters that wait for a decision."),
        parameters=[
            DECIDING_PLACE,
            OpenApiParameter(
                "tab", str, enum=QueueTab.values, default=QueueTab.WAITING.value
            ),
            OpenApiParameter("town", int, description="The id of a town in reach."),
        ],
        responses={200: QueueRowSerializer(many=True), 404: NOT_HERE},
    )
    def get(self, _request: Request) -> Response:
        """The cases that wait for the decision of a place, are on an agenda there, or
        were decided there.
        """
        in_place = queue_at(self.place(), self.user, self.at)
        narrowed = QueueFilter(self.request.query_params, request=self.request)
        if not narrowed.is_valid():
            raise translate_validation(narrowed.errors)

        found = narrowed.of(in_place[self.tab()])
        cases: QuerySet[Case] = found.with_row().select_related("topic")
        page = self.paginate_queryset(cases.annotate(redacted=Value(False))) or []

        heard = heard_in(self.tab(), page, self.user, self.on)
        reasons = reasons_for(page, self.sight)
        context = self.context(reasons=reasons, heard=heard)
        rows = QueueRowSerializer(page, many=True, context=context)
        return self.get_paginated_response(rows.data)
