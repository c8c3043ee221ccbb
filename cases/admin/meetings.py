"""Meetings and 四议两公开 to look at; they change by the pages and the API alone."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.admin.parts import Part, with_place
from cases.admin.rights import READERS, Window, link_to
from cases.models import (
    AgendaItem,
    Attendee,
    Case,
    FourTwoProcess,
    FourTwoStep,
    HandBack,
    Meeting,
    MinutesCorrection,
    SignedSheet,
    StepAside,
    StepCorrection,
)
from minshi.clock import today
from villages.requests import StaffRequest


class Council(Window):
    """Rows of the meetings in reach; `path` leads to the meeting."""

    readers = READERS
    path = ""
    list_select_related: ClassVar[tuple[str, ...]] = ()

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = Meeting.objects.visible_to(request.user, today())
        found = queryset.filter(**{f"{self.path}__in" if self.path else "pk__in": seen.values("pk")})
        return found.select_related(*self.list_select_related)


@admin.register(Meeting)
class MeetingAdmin(Council):
    list_display = ("name", "starts_at", "place", "chair", "closed_at", "cancelled_at")
    list_select_related = ("village", "town")
    fields = ("name", "starts_at", "place", "chair", "recorder", "due_typed", "present_typed", "closed_at")
    readonly_fields = ("name",)

    @admin.display(description=_("meeting"))
    def name(self, meeting: Meeting) -> str:
        return meeting.name


@admin.register(Attendee)
class AttendeeAdmin(Council):
    path = "meeting"
    list_display = ("name", "meeting", "is_chair", "is_guest", "is_present", "substitute")
    list_select_related = ("meeting__village", "meeting__town")
    fields = list_display


@admin.register(MinutesCorrection)
class MinutesCorrectionAdmin(Council):
    path = "meeting"
    list_display = ("at", "meeting", "post")
    list_select_related = ("meeting__village", "meeting__town", *with_place("post"))
    fields = ("at", "meeting", "post", "wrong", "right")


class OfItem(Council):
    """Rows that tell something of a case: only where the reader sees it."""

    case_path = "case"

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = Case.objects.visible_to(request.user, today())
        known = Q(**{f"{self.case_path}": None}) | Q(**{f"{self.case_path}__in": seen})
        return super().rows(request, queryset).filter(known)


@admin.register(AgendaItem)
class AgendaItemAdmin(OfItem):
    path = "meeting"
    list_display = ("__str__", "meeting", "state", "votes_for", "votes_against", "votes_abstain", "concluded_at")
    list_select_related = ("case", "meeting__village", "meeting__town")
    fields = ("meeting", "subject", "state", "votes_for", "votes_against", "votes_abstain", "due", "present", "aside",
              "needed", "rule", "concluded_at")  # fmt: skip


@admin.register(StepAside)
class StepAsideAdmin(OfItem):
    path = "item__meeting"
    case_path = "item__case"
    list_display = ("attendee", "item", "reason", "is_automatic", "is_lifted")
    list_select_related = ("attendee", "item__case")
    fields = list_display


class FourTwoWindow(Window):
    readers = READERS
    path = ""

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = FourTwoProcess.objects.visible_to(request.user, today())
        return queryset.filter(**{f"{self.path}__in" if self.path else "pk__in": seen.values("pk")})


@admin.register(FourTwoProcess)
class FourTwoProcessAdmin(FourTwoWindow):
    list_display = ("subject", "village", "matter", "started_at", "dropped_at")
    list_select_related = ("village",)
    fields = ("subject", "village", "matter", "origin", "started_at", "dropped_at", "dropped_why")


@admin.register(FourTwoStep)
class FourTwoStepAdmin(FourTwoWindow):
    path = "process"
    list_display = ("process", "nth", "held_on", "due", "present", "votes_for", "passed")
    list_select_related = ("process",)
    fields = ("process", "nth", "kind", "held_on", "content", "due", "present", "votes_for", "votes_against",
              "votes_abstain", "present_needed", "votes_needed", "rule", "public_until", "oversight",
              "passed")  # fmt: skip


@admin.register(StepCorrection)
class StepCorrectionAdmin(FourTwoWindow):
    path = "step__process"
    list_display = ("at", "step", "post")
    list_select_related = ("step", *with_place("post"))
    fields = ("at", "step", "post", "wrong", "right")


@admin.register(SignedSheet)
class SignedSheetAdmin(Window):
    """The photo itself is opened on the meeting's or the process's page."""

    readers = READERS
    list_display = ("at", "meeting", "step", "size")
    list_select_related = ("meeting__village", "meeting__town", "step__process")
    fields = ("at", "meeting", "step", "content_type", "size")

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        meetings = Meeting.objects.visible_to(request.user, today())
        processes = FourTwoProcess.objects.visible_to(request.user, today())
        return queryset.filter(Q(meeting__in=meetings) | Q(step__process__in=processes))


@admin.register(HandBack)
class HandBackAdmin(Part):
    path = "assignment__case"
    search_fields = ("=assignment__case__number",)
    shown = ("state", "ground", "asked_by", "asked_at", "ruled_by", "ruled_at")
    list_select_related = (
        "assignment__case",
        "assignment__office",
        *with_place("assignment__post", "asked_by", "ruled_by"),
    )

    @admin.display(description=_("case"))
    def number(self, part: HandBack) -> str:
        return link_to(part.assignment.case)
