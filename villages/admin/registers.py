"""Households and residents, edited by those who keep the village's register; phones
stay masked.
"""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from minshi.clock import today
from minshi.crypto import normal_phone
from minshi.text.finding import numbers_in
from villages.admin.forms import AdminForm
from villages.admin.rights import PostAdmin
from villages.birth_years import fault_of_birth_year
from villages.doors import door_of
from villages.households import kept_groups
from villages.lookup import index_residents
from villages.lookup_counts import count_lookup
from villages.models import (
    ContactLink,
    Group,
    Household,
    Post,
    Resident,
    ResidentKey,
)
from villages.requests import StaffRequest
from villages.rights import KEEP_REGISTER


class RegisterAdmin(PostAdmin):
    editors = KEEP_REGISTER
    path = ""  # from the row to its Group
    to_household: str | None = None  # from the row to its Household, where it has one
    names_neighbours = False  # without anything being searched for

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kept_groups(request.user, today(), self.path))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search for a list or for a field that completes. TooMany: it is a lookup of
        neighbours, and there were too many.
        """
        if self.names_neighbours or search_term:
            self.count(request)

        door = door_of(search_term)
        if door and self.to_household is not None:
            return queryset.filter(door.of_households(self.to_household)), False
        return super().get_search_results(request, queryset, search_term)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the row of a page. TooMany: as `get_search_results`."""
        if self.names_neighbours:
            self.count(request)
        return super().get_object(request, *args, **kwargs)

    def count(self, request: HttpRequest) -> None:
        count_lookup(cast("StaffRequest", request).user, today())

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Nobody: what kept a row would tell who ever spoke. Residents are taken off
        the roll.
        """
        return False


class HouseholdForm(AdminForm):
    settled = ("is_taken_back",)


@admin.register(Household)
class HouseholdAdmin(RegisterAdmin):
    form = HouseholdForm
    path = "group__"
    to_household = ""
    list_display = ("village", "group", "number")
    search_fields = ("group__village__name", "residents__name")
    autocomplete_fields = ("group",)

    def rows(
        self, request: StaffRequest, queryset: QuerySet[Household]
    ) -> QuerySet[Household]:
        """Return the households kept, with what their address is made of: they are
        offered by it where others choose one.
        """
        kept = super().rows(request, queryset)
        return kept.filter(is_taken_back=False).select_related("group__village")

    @admin.display(description=_("village"), ordering="group__village")
    def village(self, household: Household) -> str:
        return str(household.group.village)

    def save_model(
        self, request: HttpRequest, obj: Household, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        # a household moved to another village is looked up there
        index_residents(obj.residents.all())


class ResidentForm(AdminForm):
    """A resident whose masked number is shown, never sent: a new one is typed in full,
    or nothing changes.
    """

    new_phone = forms.CharField(
        label=_("New phone number"),
        required=False,
        max_length=20,
        help_text=_("Leave empty to keep the number."),
    )
    remove_phone = forms.BooleanField(
        label=_("Remove the phone number"), required=False
    )

    class Meta:
        model = Resident
        fields = ("household", "name", "is_head", "sex", "birth_year", "is_on_roll")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if numbers_in(name).spans:
            raise ValidationError(
                _("Leave the number out of the name; type it as the phone.")
            )
        return name

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        fault = fault_of_birth_year(year, today())
        if fault:
            raise ValidationError(fault)
        return year

    def clean_new_phone(self) -> str:
        typed = self.cleaned_data["new_phone"]
        return normal_phone(typed) if typed else ""

    def save(self, commit: bool = True) -> Resident:
        if self.cleaned_data["remove_phone"]:
            self.instance.phone = ""
        if self.cleaned_data["new_phone"]:
            self.instance.phone = self.cleaned_data["new_phone"]

        return cast("Resident", super().save(commit))


@admin.register(Resident)
class ResidentAdmin(RegisterAdmin):
    path = "household__group__"
    to_household = "household__"
    names_neighbours = True
    form = ResidentForm
    fields = (
        "household",
        "name",
        "is_head",
        "sex",
        "birth_year",
        "is_on_roll",
        "masked",
        "new_phone",
        "remove_phone",
    )
    readonly_fields = ("masked",)
    list_display = ("name", "household_in_words", "masked", "is_on_roll")
    list_filter = ("is_on_roll",)
    list_select_related = ("household__group__village",)
    search_fields = ("name",)
    autocomplete_fields = ("household",)

    def rows(
        self, request: StaffRequest, queryset: QuerySet[Resident]
    ) -> QuerySet[Resident]:
        return super().rows(request, queryset).filter(is_taken_back=False)

    @admin.display(description=_("phone"))
    def masked(self, resident: Resident) -> str:
        return resident.masked_phone or "—"

    @admin.display(description=_("household"), ordering="household")
    def household_in_words(self, resident: Resident) -> str:
        return str(resident.household)

    def save_model(
        self, request: HttpRequest, obj: Resident, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        index_residents([obj])


@admin.register(ResidentKey)
class ResidentKeyAdmin(RegisterAdmin):
    """Lookup keys worked out from residents, to be looked at when somebody is not
    found.
    """

    path = "resident__household__group__"
    names_neighbours = True
    list_display = ("key", "resident")
    list_select_related = ("resident",)
    search_fields = ("key__startswith",)

    def edits(self, request: HttpRequest) -> bool:
        return False


@admin.register(ContactLink)
class ContactLinkAdmin(RegisterAdmin):
    path = "household__group__"
    list_display = ("post", "household", "from_on", "until_on")
    list_select_related = (
        "post__user",
        "post__village",
        "post__group__village",
        "post__town",
        "post__office",
        "household__group__village",
    )
    autocomplete_fields = ("household",)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "post":
            kwargs["queryset"] = own_posts(cast("StaffRequest", request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def own_posts(request: StaffRequest) -> QuerySet[Post]:
    """Return the posts to make a contact link for: of the villages whose register one
    keeps.
    """
    groups = Group.objects.filter(kept_groups(request.user, today()))
    villages = groups.values("village")

    posts = Post.objects.current(today()).with_places()
    return posts.filter(village__in=villages) | posts.filter(group__in=groups)
