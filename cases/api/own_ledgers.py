"""A ledger as its reader arranged it, over the API: columns, order, saved filters."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.ledgers import BOOKS, AnyBook
from cases.ledgers.arranged import (
    LONGEST_QUERY,
    arrange,
    drop_filter,
    in_order,
    keep_filter,
    own_ledger,
)
from cases.models import OwnLedger
from cases.models.own_ledger import LONGEST_FILTER_NAME
from cases.privacy.disclosure import may_show_speaker, show_speaker
from villages.models.audit import LONGEST_REASON

MOST_COLUMNS = 60


class SavedFilter(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=LONGEST_FILTER_NAME)
    query = serializers.CharField(
        max_length=LONGEST_QUERY,
        allow_blank=True,
        help_text=_(
            "As in the address of the ledger. Words searched for are left out of it."
        ),
    )
    is_default = serializers.BooleanField(default=False)


class Arrangement(serializers.Serializer[Any]):
    hidden = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=MOST_COLUMNS
    )
    order = serializers.ListField(
        child=serializers.CharField(max_length=40),
        max_length=MOST_COLUMNS,
        help_text=_("The keys of the columns; what is not named stays in its place."),
    )
    oldest_first = serializers.BooleanField(default=False)


class FilterSaved(SavedFilter):
    is_default = serializers.BooleanField(read_only=True)


class OwnLedgerSerializer(Arrangement):
    oldest_first = serializers.BooleanField(read_only=True)
    filters = FilterSaved(many=True)


class OwnLedgerApi(CaseApi):
    def book(self, key: str) -> AnyBook:
        """Return the ledger as the caller reads it. Http404: there is none."""
        if key not in BOOKS:
            raise Http404
        return BOOKS[key].for_reader(self.user, self.on)

    def shown(self, book: AnyBook, own: OwnLedger) -> Response:
        keys = [column.key for column in in_order(own, book.ledger)]
        answer = {
            # a column that is there no more could not be sent back
            "hidden": [key for key in own.hidden if key in keys],
            "order": keys,
            "oldest_first": own.oldest_first,
            "filters": own.filters,
        }
        return Response(OwnLedgerSerializer(answer).data)


class OwnLedgerAPIView(OwnLedgerApi):
    @extend_schema(
        operation_id="get_own_ledger",
        summary=_("Read how you arranged a ledger."),
        responses={200: OwnLedgerSerializer},
    )
    def get(self, _request: Request, key: str) -> Response:
        """The columns of your page in their order, and the filters you saved."""
        book = self.book(key)
        return self.shown(book, own_ledger(self.user, book))

    @extend_schema(
        operation_id="arrange_own_ledger",
        summary=_("Arrange the columns of a ledger for yourself."),
        request=Arrangement,
        responses={200: OwnLedgerSerializer},
    )
    def put(self, request: Request, key: str) -> Response:
        """Hide and order columns of your own page; rows and files stay as they are."""
        book = self.book(key)
        body = Arrangement(data=request.data)
        body.is_valid(raise_exception=True)
        return self.shown(book, arrange(self.user, book, **body.validated_data))


class SavedFiltersAPIView(OwnLedgerApi):
    @extend_schema(
        operation_id="save_ledger_filter",
        summary=_("Save a filter of a ledger under a name."),
        request=SavedFilter,
        responses={200: OwnLedgerSerializer},
    )
    def post(self, request: Request, key: str) -> Response:
        """Save a filter, in the place of one of the same name."""
        book = self.book(key)
        body = SavedFilter(data=request.data)
        body.is_valid(raise_exception=True)
        return self.shown(book, keep_filter(self.user, book, **body.validated_data))


class SavedFilterAPIView(OwnLedgerApi):
    @extend_schema(
        operation_id="remove_ledger_filter",
        summary=_("Remove a saved filter."),
        responses={204: None},
    )
    def delete(self, _request: Request, key: str, name: str) -> Response:
        """Remove a filter of your own; nothing happens where there is none."""
        drop_filter(self.user, self.book(key), name)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SpeakerAsked(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST_REASON)


class SpeakerShown(serializers.Serializer[Any]):
    name = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)


class ShowSpeakerAPIView(CaseApi):
    @extend_schema(
        operation_id="show_speaker",
        summary=_("Have one masked name shown, with a reason."),
        request=SpeakerAsked,
        responses={200: SpeakerShown},
    )
    def post(self, request: Request, number: str) -> Response:
        """Who spoke, unmasked; that you had it shown, and why, is written down."""
        case = self.case(number)
        if not may_show_speaker(self.user, self.on, case):
            raise Http404

        body = SpeakerAsked(data=request.data)
        body.is_valid(raise_exception=True)
        speaker = show_speaker(
            case,
            by=self.user,
            reason=body.validated_data["reason"],
            at=self.at,
            request=request,
        )
        return Response(SpeakerShown(speaker).data)
