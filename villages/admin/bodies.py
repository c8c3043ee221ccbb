"""Seats and rules of procedure to look at; they change by their pages alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from minshi.clock import today
from villages.admin.rights import PostAdmin
from villages.models import Procedure, Seat, Town, Village
from villages.requests import StaffRequest
from villages.rights import OVERSEE, VIEW_BODIES


class BodyAdmin(PostAdmin):
    readers = VIEW_BODIES

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Seat)
class SeatAdmin(BodyAdmin):
    list_display = (
        "name",
        "body",
        "village",
        "town",
        "is_chair",
        "from_on",
        "until_on",
    )
    list_select_related = ("village", "town")
    fields = ("body", "village", "town", "name", "is_chair", "from_on", "until_on")

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        user = request.user
        villages = Village.objects.in_reach_of(user, today(), VIEW_BODIES)
        towns = Town.objects.in_reach_of(user, today(), OVERSEE)
        counties = user.reach(today(), OVERSEE).counties

        return queryset.filter(
            Q(village__in=villages) | Q(town__in=towns) | Q(county_code__in=counties)
        )


@admin.register(Procedure)
class ProcedureAdmin(BodyAdmin):
    list_display = (
        "kind",
        "town",
        "quorum_of",
        "quorum_in",
        "pass_of",
        "pass_in",
        "article",
    )
    list_select_related = ("town",)

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        towns = Town.objects.in_reach_of(request.user, today(), VIEW_BODIES)
        return queryset.filter(town__in=towns)
