"""Lists that are imported, for a county that has them in another program: the same
steps as on the pages.
"""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from minshi.api import AnyAccepted, KeyPages
from minshi.celery import work_on_imports_soon
from minshi.errors import RuleBroken
from minshi.parsers import FilesBody
from villages.api.caller import CallerApi
from villages.api.fields import NO_SUCH_CHOICE, MomentField, validated
from villages.imports import starting
from villages.imports.entries import problems_of
from villages.imports.kinds import KINDS
from villages.imports.mended import take_results
from villages.imports.preview import as_shown, mapped_columns
from villages.models import ImportRow, ImportRun
from villages.models.imports import ImportState, Verdict

NOT_HERE = OpenApiResponse(description="You import no kind of list.")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportSheetSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    rows = serializers.IntegerField()
    headings = serializers.ListField(child=serializers.CharField(allow_blank=True))
    is_known = serializers.BooleanField(help_text=_("A row of headings was found."))
    chosen = serializers.BooleanField()


class ImportRunSerializer(serializers.Serializer[ImportRun]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    place = serializers.CharField()
    state = serializers.ChoiceField(ImportState.choices)
    file_name = serializers.CharField()
    sheets = ImportSheetSerializer(many=True)
    mapping = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        help_text=_("Of each heading the column it is; empty: left out."),
    )
    counts = serializers.DictField(
        child=serializers.IntegerField(),
        help_text=_("How many rows of each verdict, how many entered, how many kept."),
    )
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    trouble = serializers.CharField()
    by = serializers.CharField(source="by.name")
    at = MomentField()
    entered_at = MomentField(allow_null=True)
    taken_back_at = MomentField(allow_null=True)


class ImportProblemSerializer(serializers.Serializer[Any]):
    column = serializers.CharField(allow_blank=True)
    words = serializers.CharField()
    is_fault = serializers.BooleanField()


class ImportLineSerializer(serializers.Serializer[ImportRow]):
    id = serializers.IntegerField()
    nth = serializers.IntegerField()
    sheet = serializers.IntegerField()
    number = serializers.IntegerField()
    verdict = serializers.ChoiceField(Verdict.choices)
    cells = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    is_entered = serializers.BooleanField()
    kept_because = serializers.CharField()

    def get_cells(self, row: ImportRow) -> dict[str, str]:
        run = self.context["run"]
        (shown,) = as_shown([row], run, is_own=self.context["is_own"])
        keys = [column.key for column in mapped_columns(run)]
        texts = [cell.text for cell in shown.cells]
        return dict(zip(keys, texts, strict=True))

    def get_problems(self, row: ImportRow) -> list[dict[str, Any]]:
        return [vars(problem) for problem in problems_of(row)]


class ImportUpload(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=20)
    at = serializers.CharField(
        max_length=12,
        required=False,
        default="",
        help_text=_(
            "Whose list: v12 of a village, t3 of a town; without it your only one."
        ),
    )
    file = serializers.FileField()
    again = serializers.BooleanField(required=False, default=False)


class ImportColumnsWanted(serializers.Serializer[Any]):
    sheets = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=1000), min_length=1
    )
    mapping = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=20),
        required=False,
        help_text=_("Without it the columns are as they seemed to be."),
    )
    village = serializers.CharField(
        max_length=12,
        required=False,
        default="",
        allow_blank=True,
        help_text=_(
            "Code of the village of which all of a town's list is, where no column"
            " says it."
        ),
    )


class ImportEnterWanted(serializers.Serializer[Any]):
    good_only = serializers.BooleanField(required=False, default=False)


class ImportsApi(CallerApi):
    def runs(self) -> QuerySet[ImportRun]:
        """Return the imports in sight. Http404: the caller imports no kind of list."""
        if not any(self.user.holds(self.on, *kind.roles) for kind in KINDS.values()):
            raise Http404
        return starting.runs_in_sight(self.user, self.on)

    def run(self, pk: int) -> ImportRun:
        return get_object_or_404(self.runs(), pk=pk)

    def answer(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        """Answer with an import as it stands; a job goes on with it."""
        transaction.on_commit(work_on_imports_soon)
        return Response(ImportRunSerializer(self.run(pk)).data, status=code)


class Imports(ImportsApi, GenericAPIView[ImportRun]):
    serializer_class = ImportRunSerializer
    queryset = ImportRun.objects.none()
    parser_classes = (FilesBody,)
    pagination_class = KeyPages
    filter_backends = ()
    order = ("-at", "-id")

    @extend_schema(
        operation_id="list_imports",
        summary=_("List the lists that were imported."),
        responses={200: ImportRunSerializer(many=True), 404: NOT_HERE},
    )
    def get(self, request: Request) -> Response:
        """The imports of the kinds and places you may import, newest first."""
        page = self.paginate_queryset(self.runs())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="upload_import",
        summary=_("Upload a list."),
        request=ImportUpload,
        responses={201: ImportRunSerializer, 404: NOT_HERE},
    )
    def post(self, request: Request) -> Response:
        """Upload a list. Nothing is entered yet: its columns are to be confirmed."""
        self.runs()
        sent = validated(ImportUpload(data=request.data))
        kind = KINDS.get(sent["kind"])
        if kind is None or not self.user.holds(self.on, *kind.roles):
            raise serializers.ValidationError({"kind": [NO_SUCH_CHOICE]})

        place = starting.place_for(kind, self.user, self.on, sent["at"])
        run = starting.upload(
            kind,
            place,
            sent["file"],
            sent["file"].name,
            by=self.user,
            at=self.at,
            again=sent["again"],
            request=request._request,
        )
        return self.answer(run.pk, status.HTTP_201_CREATED)


