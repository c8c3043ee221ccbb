"""Load towns and villages from a CSV of division codes; safe to repeat."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from minshi.clock import now
from minshi.errors import RuleBroken
from minshi.system_words import reason_of
from villages.divisions import load_divisions


class Command(BaseCommand):
    help = (
        "Loads towns and villages from a CSV file (code, name, level, parent_code)."
        " Safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            help="villages/data/longnan_divisions.csv holds all of 陇南",
        )
        parser.add_argument(
            "--under", default="", metavar="CODE", help="only below this division code"
        )

    def handle(self, *_args: Any, file: Path, under: str, **_options: Any) -> None:
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        except OSError as error:
            raise CommandError(f"{file}: {reason_of(error)}") from error
        except UnicodeDecodeError as error:
            words = _("%s is not UTF-8 text: save it as “CSV UTF-8” and load it again.")
            raise CommandError(words % file) from error

        is_silent = not sys.stderr.isatty()
        with tqdm(lines, unit=" lines", file=sys.stderr, disable=is_silent) as counted:
            try:
                counts = load_divisions(counted, under, at=now())
            except RuleBroken as refusal:
                words = _("%s: nothing was loaded.") % file
                raise CommandError(f"{words}\n{refusal}") from refusal

        words = _(
            "Towns: %(towns)s added, %(towns_changed)s changed."
            " Villages: %(villages)s added, %(villages_changed)s changed."
        )
        done = {
            "towns": counts.towns_added,
            "towns_changed": counts.towns_changed,
            "villages": counts.villages_added,
            "villages_changed": counts.villages_changed,
        }
        self.stdout.write(words % done)
