"""Words written where everybody at a table reads the same: at a meeting, in the six
steps (domain §3, confidentiality).

Whoever may know who spoke could give it away: what they write is blanked as it is
stored. Whoever may not know gives nothing away, and what is blanked of names they typed
would tell them: what they write stays as typed, and the row has a mark of it.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import Model, QuerySet

from cases.models import (
    AgendaItem,
    Case,
    FourTwoProcess,
    FourTwoStep,
    Meeting,
    MinutesCorrection,
    StepAside,
    StepCorrection,
)
from cases.models.choices import Confidentiality
from cases.models.scope import Sight
from cases.privacy.personal import finders_of
from minshi.text import blanked
from minshi.text.additions import blanked_additions

TEXTS: Mapping[type[Model], tuple[str, ...]] = MappingProxyType(
    {
        Meeting: ("minutes",),
        AgendaItem: ("opinions", "resolution"),
        StepAside: ("reason",),
        MinutesCorrection: ("wrong", "right"),
        FourTwoProcess: ("subject", "dropped_why"),
        FourTwoStep: ("content", "oversight"),
        StepCorrection: ("wrong", "right"),
    }
)


class Table:
    """The matters that lie on a table, and the words of its rows as all may read them.

    A row says in `unknowing` of which matters one of those who wrote on it may not know
    who spoke.
    """

    def __init__(self, cases: Iterable[Case | None]) -> None:
        """Take the matters, with their towns; those that are open to all may be left
        out where nothing is written. No query.
        """
        self.cases = [case for case in cases if case]
        self.values = {case.pk: finders_of(case) for case in self.cases if is_hid(case)}

    # --- reading
    def read(self, row: Any, name: str) -> str:
        """Return one text of a row as everybody at the table reads it.

        What was written before a matter was hidden is blanked, as it is in what was
        written by those who may know who spoke.
        """
        text: str = getattr(row, name)
        for key, values in self.values.items():
            if key not in row.unknowing:
                text = blanked(text, values)
        return text

    def show(self, row: Any) -> None:
        """Put the texts of a row as they are read in the place of those that are
        stored: of a row to read, never to save.
        """
        for name in TEXTS[type(row)]:
            setattr(row, name, self.read(row, name))

    # --- writing
    def write(self, row: Any, sight: Sight, **texts: str) -> bool:
        """Write texts on a row as they are to be stored, and return True where that
        changes one; whoever calls saves the row with `columns(row)`.

        The other texts of the row become what is read of them, so that the mark holds
        for them as well. One query, where a matter lies on the table.
        """
        unknown = self.unknown_to(sight)
        before = {name: self.read(row, name) for name in TEXTS[type(row)]}
        after = dict(before)
        for name, typed in texts.items():
            after[name] = self._stored(typed, before[name], row.unknowing, unknown)
        if after == before:
            return False

        for name, text in after.items():
            setattr(row, name, text)
        still_hid = [key for key in row.unknowing if key in self.values]
        row.unknowing = sorted({*still_hid, *unknown})
        return True

    def for_all(self, typed: str, sight: Sight) -> str:
        """Return words about all of these matters as everybody may read them: without
        the speakers whom their writer may know. One query, where a matter is hidden.
        """
        if not self.values:
            return typed

        unknown = self.unknown_to(sight)
        for key, values in self.values.items():
            if key not in unknown:
                typed = blanked(typed, values)
        return typed

    def unknown_to(self, sight: Sight) -> set[int]:
        """Return the matters whose speaker this writer may not know."""
        keys = {case.pk for case in self.cases}
        if not keys:
            return keys

        visible = Case.objects.visible_by(sight).filter(pk__in=keys)
        known = visible.filter(sight.speaker_shown())
        return keys - set(known.values_list("pk", flat=True))

    def _stored(
        self, typed: str, before: str, marked: Collection[int], unknown: set[int]
    ) -> str:
        """Return a text as it is stored that was typed in the place of another.

        Whoever may know who spoke writes on in what others typed: no name of theirs is
        blanked by it.
        """
        text = blanked(typed, ()) if self.values else typed
        for key, values in self.values.items():
            if key in unknown:
                continue
            if key in marked:
                text = blanked_additions(before, text, values)
            else:
                text = blanked(text, values)
        return text


def without_added_names(case: Case, before: str, text: str) -> str:
    """Return a text without who spoke in what was added to the words of somebody who
    may not know. No query.
    """
    return blanked_additions(before, blanked(text, ()), finders_of(case))


def columns(row: Any) -> list[str]:
    """Return the columns of a row that `Table.write` may change."""
    return [*TEXTS[type(row)], "unknowing"]


def is_hid(case: Case) -> bool:
    """True for 隐名 and 保密: not all at the table may know who spoke."""
    return case.confidentiality != Confidentiality.NORMAL


# --- the table of a meeting
def cases_before(meeting: Meeting) -> QuerySet[Case]:
    """Return the matters on the agenda of a meeting, with their towns."""
    on_agenda = Case.objects.filter(agenda_items__meeting=meeting)
    return on_agenda.select_related("town").order_by("pk")


def table_of(meeting: Meeting) -> Table:
    """Return the table of a meeting, to write on it. One query."""
    return Table(cases_before(meeting))


def reading_table_of(meeting: Meeting) -> Table:
    """Return the table of a meeting, to read what lies on it. One query."""
    return Table(cases_before(meeting).exclude(confidentiality=Confidentiality.NORMAL))


def show_items(items: Iterable[AgendaItem]) -> None:
    """Put the texts of items of several meetings as they are read in the place of those
    that are stored, as `Table.show`. One query.
    """
    items = list(items)
    meetings = {item.meeting_id for item in items}
    on_agendas = AgendaItem.objects.filter(meeting__in=meetings, case__isnull=False)
    hid = on_agendas.exclude(case__confidentiality=Confidentiality.NORMAL)

    cases: dict[int, list[Case | None]] = {meeting: [] for meeting in meetings}
    for found in hid.select_related("case__town").order_by("pk"):
        cases[found.meeting_id].append(found.case)
    tables = {meeting: Table(lying) for meeting, lying in cases.items()}
    for item in items:
        tables[item.meeting_id].show(item)


def rows_on(meeting: Meeting) -> list[Any]:
    """Return the rows of a meeting with words on them that may still change. Two
    queries.
    """
    items = AgendaItem.objects.filter(meeting=meeting).order_by("pk")
    asides = StepAside.objects.filter(item__meeting=meeting).order_by("pk")
    rows = [meeting, *items, *asides]
    return [row for row in rows if any(getattr(row, name) for name in TEXTS[type(row)])]


def lay_on_table(meeting: Meeting, cases: Iterable[Case]) -> None:
    """Leave what was written at a meeting as it is read, now that these hid matters lie
    on the table: what was blanked only then would tell who spoke.
    """
    hid = [case.pk for case in cases]
    for row in rows_on(meeting):
        row.unknowing = sorted({*row.unknowing, *hid})
        row.save(update_fields=["unknowing"])


def take_off_table(meeting: Meeting, case: Case) -> None:
    """Store what was written at a meeting as it is read, before this hid matter leaves
    the table and nothing of it is blanked any more.
    """
    table = Table([case])
    for row in rows_on(meeting):
        table.show(row)
        row.save(update_fields=columns(row))
