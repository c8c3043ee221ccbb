"""Slips: those that a case has, and one of them by the same columns as the print."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.ledgers.exports import exportable
from cases.models import Assignment
from cases.models.scope import CaseQuerySet
from cases.serializers.slips import SheetSerializer, SlipOffered
from cases.slips import read_sheet, slips_of
from cases.slips.reading import asked_of
from minshi import workdays


class SlipApi(CaseApi):
    """For those who may take a ledger away; to all others a case has no slips."""

    def takable(self) -> CaseQuerySet:
        """Return the cases of which the caller may take a ledger away."""
        return exportable(self.visible(), self.user, workdays.local_day(self.at))


class SlipListAPIView(SlipApi):
    @extend_schema(
        operation_id="list_slips",
        summary=_("List the slips of a matter."),
        responses={200: SlipOffered(many=True)},
    )
    def get(self, request: Request, number: str) -> Response:
        """The slips that can be printed of the case."""
        case = self.case(number, self.takable())
        assignments = Assignment.objects.filter(case=case)
        offers: Any = slips_of(case, assignments, *asked_of(case))
        return Response(SlipOffered(offers, many=True).data)


class SlipItemAPIView(SlipApi):
    @extend_schema(
        operation_id="get_slip",
        summary=_("Read one slip of a matter."),
        responses={200: SheetSerializer},
    )
    def get(self, request: Request, number: str, key: str, nth: int) -> Response:
        """One slip, names and phones masked."""
        sheet = read_sheet(
            self.takable(), number, key, nth, sight=self.sight, at=self.at
        )
        if sheet is None:
            raise Http404
        return Response(SheetSerializer(sheet).data)
