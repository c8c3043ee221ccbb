"""The parts of cases, each row to look at with the number of its case."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.admin.rights import (
    Window,
    link_to,
    with_place,
)
from cases.models import (
    Afterword,
    Assignment,
    Attachment,
    CallBack,
    Case,
    CaseAccess,
    CaseRevision,
    Clock,
    Concern,
    CoSpeaker,
    JoinedVillage,
    MandatoryReport,
    NumberCounter,
    Rating,
    Reply,
    StateAtUpdate,
    TimeRequest,
)
from cases.models.scope import Sight
from minshi.clock import today
from minshi.crypto import masked_name
from villages.admin.rights import OffTheIndex, PostAdmin
from villages.requests import StaffRequest
from villages.rights import CONFIGURE, READ_AUDIT_LOG


class CasePart(Window):
    """A row shown with the number of its case, which leads to the case's page."""

    search_fields = ("=case__number",)
    list_select_related: ClassVar[tuple[str, ...]] = ("case",)
    shown: tuple[str, ...] = ()

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return self._redacted(("__str__", "number", *self.shown))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        return ("number", *self.shown)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[Any, ...]:
        return ("number", *super().get_readonly_fields(request, obj))

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        visible = super().rows(request, queryset)
        return visible.select_related(*self.list_select_related)

    @admin.display(description=_("case"))
    def number(self, part: Any) -> str:
        return link_to(part.case)


@admin.register(Clock)
class ClockAdmin(CasePart):
    shown = (
        "stage",
        "level",
        "round",
        "started_at",
        "due_at",
        "yellow_at",
        "stopped_at",
        "extended",
        "rejected",
    )


@admin.register(Assignment)
class AssignmentAdmin(CasePart):
    shown = (
        "role",
        "post",
        "office",
        "assigned_at",
        "acknowledged_at",
        "reported_at",
        "ended_at",
        "end",
    )
    list_select_related = ("case", "office", *with_place("post"))


@admin.register(TimeRequest)
class TimeRequestAdmin(CasePart):
    shown = (
        "kind",
        "state",
        "reason",
        "until_on",
        "asked_by",
        "asked_at",
        "ruled_by",
        "ruled_at",
        "ended_at",
    )
    list_select_related = ("case", *with_place("asked_by", "ruled_by"))


@admin.register(Reply)
class ReplyAdmin(CasePart):
    shown = ("at", "round", "text", "post")
    list_select_related = ("case", *with_place("post"))


@admin.register(MandatoryReport)
class MandatoryReportAdmin(CasePart):
    shown = ("at", "told", "told_at", "receipt", "post")
    list_select_related = ("case", *with_place("post"))


@admin.register(Rating)
class RatingAdmin(CasePart):
    shown = (
        "at",
        "round",
        "satisfaction",
        "solved",
        "reason",
        "how",
        "entered_by",
        "on_the_spot",
        "drawn",
    )
    list_select_related = ("case", *with_place("entered_by"))


@admin.register(CallBack)
class CallBackAdmin(CasePart):
    shown = ("at", "satisfaction", "solved", "how", "note", "post")
    list_select_related = ("case", *with_place("post"))


@admin.register(Afterword)
class AfterwordAdmin(CasePart):
    shown = (
        "said_at",
        "due_at",
        "owner",
        "answered_at",
        "end",
        "answered_by",
        "answer",
    )
    list_select_related = ("case", *with_place("owner", "answered_by"))


@admin.register(Attachment)
class AttachmentAdmin(CasePart):
    """The file itself is opened on the case's page, through its own check."""

    shown = ("at", "kind", "size", "from_speaker", "post")
    readonly_fields = ("kind",)
    list_select_related = ("case", *with_place("post"))

    @admin.display(description=_("kind of file"))
    def kind(self, attachment: Attachment) -> str:
        kinds = {
            "image/jpeg": "JPEG",
            "image/png": "PNG",
            "image/webp": "WebP",
            "application/pdf": "PDF",
        }
        return kinds.get(attachment.content_type, "—")


@admin.register(CaseAccess)
class CaseAccessAdmin(CasePart):
    shown = ("post",)
    list_select_related = ("case", *with_place("post"))


@admin.register(JoinedVillage)
class JoinedVillageAdmin(CasePart):
    shown = ("village",)
    list_select_related = ("case", "village")


@admin.register(Concern)
class ConcernAdmin(CasePart):
    shown = ("user", "village")
    list_select_related = ("case", "user", "village")


class Speakers(CasePart):
    """Rows that say who spoke, shown only where the user may know."""

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        sight = Sight.of(request.user, today())
        known = Case.objects.filter(sight.speaker_shown())
        visible = super().rows(request, queryset)
        return visible.filter(**{f"{self.path}__in": known})


@admin.register(CoSpeaker)
class CoSpeakerAdmin(Speakers):
    shown = ("masked_name", "shown_phone")
    readonly_fields = ("masked_name", "shown_phone")

    @admin.display(description=pgettext_lazy("person", "name"))
    def masked_name(self, person: CoSpeaker) -> str:
        return masked_name(person.name) or "—"

    @admin.display(description=_("phone"))
    def shown_phone(self, person: CoSpeaker) -> str:
        return person.masked_phone or "—"


@admin.register(CaseRevision)
class CaseRevisionAdmin(Speakers):
    """The changes of personal values; the values are opened on the case's page."""

    path = "event__case"
    shown = ("at", "erased_at")
    list_select_related = ("event__case",)
    search_fields = ("=event__case__number",)
    readonly_fields = ("at",)

    @admin.display(description=_("at"))
    def at(self, revision: CaseRevision) -> Any:
        return revision.event.at

    @admin.display(description=_("case"))
    def number(self, revision: CaseRevision) -> str:
        return link_to(revision.event.case)


@admin.register(StateAtUpdate)
class StateAtUpdateAdmin(OffTheIndex, PostAdmin):
    """What an update sealed of matters whose events did not, for the auditor."""

    readers = READ_AUDIT_LOG
    list_display = ("case",)
    list_select_related = ("case",)
    fields = ("case", "state")


@admin.register(NumberCounter)
class NumberCounterAdmin(OffTheIndex, PostAdmin):
    """The last case number given in each town and year; only registering moves it."""

    readers = CONFIGURE
    list_display = ("town", "year", "last")
    list_select_related = ("town",)
