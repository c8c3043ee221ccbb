"""Words written where everybody at a table reads the same: at a meeting, in the six
steps (domain §3, confidentiality).

Whoever may know who spoke could give it away: what they write is blanked as it is
stored. Whoever may not know gives nothing away, and what is blanked of names they typed
would tell them: what they write stays as typed, and the row has a mark of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import attrgetter
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
        Meeting: ("place", "short_notice", "minutes"),
        AgendaItem: ("subject", "opinions", "resolution"),
        StepAside: ("reason",),
        MinutesCorrection: ("wrong", "right"),
        FourTwoProcess: ("subject", "dropped_why"),
        FourTwoStep: ("content", "oversight", "short_notice"),
        StepCorrection: ("wrong", "right"),
    }
)
# from such a row to the key of its meeting, or of its six steps
TO_MEETING: Mapping[type[Model], str] = MappingProxyType(
    {
        Meeting: "pk",
        AgendaItem: "meeting_id",
        StepAside: "item.meeting_id",
        MinutesCorrection: "meeting_id",
    }
)
TO_PROCESS: Mapping[type[Model], str] = MappingProxyType(
    {
        FourTwoProcess: "pk",
        FourTwoStep: "process_id",
        StepCorrection: "step.process_id",
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


def reading_tables_of(meetings: Iterable[int]) -> dict[int, Table]:
    """Return the tables of several meetings, to read what lies on them, by the key of
    the meeting. One query.
    """
    cases: dict[int, list[Case | None]] = {meeting: [] for meeting in meetings}
    on_agendas = AgendaItem.objects.filter(meeting__in=cases, case__isnull=False)
    hid = on_agendas.exclude(case__confidentiality=Confidentiality.NORMAL)
    for found in hid.select_related("case__town").order_by("pk"):
        cases[found.meeting_id].append(found.case)
    return {meeting: Table(lying) for meeting, lying in cases.items()}


def reading_tables_of_processes(processes: Iterable[int]) -> dict[int, Table]:
    """Return the tables of several processes of six steps, to read what lies on them,
    by the key of the process. One query.
    """
    found = FourTwoProcess.objects.filter(pk__in=set(processes))
    read = found.select_related("case__town")
    return {process.pk: Table([process.case]) for process in read}


def show_rows(rows: Iterable[Any]) -> None:
    """Put the texts of rows of one model of TEXTS as they are read in the place of
    those that are stored, as `Table.show`; of a stepping aside those of its item too,
    by which it is named. One query, where what leads to their table was read with them.
    """
    rows = list(rows)
    if not rows:
        return

    model = type(rows[0])
    if model in TO_MEETING:
        key_of = attrgetter(TO_MEETING[model])
        tables = reading_tables_of(map(key_of, rows))
    else:
        key_of = attrgetter(TO_PROCESS[model])
        tables = reading_tables_of_processes(map(key_of, rows))

    for row in rows:
        table = tables[key_of(row)]
        table.show(row)
        if isinstance(row, StepAside):
            table.show(row.item)


def known_words_about(case: Case) -> Iterator[str]:
    """Yield the texts that are stored at the tables where a matter lies, where all who
    wrote them may know who spoke in it: so each is read as the matter says today.

    At most seven queries.
    """
    meetings = Meeting.objects.filter(items__case=case)
    processes = FourTwoProcess.objects.filter(case=case)
    for lying, paths in ((meetings, TO_MEETING), (processes, TO_PROCESS)):
        for model, path in paths.items():
            lookup = f"{path.replace('.', '__')}__in"
            rows = model._default_manager.filter(**{lookup: lying.values("pk")})
            for unknowing, *texts in rows.values_list("unknowing", *TEXTS[model]):
                if case.pk not in unknowing:
                    yield from texts


def show_items(items: Iterable[AgendaItem], *, with_meetings: bool = False) -> None:
    """Put the texts of items of several meetings as they are read in the place of those
    that are stored, as `Table.show`; of their meetings, too, where those were read with
    them. One query.
    """
    items = list(items)
    tables = reading_tables_of(item.meeting_id for item in items)
    for item in items:
        table = tables[item.meeting_id]
        table.show(item)
        if with_meetings:
            table.show(item.meeting)


def show_meetings(meetings: Iterable[Meeting]) -> None:
    """Do the same with the texts of meetings. One query."""
    show_rows(meetings)


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
