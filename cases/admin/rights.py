"""The right to look at cases in the admin, where nobody changes a row."""

from collections.abc import Iterable
from functools import cached_property
from operator import attrgetter
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.scope import Sight
from cases.privacy.personal import WORDS
from cases.privacy.redactor import speaker_redactor
from cases.privacy.table import TEXTS, show_rows
from cases.workflow.inputs import ABOUT_SPEAKER
from cases.workflow.numbering import number_of
from minshi.clock import today
from minshi.text import PLACEHOLDER
from villages.admin.rights import PostAdmin
from villages.requests import StaffRequest
from villages.rights import VIEW_CASES


class Window(PostAdmin):
    """Rows that belong to cases: those of the cases the user sees.

    Whatever words stand in a row, in a list or on a page, are redacted for whoever may
    not know who spoke. Words written where everybody at a table reads the same stand
    here as they are read there.
    """

    readers = VIEW_CASES
    path = "case"  # from the row to its case
    case_path: str | None = None  # the same, where `path` leads elsewhere
    list_per_page = 50
    list_max_show_all = 200

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the cases that the user sees."""
        visible = Case.objects.visible_to(request.user, today())
        return queryset.filter(**{f"{self.path}__in": visible})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if self._to_case:
            return with_sight(rows, cast("StaffRequest", request), self._to_case)
        return rows

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        found = super().get_changelist_instance(request)
        if self.model in TEXTS:
            show_rows(found.result_list)
        return found

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the row of a page, which nobody saves from here."""
        row = super().get_object(request, object_id, from_field)
        if row is not None and self.model in TEXTS:
            show_rows([row])
        return row

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return self._redacted(super().get_list_display(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [
            (heading, {**options, "fields": self._redacted(options["fields"])})
            for heading, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[Any, ...]:
        shown = flatten_fieldsets(self.get_fieldsets(request, obj))
        redacted = [column for column in shown if callable(column)]
        return (*super().get_readonly_fields(request, obj), *redacted)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find a case by its number as people type it: rows are looked up by nothing
        else.
        """
        return super().get_search_results(request, queryset, number_of(search_term))

    @property
    def _to_case(self) -> str:
        return self.path if self.case_path is None else self.case_path

    def _redacted(self, columns: Iterable[Any]) -> tuple[Any, ...]:
        """Return the columns, those of free words redacted."""
        return tuple(self._as_read(column) for column in columns)

    def _as_read(self, column: Any) -> Any:
        if not self._to_case or not isinstance(column, str):
            return column
        if self.model in TEXTS:
            return column  # what people wrote is shown as its table is read
        if column not in self._columns:
            self._columns[column] = column
            if _holds_words(self.model, column):
                path = "" if self._to_case == "pk" else self._to_case
                self._columns[column] = redacted_column(self.model, column, path)
        return self._columns[column]

    @cached_property
    def _columns(self) -> dict[str, Any]:
        """The columns made so far: the admin knows one by being the same object."""
        return {}

    def lookup_allowed(
        self, lookup: str, value: Any, request: HttpRequest | None = None
    ) -> bool:
        """Allow only what stands in list_filter.

        Any other field in the address would be an oracle on hidden values.
        """
        return lookup.partition("__")[0] in {str(name) for name in self.list_filter}


def _holds_words(model: type[Model], name: str) -> bool:
    """True for a field of free words: no choice, no code."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    field = fields.get(name)
    if not isinstance(field, (models.CharField, models.TextField)):
        return False
    return not field.choices and not field.unique


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

    Of the matter's own words the rest is shown. Any others the user may have written
    themself, and what is blanked in them would tell who spoke: none of them are. `path`
    leads from the row to its case. The rows must come `with_sight`.
    """
    case_of = attrgetter(path.replace("__", ".")) if path else None

    def shown(row: Any) -> str:
        text = getattr(row, name) or ""
        case = case_of(row) if case_of else row

        if not text or case is None or row.speaker_shown:
            return text
        is_of_matter = row is case and name in ABOUT_SPEAKER + WORDS
        return speaker_redactor(case)(text) if is_of_matter else PLACEHOLDER

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
