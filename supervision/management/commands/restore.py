"""Puts a backup in the place of what the program works with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from minshi.clock import now
from supervision.backups.evidence import page_of
from supervision.backups.refusals import BackupRefused
from supervision.backups.restoring import restore


class Command(BaseCommand):
    help = (
        "Restores the database and all files from a backup. It is built and proved"
        " beside what is there and takes its place only then. Stop the program first."
    )
    # there may be no database yet
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="also where there are matters; the former database stays beside it",
        )

    def handle(self, *_args: Any, file: Path, overwrite: bool, **_options: Any) -> None:
        at = now()
        file = file.absolute()
        try:
            restored = restore(file, at, overwrite=overwrite)
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal

        self.stdout.write(page_of(restored.proof, file, at))
        if restored.kept:
            self.stdout.write(_("The former database is kept: %s") % restored.kept)
        if connection.vendor == "postgresql":
            self.stdout.write(
                _(
                    "The application's role has no rights in it yet: run"
                    " grant_application, or start the containers, which do so."
                )
            )
        self.stdout.write(_("Restored. Start the program and log in anew."))
