"""The note of a hand-over as everybody may read it: it stands on the pages of all who
take duty and in the duty ledger, and names nobody who spoke in confidence.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Q

from cases.models import Case
from cases.models.choices import Confidentiality
from cases.models.scope import Sight
from cases.privacy.personal import finders_of
from cases.privacy.table import is_hid
from cases.workflow.numbering import numbers_within
from minshi.text import AnyPhone, Value, blanked
from minshi.text.additions import blanked_additions
from minshi.workdays import local_day
from villages.duty.notes import NoteForAll
from villages.models import DutyShift, HandOver, User


def note_for_all(
    shift: DutyShift, before: str, note: str, user: User, at: datetime
) -> NoteForAll:
    """Return a note, typed in the place of another, without the speakers whom its
    writer may know: of hid matters that it names by number, and of those of the village
    that were open in the shift. Beside such a number no telephone stays.

    Whoever may not know who spoke gives nothing away, and would learn it by what is
    blanked: what they typed stays, also where another goes on from it. With it are
    returned the matters that the writer knows, those too that are named while they are
    open. One query, and one for each end of a number.
    """
    sight = Sight.of(user, local_day(at))
    numbers = numbers_within(note, sight)
    was_open = Q(closed_at=None) | Q(closed_at__gte=shift.starts_at)
    handed = Q(number__in=numbers) | Q(was_open, village=shift.village_id)
    known = Case.objects.visible_by(sight).filter(handed, sight.speaker_shown())

    is_open = Q(confidentiality=Confidentiality.NORMAL)
    keys = set[int]()
    values: list[Value] = []
    for case in known.filter(~is_open | Q(number__in=numbers)):
        keys.add(case.pk)
        if not is_hid(case):
            continue
        values += finders_of(case)
        if case.number in numbers:
            values.append(AnyPhone())

    text = blanked_additions(before, blanked(note, ()), values)
    return NoteForAll(text, frozenset(keys))


def show_notes(handed: Collection[HandOver]) -> None:
    """Put the notes of hand-overs as they are read in the place of those that are
    stored: without who spoke in the matters that all their writers knew, as those stand
    now, and without the words noted since to be blanked. At most one query.
    """
    keys = set[int]()
    for each in handed:
        keys.update(each.known)
    if not keys:
        return

    hid = Case.objects.filter(pk__in=keys)
    hid = hid.exclude(confidentiality=Confidentiality.NORMAL)
    values = {case.pk: finders_of(case) for case in hid}
    for each in handed:
        for key in each.known:
            each.note = blanked(each.note, values.get(key, ()))


def known_notes_about(case: Case) -> Iterator[str]:
    """Yield the notes of hand-overs, as they are stored, that are read without who
    spoke in a matter: of its village, since it was taken down. One query.
    """
    handed = HandOver.objects.filter(
        shift__village=case.village_id, written_at__gte=case.registered_at
    )
    for known, note in handed.values_list("known", "note"):
        if case.pk in known:
            yield note
