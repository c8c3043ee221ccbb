"""Loads the standard texts every installation starts with; safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cases.standard_texts import load_standard_texts


class Command(BaseCommand):
    help = (
        "Adds standard texts to every step that has none. Safe to repeat; what was"
        " changed in the admin stays."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(_("Standard texts: %s added.") % load_standard_texts())
