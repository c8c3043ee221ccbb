"""交办单, 延期/退回单, 办结单, 回访表: their columns in the order of ledgers.md, and
who signs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from django.utils.translation import pgettext_lazy

from cases.ledgers import Record
from cases.ledgers.asking import Asking
from cases.ledgers.belonging import with_work_clock
from cases.ledgers.book import RESPONSIBLE, Book
from cases.ledgers.columns import (
    ASSIGNED_ON,
    CHANNEL,
    CHECKER,
    COMPLETED,
    DECISION,
    LEAD_UNIT,
    LEADER,
    NUMBER,
    SPEAKER,
    UNIT,
    column,
)
from cases.slips import cells
from cases.workflow import Action
from minshi.errors import Text
from minshi.paper import day_on_paper
from minshi.plain_cells import Cell
from minshi.tabular import Column, Ledger

WIDE = 24  # characters: a column this wide goes across the sheet


@dataclass(frozen=True)
class Slip:
    """A form for one case, with a book that says what to read, as a ledger's does."""

    book: Book
    signatures: tuple[Text, ...]
    seal: Text = ""

    @property
    def key(self) -> str:
        return self.book.key

    @property
    def title(self) -> Text:
        return self.book.ledger.title

    @property
    def has_number(self) -> bool:
        """Whether a box of its own shows the number of the case."""
        return any(column.key == NUMBER.key for column in self.book.ledger.columns)


def headed(shared: Column[Record], heading: Text) -> Column[Record]:
    """Return a ledger's column under the slip's own heading."""
    return replace(shared, heading=heading)


def of_asking(
    key: str, heading: Text, value: Callable[[Asking], Cell], **options: Any
) -> Column[Record]:
    """Return a column about the request or return that the slip is for."""

    def value_of_asking(record: Record) -> Cell:
        if record.asked is None:
            return None
        return value(record.asked)

    return column(key, heading, value_of_asking, **options)


def _slip(
    key: str,
    title: Text,
    columns: tuple[Column[Record], ...],
    *signatures: Text,
    seal: Text = "",
    unread_events: tuple[Action, ...] = (),
    ratings: bool = False,
) -> Slip:
    """Return a slip of these columns and signatures."""
    book = Book(
        ledger=Ledger(key=key, title=title, columns=columns),
        date="registered_at",
        belongs=lambda cases: cases,
        unread_events=unread_events,
        assignments=True,
        ratings=ratings,
        enrich=with_work_clock,
    )
    return Slip(book, signatures, seal)


DOCUMENT = column(
    "document", pgettext_lazy("slip", "Document No."), cells.document, width=20
)

HANDOVER = _slip(
    "handover",
    pgettext_lazy("slip", "Handover slip"),
    (
        DOCUMENT,
        NUMBER,
        headed(CHANNEL, pgettext_lazy("slip", "Source")),
        SPEAKER,
        column(
            "summary",
            pgettext_lazy("slip", "Summary of the matter"),
            cells.summary,
            width=36,
        ),
        headed(DECISION, pgettext_lazy("slip", "What was decided")),
        LEAD_UNIT,
        column(
            "assisting",
            pgettext_lazy("slip", "Assisting units and their part"),
            cells.assisting,
            width=36,
        ),
        column(
            "time_limit",
            pgettext_lazy("slip", "Time limit (days/last day)"),
            cells.time_limit,
            width=20,
        ),
        column("feedback", pgettext_lazy("slip", "Feedback"), cells.feedback, width=36),
        headed(LEADER, pgettext_lazy("slip", "Issued by")),
        ASSIGNED_ON,
        column(
            "receiver",
            pgettext_lazy("slip", "Received by"),
            cells.receiver,
            reads=(Action.ACKNOWLEDGE,),
        ),
        column("received_at", pgettext_lazy("slip", "Received at"), cells.received_at),
        column(
            "contact",
            pgettext_lazy("slip", "Contact and phone"),
            cells.handling_contact,
            width=16,
            reads=RESPONSIBLE,
        ),
    ),
    pgettext_lazy("slip", "Issued by (signature)"),
    pgettext_lazy("slip", "Received by (signature)"),
    seal=pgettext_lazy("slip", "Lead unit (seal)"),
)

