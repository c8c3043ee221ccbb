"""The roster to look at (it changes on the pages under /duty/), and the talk room,
which the secretary edits.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from minshi.clock import today
from villages.admin.office_phones import TalkRoomAdminForm
from villages.admin.rights import PostAdmin
from villages.duty.notes import show_notes
from villages.models import (
    DutyLeave,
    DutyShift,
    HandOver,
    SwapRequest,
    TalkRoom,
    Village,
)
from villages.requests import StaffRequest
from villages.rights import CONFIGURE, DESCRIBE_TALK_ROOM, EDIT_TALK_ROOM, VIEW_ROSTERS


@admin.register(TalkRoom)
class TalkRoomAdmin(PostAdmin):
    editors = EDIT_TALK_ROOM
    form = TalkRoomAdminForm
    list_display = ("village", "place", "hours", "phone", "talk_day")
    list_select_related = ("village",)
    search_fields = ("village__name",)
    autocomplete_fields = ("village",)

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if request.user.holds(today(), *CONFIGURE):
            return queryset

        own = Village.objects.in_reach_of(request.user, today(), DESCRIBE_TALK_ROOM)
        return queryset.filter(village__in=own)

    def get_readonly_fields(
        self, request: HttpRequest, obj: TalkRoom | None = None
    ) -> tuple[str, ...]:
        return ("village",) if obj else ()


class RosterAdmin(PostAdmin):
    """Rows of the roster, read only; `to_village` leads from the row to its village."""

    readers = VIEW_ROSTERS
    to_village = "village"

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        villages = Village.objects.in_reach_of(request.user, today(), VIEW_ROSTERS)
        return queryset.filter(**{f"{self.to_village}__in": villages})


@admin.register(DutyShift)
class DutyShiftAdmin(RosterAdmin):
    list_display = ("village", "starts_at", "ends_at", "who", "second", "leader")
    list_select_related = ("village", "primary__user", "backup__user")
    search_fields = ("village__name", "primary__user__name")

    @admin.display(description=_("on duty"), ordering="primary")
    def who(self, shift: DutyShift) -> str:
        return str(shift.primary.user)

    @admin.display(description=_("backup"))
    def second(self, shift: DutyShift) -> str:
        return str(shift.backup.user) if shift.backup else "—"


@admin.register(SwapRequest)
class SwapRequestAdmin(RosterAdmin):
    to_village = "shift__village"
    list_display = ("shift", "from_whom", "to_whom", "asked_at", "state", "answered_at")
    list_select_related = ("shift__village", "asker__user", "asked__user")
    list_filter = ("state",)

    @admin.display(description=_("who asks"))
    def from_whom(self, swap: SwapRequest) -> str:
        return str(swap.asker.user)

    @admin.display(description=_("who is asked"))
    def to_whom(self, swap: SwapRequest) -> str:
        return str(swap.asked.user)


@admin.register(DutyLeave)
class DutyLeaveAdmin(RosterAdmin):
    to_village = "post__village"
    list_display = ("who", "from_on", "until_on", "stands_in")
    list_select_related = ("post__user", "substitute__user")

    @admin.display(description=_("who is away"))
    def who(self, leave: DutyLeave) -> str:
        return str(leave.post.user)

    @admin.display(description=_("substitute"))
    def stands_in(self, leave: DutyLeave) -> str:
        return str(leave.substitute.user) if leave.substitute else "—"


@admin.register(HandOver)
class HandOverAdmin(RosterAdmin):
    to_village = "shift__village"
    list_display = ("shift", "visitors", "written_at", "taken_at")
    list_select_related = ("shift__village",)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> HandOver | None:
        """Return the hand-over of a page, which nobody saves from here."""
        handed: HandOver | None = super().get_object(request, object_id, from_field)
        if handed:
            show_notes([handed])
        return handed
