"""Files of ledgers over the API: asked for, looked after, fetched."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.ledgers import BOOKS
from cases.ledgers.asked import Asked
from cases.ledgers.exports import (
    FORMS,
    may_export,
    may_unmask_anything,
    not_theirs_to_take,
)
from cases.ledgers.jobs import ask_for_file, exports_for, fetch, jobs_of
from cases.models import ExportJob
from cases.models.export_job import LONGEST_PURPOSE
from minshi.api import AnyAccepted, KeyPages
from minshi.errors import InputRefused

LONGEST_QUERY = 500


class ExportAsked(serializers.Serializer[Any]):
    ledgers = serializers.ListField(
        child=serializers.CharField(max_length=30), min_length=1, max_length=20
    )
    query = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST_QUERY,
        help_text=_("The filters, as in the address of a ledger."),
    )
    form = serializers.ChoiceField(FORMS, default="xlsx")
    reason = serializers.CharField(max_length=LONGEST_PURPOSE)
    unmasked = serializers.BooleanField(default=False)
    key = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("The same key asks for the same file once."),
    )


class ExportSerializer(serializers.ModelSerializer[ExportJob]):
    percent = serializers.IntegerField(read_only=True)

    class Meta:
        model = ExportJob
        fields = (
            "uuid",
            "ledgers",
            "form",
            "reason",
            "unmasked",
            "state",
            "rows",
            "done",
            "percent",
            "asked_at",
            "ended_at",
            "expires_at",
            "name",
            "size",
            "sha256",
            "error",
        )
        read_only_fields = fields


class ExportApi(CaseApi):
    """For those who may take a ledger away; to all others there are no files."""

    def jobs(self) -> QuerySet[ExportJob]:
        if not may_export(self.user, self.on):
            return ExportJob.objects.none()
        return jobs_of(self.user)


class ExportListAPIView(ExportApi, GenericAPIView[Any]):
    serializer_class = ExportSerializer
    queryset = ExportJob.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("-asked_at", "-id")

    @extend_schema(
        operation_id="list_exports",
        summary=_("List the files you asked for."),
        responses={200: ExportSerializer(many=True)},
    )
    def get(self, _request: Request) -> Response:
        """Your own files, the newest first."""
        page = self.paginate_queryset(self.jobs())
        return self.get_paginated_response(ExportSerializer(page, many=True).data)

    @extend_schema(
        operation_id="ask_for_export",
        summary=_("Have ledgers written as a file."),
        request=ExportAsked,
        responses={201: ExportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have one or several ledgers written; the file is fetched once it is ready."""
        body = ExportAsked(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data

        if not may_export(self.user, self.on):
            raise not_theirs_to_take()
        if set(said["ledgers"]) - BOOKS.keys():
            raise InputRefused.at(ledgers=_("There is no such ledger."))
        if said["unmasked"] and not may_unmask_anything(self.user, self.on):
            raise InputRefused.at(unmasked=_("Your posts do not open names."))
        asked = Asked.read(self.user, self.on, QueryDict(said["query"]))
        if not asked.period_form.is_valid():
            raise InputRefused.at(query=_("These days cannot be read."))

        exports = exports_for(
            asked,
            list(dict.fromkeys(said["ledgers"])),
            at=self.at,
            reason=said["reason"],
            unmasked=said["unmasked"],
        )
        query = asked.query.urlencode()
        job = ask_for_file(exports, query, said["form"], key=said["key"])
        return Response(ExportSerializer(job).data, status=status.HTTP_201_CREATED)


class ExportItemAPIView(ExportApi):
    @extend_schema(
        operation_id="get_export",
        summary=_("Read how far a file is."),
        responses={200: ExportSerializer},
    )
    def get(self, _request: Request, uuid: UUID) -> Response:
        """One of your files: waiting, being written, ready, failed or gone."""
        job = get_object_or_404(self.jobs(), uuid=uuid)
        return Response(ExportSerializer(job).data)


class ExportFileAPIView(ExportApi):
    content_negotiation_class = AnyAccepted

    @extend_schema(
        operation_id="fetch_export",
        summary=_("Fetch a file that is ready."),
        request=None,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request, uuid: UUID) -> FileResponse:
        """The file; that it was fetched is written down."""
        job = get_object_or_404(self.jobs(), uuid=uuid)
        file = fetch(job, by=self.user, at=self.at, request=request)
        return FileResponse(file, as_attachment=True, filename=job.name)
