"""Settings of cases: topics, standard texts, the calendar, and the rules of deadlines.

Topics and standard texts are edited by the system administrator and by the town's
reviewer, the calendar by the administrator alone. Rules of deadlines are only shown.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.deadlines.calendar import look_again
from cases.final import CALENDAR_DAY, TOPIC
from cases.models import CalendarDay, DeadlineRule, StandardText, Topic
from cases.models.standard_text import FILLED_IN
from cases.standard_texts import places_for_texts
from minshi.clock import now, today
from villages.admin.forms import AdminForm
from villages.admin.rights import PostAdmin
from villages.forms.accounts import offer
from villages.models import Town
from villages.requests import StaffRequest
from villages.rights import CONFIGURE, SET_TOWN_OPTIONS, SET_TOWN_RULES, Roles


class TopicForm(AdminForm):
    def clean(self) -> dict[str, Any] | None:
        """Check that the topic above is another one of the same town."""
        cleaned = super().clean() or {}
        town = cleaned.get("town")
        town_id = town.pk if town else self.instance.town_id
        parent = cleaned.get("parent")

        if parent and (parent.town_id != town_id or parent.pk == self.instance.pk):
            self.add_error("parent", _("Choose another topic of the same town."))
        return cleaned


class OfTown(PostAdmin):
    """Settings of towns: all for the system administrator, the own for a reviewer."""

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
    """The rules of deadlines, past ones among them, to look at.

    They are set on the page that first shows what would change.
    """

    list_display = ("town", "rule", "amount", "unit", "from_at", "set_by")
    list_select_related = ("town", "set_by__user")
    list_filter = ("rule",)
    fields = list_display
    readers = OfTown.editors
    editors = ()


@admin.register(Topic)
class TopicAdmin(OfTown):
    final = TOPIC
    form = TopicForm
    list_display = ("name", "parent", "town", "reserved", "is_red_line", "is_offered")
    list_select_related = ("parent", "town")
    search_fields = ("name",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> tuple[str, ...]:
        return ("town",) if obj else ()  # its cases are that town's

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Nobody: see the model. It is offered no more."""
        return False


def towns_of(request: Any) -> QuerySet[Town]:
    """Return every town for the system administrator, the own ones for a reviewer."""
    if request.user.holds(today(), *CONFIGURE):
        return Town.objects.all()
    return Town.objects.in_reach_of(request.user, today(), SET_TOWN_RULES)


class StandardTextForm(AdminForm):
    """The form of a text, in which its place is one choice.

    The place is the step and, where the step has several, the box.
    """

    place = forms.ChoiceField(label=_("Where it is offered"))

    class Meta:
        model = StandardText
        fields = ("town", "title", "text", "position")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)

        places = places_for_texts().items()
        offer(self, "place", ((":".join(place), words) for place, words in places))
        if self.instance.pk:
            place = f"{self.instance.action}:{self.instance.input}"
            self.fields["place"].initial = place

        if "text" in self.fields:
            self.fields["text"].help_text = _help_for_text()

    def clean(self) -> dict[str, Any] | None:
        """Set the text's step and box from the place chosen."""
        cleaned = super().clean()

        place = self.cleaned_data.get("place")
        if place:
            self.instance.action, self.instance.input = place.split(":")
        return cleaned

    def validate_unique(self) -> None:
        """Check that the place has no other text of this title.

        Step and box come with the place and are no fields of the form, so Django leaves
        out a constraint that names them.
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


def _help_for_text() -> str:
    """Return the words beside a text: what is filled in, and what is left to write."""
    placeholders = format_html_join(
        " ",
        '<span lang="zh-Hans">{}</span>',
        ((f"{{{name}}}",) for name in FILLED_IN),
    )
    words = gettext(
        "The software fills in {}: the matter, its number, the village, the"
        " day promised. Write 【…】 for what the officer has to say in"
        " their own words; nothing is sent while one is left."
    )
    return format_html(words, placeholders)


@admin.register(StandardText)
class StandardTextAdmin(PostAdmin):
    """Texts for all towns, changed by the system administrator, and those of one town.

    A reviewer adds their own town's beside those for all.
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
        """Return the fields; a text that is only shown has its place in words."""
        is_read_only = obj is not None and not self.has_change_permission(request, obj)
        if is_read_only:
            return ("town", "where", "title", "text", "position")
        return self.fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        return ("where",)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer the towns in reach; only the administrator may leave the town empty."""
        field = super().formfield_for_foreignkey(
            db_field, request, queryset=towns_of(request), **kwargs
        )
        field.required = not _configures(request)
        return field

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        has_right = super().has_change_permission(request, obj)
        return has_right and self._is_theirs(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        has_right = super().has_delete_permission(request, obj)
        return has_right and self._is_theirs(request, obj)

    def _is_theirs(self, request: HttpRequest, obj: Model | None) -> bool:
        """Return False only for a text for all towns, with no administrator."""
        is_for_all_towns = isinstance(obj, StandardText) and obj.town_id is None
        return not is_for_all_towns or _configures(request)


def _configures(request: HttpRequest) -> bool:
    """Return True for the system administrator."""
    user = request.user
    return user.is_authenticated and user.holds(today(), *CONFIGURE)


@admin.register(CalendarDay)
class CalendarDayAdmin(PostAdmin):
    """The days of the calendar; one entered here stays when it is loaded again."""

    final = CALENDAR_DAY
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
        look_again(obj.town, now())

    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        super().delete_model(request, obj)
        look_again(obj.town, now())

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[CalendarDay]
    ) -> None:
        super().delete_queryset(request, queryset)
        look_again(None, now())
