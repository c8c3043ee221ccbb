"""What belongs to a case within sight: its events, attachments, ratings."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.models import Attachment, Case, Event, Rating
from cases.serializers.case import blanked
from cases.serializers.parts import AttachmentSerializer, EventSerializer, RatingSerializer
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
    order = ("at", "id")

    def rows(self, case: Case) -> QuerySet[Attachment]:
        return Attachment.objects.filter(case=case)

    @extend_schema(responses={200: AttachmentSerializer(many=True)})
    def get(self, request: Request, number: str) -> Response:
        return super().get(request, number)


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
