"""Hides what older versions left open of hidden speakers; safe to repeat."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from cases.hidden_anew import blank_hand_overs, leave_households
from minshi.clock import now

# the migration with which these rules came
UPDATE = ("cases", "0040_fold_words_as_written")


class Command(BaseCommand):
    help = (
        "Takes the groups of households off matters whose speaker was hidden by an"
        " older version, and the names of such speakers out of old hand-overs. Names"
        " what no key opens, and fails then at the end. Safe to repeat."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        groups = leave_households(now())
        notes = blank_hand_overs(updated_at())
        words = _("Hidden anew: %(groups)s groups, %(notes)s hand-overs.")
        done = {"groups": groups.changed, "notes": notes.changed}
        self.stdout.write(words % done)

        for line in [*groups.unread, *notes.unread]:
            self.stderr.write(line)
        if groups.unread or notes.unread:
            words = _(
                "Could not be read, and stay as they were: %(matters)s matters,"
                " %(notes)s hand-overs."
            )
            left = {"matters": len(groups.unread), "notes": len(notes.unread)}
            raise CommandError(words % left)


def updated_at() -> datetime:
    """Return when this database was brought up to these rules."""
    applied = MigrationRecorder(connection).applied_migrations()
    moment: datetime = applied[UPDATE].applied
    return moment
