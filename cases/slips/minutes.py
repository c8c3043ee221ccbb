"""会议记录: one meeting as a form to sign, by the columns of its ledger and what
only the sheet itself shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.ledgers.loading import keep_masked
from cases.ledgers.meetings import (
    ATTENDING,
    CHAIR,
    DELIBERATED,
    HELD_ON,
    MEETINGS,
    PLACE,
    RECORDER,
    SUBJECT,
    ItemRecord,
    due_on,
    subject,
)
from cases.meetings.sitting import Sitting
from cases.models import Attendee, Meeting
from cases.models.meeting import Correction
from cases.slips.cells import whole_title
from cases.slips.forms import WIDE
from cases.slips.reading import Line, lines_of, side_by_side
from minshi.errors import Text
from minshi.paper import deadline_on_paper
from minshi.tabular import Column
from villages.procedure import CONSULTATION_BY_LAW


def named(people: Iterable[str]) -> str:
    """Return the names; that there are none is said, for an empty box asks for one."""
    return "、".join(people) or pgettext("slip", "none")


def whole_subject(record: ItemRecord) -> Text:
    """Return the subject as the ledger has it, a title that was cut off as a slip."""
    return whole_title(record.about) if record.about else subject(record)


def with_deadline(column: Column[ItemRecord]) -> Column[ItemRecord]:
    """Return a column of the ledger as the paper has it: the last day as a deadline."""
    if column.key != "due_on":
        return column
    return replace(column, value=lambda r: deadline_on_paper(due_on(r)))


def correction_in_words(correction: Correction) -> str:
    """Return a correction as a printed form states it, on two lines."""
    wrong = f"{_('What is wrong')}：{correction.wrong}"
    right = f"{_('What is right')}：{correction.right}"
    return f"{wrong}\n{right}"


def ground(sitting: Sitting) -> str:
    """Return the article that sets the quorum, and of a village's meeting the one that
    it consults by, a line each.
    """
    articles = [sitting.article]
    if sitting.meeting.village_id:
        articles.append(CONSULTATION_BY_LAW)
    return "\n".join(str(article) for article in articles if article)


def due_and_present(sitting: Sitting) -> str:
    """Return both numbers; before both are known they are filled in by hand."""
    if not (sitting.has_roll and sitting.due):
        return ""
    return f"{sitting.due}／{sitting.present}"


def absent(sitting: Sitting) -> str:
    """Return the names of those absent; before the roll was called nobody knows."""
    return named(sitting.absent) if sitting.has_roll else ""


def stepped_aside(record: ItemRecord) -> str:
    """Return who stepped aside; of a matter that is not read here nothing is said, for
    “none” may be false.
    """
    return "" if record.is_hidden else named(record.stepped_aside)


DUE: Column[Sitting] = Column("due", gettext_lazy("Due / present"), due_and_present)
RULE: Column[Sitting] = Column(
    "rule", gettext_lazy("By which rule"), ground, width=WIDE
)
ABSENT: Column[Sitting] = Column(
    "absent", gettext_lazy("Those absent"), absent, width=WIDE
)
NOTICE: Column[Sitting] = Column(
    "notice", gettext_lazy("Announced on"), lambda s: s.notice, width=WIDE
)
COUNTED: Column[ItemRecord] = Column(
    "counted", gettext_lazy("Due / present"), lambda r: r.counted
)
ASIDE: Column[ItemRecord] = Column(
    "aside", gettext_lazy("Stepped aside"), stepped_aside
)
SIGNATURES = (
    pgettext_lazy("slip", "In the chair (signature)"),
    pgettext_lazy("slip", "Minutes by (signature)"),
)


class SecretItems(models.TextChoices):
    """What everybody who signs the minutes reads of a secret matter in them."""

    NAMED = "named", _("“Secret matter” alone, nothing of its content")
    WHOLE = "whole", _("the whole text, marked as secret")
    LEFT_OUT = "left_out", _("leave it out")


@dataclass(frozen=True)
class PrintedItem:
    """One item on the sheet; `is_secret` where the whole text of a secret matter is
    read.
    """

    nth: int
    rows: list[list[Line]]
    is_secret: bool


@dataclass(frozen=True)
class MinutesSheet:
    """The minutes of a meeting as their reader may see them, but of secret matters
    only as `secret` says.
    """

    sitting: Sitting
    at: datetime
    secret: str = SecretItems.NAMED
    signatures: tuple[Text, ...] = SIGNATURES

    @property
    def meeting(self) -> Meeting:
        return self.sitting.meeting

    def head(self) -> list[list[Line]]:
        """Return the boxes about the meeting itself, row by row."""
        held = lines_of((HELD_ON, PLACE, CHAIR, RECORDER), self.meeting)
        attending = lines_of((ATTENDING,), self.meeting)
        numbers = lines_of((DUE, RULE), self.sitting)
        absent = lines_of((ABSENT,), self.sitting)
        notice = lines_of((NOTICE,) if self.sitting.notice else (), self.sitting)
        return side_by_side([*held, *numbers, *attending, *absent, *notice])

    @property
    def minutes(self) -> str:
        return self.sitting.minutes

    def items(self) -> list[PrintedItem]:
        """Return the items as they stand on the sheet, each by its place in the agenda.

        Six queries for all items together, however many.
        """
        in_order = self.meeting.items.order_by("position", "pk")
        rows = list(MEETINGS.whole(in_order).prefetch_related("asides__attendee"))
        for item in rows:
            for aside in item.asides.all():
                self.sitting.table.show(aside)
        sight = self.sitting.sight.on_paper()
        records = MEETINGS.read(rows, sight=sight, at=self.at, may_unmask=keep_masked)

        about = replace(SUBJECT, value=whole_subject)
        columns = (about, *map(with_deadline, DELIBERATED), COUNTED, ASIDE)
        items = []
        for nth, record in enumerate(records, 1):
            is_secret = record.is_about_a_secret
            if self.secret == SecretItems.LEFT_OUT and (is_secret or record.is_hidden):
                continue

            is_whole = self.secret == SecretItems.WHOLE
            shown = record
            if is_secret and not is_whole:
                shown = replace(record, about=None)
            boxes = side_by_side(lines_of(columns, shown))
            items.append(PrintedItem(nth, boxes, is_secret and is_whole))
        return items

    def signing(self) -> list[Attendee]:
        """List those who came, or had somebody come for them."""
        return [
            person
            for person in self.sitting.people
            if person.is_present or person.substitute
        ]
