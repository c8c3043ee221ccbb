"""What belongs to a case within sight: its events, attachments, ratings."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.attachments import PAPERS, PHOTOS, attach
from cases.models import Attachment, Case, Event, Rating
from cases.serializers.case import blanked
from cases.serializers.parts import AttachmentSerializer, EventSerializer, RatingSerializer, UploadBody
from minshi.api import KeyPages


class Parts(CaseApi, GenericAPIView[Any]):
    """One page of what belongs to a case; 404 where the case is out of sight."""

    pagination_class = KeyPages
    filter_backends = ()
    order: tuple[str, str]

    def rows(self, case: Case) -> QuerySet[Any]:
        raise NotImplementedError

    def get(self, request: Request, number: str) -> Response:
        case = self.case(number)
        page = self.paginate_queryset(self.rows(case))
        data = self.get_serializer(page, many=True).data
        return self.get_paginated_response(data if self.sight.shows_speaker(case) else blanked(list(data), case))


class Events(Parts):
    """What happened, oldest first."""

    serializer_class = EventSerializer
    queryset = Event.objects.none()
    order = ("sequence", "id")

    def rows(self, case: Case) -> QuerySet[Event]:
        return Event.objects.filter(case=case).select_related("post__user")

    @extend_schema(responses={200: EventSerializer(many=True)})
    def get(self, request: Request, number: str) -> Response:
        return super().get(request, number)


class Attachments(Parts):
    """The photos and papers, oldest first."""

    serializer_class = AttachmentSerializer
    queryset = Attachment.objects.none()
    parser_classes = (MultiPartParser,)
    order = ("at", "id")

    def rows(self, case: Case) -> QuerySet[Attachment]:
        return Attachment.objects.filter(case=case).select_related("case")

    @extend_schema(responses={200: AttachmentSerializer(many=True)})
    def get(self, request: Request, number: str) -> Response:
        return super().get(request, number)

    @extend_schema(
        request={"multipart/form-data": UploadBody},
        responses={
            201: AttachmentSerializer,
            200: OpenApiResponse(AttachmentSerializer, description="The case has this very file already."),
        },
    )
    def post(self, request: Request, number: str) -> Response:
        """Add a photo or a PDF."""
        case = self.case(number)
        asked = UploadBody(data=request.data)
        asked.is_valid(raise_exception=True)
        post = self.posts(asked.validated_data.get("post"))[0]
        kept = attach(case, asked.validated_data["file"], at=self.at, post=post)
        code = status.HTTP_201_CREATED if kept.at == self.at else status.HTTP_200_OK
        return Response(self.get_serializer(kept).data, status=code)


class AnyAccepted(DefaultContentNegotiation):
    """A file is what it is, whatever the reader would rather have."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class AttachmentFile(CaseApi):
    content_negotiation_class = AnyAccepted

    @extend_schema(
        parameters=[OpenApiParameter("size", str, enum=["small"])],
        responses={(200, kind): OpenApiTypes.BINARY for kind in (*PHOTOS, *PAPERS)},
    )
    def get(self, request: Request, number: str, uuid: UUID) -> FileResponse:
        """The file itself, or the small photo."""
        kept = get_object_or_404(Attachment, case=self.case(number), uuid=uuid)
        small = request.query_params.get("size") == "small" and kept.thumbnail
        try:
            file = (kept.thumbnail if small else kept.file).open("rb")
        except FileNotFoundError:
            raise Http404 from None
        response = FileResponse(file, content_type=kept.content_type)
        response["Content-Disposition"] = f'attachment; filename="{kept.uuid}"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response


class Ratings(Parts):
    """What the speaker answered, one rating a round."""

    serializer_class = RatingSerializer
    queryset = Rating.objects.none()
    order = ("round", "id")

    def rows(self, case: Case) -> QuerySet[Rating]:
        return Rating.objects.filter(case=case).select_related("entered_by__user")

    @extend_schema(responses={200: RatingSerializer(many=True)})
    def get(self, request: Request, number: str) -> Response:
        return super().get(request, number)
