"""Loads days off and make-up weekends into the work calendar; safe to repeat."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cases.deadlines.calendar import has_data, load_calendar
from minshi.clock import now


class Command(BaseCommand):
    help = (
        "Loads China's days off and make-up weekends. Safe to repeat; days entered by"
        " hand stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "years",
            nargs="*",
            type=int,
            help="default: the previous, this and the next year",
        )

    def handle(self, *_args: Any, years: list[int], **_options: Any) -> None:
        # no years given: those around today
        loaded = load_calendar(years or None, now())
        words = _("Days: %(added)s added, %(changed)s changed, %(removed)s removed.")
        done = {
            "added": loaded.added,
            "changed": loaded.changed,
            "removed": loaded.removed,
        }
        self.stdout.write(words % done)
        for year in loaded.years:
            if not has_data(year):
                words = _(
                    "%s: no make-up weekends are known yet; load again when they are"
                    " published."
                )
                self.stderr.write(self.style.WARNING(words % year))