class ImportItem(ImportsApi):
    @extend_schema(
        operation_id="get_import",
        summary=_("Read how far an import is."),
        responses={200: ImportRunSerializer},
    )
    def get(self, request: Request, pk: int) -> Response:
        """An import: its sheets and columns, its counts, and how far a job is."""
        return Response(ImportRunSerializer(self.run(pk)).data)


class ImportColumns(ImportsApi):
    @extend_schema(
        operation_id="confirm_import_columns",
        summary=_("Say what the columns of a list are."),
        request=ImportColumnsWanted,
        responses={200: ImportRunSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Say which sheets are read and what their headings are; a job then checks the
        rows.
        """
        run = self.run(pk)
        wanted = validated(ImportColumnsWanted(data=request.data))
        mapping = {**run.mapping, **wanted.get("mapping", {})}
        starting.confirm_columns(
            run,
            mapping,
            set(wanted["sheets"]),
            by=self.user,
            at=self.at,
            village=wanted["village"],
        )
        return self.answer(pk)


class ImportEnter(ImportsApi):
    @extend_schema(
        operation_id="enter_import",
        summary=_("Enter a list that was checked."),
        request=ImportEnterWanted,
        responses={200: ImportRunSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Enter what is new and changed: all of it, or its good rows alone."""
        wanted = validated(ImportEnterWanted(data=request.data))
        starting.enter(
            self.run(pk), by=self.user, at=self.at, request=request._request, **wanted
        )
        return self.answer(pk)


class ImportTakeBack(ImportsApi):
    @extend_schema(
        operation_id="take_import_back",
        summary=_("Take a list back that was entered."),
        request=None,
        responses={200: ImportRunSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Take a list back; rows that somebody changed or used since are kept."""
        starting.take_back(
            self.run(pk), by=self.user, at=self.at, request=request._request
        )
        return self.answer(pk)


class ImportRows(ImportsApi, GenericAPIView[ImportRow]):
    serializer_class = ImportLineSerializer
    queryset = ImportRow.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("nth", "id")

    @extend_schema(
        operation_id="list_import_rows",
        summary=_("List the rows of a list with what was found."),
        parameters=[OpenApiParameter("verdict", str, enum=Verdict.values)],
        responses={200: ImportLineSerializer(many=True)},
    )
    def get(self, request: Request, pk: int) -> Response:
        """The rows of a list, of one verdict or all; telephones that are some by their
        end alone.
        """
        run = self.run(pk)
        rows = run.rows.all()
        if verdict := request.query_params.get("verdict"):
            if verdict not in Verdict.values:
                raise serializers.ValidationError({"verdict": [NO_SUCH_CHOICE]})
            rows = rows.filter(verdict=verdict)

        page = self.paginate_queryset(rows)
        shown = self.get_serializer(
            page, many=True, context={"run": run, "is_own": run.by_id == self.user.pk}
        )
        return self.get_paginated_response(shown.data)


class ImportResults(ImportsApi):
    content_negotiation_class = AnyAccepted

    @extend_schema(
        operation_id="download_import_results",
        summary=_("Download a list with what was found in each row."),
        responses={
            (200, WORKBOOK): OpenApiTypes.BINARY,
            404: OpenApiResponse(description="It was not checked yet, or is long ago."),
        },
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The list as a workbook, with a last column that says what was found; for
        whoever uploaded it alone.
        """
        try:
            file = take_results(
                self.run(pk), by=self.user, at=self.at, request=request._request
            )
        except RuleBroken as refusal:
            raise Http404 from refusal

        return FileResponse(
            file,
            as_attachment=True,
            filename="results.xlsx",
            content_type=WORKBOOK,
        )
