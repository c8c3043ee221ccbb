"""Meetings and 四议两公开 to look at; they change by the pages and the API alone."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.admin.parts import CasePart
from cases.admin.rights import (
    Window,
    link_to,
    with_place,
)
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
from villages.rights import VIEW_CASES


class MeetingWindow(Window):
    """Rows of the meetings that the user sees; `path` leads to the meeting."""

    readers = VIEW_CASES
    path = ""
    case_path = ""
    list_select_related: ClassVar[tuple[str, ...]] = ()

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        visible = Meeting.objects.visible_to(request.user, today())
        lookup = f"{self.path}__in" if self.path else "pk__in"
        rows = queryset.filter(**{lookup: visible.values("pk")})
        return rows.select_related(*self.list_select_related)


@admin.register(Meeting)
class MeetingAdmin(MeetingWindow):
    list_display = ("name", "starts_at", "place", "chair", "closed_at", "cancelled_at")
    list_select_related = ("village", "town", "group")
    fields = (
        "name",
        "starts_at",
        "place",
        "chair",
        "recorder",
        "due_typed",
        "present_typed",
        "short_notice",
        "closed_at",
    )
    readonly_fields = ("name",)

    @admin.display(description=_("meeting"))
    def name(self, meeting: Meeting) -> str:
        return meeting.name


@admin.register(Attendee)
class AttendeeAdmin(MeetingWindow):
    path = "meeting"
    list_display = (
        "name",
        "meeting",
        "is_chair",
        "is_guest",
        "is_present",
        "substitute",
    )
    list_select_related = ("meeting__village", "meeting__town")
    fields = list_display


@admin.register(MinutesCorrection)
class MinutesCorrectionAdmin(MeetingWindow):
    path = "meeting"
    list_display = ("at", "meeting", "post")
    list_select_related = ("meeting__village", "meeting__town", *with_place("post"))
    fields = ("at", "meeting", "post", "wrong", "right")


class ItemWindow(MeetingWindow):
    """Rows that say something of a case, shown only where the user sees it."""

    case_path = "case"

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        visible = Case.objects.visible_to(request.user, today())
        has_no_case = Q(**{self.case_path: None})
        has_visible_case = Q(**{f"{self.case_path}__in": visible})

        return super().rows(request, queryset).filter(has_no_case | has_visible_case)


@admin.register(AgendaItem)
class AgendaItemAdmin(ItemWindow):
    path = "meeting"
    list_display = (
        "__str__",
        "meeting",
        "state",
        "votes_for",
        "votes_against",
        "votes_abstain",
        "concluded_at",
    )
    list_select_related = ("case", "meeting__village", "meeting__town")
    fields = (
        "meeting",
        "subject",
        "state",
        "votes_for",
        "votes_against",
        "votes_abstain",
        "due",
        "present",
        "aside",
        "needed",
        "rule",
        "concluded_at",
    )


@admin.register(StepAside)
class StepAsideAdmin(ItemWindow):
    path = "item__meeting"
    case_path = "item__case"
    list_display = (
        "attendee",
        "item",
        "reason",
        "is_automatic",
        "is_lifted",
    )
    list_select_related = ("attendee", "item__case")
    fields = list_display


class FourTwoWindow(Window):
    """Rows of the 四议两公开 that the user sees; `path` leads to the process."""

    readers = VIEW_CASES
    path = ""
    case_path = "process__case"

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        visible = FourTwoProcess.objects.visible_to(request.user, today())
        lookup = f"{self.path}__in" if self.path else "pk__in"
        rows = queryset.filter(**{lookup: visible.values("pk")})
        return rows.select_related(self.case_path)


@admin.register(FourTwoProcess)
class FourTwoProcessAdmin(FourTwoWindow):
    case_path = "case"
    list_display = ("subject", "village", "matter", "started_at", "dropped_at")
    list_select_related = ("village", "case")
    fields = (
        "subject",
        "village",
        "matter",
        "origin",
        "started_at",
        "dropped_at",
        "dropped_why",
    )


@admin.register(FourTwoStep)
class FourTwoStepAdmin(FourTwoWindow):
    path = "process"
    list_display = (
        "village",
        "nth",
        "held_on",
        "due",
        "present",
        "votes_for",
        "passed",
    )
    list_select_related = ("process__village", "process__case")
    fields = (
        "village",
        "nth",
        "kind",
        "held_on",
        "called_on",
        "short_notice",
        "content",
        "due",
        "present",
        "votes_for",
        "votes_against",
        "votes_abstain",
        "present_needed",
        "votes_needed",
        "rule",
        "public_until",
        "oversight",
        "passed",
    )
    readonly_fields = ("village",)

    @admin.display(description=_("village"))
    def village(self, step: FourTwoStep) -> str:
        return str(step.process.village)


@admin.register(StepCorrection)
class StepCorrectionAdmin(FourTwoWindow):
    path = "step__process"
    case_path = "step__process__case"
    list_display = ("at", "step", "post")
    list_select_related = ("step__process__case", *with_place("post"))
    fields = ("at", "step", "post", "wrong", "right")


@admin.register(SignedSheet)
class SignedSheetAdmin(Window):
    """The photo itself is opened on the meeting's or the process's page."""

    readers = VIEW_CASES
    case_path = ""
    list_display = ("at", "meeting", "step", "size")
    list_select_related = ("meeting__village", "meeting__town", "step__process")
    fields = ("at", "meeting", "step", "content_type", "size")

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        meetings = Meeting.objects.visible_to(request.user, today())
        processes = FourTwoProcess.objects.visible_to(request.user, today())
        return queryset.filter(Q(meeting__in=meetings) | Q(step__process__in=processes))


@admin.register(HandBack)
class HandBackAdmin(CasePart):
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
