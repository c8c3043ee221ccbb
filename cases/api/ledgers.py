"""Ledgers: their columns, and their rows as page, file and print define them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters.utils import translate_validation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.api.cases import BESIDE_FILTERS, CaseFilters
from cases.ledgers import BOOKS, AnyBook, Book, cases_read_in, read_records
from cases.ledgers.period import PERIODS, PeriodForm
from cases.lists.filters import CaseFilter
from cases.models import Case
from cases.privacy.disclosure import note_readings
from cases.serializers.ledgers import BookSerializer, LedgerRow
from minshi import tabular, workdays
from minshi.api import KeyPages

PERIOD = frozenset({"period", "since", "until", "first"})
FIRST = ("oldest", "newest")


class LedgerFilters(CaseFilters):
    """The filter of a ledger's kind of rows, and a period, without an order."""

    accepted = (CaseFilters.accepted | PERIOD) - {"order"}

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        if not isinstance(view.book, Book):
            of_its_rows = frozenset(view.book.filterset.base_filters)
            self.accepted = of_its_rows | BESIDE_FILTERS | PERIOD

        return super().filter_queryset(request, queryset, view)

    def get_filterset_class(self, view: Any, queryset: Any = None) -> Any:
        asks_for_schema = queryset is None or not view.kwargs
        if asks_for_schema:
            return CaseFilter
        return view.book.filterset

    def put_in_order(self, view: Any, filterset: CaseFilter) -> None:
        """Leave the order to the ledger, which goes by its own date."""


class LedgerListAPIView(CaseApi):
    @extend_schema(
        operation_id="list_ledgers",
        summary=_("List the ledgers and their columns."),
        responses={200: BookSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """The ledgers and their columns."""
        on = workdays.local_day(self.at)
        books: Any = [book.for_reader(self.user, on) for book in BOOKS.values()]
        return Response(BookSerializer(books, many=True).data)


class LedgerRowsAPIView(CaseApi, GenericAPIView[Any]):
    serializer_class = LedgerRow
    queryset = Case.objects.none()
    pagination_class = KeyPages
    filter_backends = (LedgerFilters,)
    filterset_class = CaseFilter

    @cached_property
    def book(self) -> AnyBook:
        """The ledger that the address names, as the caller reads it.

        Http404: there is no such ledger.
        """
        try:
            book = BOOKS[self.kwargs["key"]]
        except KeyError:
            raise Http404 from None
        return book.for_reader(self.user, workdays.local_day(self.at))

    @property
    def order(self) -> tuple[str, str]:
        """The ledger's own date, the oldest first unless the newest are asked for."""
        if self.request.query_params.get("first") == "newest":
            return self.book.newest_first
        return self.book.order

    @extend_schema(
        operation_id="list_ledger_rows",
        summary=_("List the rows of a ledger."),
        parameters=[
            OpenApiParameter("order", exclude=True),
            OpenApiParameter("period", str, enum=[name for name, _words in PERIODS]),
            OpenApiParameter("first", str, enum=FIRST),
            OpenApiParameter("since", {"type": "string", "format": "date"}),
            OpenApiParameter("until", {"type": "string", "format": "date"}),
        ],
        responses={200: LedgerRow(many=True)},
    )
    def get(self, request: Request, key: str) -> Response:
        """The rows of one ledger, names and phones masked, oldest first unless `first`
        says newest; without a period the past twelve months.

        The rows of `meetings` are agenda items, narrowed by town, village, words and
        period alone; those of `duty` are shifts, by the same without words.
        """
        book = self.book
        in_sight = book.in_sight(self.user, workdays.local_day(self.at))
        wanted = self._in_period(self.filter_queryset(in_sight))
        page = self.paginate_queryset(book.whole(wanted))

        records = read_records(book, page or [], sight=self.sight, at=self.at)
        cases = cases_read_in(records)
        note_readings(cases, by=self.user, at=self.at, request=request)
        # the record itself masks
        rows = tabular.rows_of(book.ledger, records)

        keys = [column.key for column in book.ledger.columns]
        cells_by_key = [dict(zip(keys, row[1:], strict=True)) for row in rows]
        return self.get_paginated_response(cells_by_key)

    def _in_period(self, rows: Any) -> Any:
        """Return the rows of the period asked for. ValidationError: it is no period."""
        form = PeriodForm(self.request.query_params)
        if not form.is_valid():
            raise translate_validation(form.errors)

        return form.chosen(workdays.local_day(self.at)).of(self.book, rows)
