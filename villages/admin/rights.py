"""The base of every admin class here: permissions from posts alone, choices from the
scoped lists.
"""

from typing import Any, ClassVar, cast

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect
from django.db import transaction
from django.db.models import DateField, ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from minshi.clock import now, today
from minshi.days import USUAL, DayField
from villages.admin.forms import AdminForm
from villages.admin.once import AddsOnce
from villages.finals import (
    Final,
    change_recorded,
    seal_all_removed,
    seal_removed,
)
from villages.models import Role
from villages.requests import StaffRequest, whole_number
from villages.rights import Roles

ROLES_HELD = "_roles_held"  # the name under which a request keeps them


class BoundedList(ChangeList):
    """A list of the admin that narrows by its own filters and its bar of dates alone.

    Django takes any lookup of any column from the address (`?due_at__year=99999`), and
    fails where the database cannot answer it.
    """

    def get_filters(self, request: HttpRequest) -> Any:
        """Return Django's own; IncorrectLookupParameters: something else is asked."""
        self._refuse_unusual_year()
        try:
            found = super().get_filters(request)
        except OverflowError as error:  # a month of twenty digits
            raise IncorrectLookupParameters(error) from error

        # each filter takes its own parameters away
        _specs, _has, remaining, *_rest = found
        unknown = set(remaining) & set(self.get_filters_params())
        unknown -= set(self.list_filter)  # `?stage=closed`, as links of ours say it
        if unknown:
            raise IncorrectLookupParameters(sorted(unknown))
        return found

    def _refuse_unusual_year(self) -> None:
        text = self.params.get(f"{self.date_hierarchy}__year", "")
        year = whole_number(text)
        if text and (year is None or not USUAL.holds_year(year)):
            raise IncorrectLookupParameters(text)


class SelectByKey(AutocompleteSelect):
    """Django's own, which fails where it shows again what was no key of a row."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        keys = [text for text in value if whole_number(text) is not None]
        return super().optgroups(name, keys, attrs)


class OffTheIndex:
    """Rows by which the software counts: nobody looks for them on the first page.

    Whoever may read them still finds them by their address.
    """

    def get_model_perms(self, _request: HttpRequest) -> dict[str, bool]:
        return {}


def roles_held(request: HttpRequest) -> frozenset[Role]:
    """Return the roles of whoever asks, as they are today: worked out once a request,
    for a page of the admin asks for each of its tables.
    """
    known = vars(request).get(ROLES_HELD)
    if known is None:
        user = request.user
        posts = user.posts_on(today()) if user.is_authenticated else []
        known = frozenset(post.role for post in posts)
        setattr(request, ROLES_HELD, known)
    return known


class PostAdmin(AddsOnce):
    """An admin class whose readers and editors are roles; Django's own permissions and
    is_superuser count for nothing.
    """

    readers: ClassVar[Roles] = ()
    editors: ClassVar[Roles] = ()
    show_full_result_count = False
    # by which a change is recorded, where its rows are sealed
    final: ClassVar[Final | None] = None
    form = AdminForm
    view_on_site = False  # its redirect would give away numbers of cases out of sight
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        DateField: {"form_class": DayField, "widget": AdminDateWidget}
    }

    def reads(self, request: HttpRequest) -> bool:
        held = roles_held(request)
        return not held.isdisjoint(self.readers) or not held.isdisjoint(self.editors)

    def edits(self, request: HttpRequest) -> bool:
        return not roles_held(request).isdisjoint(self.editors)

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows within reach; all, unless a class says otherwise."""
        return queryset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        if not self.reads(request):
            return queryset.none()
        return self.rows(cast("StaffRequest", request), queryset)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        if not self.final:
            super().save_model(request, obj, form, change)
            return

        user = cast("StaffRequest", request).user
        with change_recorded(self.final, obj, at=now(), user=user):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        if self.final:
            user = cast("StaffRequest", request).user
            seal_removed(self.final, obj, at=now(), user=user)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        if self.final:
            keys = queryset.values_list("pk", flat=True)
            seal_all_removed(self.final, list(keys), at=now())
        super().delete_queryset(request, queryset)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedList

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Do an action with the rows ticked; nothing where one of them can be no row,
        at which the database would fail.
        """
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if all(whole_number(key) is not None for key in ticked):
            return super().response_action(request, queryset, *args, **kwargs)

        messages.warning(request, _("This is not one of the choices."))
        return None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.reads(request)

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return self.reads(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.edits(request)

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return self.edits(request)

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return self.edits(request)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say what goes with rows. What they are needed for is not named: it may be out
        of the reader's sight.
        """
        deleted, counts, needed, protected = super().get_deleted_objects(objs, request)
        if needed or protected:
            return deleted[:1], {}, set(), [_("something that still needs it")]
        return deleted, counts, needed, protected

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only the rows that the related model's own admin shows this user; a
        model without an admin is not limited.
        """
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SelectByKey(db_field, self.admin_site))
        other = self.admin_site._registry.get(db_field.related_model)
        if other is not None:
            kwargs.setdefault("queryset", other.get_queryset(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
