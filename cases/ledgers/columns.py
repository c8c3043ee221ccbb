"""Columns that several ledgers share, and the guard that keeps a redacted row to what
it may show.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.ledgers import cells
from cases.ledgers.record import Record
from cases.models.choices import Category, Channel, Grade, Handling
from cases.workflow import Action
from minshi.errors import Text
from minshi.plain_cells import Cell
from minshi.tabular import Column

REDACTED = pgettext_lazy("ledger", "secret matter")
YES_NO = (gettext_lazy("Yes"), gettext_lazy("No"))
Value = Callable[[Record], Cell]


def column(key: str, heading: Text, value: Value, **options: Any) -> Column[Record]:
    """Return a column that a redacted row leaves empty.

    Names and phones come masked from the record itself.
    """

    def guarded(record: Record) -> Cell:
        if record.redacted:
            return None
        return value(record)

    return Column(key, heading, guarded, **options)


def bare(key: str, heading: Text, value: Value, **options: Any) -> Column[Record]:
    """Return a column that a redacted row fills too.

    These are number, dates, stage and light (domain §3, confidentiality).
    """
    return Column(key, heading, value, **options)


def matter(key: str, heading: Text, value: Value, **options: Any) -> Column[Record]:
    """Return a column that says what the case is about.

    A redacted row says 保密事项 here.
    """

    def guarded(record: Record) -> Cell:
        if record.redacted:
            return REDACTED
        return value(record)

    return Column(key, heading, guarded, **options)


NUMBER = bare(
    "number", pgettext_lazy("ledger", "Case number"), lambda r: r.case.number, width=19
)
TITLE = matter(
    "title",
    pgettext_lazy("ledger", "Matter"),
    lambda r: r.words(r.case.title),
    width=24,
)
SPEAKER = column(
    "speaker",
    pgettext_lazy("ledger", "Speaker"),
    lambda r: r.person(r.case.speaker_name),
    width=10,
)
PHONE = column("phone", pgettext_lazy("ledger", "Phone"), lambda r: r.phone, width=14)
GRADE = column(
    "grade",
    pgettext_lazy("ledger", "Grade"),
    lambda r: r.case.label_of("grade"),
    width=8,
    kind="choice",
    choices=tuple(Grade.labels),
)
COMPLETED = bare(
    "completed_on",
    pgettext_lazy("ledger", "Completed on"),
    lambda r: r.case.completed_at,
    kind="date",
)
UNIT = column(
    "unit",
    pgettext_lazy("ledger", "Responsible unit"),
    lambda r: r.unit,
    width=14,
    reads=(Action.SETTLE,),
)
DUE = bare(
    "due_on",
    pgettext_lazy("ledger", "Time limit"),
    lambda r: r.worked_until,
    kind="date",
)
DECISION = column(
    "decision",
    pgettext_lazy("ledger", "Decision"),
    lambda r: r.column("decision"),
    width=28,
)
CHANNEL = column(
    "channel",
    pgettext_lazy("ledger", "Channel"),
    cells.channel,
    width=10,
    kind="choice",
    choices=tuple(Channel.labels),
)
LEAD_UNIT = column(
    "lead_unit",
    pgettext_lazy("ledger", "Lead unit"),
    lambda r: r.unit,
    width=16,
    reads=(Action.SETTLE,),
)
ASSISTING = column(
    "assisting",
    pgettext_lazy("ledger", "Assisting units"),
    lambda r: r.assisting_units,
    width=16,
)
LEADER = column(
    "leader",
    pgettext_lazy("ledger", "Responsible leader"),
    lambda r: r.did(Action.DECIDE),
    reads=(Action.DECIDE,),
)
ASSIGNED_ON = column(
    "assigned_on",
    pgettext_lazy("ledger", "Handed over on"),
    cells.assigned_at,
    kind="date",
)
MEASURES = column(
    "measures", pgettext_lazy("ledger", "Measures taken"), cells.measures, width=26
)
RESULT = column(
    "result",
    pgettext_lazy("ledger", "Result"),
    cells.result,
    width=28,
    reads=(Action.DIVERT,),
)
CHECKER = column(
    "checker",
    pgettext_lazy("ledger", "Checked by"),
    lambda r: r.did(Action.VERIFY),
    width=10,
    reads=(Action.VERIFY,),
)
REMARK = column(
    "remark", pgettext_lazy("ledger", "Remark"), lambda r: r.remark, width=12
)


def once_decided(shown: Column[Record]) -> Column[Record]:
    """Return a column that is empty while the matter waits to be decided, also anew."""

    def guarded(record: Record) -> Cell:
        if record.is_undecided:
            return None
        return shown.value(record)

    return replace(shown, value=guarded)


def category(heading: Text) -> Column[Record]:
    """Return the column of the kind of matter, under the ledger's own heading."""
    return column(
        "category",
        heading,
        lambda r: r.case.label_of("category"),
        width=10,
        kind="choice",
        choices=tuple(Category.labels),
    )


def handling(heading: Text) -> Column[Record]:
    """Return the column of the way of handling, under the ledger's own heading."""
    return column(
        "handling",
        heading,
        lambda r: r.case.label_of("handling"),
        width=12,
        kind="choice",
        choices=tuple(Handling.labels),
    )
