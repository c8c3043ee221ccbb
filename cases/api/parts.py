"""The parts of a case within sight: its events, attachments, ratings, meetings,
四议两公开 and readers.
"""

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.api.files import FILE_RESPONSES, SIZE, file_answer
from cases.api.four_two import FourTwoApi
from cases.attachments import attach
from cases.meetings.four_two import redacted
from cases.models import AgendaItem, Attachment, Case, Event, FourTwoProcess, Rating
from cases.privacy.redactor import NOTHING, Redactor, reader_redactor
from cases.privacy.table import show_items
from cases.serializers.four_two import ProcessSerializer
from cases.serializers.parts import (
    AttachmentSerializer,
    EventSerializer,
    MeetingOfCase,
    RatingSerializer,
    ReaderSerializer,
    UploadBody,
)
from cases.workflow import read_facts, readers_of
from cases.workflow.event_data import fields_told
from cases.workflow.files import take_off
from cases.workflow.record import FREE_TEXT
from minshi.api import AnyAccepted, KeyPages
from minshi.parsers import FilesBody


class PartsApi(CaseApi, GenericAPIView[Any]):
    """One page of what belongs to a case; 404 where the case is out of sight."""

    pagination_class = KeyPages
    filter_backends = ()
    order: tuple[str, str]

    def rows(self, case: Case) -> QuerySet[Any]:
        """Return all of the parts of one kind that belong to the case."""
        raise NotImplementedError

    def as_read(self, rows: list[Any]) -> list[Any]:
        """Return the rows of a page with what everybody reads blanked in them."""
        return rows

    def context_for(self, _case: Case) -> dict[str, Any]:
        """Return the context of the serializer."""
        return dict(self.get_serializer_context())

    def get(self, request: Request, number: str) -> Response:
        case = self.case(number)
        page = self.as_read(self.paginate_queryset(self.rows(case)) or [])
        shown = self.get_serializer(page, many=True, context=self.context_for(case))

        redact = reader_redactor(case, self.sight)
        rows = redact.data(list(shown.data))
        if redact is not NOTHING:
            for row, data in zip(page, rows, strict=True):
                self.show_own_words(row, data, redact)
        return self.get_paginated_response(rows)

    def show_own_words(self, row: Any, shown: dict[str, Any], redact: Redactor) -> None:
        """Show in a redacted row what the reader wrote, as they wrote it."""


class EventsAPIView(PartsApi):
    """The events of the case, oldest first."""

    serializer_class = EventSerializer
    queryset = Event.objects.none()
    order = ("sequence", "id")

    def rows(self, case: Case) -> QuerySet[Event]:
        events = Event.objects.filter(case=case).select_related("post__user")
        return events.prefetch_related("revisions")

    def show_own_words(
        self, row: Event, shown: dict[str, Any], redact: Redactor
    ) -> None:
        shown["note"] = redact.note(row)
        if "fields" in shown["data"]:
            shown["data"]["fields"] = fields_told(row, knows_speaker=False)
        for name in FREE_TEXT:
            if name in shown["data"]:
                text = shown["data"][name]
                shown["data"][name] = redact.of_event(row, name, text)

    @extend_schema(
        operation_id="list_events",
        summary=_("List what happened to a matter."),
        responses={200: EventSerializer(many=True)},
    )
    def get(self, request: Request, number: str) -> Response:
        return super().get(request, number)


class AttachmentsAPIView(PartsApi):
    """The photos and papers, oldest first."""

    serializer_class = AttachmentSerializer
    queryset = Attachment.objects.none()
    parser_classes = (FilesBody,)
    order = ("at", "id")

    def rows(self, case: Case) -> QuerySet[Attachment]:
        return Attachment.objects.filter(case=case).select_related("case")

    @extend_schema(
        operation_id="list_attachments",
        summary=_("List the files of a matter."),
        responses={200: AttachmentSerializer(many=True)},
    )
    def get(self, request: Request, number: str) -> Response:
        return super().get(request, number)

    @extend_schema(
        operation_id="upload_attachment",
        summary=_("Add a photo or a PDF to a matter."),
        request=UploadBody,
        responses={
            201: AttachmentSerializer,
            200: OpenApiResponse(
                AttachmentSerializer, description="The case has this very file already."
            ),
        },
    )
    def post(self, request: Request, number: str) -> Response:
        """Add a photo or a PDF."""
        case = self.case(number)
        body = UploadBody(data=request.data)
        body.is_valid(raise_exception=True)

        post = self.posts(body.validated_data.get("post"))[0]
        stored = attach(case, body.validated_data["file"], at=self.at, post=post)

        is_new = stored.at == self.at
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(stored).data, status=code)


