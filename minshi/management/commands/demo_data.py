"""The command that makes a town to try the software in, and prints who may log in."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from minshi.clock import now, today
from minshi.demo import NEIGHBOUR, already_made, make_demo, make_neighbour
from minshi.demo.accounts import accounts_of, table
from minshi.demo.load import load as load_matters
from minshi.errors import RuleBroken

COUNTY = NEIGHBOUR[:6]


class Command(BaseCommand):
    help = (
        "Makes a town with people and a year of invented matters. Only with DEBUG on; a"
        " second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--town",
            required=True,
            metavar="CODE",
            help="9 digits; 621226118 is 白关镇",
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=1,
            help="another seed gives other people and days",
        )
        parser.add_argument(
            "--load",
            type=int,
            default=0,
            metavar="N",
            help="adopt N more matters, for measuring",
        )

    def handle(
        self, *_args: Any, town: str, seed: int, load: int, **_options: Any
    ) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "Demo data has one password for everybody: it is made only where DEBUG"
                " is on."
            )
        if not settings.DEMO_PASSWORD:
            raise CommandError(
                "Set DEMO_PASSWORD: the password of every account of the demo."
            )

        try:
            is_new = not already_made(town)
            made = make_demo(town, settings.DEMO_PASSWORD, seed=seed, at=now())
            if is_new and made.county_code == COUNTY and town != NEIGHBOUR:
                make_neighbour(settings.DEMO_PASSWORD, seed=seed, at=now())
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal

        if load:
            load_matters(made, load, seed=seed, at=now(), shown=self._show_adopted)
        self.stdout.write(table(accounts_of(made, today())))

    def _show_adopted(self, count: int) -> None:
        self.stderr.write(f"{count:,} adopted")
