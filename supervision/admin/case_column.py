"""The start of every list of rows that belong to a case."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cases.admin.rights import Window, link_to


class CaseColumn(Window):
    """Rows shown with the number of their case, which leads to its page."""

    path = "case"
    readonly_fields: ClassVar[tuple[str, ...]] = ("of_case",)

    @admin.display(description=_("case"))
    def of_case(self, row: Any) -> str:
        return link_to(row.case)