class AttachmentFileAPIView(CaseApi):
    content_negotiation_class = AnyAccepted

    @extend_schema(
        operation_id="download_attachment",
        summary=_("Download a file of a matter."),
        parameters=[SIZE],
        responses=FILE_RESPONSES,
    )
    def get(self, request: Request, number: str, uuid: UUID) -> FileResponse:
        """The file itself, or the small photo."""
        stored = get_object_or_404(Attachment, case=self.case(number), uuid=uuid)
        return file_answer(stored, request)

    @extend_schema(
        operation_id="remove_attachment",
        summary=_("Take off a file that you added."),
        responses={204: None},
    )
    def delete(self, _request: Request, number: str, uuid: UUID) -> Response:
        """Take off a file that you added, while the case is open."""
        files = Attachment.objects.select_related("case", "post")
        stored = get_object_or_404(files, case=self.case(number), uuid=uuid)
        take_off(stored, by=self.user, at=self.at)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RatingsAPIView(PartsApi):
    """The speaker's ratings, one a round."""

    serializer_class = RatingSerializer
    queryset = Rating.objects.none()
    order = ("round", "id")

    def rows(self, case: Case) -> QuerySet[Rating]:
        return Rating.objects.filter(case=case).select_related("entered_by__user")

    def show_own_words(
        self, row: Rating, shown: dict[str, Any], redact: Redactor
    ) -> None:
        shown["reason"] = redact(row.reason, post=row.entered_by_id)

    @extend_schema(
        operation_id="list_ratings",
        summary=_("List the ratings of a matter."),
        responses={200: RatingSerializer(many=True)},
    )
    def get(self, request: Request, number: str) -> Response:
        return super().get(request, number)


class MeetingsOfCaseAPIView(PartsApi):
    """The meetings at which it was or will be talked over, by their day."""

    serializer_class = MeetingOfCase
    queryset = AgendaItem.objects.none()
    order = ("starts_at", "id")

    def rows(self, case: Case) -> QuerySet[AgendaItem]:
        items = AgendaItem.objects.about(case, self.user, self.on)
        return items.annotate(starts_at=F("meeting__starts_at"))

    def as_read(self, rows: list[AgendaItem]) -> list[AgendaItem]:
        show_items(rows)
        return rows

    def show_own_words(
        self, row: AgendaItem, shown: dict[str, Any], redact: Redactor
    ) -> None:
        if row.case_id in row.unknowing:
            shown["resolution"] = row.resolution

    @extend_schema(
        operation_id="list_meetings_of_case",
        summary=_("List the meetings about a matter."),
        responses={200: MeetingOfCase(many=True)},
    )
    def get(self, request: Request, number: str) -> Response:
        return super().get(request, number)


class FourTwoOfCaseAPIView(PartsApi, FourTwoApi):
    """Its 四议两公开, the latest first; those given up stand after it."""

    serializer_class = ProcessSerializer
    queryset = FourTwoProcess.objects.none()
    order = ("-started_at", "-id")

    def rows(self, case: Case) -> QuerySet[FourTwoProcess]:
        return self.processes().filter(case=case)

    def as_read(self, rows: list[FourTwoProcess]) -> list[FourTwoProcess]:
        return redacted(rows)

    def show_own_words(
        self, row: FourTwoProcess, shown: dict[str, Any], redact: Redactor
    ) -> None:
        """Show the process as everybody at the table reads it."""
        as_read = ProcessSerializer(row, context={"cases": {}}).data
        shown.update({**as_read, "case": shown["case"]})

    def context_for(self, case: Case) -> dict[str, Any]:
        return {**super().context_for(case), "cases": {case.pk: case.number}}

    @extend_schema(
        operation_id="list_four_two_of_case",
        summary=_("List the rounds of the six steps of a matter."),
        responses={200: ProcessSerializer(many=True)},
    )
    def get(self, request: Request, number: str) -> Response:
        return super().get(request, number)


class ReadersAPIView(CaseApi):
    @extend_schema(
        operation_id="list_readers",
        summary=_("List who may read a secret matter."),
        responses={200: ReaderSerializer(many=True)},
    )
    def get(self, request: Request, number: str) -> Response:
        """The people who may read a secret matter, each with why; of any other matter
        an empty list.
        """
        readers = readers_of(read_facts(self.case(number), self.at))
        return Response(ReaderSerializer(readers, many=True).data)
