"""The API of the grid: villages, and the lookup of neighbours."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from minshi.api import KeyPages
from minshi.api_docs import Endpoint
from minshi.clock import today
from villages.api.examples import NEIGHBOURS
from villages.api.fields import validated
from villages.api.login import user_of
from villages.lookup_counts import look_up
from villages.models import Group, Town, Village


class TownSerializer(serializers.ModelSerializer[Town]):
    class Meta:
        model = Town
        fields = ("id", "code", "name", "county_name", "phone")
        read_only_fields = fields


class GroupSerializer(serializers.ModelSerializer[Group]):
    class Meta:
        model = Group
        fields = ("id", "number")


class VillageSerializer(serializers.ModelSerializer[Village]):
    town = TownSerializer()
    groups = GroupSerializer(many=True)

    class Meta:
        model = Village
        fields = ("id", "code", "name", "official_name", "town", "groups")


@extend_schema_view(
    get=extend_schema(
        operation_id="list_villages",
        summary=_("List your villages with their groups."),
    )
)
class VillageList(Endpoint, ListAPIView[Village]):
    """The villages within the account's territory, with their groups."""

    serializer_class = VillageSerializer
    pagination_class = KeyPages
    filter_backends = ()
    order = ("code", "id")

    def get_queryset(self) -> QuerySet[Village]:
        villages = Village.objects.in_reach_of(user_of(self.request), today())
        return villages.select_related("town").prefetch_related("groups")


class Sought(serializers.Serializer[Any]):
    q = serializers.CharField(
        max_length=40,
        help_text=_("The beginning of a name, its pinyin, initials, or a phone."),
    )
    village = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text=_("Only in this one."),
    )


class FoundSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    village = serializers.CharField()
    group = serializers.IntegerField()
    door = serializers.IntegerField()
    tail = serializers.CharField(
        help_text=_("The last four digits of the phone, in one's own village.")
    )


class Neighbours(serializers.Serializer[Any]):
    results = FoundSerializer(many=True)


class HouseholdLookup(Endpoint):
    """At most eight residents of the villages one may look up in. Throttled; how often
    is counted by day.
    """

    @extend_schema(
        operation_id="look_up_neighbours",
        summary=_("Look neighbours up by name, pinyin or phone."),
        parameters=[Sought],
        responses={200: Neighbours},
        examples=NEIGHBOURS,
    )
    def get(self, request: Request) -> Response:
        sought = validated(Sought(data=request.query_params))
        residents = look_up(
            sought["q"],
            by=user_of(request),
            on=today(),
            only_in=sought.get("village"),
        )
        return Response({"results": [asdict(resident) for resident in residents]})
