"""Supervision orders, from writing one to closing it."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseApi
from cases.api.registers import RegisterApi
from cases.models.scope import Sight
from cases.privacy.redactor import Redactor
from cases.serializers.fields import ReadOnlyHolderField, ShownRow
from cases.serializers.four_two import BatchResult
from cases.serializers.registers import OfACase
from cases.views.access import MOST_TOGETHER
from cases.workflow import Officer
from minshi.errors import InputRefused, MoveRefused
from supervision.models import OrderState, OrderTalk, SupervisionOrder
from supervision.orders import (
    PEOPLE,
    act_on,
    acts_open_to,
    chasing_post,
    is_apart,
    is_redacted,
    matter_of,
    orders_seen_by,
    raise_order,
    reads_answer,
    redactor_of,
    sign_all,
    why_not_ordered,
)
from villages.api.fields import DayField, IdField
from villages.models import User

STATES = [state.value for state in OrderState]
ACTS = ("sign", "cancel", "reply", "check", "talk")
MOST_ORDER_TEXT = 2000


class SignWanted(serializers.Serializer[Any]):
    """The orders to sign, each as it is written."""

    orders = serializers.ListField(
        child=IdField(),
        min_length=1,
        max_length=MOST_TOGETHER,
    )


class SignResult(BatchResult):
    id = serializers.IntegerField(source="order.pk")


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
        talks = list(order.talks.all())
        redact = redactor_of(order, self.context["sight"])
        rows = redact.data(list(TalkRow(talks, many=True).data))
        for talk, row in zip(talks, rows, strict=True):
            row["whom"] = redact(talk.whom, post=talk.noted_by_id)
            row["agreed"] = redact(talk.agreed, post=talk.noted_by_id)
        return rows

    def to_representation(self, row: SupervisionOrder) -> dict[str, Any]:
        shown = super().to_representation(row)
        sight = self.context["sight"]
        if is_apart(row):
            return self._apart(row, shown, sight)
        if not is_redacted(row):
            return shown

        shown["title"] = matter_of(row, sight)
        shown["replied_by"] = None
        self.show_own_words(row, shown, redactor_of(row, sight))
        return shown

    def _apart(
        self, row: SupervisionOrder, shown: dict[str, Any], sight: Sight
    ) -> dict[str, Any]:
        """Leave what whoever handed the matter on was sent, and answered."""
        shown |= {"title": matter_of(row, sight), "talks": [], "end_reason": ""}
        if not reads_answer(row, row.replied_by, sight):
            shown |= {"reply": "", "replied_at": None, "replied_by": None}
            shown |= {"finding": "", "checked_at": None, "checked_by": None}
        return shown

    def show_own_words(self, row: Any, shown: dict[str, Any], redact: Redactor) -> None:
        shown["reason"] = redact(row.reason, post=row.raised_by_id)
        shown["demand"] = redact(row.demand, post=row.demanded_by_id)
        shown["reply"] = redact(row.reply, post=row.replied_by_id)
        shown["finding"] = redact(row.finding, post=row.checked_by_id)
        shown["cancel_reason"] = redact(row.cancel_reason, post=row.cancelled_by_id)


class OrderWanted(serializers.Serializer[Any]):
    key = serializers.UUIDField(
        required=False, default=None, help_text="Makes a retry harmless."
    )
    reason = serializers.CharField(max_length=200)
    demand = serializers.CharField(max_length=MOST_ORDER_TEXT)
    reply_on = DayField()


class ActWanted(serializers.Serializer[Any]):
    """What the act needs: sign may change demand and reply_on; cancel a reason; reply
    its words; check a verdict; talk with whom, what was agreed and on which day, if not
    today.
    """

    act = serializers.ChoiceField(ACTS)
    demand = serializers.CharField(
        max_length=MOST_ORDER_TEXT, required=False, default=None, allow_null=True
    )
    reply_on = DayField(required=False, default=None, allow_null=True)
    reason = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )
    reply = serializers.CharField(
        max_length=MOST_ORDER_TEXT, required=False, default="", allow_blank=True
    )
    good = serializers.BooleanField(required=False, default=False)
    finding = serializers.CharField(
        max_length=MOST_ORDER_TEXT, required=False, default="", allow_blank=True
    )
    held_on = DayField(required=False, default=None, allow_null=True)
    whom = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True
    )
    agreed = serializers.CharField(
        max_length=MOST_ORDER_TEXT, required=False, default="", allow_blank=True
    )


def _shown_orders(user: User, on: date) -> QuerySet[SupervisionOrder]:
    """Return the orders a user sees, with all that an `OrderRow` shows of each."""
    seen = orders_seen_by(user, on)
    with_people = seen.select_related(*PEOPLE)
    return with_people.prefetch_related("talks__noted_by__user")


class OrderApi(CaseApi):
    def one(self, pk: int) -> SupervisionOrder:
        """Return an order. Http404: its case is out of the caller's sight."""
        seen = _shown_orders(self.user, self.on)
        found: SupervisionOrder = get_object_or_404(seen, pk=pk)
        return found

    def shown(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        """Answer with an order as it stands in the database now."""
        row = OrderRow(self.one(pk), context=self.context())
        return Response(row.data, status=code)


class OrdersAPIView(RegisterApi):
    serializer_class = OrderRow
    queryset = SupervisionOrder.objects.none()
    order = ("-raised_at", "-id")
    states = ("", *STATES)

    @extend_schema(
        operation_id="list_orders",
        summary=_("List the supervision orders."),
        parameters=[OpenApiParameter("state", str, enum=STATES)],
        responses={200: OrderRow(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Supervision orders of the matters you see, the newest first."""
        orders = _shown_orders(self.user, self.on)
        state = self.state()
        if state:
            orders = orders.filter(state=state)

        return self.answer(orders)


class SignOrdersAPIView(OrderApi):
    @extend_schema(
        operation_id="sign_orders",
        summary=_("Sign several supervision orders."),
        request=SignWanted,
        responses={200: SignResult(many=True)},
    )
    def post(self, request: Request) -> Response:
        """Sign several orders as they are written, each with its own result; sent again
        it signs nothing twice.
        """
        body = SignWanted(data=request.data)
        body.is_valid(raise_exception=True)
        keys = set(body.validated_data["orders"])

        seen = _shown_orders(self.user, self.on).filter(pk__in=keys)
        orders = list(seen.order_by("raised_at", "pk"))
        if len(orders) != len(keys):
            words = gettext(
                "One of these orders does not exist, or is not yours to see."
            )
            raise InputRefused.at(orders=words)

        results = sign_all(orders, user=self.user, at=self.at)
        return Response(SignResult(results, many=True).data)


class OneOrderAPIView(OrderApi):
    @extend_schema(
        operation_id="get_order",
        summary=_("Read one supervision order."),
        responses={200: OrderRow},
    )
    def get(self, request: Request, pk: int) -> Response:
        """One order."""
        return self.shown(pk)

    @extend_schema(
        operation_id="act_on_order",
        summary=_("Sign, answer, check or take back a supervision order."),
        request=ActWanted,
        responses={200: OrderRow},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Act on an order: sign it, take it back, answer it, check the answer, or note
        a talk about it.
        """
        order = self.one(pk)
        body = ActWanted(data=request.data)
        body.is_valid(raise_exception=True)

        values = body.validated_data
        act = values["act"]
        officer = acts_open_to(order, self.user, self.at).get(act)
        if officer is None:
            officer = self._any_officer()  # act_on refuses them, and says why
        act_on(order, act, values, by=officer, at=self.at)

        return self.shown(pk)

    def _any_officer(self) -> Officer:
        """Return the caller in their first post, for the domain to say why the act is
        not open to them. Http404: they hold none.
        """
        posts = self.user.posts_on(self.on)
        if not posts:
            raise Http404
        return Officer(self.user, posts[0])


class OrdersOfCaseAPIView(OrderApi):
    @extend_schema(
        operation_id="write_order",
        summary=_("Write a supervision order for a matter."),
        request=OrderWanted,
        responses={201: OrderRow},
    )
    def post(self, request: Request, number: str) -> Response:
        """Write an order for a matter; of whoever may sign it is signed in the same
        step.
        """
        case = self.case(number)
        body = OrderWanted(data=request.data)
        body.is_valid(raise_exception=True)

        post = chasing_post(case, self.user, self.at)
        if post is None:
            if words := why_not_ordered(case, self.user, self.at):
                raise MoveRefused(words)
            raise Http404

        officer = Officer(self.user, post)
        order = raise_order(case, by=officer, at=self.at, **body.validated_data)
        return self.shown(order.pk, status.HTTP_201_CREATED)