TIME = _slip(
    "time",
    pgettext_lazy("slip", "Extension or return slip"),
    (
        NUMBER,
        column(
            "applicant",
            pgettext_lazy("slip", "Applying unit"),
            cells.applicant,
            width=16,
        ),
        of_asking("kind", pgettext_lazy("slip", "Kind"), lambda asking: asking.kind),
        column("reason", pgettext_lazy("slip", "Ground"), cells.reason, width=36),
        of_asking(
            "days",
            pgettext_lazy("slip", "Days asked for"),
            lambda asking: asking.days,
            kind="number",
        ),
        of_asking(
            "due_on",
            pgettext_lazy("slip", "Deadline so far"),
            lambda asking: asking.due_on,
        ),
        of_asking(
            "new_due_on",
            pgettext_lazy("slip", "New deadline"),
            lambda asking: asking.new_due_on,
        ),
        of_asking(
            "asked_at",
            pgettext_lazy("slip", "Applied at"),
            lambda asking: day_on_paper(asking.at),
        ),
        column("ruler", pgettext_lazy("slip", "Ruled by"), cells.ruler, width=16),
        column("ruling", pgettext_lazy("slip", "Ruling"), cells.ruling, width=36),
        of_asking(
            "ruled_at",
            pgettext_lazy("slip", "Ruled at"),
            lambda asking: day_on_paper(asking.ruled_at),
        ),
    ),
    pgettext_lazy("slip", "Applicant (signature)"),
    pgettext_lazy("slip", "Ruled by (signature)"),
    # no box shows them; without them the slip would cost one query less
    unread_events=RESPONSIBLE,
)

# left out where the name is hidden: the signature would tell it
SIGNED_BY_SPEAKER = pgettext_lazy("slip", "Reply received by the speaker (signature)")

REPORT = _slip(
    "report",
    pgettext_lazy("slip", "Completion slip and report"),
    (
        column("title", pgettext_lazy("slip", "Title"), cells.whole_title, width=24),
        DOCUMENT,
        column(
            "speaker",
            pgettext_lazy("slip", "About the speaker"),
            cells.speaker,
            width=24,
        ),
        column(
            "wish",
            pgettext_lazy("slip", "What was reported and wanted"),
            cells.wish,
            width=36,
        ),
        column(
            "findings",
            pgettext_lazy("slip", "What was found"),
            lambda r: r.column("findings"),
            width=28,
        ),
        column(
            "basis",
            pgettext_lazy("slip", "On what ground"),
            lambda r: r.column("basis"),
            width=28,
        ),
        column(
            "opinion",
            pgettext_lazy("slip", "Opinion and result"),
            cells.opinion_and_result,
            width=36,
        ),
        column(
            "replies",
            pgettext_lazy("slip", "Reply to the speaker"),
            cells.replies,
            width=36,
        ),
        headed(UNIT, pgettext_lazy("slip", "Handling unit")),
        headed(CHECKER, pgettext_lazy("slip", "Issued by")),
        column(
            "contact",
            pgettext_lazy("slip", "Handled by, and phone"),
            cells.contact,
            width=16,
            reads=RESPONSIBLE,
        ),
        headed(COMPLETED, pgettext_lazy("slip", "Date")),
    ),
    pgettext_lazy("slip", "Issued by (signature)"),
    pgettext_lazy("slip", "Handled by (signature)"),
    SIGNED_BY_SPEAKER,
    seal=pgettext_lazy("slip", "Handling unit (seal)"),
    unread_events=(Action.DECIDE,),  # no box shows it
)

CALL_BACK = _slip(
    "call-back",
    pgettext_lazy("slip", "Call-back form"),
    (
        headed(SPEAKER, pgettext_lazy("slip", "Party or speaker")),
        headed(NUMBER, pgettext_lazy("slip", "No.")),
        column(
            "occasion",
            pgettext_lazy("slip", "What the call-back is about"),
            cells.whole_title,
            width=36,
        ),
        column("called_at", pgettext_lazy("slip", "Called back at"), cells.called_at),
        column("how", pgettext_lazy("slip", "Called back how"), cells.called_how),
        column(
            "satisfied",
            pgettext_lazy("slip", "Whether it was done, and how satisfied"),
            cells.satisfied,
            width=36,
        ),
        column(
            "relapse",
            pgettext_lazy("slip", "Whether it came back, or may"),
            cells.relapse,
            width=36,
        ),
        column(
            "measures",
            pgettext_lazy("slip", "What was done about it"),
            cells.done_about_it,
            width=36,
        ),
        column(
            "signature",
            pgettext_lazy("slip", "Signature of who was called back"),
            cells.signature,
        ),
        column("caller", pgettext_lazy("slip", "Called back by"), cells.called_by),
    ),
    pgettext_lazy("slip", "Called back by (signature)"),
    unread_events=(Action.SETTLE,),
    ratings=True,
)

SLIPS: Mapping[str, Slip] = MappingProxyType(
    {slip.key: slip for slip in (HANDOVER, TIME, REPORT, CALL_BACK)}
)
