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
        """Sweep at a moment, then deliver, even where the sweep failed in part.

        What failed is reported at the end.
        """
        moment = _moment(at)
        failed = []

        try:
            self._sweep(moment)
        except SomeFailed as error:
            failed.append(f"Sweep: {error}")

        try:
            self._deliver(moment)
        except SomeFailed as error:
            failed.append(f"Delivery: {error}")

        if failed:
            raise CommandError("\n".join(failed))

    def _sweep(self, moment: datetime) -> None:
        done = sweep(moment)
        self.stdout.write(
            f"Told of {done.told} events, took {done.taken} steps, sent {done.sent},"
            f" circulated {done.circulated} and ended {done.ended} orders."
        )

    def _deliver(self, moment: datetime) -> None:
        """Deliver what is due, by a clock that runs on from the moment."""
        began = now()

        def clock() -> datetime:
            return moment + (now() - began)

        out = deliver(moment, clock=clock, longest=None)
        self.stdout.write(
            f"Delivered {out.sent}, to be tried again {out.failed}, given up"
            f" {out.dead}, no longer so {out.dropped}."
        )


def _moment(at: str | None) -> datetime:
    """Return the moment of `--at`, in Shanghai unless it names an offset; else now."""
    try:
        moment = datetime.fromisoformat(at) if at else now()
    except ValueError as error:
        raise CommandError(f"--at {at}: {error}") from error

    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    return moment
