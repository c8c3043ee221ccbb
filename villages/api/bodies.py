"""The API of bodies and rules of procedure: the seats of a place, and how many must
attend and agree at its meetings.
"""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from minshi.days import TERM
from villages.api.caller import CallerApi
from villages.api.fields import DayField, validated
from villages.bodies import (
    BodyPlace,
    cadres_at,
    drop_procedure,
    end_seat,
    readable_place,
    rules_of,
    seats_seated_by,
    set_procedure,
    take_seat,
)
from villages.models import Body, MeetingKind, Seat, Town, User
from villages.models.bodies import Base
from villages.procedure import OF_COUNTY, Rules
from villages.rights import SET_TOWN_RULES, deals_with_cases

LARGEST_SHARE = 100
BODY_PLACE = OpenApiParameter(
    "at",
    str,
    description="A place by its key: v12, t3, c621226; without it your first.",
)


class SeatSerializer(serializers.Serializer[Seat]):
    id = serializers.IntegerField()
    body = serializers.ChoiceField(Body.choices)
    name = serializers.CharField()
    is_chair = serializers.BooleanField()
    user = serializers.IntegerField(
        source="user_id", allow_null=True, help_text="The cadre who holds it, if any."
    )
    from_on = DayField()
    until_on = DayField(allow_null=True)


class CadreSerializer(serializers.Serializer[User]):
    id = serializers.IntegerField()
    name = serializers.CharField(source="__str__")


class RulesSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(MeetingKind.choices)
    quorum = serializers.CharField()
    majority = serializers.CharField()
    base = serializers.ChoiceField(Base.choices)
    substitutes_vote = serializers.BooleanField()
    article = serializers.CharField()
    is_own = serializers.BooleanField(help_text="Set by the town itself.")


class BodiesSerializer(serializers.Serializer[Any]):
    at = serializers.CharField()
    place = serializers.CharField()
    seats = SeatSerializer(many=True)
    cadres = CadreSerializer(
        many=True,
        help_text="Who has a post there; a seat of a namesake names one of them.",
    )
    rules = RulesSerializer(many=True)


class SeatWanted(serializers.Serializer[Any]):
    body = serializers.ChoiceField(Body.choices)
    name = serializers.CharField(max_length=40)
    user = serializers.IntegerField(required=False, allow_null=True, default=None)
    is_chair = serializers.BooleanField(required=False, default=False)
    from_on = DayField()
    until_on = DayField(reach=TERM, required=False, allow_null=True, default=None)


class EndWanted(serializers.Serializer[Any]):
    until_on = DayField(reach=TERM)


class RulesWanted(serializers.Serializer[Any]):
    quorum_of = serializers.IntegerField(min_value=1, max_value=LARGEST_SHARE)
    quorum_in = serializers.IntegerField(min_value=1, max_value=LARGEST_SHARE)
    quorum_above = serializers.BooleanField(required=False, default=False)
    pass_of = serializers.IntegerField(min_value=1, max_value=LARGEST_SHARE)
    pass_in = serializers.IntegerField(min_value=1, max_value=LARGEST_SHARE)
    pass_above = serializers.BooleanField(required=False, default=False)
    pass_base = serializers.ChoiceField(Base.choices)
    substitutes_vote = serializers.BooleanField(required=False, default=False)
    article = serializers.CharField(max_length=120)


class BodiesApi(CallerApi):
    def place(self, request: Request) -> BodyPlace:
        """Return the place asked for.

        Http404: there is none in reach, or the caller deals with no matters.
        """
        if not deals_with_cases(self.user.posts_on(self.on)):
            raise Http404

        key = request.query_params.get("at", "")
        place = readable_place(self.user, self.on, key)
        if place is None:
            raise Http404
        return place

    def answer(self, place: BodyPlace) -> Response:
        """Answer with the bodies of a place and the rules of its meetings."""
        seats = Seat.objects.filter(**place.fields).current(self.on)
        data = {
            "at": place.key,
            "place": place.label,
            "seats": seats.order_by("body", "-is_chair", "from_on", "pk"),
            "cadres": list(cadres_at(place, self.on)),
            "rules": [_rules_shown(*rule) for rule in rules_of(place.town)],
        }
        return Response(BodiesSerializer(data).data)


def _rules_shown(kind: MeetingKind, rules: Rules, is_own: bool) -> dict[str, Any]:
    return {
        "kind": kind,
        "quorum": str(rules.quorum),
        "majority": str(rules.majority),
        "base": rules.base,
        "substitutes_vote": rules.substitutes_vote,
        "article": str(rules.article),
        "is_own": is_own,
    }


class Bodies(BodiesApi):
    NOT_HERE = OpenApiResponse(description="There is no such place in your reach.")

    @extend_schema(
        operation_id="get_bodies",
        summary=_(
            "Read who sits in the bodies of a place, and the rules of its meetings."
        ),
        parameters=[BODY_PLACE],
        responses={200: BodiesSerializer, 404: NOT_HERE},
    )
    def get(self, request: Request) -> Response:
        """The people in the bodies of a place, and the rules of its meetings."""
        return self.answer(self.place(request))

    @extend_schema(
        operation_id="seat_member",
        summary=_("Seat somebody in a body."),
        parameters=[BODY_PLACE],
        request=SeatWanted,
        responses={200: BodiesSerializer, 404: NOT_HERE},
    )
    def post(self, request: Request) -> Response:
        """Seat somebody for a term."""
        place = self.place(request)
        entered = validated(SeatWanted(data=request.data))

        take_seat(place, by=self.user, at=self.at, **entered)
        return self.answer(place)


class SeatEnd(BodiesApi):
    @extend_schema(
        operation_id="end_seat",
        summary=_("End somebody's term in a body."),
        request=EndWanted,
        responses={200: SeatSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """End a term."""
        seat = get_object_or_404(seats_seated_by(self.user, self.on), pk=pk)
        until_on = validated(EndWanted(data=request.data))["until_on"]

        ended = end_seat(seat, until_on, by=self.user, at=self.at)
        return Response(SeatSerializer(ended).data)


class RulesItem(BodiesApi):
    def town(self, kind: str) -> Town:
        """Return the town whose rules the caller sets.

        Http404: there is no such kind of meeting, or the caller reviews for no town.
        """
        towns = self.user.reach(self.on, SET_TOWN_RULES).towns
        if kind not in MeetingKind.values or kind in OF_COUNTY or not towns:
            raise Http404
        return Town.objects.get(pk=min(towns))

    @extend_schema(
        operation_id="set_meeting_rules",
        summary=_("Set the town's own rules for a kind of meeting."),
        request=RulesWanted,
        responses={200: BodiesSerializer},
    )
    def put(self, request: Request, kind: str) -> Response:
        """Set the town's own rules for a kind of meeting."""
        town = self.town(kind)
        entered = validated(RulesWanted(data=request.data))

        set_procedure(town, kind, by=self.user, at=self.at, **entered)
        return self.answer(BodyPlace(town, town.name))

    @extend_schema(
        operation_id="reset_meeting_rules",
        summary=_("Go back to the default rules for a kind of meeting."),
        responses={204: OpenApiResponse(description="Back to the default.")},
    )
    def delete(self, request: Request, kind: str) -> Response:
        """Go back to the default rules."""
        drop_procedure(self.town(kind), kind, by=self.user, at=self.at)
        return Response(status=status.HTTP_204_NO_CONTENT)
