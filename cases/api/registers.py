"""Requests for time, and red-line reports, page by page."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.lists import red_lines, requests
from cases.lists.red_lines import AWAITED, RECEIVED
from cases.lists.requests import OPEN, ORDERS, RULED
from cases.models import MandatoryReport, TimeRequest
from cases.serializers.registers import RedLineRow, TimeRequestRow
from cases.workflow.writers import writers_for
from minshi import workdays
from minshi.api import KeyPages
from villages.api.fields import NO_SUCH_CHOICE


class RegisterApi(CaseApi, GenericAPIView[Any]):
    pagination_class = KeyPages
    filter_backends = ()
    states: tuple[str, ...]

    def state(self) -> str:
        """Return the state asked for, else the first. ValidationError: it is none."""
        state = self.request.query_params.get("state", self.states[0])
        if state not in self.states:
            raise ValidationError({"state": [NO_SUCH_CHOICE]})
        return state

    def beside(self, _page: Sequence[Any]) -> dict[str, Any]:
        """Return what the serializer reads beside the rows of a page."""
        return {}

    def answer(self, rows: QuerySet[Any]) -> Response:
        """Answer with one page of the rows."""
        page = self.paginate_queryset(rows) or []
        writers = writers_for([row.case for row in page], self.sight)
        context = self.context(writers=writers, **self.beside(page))
        shown = self.get_serializer(page, many=True, context=context)
        return self.get_paginated_response(shown.data)


class TimeRequestsAPIView(RegisterApi):
    serializer_class = TimeRequestRow
    queryset = TimeRequest.objects.none()
    states = (OPEN, RULED)

    @property
    def order(self) -> tuple[str, str]:
        return ORDERS[self.state()]

    @extend_schema(
        operation_id="list_time_requests",
        summary=_("List the requests for more time or a break."),
        parameters=[OpenApiParameter("state", str, enum=[OPEN, RULED], default=OPEN)],
        responses={200: TimeRequestRow(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Requests for more time or a break: those that wait, the longest first; or
        those ruled on, the last first.
        """
        seen = requests.requests_seen_by(self.user, workdays.local_day(self.at))
        return self.answer(requests.requests_in_state(seen, self.state()))


class RedLinesAPIView(RegisterApi):
    serializer_class = RedLineRow
    queryset = MandatoryReport.objects.none()
    order = red_lines.ORDER
    states = ("", AWAITED, RECEIVED)

    def beside(self, page: Sequence[Any]) -> dict[str, Any]:
        return {"events": red_lines.events_of(page)}

    @extend_schema(
        operation_id="list_red_lines",
        summary=_("List the red-line reports."),
        parameters=[OpenApiParameter("state", str, enum=[AWAITED, RECEIVED])],
        responses={200: RedLineRow(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Red-line reports of the territory, the last first; to all but reviewers and
        supervisors there are none.
        """
        seen = red_lines.reports_seen_by(self.user, workdays.local_day(self.at))
        return self.answer(red_lines.reports_in_state(seen, self.state()))
