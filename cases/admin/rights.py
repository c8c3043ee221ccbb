"""The right to look at cases in the admin, where nobody changes a row."""

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
        """Return the rows of the cases that the user sees."""
        visible = Case.objects.visible_to(request.user, today())
        return queryset.filter(**{f"{self.path}__in": visible})

    def lookup_allowed(
        self, lookup: str, value: Any, request: HttpRequest | None = None
    ) -> bool:
        """Allow only what stands in list_filter.

        Any other field in the address would be an oracle on hidden values.
        """
        return lookup.partition("__")[0] in {str(name) for name in self.list_filter}


def with_sight(
    queryset: QuerySet[Any], request: StaffRequest, path: str = "pk"
) -> QuerySet[Any]:
    """Note on each row, as `speaker_shown`, if the user may know who spoke in its case.

    `path` leads from the row to its case.
    """
    sight = Sight.of(request.user, today())
    shown = Exists(Case.objects.filter(sight.speaker_shown(), pk=OuterRef(path)))
    annotated: QuerySet[Any] = queryset.annotate(speaker_shown=shown)
    return annotated


def redacted_column(model: type[Model], name: str, path: str = "") -> Any:
    """Return a column of free words that does not name a speaker hidden from the user.

    `path` leads from the row to its case. The rows must come `with_sight`.
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


PLACE_OF = ("user", "village", "town", "group__village", "office")


def with_place(*posts: str) -> tuple[str, ...]:
    """Return the joins that name posts and their places, by the paths to the posts."""
    return tuple(f"{post}__{part}" for post in posts for part in PLACE_OF)


def link_to(case: Case) -> str:
    return format_html('<a href="{}">{}</a>', case.get_absolute_url(), case.number)


def hidden() -> str:
    return _("name hidden")
