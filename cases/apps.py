"""The app's name in words, and the check of what its settings may be."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class Cases(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases.lawful import check_lawful_numbers

        checks.register(check_lawful_numbers)
