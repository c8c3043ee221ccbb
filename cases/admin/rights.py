"""Who looks at cases in the admin, and at which; nobody adds, changes or deletes a row
there.
"""

from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.scope import Sight
from cases.privacy.redactor import speaker_redactor
from minshi.clock import today
from villages.admin.rights import PostAdmin
from villages.requests import StaffRequest
from villages.rights import VIEW_CASES


class Window(PostAdmin):
    """Rows that belong to cases: those of the cases the user sees."""

    readers = VIEW_CASES
    path = "case"  # from the row to its case
    list_per_page = 50
    list_max_show_all = 200

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(
            **{f"{self.path}__in": Case.objects.visible_to(request.user, today())}
        )

    def lookup_allowed(
        self, lookup: str, value: Any, request: HttpRequest | None = None
    ) -> bool:
        """Only what stands in list_filter: any other field in the address would be an
        oracle on hidden values.
        """
        return lookup.partition("__")[0] in {str(name) for name in self.list_filter}


def with_sight(
    queryset: QuerySet[Any], request: StaffRequest, path: str = "pk"
) -> QuerySet[Any]:
    """Notes on each row whether this user may know who spoke in its case."""
    sight = Sight.of(request.user, today())
    shown = Exists(Case.objects.filter(sight.speaker_shown(), pk=OuterRef(path)))
    annotated: QuerySet[Any] = queryset.annotate(speaker_shown=shown)
    return annotated


def said(model: type[Model], name: str, path: str = "") -> Any:
    """A column of free words, without who spoke where that is hidden from whoever
    looks; rows come `with_sight`.
    """
    case_of = attrgetter(path.replace("__", ".")) if path else None

    def shown(row: Any) -> str:
        text = getattr(row, name) or ""
        case = case_of(row) if case_of else row
        if not text or case is None or row.speaker_shown:
            return text
        return speaker_redactor(case)(text)

    shown.__name__ = name
    field: Any = model._meta.get_field(name)
    return admin.display(description=field.verbose_name)(shown)


def link_to(case: Case) -> str:
    return format_html('<a href="{}">{}</a>', case.get_absolute_url(), case.number)


def hidden() -> str:
    return _("name hidden")
