"""How cases were chased, and the meetings that go through them, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from minshi.clock import now
from minshi.text import PLACEHOLDER
from supervision.admin.case_column import CaseColumn
from supervision.chasing.tracking import meetings_seen_by
from supervision.models import Chase, TrackedCase, TrackingMeeting
from villages.admin.rights import PostAdmin
from villages.requests import StaffRequest
from villages.rights import OVERSEE


@admin.register(Chase)
class ChaseAdmin(CaseColumn):
    list_display = ("at", "of_case", "level", "step")
    list_select_related = ("case",)
    list_filter = ("level", "step")
    search_fields = ("=case__number",)
    fields = ("at", "of_case", "level", "step", "due_at", "demanded")
    readonly_fields = ("of_case", "demanded")

    @admin.display(description=_("what is demanded"))
    def demanded(self, chase: Any) -> str:
        """Show nothing of it to whoever may not know who spoke: they may have written
        it themself, and would learn by what is blanked.
        """
        return chase.demand if chase.speaker_shown else PLACEHOLDER


@admin.register(TrackingMeeting)
class TrackingMeetingAdmin(PostAdmin):
    readers = OVERSEE
    list_display = ("began_at", "town", "began_by", "ended_at")
    list_select_related = ("town", "began_by__user")
    fields = list_display

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = meetings_seen_by(request.user, now())
        return queryset.filter(pk__in=seen.values("pk"))


@admin.register(TrackedCase)
class TrackedCaseAdmin(CaseColumn):
    list_display = ("of_case", "meeting", "verdict", "said_at")
    list_select_related = ("case", "meeting__town")
    list_filter = ("verdict",)
    search_fields = ("=case__number",)
    fields = ("of_case", "meeting", "verdict", "note", "said_at", "said_by")
