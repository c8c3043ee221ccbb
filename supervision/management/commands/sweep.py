"""Does what is due at a moment, as the job does once a minute."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from minshi.clock import now
from minshi.jobs import SomeFailed
from minshi.workdays import SHANGHAI
from supervision.chasing.sweeping import sweep
from supervision.notices.delivering import deliver


class Command(BaseCommand):
    help = "Reminds, urges, sends orders and tells what happened. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at",
            metavar="TIME",
            help="2026-03-02T09:00, in Asia/Shanghai; default: now",
        )

    def handle(self, *_args: Any, at: str | None, **_options: Any) -> None:
        try:
            moment = datetime.fromisoformat(at) if at else now()
        except ValueError as error:
            raise CommandError(f"--at {at}: {error}") from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
        began, failed = now(), list[str]()
        try:
            done = sweep(moment)
            orders = (
                f"sent {done.sent}, circulated {done.circulated} and ended {done.ended}"
                " orders"
            )
            self.stdout.write(
                f"Told of {done.told} events, took {done.taken} steps, {orders}."
            )
        except SomeFailed as error:
            failed.append(f"Sweep: {error}")
        try:
            out = deliver(moment, clock=lambda: moment + (now() - began), longest=None)
            lapsed = f"no longer so {out.dropped}"
            self.stdout.write(
                f"Delivered {out.sent}, to be tried again {out.failed}, given up"
                f" {out.dead}, {lapsed}."
            )
        except SomeFailed as error:
            failed.append(f"Delivery: {error}")
        if failed:
            raise CommandError("\n".join(failed))
