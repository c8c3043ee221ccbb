"""The API of leave: noting it, and coming back earlier."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from minshi.api import KeyPages
from minshi.errors import InputRefused
from villages import duty
from villages.api.duty import DutyApi, PersonSerializer
from villages.api.fields import NO_SUCH_CHOICE, DayField, IdField, validated
from villages.models import DutyLeave, Post
from villages.rights import TAKE_DUTY


class LeaveSerializer(serializers.ModelSerializer[DutyLeave]):
    post = PersonSerializer(read_only=True)
    substitute = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = DutyLeave
        fields = ("id", "post", "from_on", "until_on", "reason", "substitute")


class LeaveWanted(serializers.Serializer[Any]):
    post = IdField()
    from_on = DayField()
    until_on = DayField()
    reason = serializers.CharField(max_length=100)
    substitute = IdField(required=False, allow_null=True)


class LeaveList(DutyApi, GenericAPIView[DutyLeave]):
    serializer_class = LeaveSerializer
    queryset = DutyLeave.objects.none()
    pagination_class = KeyPages
    filter_backends = ()
    order = ("from_on", "id")

    @extend_schema(
        operation_id="list_leaves",
        summary=_("List the leave that is not over."),
        responses={200: LeaveSerializer(many=True)},
    )
    def get(self, _request: Request) -> Response:
        """Leave that is not over, of those who take duty in your villages."""
        leaves = DutyLeave.objects.filter(
            post__village__in=self.own_villages(), until_on__gte=self.on
        )
        leaves = leaves.select_related("post__user", "substitute__user")
        page = self.paginate_queryset(leaves)
        return self.get_paginated_response(LeaveSerializer(page, many=True).data)

    @extend_schema(
        operation_id="note_leave",
        summary=_("Note a leave."),
        request=LeaveWanted,
        responses={201: LeaveSerializer},
    )
    def post(self, request: Request) -> Response:
        """Note your own leave, or as the secretary or duty officer anybody's."""
        entered = validated(LeaveWanted(data=request.data))
        posts = Post.objects.current(self.on).filter(
            village__in=self.own_villages(), role__in=TAKE_DUTY
        )
        posts = posts.select_related("user", "village")
        post = posts.filter(pk=entered.pop("post")).first()
        if post is None or post.village_id is None:
            raise InputRefused.at(post=NO_SUCH_CHOICE)

        people = self.people(entered, post.village_id, "substitute")
        leave = duty.note_leave(post, **entered | people, **self.doing)
        return Response(LeaveSerializer(leave).data, status=status.HTTP_201_CREATED)


class LeaveItem(DutyApi):
    @extend_schema(
        operation_id="end_leave", summary=_("End a leave today."), responses={204: None}
    )
    def delete(self, _request: Request, leave: int) -> Response:
        """Back earlier: from today on the shifts are taken again."""
        leaves = DutyLeave.objects.filter(post__village__in=self.own_villages())
        leaves = leaves.select_related("post__village")
        duty.end_leave(get_object_or_404(leaves, pk=leave), **self.doing)
        return Response(status=status.HTTP_204_NO_CONTENT)
