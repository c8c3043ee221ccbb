"""The caller's own notices, and marking them as read."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from minshi.api import KeyPages
from supervision.models import Notice
from supervision.notices.inbox import ORDER, inbox_of, mark_read, unread_of
from supervision.notices.words import words_of


class NoticeRow(serializers.ModelSerializer[Notice]):
    number = serializers.CharField(
        source="case.number",
        read_only=True,
        allow_null=True,
        help_text="Of the matter; null where the notice is about the program.",
    )
    words = serializers.SerializerMethodField(
        help_text="What is told; nothing in it is personal."
    )
    order = serializers.IntegerField(source="order_id", read_only=True, allow_null=True)

    class Meta:
        model = Notice
        fields = (
            "id",
            "kind",
            "number",
            "words",
            "order",
            "is_urgent",
            "state",
            "created_at",
            "read_at",
        )
        read_only_fields = fields

    def get_words(self, notice: Notice) -> str:
        return words_of(notice)


class Read(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many notices were unread until now.")


class InboxAPIView(CaseApi, GenericAPIView[Notice]):
    serializer_class = NoticeRow
    queryset = Notice.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ORDER

    @extend_schema(
        operation_id="list_notices",
        summary=_("List your notices."),
        responses={200: NoticeRow(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Your notices, the newest first."""
        page = self.paginate_queryset(inbox_of(self.user, self.at))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ReadAllAPIView(CaseApi):
    @extend_schema(
        operation_id="mark_all_notices_read",
        summary=_("Mark all notices as read."),
        request=None,
        responses={200: Read},
    )
    def post(self, request: Request) -> Response:
        """You have read them all."""
        unread = unread_of(self.user, self.at)
        return Response({"read": mark_read(self.user, unread, self.at)})


class ReadOneAPIView(CaseApi):
    @extend_schema(
        operation_id="mark_notice_read",
        summary=_("Mark a notice as read."),
        request=None,
        responses={200: Read},
    )
    def post(self, request: Request, pk: int) -> Response:
        """You have read this one."""
        found = inbox_of(self.user, self.at).filter(pk=pk)
        if not found.exists():
            raise Http404

        return Response({"read": mark_read(self.user, found, self.at)})
