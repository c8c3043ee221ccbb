"""Stored files over the API: of cases, and photos of signed sheets.

Sheets are signed at a meeting or at a step of the six.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.api.four_two import FourTwoApi
from cases.api.meetings import MeetingApi
from cases.attachments import PAPERS, PHOTOS
from cases.meetings.four_two import last_held
from cases.meetings.signed_sheets import attach_sheet
from cases.models import FourTwoStep, Meeting, SignedSheet
from cases.models.attachment import KeptFile
from cases.serializers.parts import SignedSheetBody, SignedSheetSerializer
from minshi.api import AnyAccepted, KeyPages
from minshi.parsers import FilesBody
from villages.models import Post

SIZE = OpenApiParameter("size", str, enum=["small"])
FILE_RESPONSES = {(200, kind): OpenApiTypes.BINARY for kind in (*PHOTOS, *PAPERS)}


def file_answer(stored: KeptFile, request: Request) -> FileResponse:
    """Answer with a stored file, or with ?size=small its small picture if it has one.

    It is sent so that nothing in it runs. Http404: it is gone.
    """
    wants_small = request.query_params.get("size") == "small"
    source = stored.file
    if wants_small and stored.thumbnail:
        source = stored.thumbnail

    try:
        file = source.open("rb")
    except FileNotFoundError:
        raise Http404 from None

    response = FileResponse(file, content_type=stored.content_type)
    response["Content-Disposition"] = f'attachment; filename="{stored.uuid}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


SHEET_ADDED = {
    201: SignedSheetSerializer,
    200: OpenApiResponse(
        SignedSheetSerializer, description="It has this very file already."
    ),
}


class SheetsApi(CaseApi, GenericAPIView[SignedSheet]):
    serializer_class = SignedSheetSerializer
    queryset = SignedSheet.objects.none()
    parser_classes = (FilesBody,)
    pagination_class = KeyPages
    filter_backends = ()
    order = ("at", "id")

    def list_sheets(self, **of: Any) -> Response:
        """Answer with one page of the sheets in sight that match the lookups."""
        visible = SignedSheet.objects.visible_to(self.user, self.on)
        sheets: QuerySet[SignedSheet] = visible.filter(**of)

        page = self.paginate_queryset(sheets)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def add_sheet(self, owner: Meeting | FourTwoStep, post: Post) -> Response:
        """Store the sheet of the body; 201, or 200 where it was stored before."""
        body = SignedSheetBody(data=self.request.data)
        body.is_valid(raise_exception=True)

        file = body.validated_data["file"]
        stored = attach_sheet(owner, file, at=self.at, post=post)

        is_new = stored.at == self.at
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(stored).data, status=code)


class MeetingSheetsAPIView(SheetsApi, MeetingApi):
    @extend_schema(
        operation_id="list_meeting_sheets",
        summary=_("List the photos of what was signed at a meeting."),
        responses={200: SignedSheetSerializer(many=True)},
    )
    def get(self, request: Request, pk: int) -> Response:
        """The photos of what was signed at a meeting, oldest first."""
        return self.list_sheets(meeting=self.meeting(pk))

    @extend_schema(
        operation_id="upload_meeting_sheet",
        summary=_("Add a photo of what was signed at a meeting."),
        request=SignedSheetBody,
        responses=SHEET_ADDED,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Add the photo of what was signed, also once the meeting is closed."""
        meeting = self.meeting(pk)
        return self.add_sheet(meeting, self.holder(meeting).post)


class StepSheetsAPIView(SheetsApi, FourTwoApi):
    @extend_schema(
        operation_id="list_step_sheets",
        summary=_("List the photos of what was signed at a step."),
        responses={200: SignedSheetSerializer(many=True)},
    )
    def get(self, request: Request, pk: int, nth: int) -> Response:
        """The photos of what was signed at a step, oldest first; of a step held again
        all of them.
        """
        return self.list_sheets(step__process=self.process(pk), step__nth=nth)

    @extend_schema(
        operation_id="upload_step_sheet",
        summary=_("Add a photo of what was signed at a step."),
        request=SignedSheetBody,
        responses=SHEET_ADDED,
    )
    def post(self, request: Request, pk: int, nth: int) -> Response:
        """Add the photo of what was signed at the step as it was held last."""
        process = self.process(pk)
        by = self.runner(process.village_id)
        step = last_held(process, nth)

        if step is None:
            raise Http404
        return self.add_sheet(step, by.post)


class SheetFileAPIView(CaseApi):
    content_negotiation_class = AnyAccepted

    @extend_schema(
        operation_id="download_sheet",
        summary=_("Download a photo of a signed sheet."),
        parameters=[SIZE],
        responses=FILE_RESPONSES,
    )
    def get(self, request: Request, uuid: UUID) -> FileResponse:
        """The photo of a signed sheet itself, or the small picture."""
        visible = SignedSheet.objects.visible_to(self.user, self.on)
        sheet = get_object_or_404(visible, uuid=uuid)
        return file_answer(sheet, request)
