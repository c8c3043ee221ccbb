"""Settings of a town: the steps of its ladder, the words of its notices, and the robots
of its chat groups.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.admin.settings import OfTown
from cases.deadlines.calendar import look_again
from minshi.clock import now
from supervision.chasing.final import RUNG
from supervision.models import NoticeText, Robot, Rung, Told
from supervision.notices.channels.wecom import is_robots_address
from supervision.town_settings import may_drop
from villages.admin.forms import AdminForm


@admin.register(NoticeText)
class NoticeTextAdmin(OfTown):
    """A town's own words for notices; a kind that it has not set is worded by
    words.py.
    """

    list_display = ("town", "kind", "text")
    list_select_related = ("town",)
    fields = ("town", "kind", "text")


class RungAdminForm(AdminForm):
    told = forms.MultipleChoiceField(
        label=_("who is told"),
        choices=Told.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Rung
        fields = ("town", "step", "is_on", "days", "told", "by_letter", "by_robot")


@admin.register(Rung)
class RungAdmin(OfTown):
    """A town's own ladder; a step that it has not set goes by the defaults."""

    final = RUNG
    form = RungAdminForm
    list_display = ("town", "step", "is_on", "days", "by_letter", "by_robot")
    list_select_related = ("town",)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the actions without the one that deletes several rows.

        Of several steps dropped together each may leave another that never comes: one
        is dropped at a time.
        """
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse where by the default another step of the town would never come."""
        if not super().has_delete_permission(request, obj):
            return False
        return not isinstance(obj, Rung) or may_drop(obj)

    def save_model(
        self, request: HttpRequest, obj: Rung, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        look_again(obj.town, now())

    def delete_model(self, request: HttpRequest, obj: Rung) -> None:
        super().delete_model(request, obj)
        look_again(obj.town, now())


class RobotForm(AdminForm):
    """A form that writes the address and never shows it: whoever has it can write to
    the group.
    """

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
