"""What was stored of hidden speakers by older rules, brought under those of today."""

from dataclasses import dataclass, field
from datetime import datetime

from cases.models import Case
from cases.models.scope import HIDES_SPEAKER
from cases.privacy.hand_overs import note_for_all
from cases.workflow.moving import leave_household_of
from minshi.crypto import UndecryptableError
from villages.models import HandOver


@dataclass
class Anew:
    """What was brought under the rules of today: how many rows changed, and a line for
    each that no key opens, which stays as it was.
    """

    changed: int = 0
    unread: list[str] = field(default_factory=list)


def leave_households(at: datetime) -> Anew:
    """Take the groups of households off all matters that hide their speaker: of those
    hidden before a group was taken off with it. Done again it finds none. Some queries
    for each matter that has a group.

    One that cannot be read holds up no other.
    """
    anew = Anew()
    hidden = Case.objects.filter(HIDES_SPEAKER).exclude(group=None).order_by("pk")
    # read without what is encrypted: a value that no key opens would end the loop
    for case in hidden.only("number").iterator():
        try:
            anew.changed += leave_household_of(case, at=at)
        except UndecryptableError as error:
            anew.unread.append(f"{case.number}: {error}")
    return anew


def blank_hand_overs(before: datetime) -> Anew:
    """Blank in the notes of hand-overs whoever spoke in confidence, as they would be
    stored today: of those written before a moment, that of the update. Done again it
    changes none. One that speaks of a matter that cannot be read holds up no other.

    What somebody typed who may not know who spoke stays, as with a new one. Of a note
    that several wrote the last stands for all: so none that was written since is looked
    at, in which a guess of theirs would tell by being blanked that it was right.
    """
    anew = Anew()
    written = HandOver.objects.filter(written_at__lt=before).exclude(note="")
    people = written.select_related("shift", "written_by__user").order_by("pk")
    # the writer's own telephone is not needed, and may be what no key opens
    for handed in people.defer("written_by__user__phone").iterator():
        try:
            anew.changed += _blank(handed)
        except UndecryptableError as error:
            anew.unread.append(f"{handed}: {error}")
    return anew


def _blank(handed: HandOver) -> bool:
    """Store a note as it would be stored today; True where that is another one."""
    by = handed.written_by.user
    stored = note_for_all(handed.shift, "", handed.note, by, handed.written_at)
    if stored.note == handed.note:
        return False

    # it was handed over then, and by whom it was: nothing else is written
    HandOver.objects.filter(pk=handed.pk).update(note=stored.note)
    return True
