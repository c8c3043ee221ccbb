"""Writes everything into one sealed file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from minshi.clock import now
from supervision.backups import keeping
from supervision.backups.refusals import BackupRefused
from supervision.backups.watching import back_up, words_of


class Command(BaseCommand):
    help = (
        "Backs up the database, all files and the heads of all chains while people go"
        " on working, into one file sealed under BACKUP_KEY."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder",
            nargs="?",
            metavar="DIR",
            type=Path,
            default=settings.BACKUP_DIR,
            help="where to; default: BACKUP_DIR",
        )
        parser.add_argument(
            "--thin-out",
            action="store_true",
            help="then remove older ones there, as the nightly job does",
        )

    def handle(
        self, *_args: Any, folder: Path, thin_out: bool, **_options: Any
    ) -> None:
        try:
            made = back_up(folder.absolute(), now())
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal

        size = filesizeformat(made.size)
        self.stdout.write(
            _("Backed up to %(path)s (%(size)s).") % {"path": made.path, "size": size}
        )
        self.stdout.write(words_of(made))
        if thin_out:
            self._thin_out(folder.absolute())

    def _thin_out(self, folder: Path) -> None:
        for path in keeping.thin_out(folder):
            self.stdout.write(_("Removed: %s") % path.name)
