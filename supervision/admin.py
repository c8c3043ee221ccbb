"""Chasing, orders and notices to look at, and a town's own ladder to set."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.admin.rights import Window, link_to
from cases.admin.settings import OfTown
from minshi.clock import now
from supervision.chasing.tracking import meetings_seen_by
from supervision.models import (
    Call,
    Chase,
    EventFailure,
    EventSeen,
    JobRun,
    Notice,
    NoticeText,
    OrderCounter,
    OrderTalk,
    Robot,
    Rung,
    SentBack,
    SupervisionOrder,
    Told,
    TrackedCase,
    TrackingMeeting,
    Watermark,
)
from supervision.notices.channels.wecom import is_robots_address
from supervision.town_settings import look_again, may_drop
from villages.admin.rights import PostAdmin
from villages.requests import StaffRequest
from villages.rights import CONFIGURE, OVERSEE

if TYPE_CHECKING:
    FormOfRung = forms.ModelForm[Rung]
    FormOfRobot = forms.ModelForm[Robot]
else:  # at run time they take no type
    FormOfRung = FormOfRobot = forms.ModelForm


class OfCase(Window):
    path = "case"
    readonly_fields = ("of_case",)

    @admin.display(description=_("case"))
    def of_case(self, row: Any) -> str:
        return link_to(row.case)


@admin.register(Chase)
class ChaseAdmin(OfCase):
    list_display = ("at", "of_case", "level", "step")
    list_select_related = ("case",)
    list_filter = ("level", "step")
    search_fields = ("=case__number",)
    fields = ("at", "of_case", "level", "step", "due_at", "reason")


@admin.register(Call)
class CallAdmin(OfCase):
    list_display = ("asked_at", "of_case", "kind", "tries", "done_at")
    list_select_related = ("case",)
    list_filter = ("kind",)
    search_fields = ("=case__number",)
    fields = ("asked_at", "of_case", "kind", "tries", "tried_at", "done_at", "done_by")


@admin.register(SupervisionOrder)
class OrderAdmin(OfCase):
    list_display = ("number", "of_case", "state", "raised_at", "reply_on")
    list_select_related = ("case",)
    list_filter = ("state",)
    search_fields = ("=number", "=case__number")
    fields = (
        "number",
        "of_case",
        "state",
        "reason",
        "demand",
        "reply_on",
        "raised_at",
        "sent_at",
        "replied_at",
        "ended_at",
    )


@admin.register(SentBack)
class SentBackAdmin(OfCase):
    path = "order__case"
    list_display = ("checked_at", "of_case")
    list_select_related = ("order__case",)
    fields = ("of_case", "reply", "replied_at", "finding", "checked_at")

    @admin.display(description=_("case"))
    def of_case(self, row: SentBack) -> str:
        return link_to(row.order.case)


@admin.register(OrderTalk)
class OrderTalkAdmin(OfCase):
    path = "order__case"
    list_display = ("held_on", "of_case")
    list_select_related = ("order__case",)
    fields = ("of_case", "held_on", "whom", "agreed", "noted_at")

    @admin.display(description=_("case"))
    def of_case(self, row: OrderTalk) -> str:
        return link_to(row.order.case)


@admin.register(Notice)
class NoticeAdmin(Window):
    """Somebody's own notices."""

    list_display = ("created_at", "kind", "channel", "state")
    list_filter = ("kind", "state")
    fields = (
        "created_at",
        "kind",
        "channel",
        "state",
        "tries",
        "sent_at",
        "read_at",
        "error",
    )

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(recipient=request.user)


@admin.register(TrackingMeeting)
class TrackingMeetingAdmin(PostAdmin):
    readers = OVERSEE
    list_display = ("began_at", "town", "began_by", "ended_at")
    list_select_related = ("town", "began_by__user")
    fields = list_display

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(
            pk__in=meetings_seen_by(request.user, now()).values("pk")
        )


@admin.register(TrackedCase)
class TrackedCaseAdmin(OfCase):
    list_display = ("of_case", "meeting", "verdict", "said_at")
    list_select_related = ("case", "meeting__town")
    list_filter = ("verdict",)
    search_fields = ("=case__number",)
    fields = ("of_case", "meeting", "verdict", "note", "said_at", "said_by")


class RungForm(FormOfRung):
    told = forms.MultipleChoiceField(
        label=_("who is told"),
        choices=Told.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Rung
        fields = ("town", "step", "is_on", "days", "told", "by_letter", "by_robot")


@admin.register(NoticeText)
class NoticeTextAdmin(OfTown):
    """A town's own words for a notice: what is not set here is said in the words of
    words.py.
    """

    list_display = ("town", "kind", "text")
    list_select_related = ("town",)
    fields = ("town", "kind", "text")


@admin.register(Rung)
class RungAdmin(OfTown):
    """A town's own ladder: what is not set here goes by the defaults."""

    form = RungForm
    list_display = ("town", "step", "is_on", "days", "by_letter", "by_robot")
    list_select_related = ("town",)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Of several steps dropped together each may leave another that never comes:
        one is dropped at a time.
        """
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if name != "delete_selected"
        }

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Not where by the default another step of the town would never come."""
        may = super().has_delete_permission(request, obj)
        return may and (not isinstance(obj, Rung) or may_drop(obj))

    def save_model(
        self, request: HttpRequest, obj: Rung, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        look_again(obj.town, now())

    def delete_model(self, request: HttpRequest, obj: Rung) -> None:
        super().delete_model(request, obj)
        look_again(obj.town, now())


class Counting(PostAdmin):
    """What the software counts by, to look at; nothing of a case stands in it."""

    readers = CONFIGURE

    def has_delete_permission(
        self, _request: HttpRequest, _obj: Model | None = None
    ) -> bool:
        return False


admin.site.register(OrderCounter, Counting)
admin.site.register(JobRun, Counting)
admin.site.register(EventSeen, Counting)
admin.site.register(EventFailure, Counting)
admin.site.register(Watermark, Counting)


class RobotForm(FormOfRobot):
    """The address is written, never read again: whoever has it writes to the group."""

    url = forms.CharField(
        label=_("webhook address"),
        widget=forms.PasswordInput,
        required=False,
        help_text=_("Empty: stays as it is."),
    )

    class Meta:
        model = Robot
        fields = ("town", "name", "url", "is_on")

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"] or self.instance.url or "")
        if not is_robots_address(url):
            raise forms.ValidationError(_("This is no address of a group's robot."))
        return url


@admin.register(Robot)
class RobotAdmin(OfTown):
    form = RobotForm
    list_display = ("town", "name", "is_on")
    list_select_related = ("town",)
