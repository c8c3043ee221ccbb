"""Import a list from a file, as its page does: read, checked, and entered where that is
asked for; or take an import back.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from minshi.clock import now, today
from minshi.errors import RuleBroken
from minshi.system_words import reason_of
from villages.imports import starting
from villages.imports.kinds import KINDS, Kind
from villages.imports.preview import labels_of, result_in_words
from villages.imports.running import work_through
from villages.imports.starting import ListPlace
from villages.models import ImportRun, User
from villages.models.imports import ImportState, Verdict

SHOWN_FAULTS = 20
# for another worker: so many seconds, so many times
WAIT = 1
MOST_WAITS = 1800


class Command(BaseCommand):
    help = (
        "Imports a list (households and residents, people, seats, rosters …) for"
        " somebody who may import it on the pages as well. Without --enter it is only"
        " checked. A run that was interrupted goes on by itself where beat runs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS), help="what the list is of")
        parser.add_argument("file", type=Path, help="xlsx, xls, et, csv or txt")
        parser.add_argument(
            "--by", required=True, metavar="ACCOUNT", help="who imports it"
        )
        parser.add_argument(
            "--at",
            default="",
            metavar="CODE",
            help="division code of the village or town; may be left out if it is clear",
        )
        parser.add_argument(
            "--enter", action="store_true", help="enter what was checked"
        )
        parser.add_argument(
            "--good-only", action="store_true", help="leave rows with faults out"
        )
        parser.add_argument(
            "--again", action="store_true", help="also a file that was entered before"
        )
        parser.add_argument(
            "--take-back", action="store_true", help="take back what this file entered"
        )

    def handle(
        self,
        *_args: Any,
        kind: str,
        file: Path,
        by: str,
        at: str,
        enter: bool,
        good_only: bool,
        again: bool,
        take_back: bool,
        **_options: Any,
    ) -> None:
        user = User.objects.filter(username=by).first()
        if user is None:
            raise CommandError(_("%s: there is no such account.") % by)
        try:
            place = _place(KINDS[kind], user, at)
            if take_back:
                self._take_back(kind, place, file, user)
            else:
                self._import(KINDS[kind], place, file, user, enter, good_only, again)
        except RuleBroken as refusal:
            raise CommandError(f"{file}: {refusal}") from refusal
        except OSError as error:
            raise CommandError(f"{file}: {reason_of(error)}") from error

    def _import(
        self,
        kind: Kind,
        place: ListPlace,
        file: Path,
        user: User,
        enter: bool,
        good_only: bool,
        again: bool,
    ) -> None:
        with file.open("rb") as content:
            run = starting.upload(
                kind, place, content, file.name, by=user, at=now(), again=again
            )
        chosen = {nth for nth, sheet in enumerate(run.sheets) if sheet["chosen"]}
        run = starting.confirm_columns(run, run.mapping, chosen, by=user, at=now())
        run = self._worked(run, _("checked"))
        if run.state != ImportState.CHECKED:
            raise CommandError(run.trouble)
        self._tell(run)
        if not enter:
            self.stdout.write(_("Nothing was entered yet: add --enter."))
            return

        run = starting.enter(run, good_only=good_only, by=user, at=now())
        run = self._worked(run, _("entered"))
        if run.state != ImportState.ENTERED:
            raise CommandError(run.trouble)
        self.stdout.write(_("Entered: %s rows.") % run.counts["entered"])

    def _take_back(self, kind: str, place: ListPlace, file: Path, user: User) -> None:
        runs = starting.runs_in_sight(user, today()).filter(
            kind=kind,
            town=place.town,
            village=place.village,
            file_name=file.name,
            state=ImportState.ENTERED,
        )
        run = runs.order_by("-pk").first()
        if run is None:
            raise CommandError(_("%s: no such list was entered.") % file)
        run = starting.take_back(run, by=user, at=now())
        run = self._worked(run, _("taken back"))
        if run.state != ImportState.TAKEN_BACK:
            raise CommandError(run.trouble)
        self.stdout.write(_("Taken back; %s rows were kept.") % run.counts["kept"])

    def _worked(self, run: ImportRun, words: str) -> ImportRun:
        """Do what the run waits for, here and now, with a bar on a terminal; where a
        worker of beat has it already, wait for that one. CommandError: for too long.
        """
        is_silent = not sys.stderr.isatty()
        with tqdm(
            total=run.total,
            unit=" rows",
            desc=words,
            file=sys.stderr,
            disable=is_silent,
        ) as bar:
            for _time in range(MOST_WAITS):
                work_through(run.pk, now, _moving(bar))
                run = ImportRun.objects.select_related("town", "village").get(pk=run.pk)
                if not run.is_at_work:
                    return run
                sleep(WAIT)

        text = _("%s: another worker has it and is not done yet.") % run.file_name
        raise CommandError(run.trouble or text)

    def _tell(self, run: ImportRun) -> None:
        counts = [f"{each.label} {run.counts.get(each, 0)}" for each in Verdict]
        self.stdout.write(f"{run.file_name}: {', '.join(counts)}")
        faulty = run.rows.filter(verdict=Verdict.FAULTY).order_by("nth")
        labels = labels_of(run)
        for row in faulty[:SHOWN_FAULTS]:
            self.stdout.write(f"{row.number}: {result_in_words(row, labels)}")


def _moving(bar: Any) -> Callable[[ImportRun], None]:
    def move(run: ImportRun) -> None:
        bar.total = run.total
        bar.update(run.done - bar.n)

    return move


def _place(kind: Kind, user: User, code: str) -> ListPlace:
    """Return the place of a division code; the only one the user has without."""
    for place in starting.places_for(kind, user, today()):
        if code == (place.village or place.town).code:
            return place
    if code:
        words = _("%s: no such list of that place is theirs to import.")
        raise CommandError(words % code)
    return starting.place_for(kind, user, today(), "")
