"""Restores a backup into a database of its own and looks at what came out."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from minshi.clock import now
from supervision.backups.evidence import page_of
from supervision.backups.refusals import BackupRefused
from supervision.backups.watching import prove_backup


class Command(BaseCommand):
    help = (
        "Restores a backup into a database and a folder that are taken away again,"
        " compares and opens what came out, and prints one page of evidence. What the"
        " program works with is not touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--in",
            dest="folder",
            metavar="DIR",
            type=Path,
            help="a folder with room for all of it; default: where the file is",
        )

    def handle(
        self, *_args: Any, file: Path, folder: Path | None, **_options: Any
    ) -> None:
        at = now()
        file = file.absolute()
        try:
            proof = prove_backup(file, (folder or file.parent).absolute(), at)
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal

        self.stdout.write(page_of(proof, file, at))
