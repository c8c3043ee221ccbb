"""Compares everything with its history, and names what does not fit."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from cases.models import Case
from cases.workflow.proof import check_cases
from minshi.clock import now
from supervision.sealing.checking import Result, check_everything
from supervision.sealing.files import check_files
from supervision.sealing.heads import heads_now


class Command(BaseCommand):
    help = (
        "Compares cases with their events, logs with their seals, both with the heads"
        " kept outside of the database, and every stored file with the digest sealed"
        " with its row; fails where something was changed, forged or taken away. With"
        " numbers only those cases. Writes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "numbers", nargs="*", metavar="NUMBER", help="only these cases"
        )

    def handle(self, *_args: Any, numbers: list[str], **_options: Any) -> None:
        files = 0
        if numbers:
            result = _check_some(numbers)
        else:
            result = check_everything(now())
            files = _check_files(result)

        for finding in result.findings:
            self.stdout.write(str(finding))
        if result.found:
            words = _("%(found)s places do not fit, in %(cases)s cases looked at.")
            counts = {"found": result.found, "cases": result.cases}
            raise CommandError(words % counts)

        rows = sum(result.rows.values())
        words = _("%(cases)s cases and %(rows)s sealed rows hold.")
        self.stdout.write(words % {"cases": result.cases, "rows": rows})
        if not numbers:
            words = _("%(files)s stored files are those that were added.")
            self.stdout.write(words % {"files": files})
            for head in heads_now():
                self.stdout.write(str(head))


def _check_files(result: Result) -> int:
    """Compare the stored files, note what was found, and return how many there are."""
    files = 0
    for finding in check_files():
        files += 1
        if finding:
            result.note(finding)
    return files


def _check_some(numbers: list[str]) -> Result:
    result = Result()
    for findings in check_cases(Case.objects.filter(number__in=numbers)):
        result.cases += 1
        for finding in findings:
            result.note(finding)

    if result.cases < len(set(numbers)):
        raise CommandError(_("There is no case with some of these numbers."))
    return result
