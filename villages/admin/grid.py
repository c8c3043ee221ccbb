"""The grid, edited by the system administrator; village staff see their own part of
it.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from minshi.clock import today
from villages.admin.forms import AdminForm, CodeField
from villages.admin.office_phones import OfficeAdminForm, TownAdminForm
from villages.admin.rights import PostAdmin
from villages.households import kept_groups
from villages.models import Group, Office, Town, Village
from villages.named import GROUP, OFFICE, TOWN, VILLAGE
from villages.requests import StaffRequest
from villages.rights import CONFIGURE, VIEW_OWN_GRID

CODES = ("code", "county_code", "abbreviation")


class TownForm(TownAdminForm):
    class Meta:
        help_texts = {
            "code": _("9 digits"),
            "county_code": _("6 digits"),
            "abbreviation": _(
                "2 to 4 letters, such as BG. Every case number begins with them; fixed"
                " once the town has a case."
            ),
        }


class VillageForm(AdminForm):
    class Meta:
        help_texts = {"code": _("12 digits")}


class GridAdmin(PostAdmin):
    editors = CONFIGURE

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in CODES:
            kwargs["form_class"] = CodeField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.edits(request) else self.own(request, queryset)

    def own(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.none()


@admin.register(Town)
class TownAdmin(GridAdmin):
    final = TOWN
    form = TownForm
    list_display = ("code", "name", "county_name", "abbreviation", "phone")
    list_filter = ("county_name",)
    search_fields = ("name", "code")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Town | None = None
    ) -> tuple[str, ...]:
        # case numbers begin with the abbreviation
        return ("code", "abbreviation") if obj else ()


@admin.register(Village)
class VillageAdmin(GridAdmin):
    final = VILLAGE
    form = VillageForm
    readers = VIEW_OWN_GRID
    list_display = ("code", "name", "town")
    list_select_related = ("town",)
    search_fields = ("name", "code")
    autocomplete_fields = ("town",)

    def own(
        self, request: StaffRequest, queryset: QuerySet[Village]
    ) -> QuerySet[Village]:
        own = Village.objects.in_reach_of(request.user, today(), VIEW_OWN_GRID)
        return queryset.filter(pk__in=own)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Village | None = None
    ) -> tuple[str, ...]:
        return ("code", "town") if obj else ()


@admin.register(Group)
class GroupAdmin(GridAdmin):
    final = GROUP
    readers = VIEW_OWN_GRID
    list_display = ("village", "number")
    list_select_related = ("village",)
    search_fields = ("village__name",)
    autocomplete_fields = ("village",)

    def own(self, request: StaffRequest, queryset: QuerySet[Group]) -> QuerySet[Group]:
        return queryset.filter(kept_groups(request.user, today()))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Group | None = None
    ) -> tuple[str, ...]:
        return ("village",) if obj else ()  # households are looked up by village


@admin.register(Office)
class OfficeAdmin(GridAdmin):
    final = OFFICE
    form = OfficeAdminForm
    list_display = ("name", "town", "county_code", "phone")
    list_select_related = ("town",)
    search_fields = ("name", "town__name")
    autocomplete_fields = ("town",)
