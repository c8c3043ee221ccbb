"""Compares everything with its history, and names what does not fit."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.models import Case
from cases.workflow.proof import check_cases
from minshi.clock import now
from supervision.sealing.checking import Result, check_everything
from supervision.sealing.heads import heads_now


class Command(BaseCommand):
    help = (
        "Compares cases with their events, logs with their seals and both with the"
        " heads kept outside of the database; fails where something was changed,"
        " forged or taken away. With numbers only those cases. Writes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "numbers", nargs="*", metavar="NUMBER", help="only these cases"
        )

    def handle(self, *_args: Any, numbers: list[str], **_options: Any) -> None:
        result = _check_some(numbers) if numbers else check_everything(now())

        for finding in result.findings:
            self.stdout.write(str(finding))
        if result.found:
            raise CommandError(f"{result.found} findings in {result.cases} cases.")

        rows = sum(result.rows.values())
        self.stdout.write(f"{result.cases} cases and {rows} sealed rows hold.")
        if not numbers:
            for head in heads_now():
                self.stdout.write(str(head))


def _check_some(numbers: list[str]) -> Result:
    result = Result()
    for findings in check_cases(Case.objects.filter(number__in=numbers)):
        result.cases += 1
        for finding in findings:
            result.note(finding)

    if result.cases < len(set(numbers)):
        raise CommandError("There is no case with some of these numbers.")
    return result
