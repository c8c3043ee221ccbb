"""What is edited here: topics and standard texts by the system administrator and the
town's reviewer, the calendar by the former.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import CalendarDay, DeadlineRule, StandardText, Topic
from cases.models.standard_text import FILLED_IN
from cases.standard_texts import places_for_texts
from minshi.clock import today
from villages.admin.rights import PostAdmin
from villages.forms.accounts import offer
from villages.models import Town
from villages.requests import StaffRequest
from villages.rights import CONFIGURE, SET_TOWN_OPTIONS, SET_TOWN_RULES, Roles

if TYPE_CHECKING:
    FormOfTopic = forms.ModelForm[Topic]
    FormOfText = forms.ModelForm[StandardText]
else:  # at run time they take no type
    FormOfTopic = FormOfText = forms.ModelForm


class TopicForm(FormOfTopic):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        town_id = cleaned["town"].pk if cleaned.get("town") else self.instance.town_id
        parent = cleaned.get("parent")
        if parent and (parent.town_id != town_id or parent.pk == self.instance.pk):
            self.add_error("parent", _("Choose another topic of the same town."))
        return cleaned


class OfTown(PostAdmin):
    """What a town sets for itself: the system administrator for all, a reviewer for the
    own.
    """

    editors: ClassVar[Roles] = SET_TOWN_OPTIONS

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(town__in=towns_of(request))

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "town":
            kwargs["queryset"] = towns_of(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(OfTown):
    """To look at, the past among it; set on the page that shows first what would
    change.
    """

    list_display = ("town", "rule", "amount", "unit", "from_at", "set_by")
    list_select_related = ("town", "set_by__user")
    list_filter = ("rule",)
    fields = list_display
    readers, editors = OfTown.editors, ()


@admin.register(Topic)
class TopicAdmin(OfTown):
    form = TopicForm
    list_display = ("name", "parent", "town")
    list_select_related = ("parent", "town")
    search_fields = ("name",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> tuple[str, ...]:
        return ("town",) if obj else ()  # its cases are that town's


def towns_of(request: Any) -> QuerySet[Town]:
    """Every town for the system administrator, the own ones for a reviewer."""
    if request.user.holds(today(), *CONFIGURE):
        return Town.objects.all()
    return Town.objects.overseen_by(request.user, today(), SET_TOWN_RULES)


class StandardTextForm(FormOfText):
    """Where a text stands is one choice: the step and, where it has several, the
    box.
    """

    place = forms.ChoiceField(label=_("Where it is offered"))

    class Meta:
        model = StandardText
        fields = ("town", "title", "text", "position")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(
            self,
            "place",
            ((":".join(place), words) for place, words in places_for_texts().items()),
        )
        if self.instance.pk:
            self.fields[
                "place"
            ].initial = f"{self.instance.action}:{self.instance.input}"
        if "text" in self.fields:
            braces = format_html_join(
                " ",
                '<span lang="zh-Hans">{}</span>',
                ((f"{{{name}}}",) for name in FILLED_IN),
            )
            self.fields["text"].help_text = format_html(
                gettext(
                    "The software fills in {}: the matter, its number, the village, the"
                    " day promised. Write 【…】 for what the officer has to say in"
                    " their own words; nothing is sent while one is left."
                ),
                braces,
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if place := self.cleaned_data.get("place"):
            self.instance.action, self.instance.input = place.split(":")
        return cleaned

    def validate_unique(self) -> None:
        """Step and box come with the place and are no fields of the form: what holds of
        all three is looked at here.
        """
        super().validate_unique()
        if self.errors:
            return
        try:
            self.instance.validate_constraints()
        except ValidationError:
            self.add_error(
                "title", _("There is a text of this title in the same place already.")
            )


@admin.register(StandardText)
class StandardTextAdmin(PostAdmin):
    """Those for all towns are changed by the system administrator; a reviewer adds
    their own town's beside them.
    """

    editors = SET_TOWN_OPTIONS
    form = StandardTextForm
    fields = ("town", "place", "title", "text", "position")
    list_display = ("title", "where", "town")
    list_select_related = ("town",)
    search_fields = ("title", "text")

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(Q(town=None) | Q(town__in=towns_of(request)))

    @admin.display(description=_("Where it is offered"))
    def where(self, text: StandardText) -> str:
        return places_for_texts().get((text.action, text.input), "—")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """To look at, the place in words."""
        shown = obj is not None and not self.has_change_permission(request, obj)
        return ("town", "where", "title", "text", "position") if shown else self.fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        return ("where",)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_foreignkey(
            db_field, request, queryset=towns_of(request), **kwargs
        )
        field.required = not request.user.is_authenticated or not request.user.holds(
            today(), *CONFIGURE
        )
        return field

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and self._is_theirs(
            request, obj
        )

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return super().has_delete_permission(request, obj) and self._is_theirs(
            request, obj
        )

    def _is_theirs(self, request: HttpRequest, obj: Model | None) -> bool:
        of_a_town = not isinstance(obj, StandardText) or obj.town_id is not None
        return of_a_town or (
            request.user.is_authenticated and request.user.holds(today(), *CONFIGURE)
        )


@admin.register(CalendarDay)
class CalendarDayAdmin(PostAdmin):
    """What is entered here stays when the calendar is loaded again."""

    editors = CONFIGURE
    list_display = ("day", "town", "is_working", "name", "confirmed")
    list_select_related = ("town",)
    list_filter = ("is_working", "confirmed")
    date_hierarchy = "day"
    fields = ("day", "town", "is_working", "name", "confirmed")
    readonly_fields = ("confirmed",)

    def save_model(
        self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool
    ) -> None:
        obj.confirmed = True
        super().save_model(request, obj, form, change)
