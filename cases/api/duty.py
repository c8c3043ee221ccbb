"""排一轮 over the API.

It counts working days by the calendar of deadlines, so this part of the roster stands
here.
"""

from datetime import time
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases import deadlines
from minshi.errors import InputRefused
from villages import duty
from villages.api.duty import DutyApi, PersonSerializer, ShiftSerializer
from villages.api.fields import NO_SUCH_CHOICE, DayField, IdField
from villages.duty.rotating import BEGINS, ENDS
from villages.models import Post, Village

WORKING_DAYS = "working"
EVERY_DAY = "every"
MOST_MEMBERS = 100

DAYS = (WORKING_DAYS, EVERY_DAY)


class RoundBody(serializers.Serializer[Any]):
    village = IdField()
    members = serializers.ListField(
        child=IdField(),
        max_length=MOST_MEMBERS,
        help_text=_("The posts that take turns, in that order."),
    )
    first = DayField()
    last = DayField()
    days = serializers.ChoiceField(DAYS, required=False, default=WORKING_DAYS)
    begins = serializers.TimeField(required=False, default=BEGINS)
    ends = serializers.TimeField(required=False, default=ENDS)
    backup = IdField(required=False, allow_null=True, default=None)
    next_is_backup = serializers.BooleanField(
        required=False,
        default=True,
        help_text=_("Without a backup named: whoever is next in turn."),
    )
    leader = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=40
    )


class TurnSerializer(serializers.Serializer[Any]):
    day = DayField()
    primary = PersonSerializer(allow_null=True, help_text=_("Null: nobody is free."))
    backup = PersonSerializer(allow_null=True)
    stands = serializers.BooleanField(
        source="standing", help_text=_("There is a shift already; it stays.")
    )


class RoundApi(DutyApi):
    def read(self) -> tuple[Village, duty.Round]:
        """Return the village and the round that the body asks for.

        InputRefused: no village in reach, or a post that takes no duty there.
        """
        body = RoundBody(data=self.request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data

        overseen = Village.objects.in_reach_of(self.user, self.on)
        village = overseen.filter(pk=data["village"]).first()
        if village is None:
            raise InputRefused.at(village=NO_SUCH_CHOICE)

        members = self._members(village, data["members"])
        calendar = None  # every day has a shift
        if data["days"] == WORKING_DAYS:
            calendar = deadlines.calendar_of(village.town_id, data["first"])

        wanted = duty.Round(
            members=members,
            first=data["first"],
            last=data["last"],
            calendar=calendar,
            begins=_on_the_clock(data["begins"]),
            ends=_on_the_clock(data["ends"]),
            backup=self.person(data["backup"], village.pk, "backup"),
            next_is_backup=data["next_is_backup"],
            leader=data["leader"],
        )
        return village, wanted

    def _members(self, village: Village, keys: list[int]) -> list[Post]:
        """Return the posts in the order asked for, each once.

        InputRefused: one of them takes no duty in the village.
        """
        eligible = duty.eligible_posts(village, self.on).filter(pk__in=keys)
        found = {post.pk: post for post in eligible}

        if found.keys() != set(keys):
            raise InputRefused.at(members=NO_SUCH_CHOICE)
        return [found[key] for key in dict.fromkeys(keys)]


def _on_the_clock(moment: time) -> time:
    """Return a time of day as the clock on the wall shows it, without a zone."""
    return moment.replace(tzinfo=None)


class RoundPlanAPIView(RoundApi):
    @extend_schema(
        operation_id="plan_round",
        summary=_("See the shifts of a round before they are arranged."),
        request=RoundBody,
        responses={200: TurnSerializer(many=True)},
    )
    def post(self, _request: Request) -> Response:
        """The turns of a round, day by day; nothing is written."""
        village, wanted = self.read()
        turns = duty.plan_round(village, wanted, **self.doing)
        return Response(TurnSerializer(turns, many=True).data)


class RoundListAPIView(RoundApi):
    @extend_schema(
        operation_id="arrange_round",
        summary=_("Put a round of shifts on the roster."),
        request=RoundBody,
        responses={201: ShiftSerializer(many=True)},
    )
    def post(self, _request: Request) -> Response:
        """Put a round on the roster: its new shifts; days that have one keep it, so a
        second time adds none.
        """
        village, wanted = self.read()
        new = duty.arrange_round(village, wanted, **self.doing)
        context = {"roster": duty.read_roster(new)}
        rows = ShiftSerializer(new, many=True, context=context)
        return Response(rows.data, status=status.HTTP_201_CREATED)
