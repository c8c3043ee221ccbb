"""Hands out all that a town has."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from minshi.clock import now
from minshi.errors import RuleBroken
from supervision.handing_out import hand_out
from villages.models import Town


class Command(BaseCommand):
    help = (
        "Writes all that a town has into a new folder: its rows as lines of JSON, its"
        " files, and a checksum of each. Names and telephones stand there in clear."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("town", help="the town's code, as 621226118")
        parser.add_argument("folder", type=Path, help="a folder that is not there yet")
        parser.add_argument("--reason", required=True, help="for the audit log")

    def handle(
        self, *_args: Any, town: str, folder: Path, reason: str, **_options: Any
    ) -> None:
        found = Town.objects.filter(code=town).first()
        if found is None:
            raise CommandError(_("There is no town of the code %s.") % town)
        try:
            handed = hand_out(found, folder, reason=reason, at=now())
        except RuleBroken as refusal:
            words = "; ".join(map(str, refusal.fields.values())) or str(refusal)
            raise CommandError(words) from None

        rows = sum(handed.rows.values())
        words = _("%(rows)s rows and %(files)s files in %(folder)s.")
        done = {"rows": rows, "files": handed.files, "folder": folder}
        self.stdout.write(words % done)
        for name in handed.missing:
            self.stderr.write(_("%s is named by a row and is gone.") % name)
