"""The command that counts all stored figures anew; it fails where one differs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from minshi.clock import now
from supervision.figures.storing import recount


class Command(BaseCommand):
    help = "Compare every stored figure with the matters themselves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="store what differs")

    def handle(self, *_args: Any, repair: bool, **_options: Any) -> None:
        found = recount(now(), repair=repair)
        for difference in found:
            self.stdout.write(str(difference))
        if found:
            raise CommandError(_("%s figures differed.") % len(found))
        self.stdout.write(_("No figure differed."))
