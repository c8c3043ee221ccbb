"""Closed ledgers over the API: closed, read, put right in red."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.ledgers.closed_rows import shown_rows
from cases.ledgers.freezing import freeze, headline_of, is_whole
from cases.ledgers.frozen_paper import of_earlier
from cases.ledgers.red_entries import differences, enter_in_red
from cases.models import FrozenLedger, RedEntry
from cases.models.frozen import FrozenLedgerQuerySet
from minshi.api import KeyPages
from minshi.errors import InputRefused
from villages.api.fields import NO_SUCH_CHOICE, DayField, IdField
from villages.models import Town, Village
from villages.rights import FREEZE_LEDGERS

ROWS_A_PAGE = 200


class FrozenSerializer(serializers.ModelSerializer[FrozenLedger]):
    title = serializers.SerializerMethodField()
    rows = serializers.IntegerField(source="rows_shown", read_only=True)
    frozen_by = serializers.CharField(source="frozen_by.user", read_only=True)

    class Meta:
        model = FrozenLedger
        fields = (
            "id",
            "title",
            "ledger",
            "town",
            "village",
            "first_on",
            "last_on",
            "rows",
            "frozen_at",
            "frozen_by",
        )
        read_only_fields = fields

    def get_title(self, frozen: FrozenLedger) -> str:
        return headline_of(frozen)


class FreezeBody(serializers.Serializer[Any]):
    ledger = serializers.CharField(max_length=30)
    village = IdField(required=False, allow_null=True, default=None)
    town = IdField(required=False, allow_null=True, default=None)
    first_on = DayField()
    last_on = DayField()


class RedEntrySerializer(serializers.ModelSerializer[RedEntry]):
    by = serializers.CharField(source="by.user", read_only=True)

    class Meta:
        model = RedEntry
        fields = ("column", "was", "now", "reason", "at", "by")
        read_only_fields = fields


class FrozenRowSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    number = serializers.CharField()
    cells = serializers.SerializerMethodField()
    red = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_cells(self, row: Any) -> dict[str, str]:
        return dict(zip(self.context["keys"], row.cells, strict=True))

    @extend_schema_field(RedEntrySerializer(many=True))
    def get_red(self, row: Any) -> Any:
        return RedEntrySerializer(list(row.red.values()), many=True).data


class OfEarlierSerializer(serializers.Serializer[Any]):
    ledger = serializers.IntegerField(
        source="entry.book_id", help_text=_("The closed ledger that it puts right.")
    )
    number = serializers.CharField(source="shown.number")
    red = RedEntrySerializer(source="entry")


class FrozenRows(serializers.Serializer[Any]):
    rows = FrozenRowSerializer(many=True)
    next = serializers.IntegerField(
        allow_null=True, help_text=_("The position at which the next page begins.")
    )
    of_earlier = OfEarlierSerializer(
        many=True,
        help_text=_("What was put right of earlier ledgers in these days: last page."),
    )


class FrozenCheck(serializers.Serializer[Any]):
    is_whole = serializers.BooleanField(
        help_text=_("The rows are those that were closed.")
    )
    changed = serializers.IntegerField(
        help_text=_("How many cells say something else today.")
    )


class RedBody(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=100)


class FrozenApi(CaseApi):
    def books(self) -> FrozenLedgerQuerySet:
        """Return the closed ledgers of the own place."""
        rows = FrozenLedger.objects.visible_to(self.user, self.on)
        return rows.select_related("town", "village__town", "frozen_by__user")


class FrozenListAPIView(FrozenApi, GenericAPIView[Any]):
    serializer_class = FrozenSerializer
    queryset = FrozenLedger.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("-frozen_at", "-id")

    @extend_schema(
        operation_id="list_closed_ledgers",
        summary=_("List the closed ledgers."),
        responses={200: FrozenSerializer(many=True)},
    )
    def get(self, _request: Request) -> Response:
        """The closed ledgers of the own village or territory, the newest first."""
        page = self.paginate_queryset(self.books())
        return self.get_paginated_response(FrozenSerializer(page, many=True).data)

    @extend_schema(
        operation_id="close_ledger",
        summary=_("Close a ledger of a past time."),
        request=FreezeBody,
        responses={201: FrozenSerializer},
    )
    def post(self, request: Request) -> Response:
        """Close a ledger of a village or a town; closed already, it is the one there
        is.
        """
        body = FreezeBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        frozen = freeze(
            said["ledger"],
            self._place(said),
            first=said["first_on"],
            last=said["last_on"],
            by=self.user,
            at=self.at,
        )
        shown = FrozenSerializer(self.books().get(pk=frozen.pk)).data
        return Response(shown, status=status.HTTP_201_CREATED)

    def _place(self, said: dict[str, Any]) -> Village | Town:
        """Return the village or town of the body. InputRefused: none within reach."""
        if said["village"]:
            villages = Village.objects.in_reach_of(self.user, self.on, FREEZE_LEDGERS)
            village = villages.select_related("town").filter(pk=said["village"]).first()
            if village is None:
                raise InputRefused.at(village=NO_SUCH_CHOICE)
            return village

        towns = Town.objects.in_reach_of(self.user, self.on, FREEZE_LEDGERS)
        town = towns.filter(pk=said["town"] or 0).first()
        if town is None:
            raise InputRefused.at(town=NO_SUCH_CHOICE)
        return town


class FrozenItemAPIView(FrozenApi):
    @extend_schema(
        operation_id="read_closed_ledger",
        summary=_("Read the rows of a closed ledger."),
        responses={200: FrozenRows},
    )
    def get(self, request: Request, pk: int) -> Response:
        """The rows as they stood, with what was entered in red; `from` is the position
        at which to begin.
        """
        frozen = get_object_or_404(self.books(), pk=pk)
        asked = request.query_params.get("from", "")
        start = int(asked) if asked.isdecimal() and len(asked) < len("1000000") else 1

        rows, following = shown_rows(frozen, self.sight, max(start, 1), ROWS_A_PAGE)
        earlier = [] if following else of_earlier(frozen, self.sight)
        answer = {"rows": rows, "next": following, "of_earlier": earlier}
        keys = [key for key, _heading in frozen.columns]
        return Response(FrozenRows(answer, context={"keys": keys}).data)


class FrozenRedAPIView(FrozenApi):
    @extend_schema(
        operation_id="check_closed_ledger",
        summary=_("Compare a closed ledger with today."),
        responses={200: FrozenCheck},
    )
    def get(self, _request: Request, pk: int) -> Response:
        """Whether the rows are those that were closed, and what changed since."""
        frozen = get_object_or_404(self.books(), pk=pk)
        changed = len(differences(frozen, self.user, self.at))
        answer = {"is_whole": is_whole(frozen), "changed": changed}
        return Response(FrozenCheck(answer).data)

    @extend_schema(
        operation_id="enter_in_red",
        summary=_("Enter in red what has changed since."),
        request=RedBody,
        responses={201: FrozenCheck},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Enter in red all that has changed, with the reason."""
        frozen = get_object_or_404(self.books(), pk=pk)
        body = RedBody(data=request.data)
        body.is_valid(raise_exception=True)
        reason = body.validated_data["reason"]
        made = enter_in_red(frozen, reason=reason, by=self.user, at=self.at)

        answer = {"is_whole": is_whole(frozen), "changed": len(made)}
        return Response(FrozenCheck(answer).data, status=status.HTTP_201_CREATED)
