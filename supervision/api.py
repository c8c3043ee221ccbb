"""The API of supervision: one's own notices, and orders from the pen to their
closing.
"""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.api.registers import RegisterApi
from cases.privacy.redactor import reader_redactor
from cases.serializers.fields import ReadOnlyHolderField, ShownRow
from cases.serializers.registers import OfACase
from cases.workflow import Officer
from minshi.api import KeyPages
from supervision.models import Notice, OrderState, OrderTalk, SupervisionOrder
from supervision.notices.inbox import ORDER, inbox_of, mark_read, unread_of
from supervision.notices.words import words_of
from supervision.orders import (
    PEOPLE,
    act_on,
    acts_open_to,
    chasing_post,
    orders_seen_by,
    raise_order,
)
from villages.api.fields import DayField

STATES = [state.value for state in OrderState]
MOST_TEXT = 2000
BESIDE = ("talks__noted_by__user", "case__co_speakers")


class NoticeRow(serializers.ModelSerializer[Notice]):
    number = serializers.CharField(source="case.number", read_only=True)
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

    def get_words(self, notice: Notice) -> str:
        return words_of(notice)


class TalkRow(ShownRow[OrderTalk]):
    noted_by = ReadOnlyHolderField()

    class Meta:
        model = OrderTalk
        fields = ("held_on", "whom", "agreed", "noted_at", "noted_by")


class OrderRow(OfACase):
    raised_by = ReadOnlyHolderField(allow_null=True)
    signed_by = ReadOnlyHolderField(allow_null=True)
    replied_by = ReadOnlyHolderField(allow_null=True)
    checked_by = ReadOnlyHolderField(allow_null=True)
    document = serializers.CharField(
        source="number", read_only=True, help_text="文号; empty until it is sent."
    )
    number = serializers.CharField(source="case.number", read_only=True)
    talks = serializers.SerializerMethodField(
        help_text="Held because the order was not answered in time."
    )

    class Meta:
        model = SupervisionOrder
        fields = (
            "id",
            "number",
            "title",
            "document",
            "state",
            "reason",
            "demand",
            "reply_on",
            "raised_at",
            "raised_by",
            "signed_at",
            "signed_by",
            "sent_at",
            "reply",
            "replied_at",
            "replied_by",
            "finding",
            "checked_at",
            "checked_by",
            "cancelled_at",
            "cancel_reason",
            "circulated_at",
            "talks",
            "ended_at",
            "end_reason",
        )

    @extend_schema_field(TalkRow(many=True))
    def get_talks(self, order: SupervisionOrder) -> Any:
        rows = TalkRow(order.talks.all(), many=True).data
        redact = reader_redactor(order.case, self.context["sight"])
        return redact.data(list(rows))


class OrderWanted(serializers.Serializer[Any]):
    key = serializers.UUIDField(
        required=False, default=None, help_text="Makes a retry harmless."
    )
    reason = serializers.CharField(max_length=200)
    demand = serializers.CharField(max_length=MOST_TEXT)
    reply_on = DayField()


class ActWanted(serializers.Serializer[Any]):
    """What the act needs: sign may change demand and reply_on; cancel a reason; reply
    its words; check a verdict; talk with whom, what was agreed and on which day, if not
    today.
    """

    act = serializers.ChoiceField(["sign", "cancel", "reply", "check", "talk"])
    demand = serializers.CharField(
        max_length=MOST_TEXT, required=False, default=None, allow_null=True
    )
    reply_on = DayField(required=False, default=None, allow_null=True)
    reason = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )
    reply = serializers.CharField(
        max_length=MOST_TEXT, required=False, default="", allow_blank=True
    )
    good = serializers.BooleanField(required=False, default=False)
    finding = serializers.CharField(
        max_length=MOST_TEXT, required=False, default="", allow_blank=True
    )
    held_on = DayField(required=False, default=None, allow_null=True)
    whom = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True
    )
    agreed = serializers.CharField(
        max_length=MOST_TEXT, required=False, default="", allow_blank=True
    )


class Read(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many notices were unread until now.")


class Inbox(CaseApi, GenericAPIView[Notice]):
    serializer_class = NoticeRow
    queryset = Notice.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ORDER

    @extend_schema(responses={200: NoticeRow(many=True)})
    def get(self, request: Request) -> Response:
        """Your notices, the newest first."""
        page = self.paginate_queryset(inbox_of(self.user, self.at))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ReadAll(CaseApi):
    @extend_schema(operation_id="inbox_read_all", request=None, responses={200: Read})
    def post(self, request: Request) -> Response:
        """You have read them all."""
        return Response(
            {"read": mark_read(self.user, unread_of(self.user, self.at), self.at)}
        )


class ReadOne(CaseApi):
    @extend_schema(request=None, responses={200: Read})
    def post(self, request: Request, pk: int) -> Response:
        """You have read this one."""
        found = inbox_of(self.user, self.at).filter(pk=pk)
        if not found.exists():
            raise Http404
        return Response({"read": mark_read(self.user, found, self.at)})


class OrderApi(CaseApi):
    def one(self, pk: int) -> SupervisionOrder:
        """Http404: of a case out of sight."""
        seen = (
            orders_seen_by(self.user, self.on)
            .select_related(*PEOPLE)
            .prefetch_related(*BESIDE)
        )
        found: SupervisionOrder = get_object_or_404(seen, pk=pk)
        return found

    def shown(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        return Response(
            OrderRow(self.one(pk), context=self.context()).data, status=code
        )


class Orders(RegisterApi):
    serializer_class = OrderRow
    queryset = SupervisionOrder.objects.none()
    order = ("-raised_at", "-id")
    states = ("", *STATES)

    @extend_schema(
        parameters=[OpenApiParameter("state", str, enum=STATES)],
        responses={200: OrderRow(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Supervision orders of the matters you see, the newest first."""
        seen = (
            orders_seen_by(self.user, self.on)
            .select_related(*PEOPLE)
            .prefetch_related(*BESIDE)
        )
        state = self.state()
        return self.answer(seen.filter(state=state) if state else seen)


class OneOrder(OrderApi):
    @extend_schema(responses={200: OrderRow})
    def get(self, request: Request, pk: int) -> Response:
        """One order."""
        return self.shown(pk)

    @extend_schema(request=ActWanted, responses={200: OrderRow})
    def post(self, request: Request, pk: int) -> Response:
        """Sign it, take it back, answer it, check the answer, or note a talk about
        it.
        """
        order, asked = self.one(pk), ActWanted(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        by = acts_open_to(order, self.user, self.at).get(data["act"]) or self._anyhow()
        act_on(order, data["act"], data, by=by, at=self.at)
        return self.shown(pk)

    def _anyhow(self) -> Officer:
        """The domain says why not, from whichever post."""
        posts = self.user.posts_on(self.on)
        if not posts:
            raise Http404
        return Officer(self.user, posts[0])


class OrdersOfCase(OrderApi):
    @extend_schema(request=OrderWanted, responses={201: OrderRow})
    def post(self, request: Request, number: str) -> Response:
        """Write an order for a matter; of whoever may sign it is signed in the same
        step.
        """
        case, asked = self.case(number), OrderWanted(data=request.data)
        asked.is_valid(raise_exception=True)
        post = chasing_post(case, self.user, self.at)
        if post is None:
            raise Http404
        order = raise_order(
            case, by=Officer(self.user, post), at=self.at, **asked.validated_data
        )
        return self.shown(order.pk, status.HTTP_201_CREATED)
