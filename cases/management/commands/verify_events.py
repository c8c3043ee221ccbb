"""Checks every event chain and names the first row that is broken."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Prefetch

from cases.models import Case, Event
from cases.workflow.record import first_broken

BATCH = 500


class Command(BaseCommand):
    help = (
        "Checks the chain of events of every case; fails at the first row that was"
        " changed or is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "numbers", nargs="*", metavar="NUMBER", help="only these cases"
        )

    def handle(self, *_args: Any, numbers: list[str], **_options: Any) -> None:
        events = Prefetch(
            "events", Event.objects.order_by("sequence").prefetch_related("revisions")
        )
        cases = Case.objects.order_by("pk").prefetch_related(events)
        if numbers:
            cases = cases.filter(number__in=numbers)
        checked = 0
        for checked, case in enumerate(cases.iterator(chunk_size=BATCH), 1):  # noqa: B007 - counts on
            if broken := first_broken(case, case.events.all()):
                raise CommandError(broken)
        if numbers and checked < len(set(numbers)):
            raise CommandError("There is no case with some of these numbers.")
        self.stdout.write(f"{checked} chains hold.")
