"""The app's name in words, the check of what its settings may be, and what a shift
hands over of it, and the list that it adds to those to import.
"""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class Cases(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases.imports import OldLedger
        from cases.lawful import check_lawful_numbers
        from cases.ledgers import titles_by_key
        from cases.lists.shift import done_in
        from cases.privacy.hand_overs import note_for_all, show_notes
        from cases.privacy.reasons import (
            hidden_names_in,
            hidden_phrases_in,
            reason_of,
        )
        from villages.audit_words import add_names_of_ledgers
        from villages.disclosure import (
            blank_in_reasons,
            find_in_old_reasons,
            find_words_in_old_reasons,
        )
        from villages.duty.drafting import add_to_hand_over
        from villages.duty.notes import blank_in_hand_over, blank_in_old_hand_overs
        from villages.imports.kinds import add_kind

        checks.register(check_lawful_numbers)
        add_to_hand_over(done_in)
        blank_in_hand_over(note_for_all)
        blank_in_old_hand_overs(show_notes)
        blank_in_reasons(reason_of)
        find_in_old_reasons(hidden_names_in)
        find_words_in_old_reasons(hidden_phrases_in)
        add_kind(OldLedger())
        add_names_of_ledgers(titles_by_key)
