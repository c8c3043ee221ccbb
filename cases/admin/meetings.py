"""Meetings and 四议两公开 to look at; they change by the pages and the API alone."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.admin.parts import Part, with_place
from cases.admin.rights import Window, link_to, said, with_sight
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


class Council(Window):
    """Rows of the meetings in reach; `path` leads to the meeting."""

    readers = VIEW_CASES
    path = ""
    list_select_related: ClassVar[tuple[str, ...]] = ()

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = Meeting.objects.visible_to(request.user, today())
        found = queryset.filter(
            **{f"{self.path}__in" if self.path else "pk__in": seen.values("pk")}
        )
        return found.select_related(*self.list_select_related)


@admin.register(Meeting)
class MeetingAdmin(Council):
    list_display = ("name", "starts_at", "place", "chair", "closed_at", "cancelled_at")
    list_select_related = ("village", "town")
    fields = (
        "name",
        "starts_at",
        "place",
        "chair",
        "recorder",
        "due_typed",
        "present_typed",
        "closed_at",
    )
    readonly_fields = ("name",)

    @admin.display(description=_("meeting"))
    def name(self, meeting: Meeting) -> str:
        return meeting.name


@admin.register(Attendee)
class AttendeeAdmin(Council):
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
        return with_sight(
            super().rows(request, queryset).filter(known), request, self.case_path
        )


@admin.register(AgendaItem)
class AgendaItemAdmin(OfItem):
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
class StepAsideAdmin(OfItem):
    path = "item__meeting"
    case_path = "item__case"
    list_display = (
        "attendee",
        "item",
        said(StepAside, "reason", "item__case"),
        "is_automatic",
        "is_lifted",
    )
    list_select_related = ("attendee", "item__case")
    fields = list_display
    readonly_fields = (list_display[2],)


class FourTwoWindow(Window):
    readers = VIEW_CASES
    path = ""
    case_path = "process__case"

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = FourTwoProcess.objects.visible_to(request.user, today())
        found = queryset.filter(
            **{f"{self.path}__in" if self.path else "pk__in": seen.values("pk")}
        )
        return with_sight(found.select_related(self.case_path), request, self.case_path)


SUBJECT, WHY = (
    said(FourTwoProcess, name, "case") for name in ("subject", "dropped_why")
)
CONTENT, OVERSIGHT = (
    said(FourTwoStep, name, "process__case") for name in ("content", "oversight")
)
WRONG, RIGHT = (
    said(StepCorrection, name, "step__process__case") for name in ("wrong", "right")
)


@admin.register(FourTwoProcess)
class FourTwoProcessAdmin(FourTwoWindow):
    case_path = "case"
    list_display = (SUBJECT, "village", "matter", "started_at", "dropped_at")
    list_select_related = ("village", "case")
    fields = (SUBJECT, "village", "matter", "origin", "started_at", "dropped_at", WHY)
    readonly_fields = (SUBJECT, WHY)


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
        CONTENT,
        "due",
        "present",
        "votes_for",
        "votes_against",
        "votes_abstain",
        "present_needed",
        "votes_needed",
        "rule",
        "public_until",
        OVERSIGHT,
        "passed",
    )
    readonly_fields = ("village", CONTENT, OVERSIGHT)

    @admin.display(description=_("village"))
    def village(self, step: FourTwoStep) -> str:
        return str(step.process.village)


@admin.register(StepCorrection)
class StepCorrectionAdmin(FourTwoWindow):
    path = "step__process"
    case_path = "step__process__case"
    list_display = ("at", "step", "post")
    list_select_related = ("step__process__case", *with_place("post"))
    fields = ("at", "step", "post", WRONG, RIGHT)
    readonly_fields = (WRONG, RIGHT)


@admin.register(SignedSheet)
class SignedSheetAdmin(Window):
    """The photo itself is opened on the meeting's or the process's page."""

    readers = VIEW_CASES
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
    spoken = ("ground",)
    list_select_related = (
        "assignment__case",
        "assignment__office",
        *with_place("assignment__post", "asked_by", "ruled_by"),
    )

    @admin.display(description=_("case"))
    def number(self, part: HandBack) -> str:
        return link_to(part.assignment.case)
