"""Notes the digests of all files that were stored before these were noted."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from cases.stored_files import note_digests
from minshi.clock import now


class Command(BaseCommand):
    help = (
        "Notes which bytes are stored of each file from before this was noted, and"
        " seals it with its row. A job does so too, for ten minutes a day."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(_("%s files noted.") % note_digests(now()))
