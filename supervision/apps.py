"""The app's name in words; adds its ledger and its desk work to those of cases."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Supervision(AppConfig):
    name = "supervision"
    verbose_name = _("Supervision")

    def ready(self) -> None:
        from cases.ledgers import add_book
        from cases.lists.desk import add_desk_work
        from cases.lists.hearers import add_hearers
        from cases.workflow import Action
        from supervision.desk import (
            calls_to_make,
            work_of_supervision,
        )
        from supervision.ledger import CHASES
        from supervision.orders import chasing_goes_to
        from supervision.reports.ledger import MONTHLY
        from supervision.telling.red_line import red_line_goes_to
        from villages.duty.drafting import add_to_hand_over

        add_book(CHASES)
        add_book(MONTHLY)
        add_desk_work(work_of_supervision)
        add_hearers(Action.SUPERVISE, chasing_goes_to)
        add_hearers(Action.MANDATORY_REPORT, red_line_goes_to)
        add_to_hand_over(calls_to_make)
