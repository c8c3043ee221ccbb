"""The app's name in words; adds its ledger to those of cases."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Supervision(AppConfig):
    name = "supervision"
    verbose_name = _("Supervision")

    def ready(self) -> None:
        from cases.ledgers import add_book
        from supervision.ledger import CHASES

        add_book(CHASES)
