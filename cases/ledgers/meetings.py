"""协商会议记录表: a ledger whose rows are the agenda items of closed meetings;
minutes print by the same columns.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from cases.ledgers.book import MayUnmask, OtherBook
from cases.ledgers.loading import read_behind
from cases.ledgers.record import Record, joined, unit_of
from cases.lists.row_filters import ItemFilter
from cases.meetings import votes_in_words
from cases.models import (
    AgendaItem,
    Assignment,
    Attendee,
    Case,
    Event,
    Meeting,
    MinutesCorrection,
)
from cases.models.choices import AssignmentRole, Confidentiality
from cases.models.meeting import ItemState
from cases.models.scope import Sight
from cases.privacy.table import show_items
from cases.workflow import Action
from cases.workflow.event_data import data_of, lead_of
from cases.workflow.standing import holder_key
from minshi.errors import Text
from minshi.plain_cells import Cell
from minshi.tabular import Column, Ledger
from villages.models import Town, User, Village
from villages.rights import EXPORT_MEETINGS, OVERSEE

Items = QuerySet[AgendaItem]
HIDDEN = pgettext_lazy("ledger", "secret matter")


@dataclass(frozen=True)
class ItemRecord:
    """One agenda item with its meeting, and its case as far as the reader may see
    it.
    """

    item: AgendaItem
    about: Record | None
    redacted = False

    @property
    def meeting(self) -> Meeting:
        return self.item.meeting

    @property
    def is_hidden(self) -> bool:
        return self.item.case_id is not None and self.about is None

    @property
    def is_about_a_secret(self) -> bool:
        """True where it is about a secret matter that the reader may read."""
        if self.about is None:
            return False
        return self.about.case.confidentiality == Confidentiality.SECRET

    @property
    def opens(self) -> Cell:
        """The cell that links to the meeting."""
        return subject(self)

    @property
    def url(self) -> str:
        return self.meeting.get_absolute_url()

    @property
    def town(self) -> str:
        """The town it met in; none where the county met."""
        return str(self.meeting.town or "")

    @property
    def village(self) -> str:
        """The village it met in; none where town or county met."""
        return str(self.meeting.village or "")

    @property
    def decided(self) -> Event | None:
        """The step by which the item handed the case over."""
        if self.about is None:
            return None
        for event in self.about.events:
            if data_of(event).get("item") == self.item.pk:
                return event
        return None

    @property
    def lead(self) -> Assignment | None:
        """Whom the item handed the case over to, whoever leads now."""
        if self.about is None or self.decided is None:
            return None

        key = lead_of(self.decided)
        for one in self.about.assignments:
            if one.role == AssignmentRole.LEAD and holder_key(one.holder) == key:
                return one
        return None

    @property
    def stepped_aside(self) -> list[str]:
        """Those who neither counted nor voted, with the reason.

        The asides must be read beside the item.
        """
        if self.is_hidden:
            return []

        words = []
        for one in self.item.asides.all():
            if one.is_lifted:
                continue
            reason = f"（{one.reason}）" if one.reason else ""
            words.append(f"{one.attendee}{reason}")
        return words

    @property
    def counted(self) -> str:
        """Due and present as the item was concluded.

        Whoever stepped aside is left out of both.
        """
        item = self.item
        if self.is_hidden or item.due is None or item.present is None:
            return ""
        if not item.due and item.present:
            return f"　／{item.present}"  # how many were due was not known yet
        return f"{item.due}／{item.present}"


# --- what stands in a cell
def attendees_in_words(people: Iterable[Attendee]) -> str:
    """List those who came, or whom somebody stood in for, guests marked."""
    words = []
    for person in people:
        if person.substitute:
            stood_in = _("%(substitute)s (for %(name)s)")
            words.append(
                stood_in % {"substitute": person.substitute, "name": person.name}
            )
        elif person.is_present and person.is_guest:
            words.append(_("%(name)s (guest)") % {"name": person.name})
        elif person.is_present:
            words.append(person.name)

    return "、".join(words)


def attending(meeting: Meeting) -> str:
    """Return the number where a crowd was counted, and the names."""
    number = ""
    counted = meeting.present_typed
    if counted:
        words = ngettext("%(count)s people", "%(count)s people", counted)
        number = words % {"count": counted}

    return joined(number, attendees_in_words(meeting.attendees.all()))


def subject(record: ItemRecord) -> Text:
    if record.is_hidden:
        return HIDDEN
    if record.about is None:
        return record.item.subject
    return record.about.words(record.about.case.title)


def explanation(record: ItemRecord) -> str:
    if record.about is None:
        return ""
    return record.about.words(record.about.case.verbatim)


def outcome(record: ItemRecord) -> str:
    """Return how it ended and by which votes.

    Where it did not pass, the reason follows.
    """
    if record.is_hidden:
        return ""

    item = record.item
    reason = ""
    if item.state != ItemState.PASSED:
        reason = written(record, item.resolution)
    return joined(item.get_state_display(), votes_in_words(item), reason)


def measures(record: ItemRecord) -> str:
    if record.item.state != ItemState.PASSED:
        return ""
    return written(record, record.item.resolution)


def responsible(record: ItemRecord) -> str:
    lead = record.lead
    if lead is None:
        return ""
    return joined(unit_of(lead), lead.post.user if lead.post else "")


def due_on(record: ItemRecord) -> dt.date | None:
    """Return the day that the decision set.

    Decisions made before that day was written down leave the cell empty.
    """
    if record.decided is None:
        return None
    day = data_of(record.decided).get("due_on")
    return dt.date.fromisoformat(day) if day else None


def remark(record: ItemRecord) -> str:
    """Return the kind of the meeting, the number of the case, and whether the minutes
    were corrected.
    """
    item = record.item
    number = record.about.case.number if record.about else ""

    corrected = ""
    if getattr(item, "was_corrected", False):
        corrected = _("minutes corrected")
    return joined(item.meeting.get_kind_display(), number, corrected)


def written(record: ItemRecord, text: str) -> str:
    """Return what was written at the table about the item, for whoever may read it."""
    about = record.about
    if record.is_hidden:
        return ""
    if about is None:
        return text
    if about.is_hidden and about.case.pk in record.item.unknowing:
        return text
    return about.words(text)


def held_on(meeting: Meeting) -> Cell:
    return meeting.starts_at


# --- the columns
HELD_ON = Column(
    "held_on", pgettext_lazy("ledger", "Date of the meeting"), held_on, kind="date"
)
PLACE: Column[Meeting] = Column(
    "place",
    pgettext_lazy("ledger", "Place of the meeting"),
    lambda m: m.place,
    width=14,
)
CHAIR: Column[Meeting] = Column(
    "chair", pgettext_lazy("ledger", "In the chair"), lambda m: m.chair
)
RECORDER: Column[Meeting] = Column(
    "recorder", pgettext_lazy("ledger", "Minutes by"), lambda m: m.recorder
)
ATTENDING = Column(
    "attending", pgettext_lazy("ledger", "Those present"), attending, width=24
)
SUBJECT = Column("subject", pgettext_lazy("ledger", "Subject"), subject, width=24)
DELIBERATED: tuple[Column[ItemRecord], ...] = (
    Column(
        "explanation",
        pgettext_lazy("ledger", "About the subject"),
        explanation,
        width=28,
    ),
    Column(
        "opinions",
        pgettext_lazy("ledger", "Opinions"),
        lambda r: written(r, r.item.opinions),
        width=28,
    ),
    Column("outcome", pgettext_lazy("ledger", "What came of it"), outcome, width=24),
    Column(
        "measures", pgettext_lazy("ledger", "What is to be done"), measures, width=28
    ),
    Column(
        "responsible",
        pgettext_lazy("ledger", "Who is responsible"),
        responsible,
        width=14,
    ),
    Column("due_on", pgettext_lazy("ledger", "To be done by"), due_on, kind="date"),
)
REMARK: Column[ItemRecord] = Column(
    "remark", pgettext_lazy("ledger", "Remark"), remark, width=16
)


def of_meeting(column: Column[Meeting]) -> Column[ItemRecord]:
    """Return the meeting's column for the row of an item."""
    return Column(
        column.key,
        column.heading,
        lambda r: column.value(r.meeting),
        width=column.width,
        kind=column.kind,
    )


@dataclass(frozen=True)
class MeetingBook(OtherBook):
    """An `OtherBook` of the agenda items of closed meetings within the reader's sight.

    A case that the reader may not see is not named in them.
    """

    filterset: ClassVar[type[ItemFilter]] = ItemFilter

    def in_sight(self, user: User, on: dt.date) -> Items:
        meetings = Meeting.objects.visible_to(user, on)
        items = AgendaItem.objects.filter(meeting__in=meetings)
        # of the row's own, as paging wants it
        return items.annotate(held_at=F("meeting__starts_at"))

    def belongs(self, rows: Items) -> Items:
        """Narrow rows to those of closed meetings."""
        return rows.filter(meeting__closed_at__isnull=False)

    def whole(self, rows: Items) -> Items:
        in_order = Attendee.objects.order_by("-is_chair", "is_guest", "pk")
        people = Prefetch("meeting__attendees", in_order)
        corrections = MinutesCorrection.objects.filter(meeting=OuterRef("meeting"))

        with_place = rows.select_related(
            "meeting__village", "meeting__town", "meeting__group"
        )
        with_people = with_place.prefetch_related(people)
        return with_people.annotate(was_corrected=Exists(corrections))

    def takeable(self, rows: Items, user: User, on: dt.date) -> Items:
        """Narrow rows to those of the own village or territory, as for cases."""
        villages = Village.objects.in_reach_of(user, on, EXPORT_MEETINGS)
        above = user.reach(on, OVERSEE)
        towns = Town.objects.in_reach_of(user, on, OVERSEE)

        of_village = Q(meeting__village__in=villages)
        of_county = Q(meeting__county_code__in=above.counties)
        of_town = Q(meeting__village=None, meeting__town__in=towns.values("pk"))
        return rows.filter(of_village | of_county | of_town)

    def read(
        self,
        rows: Sequence[AgendaItem],
        *,
        sight: Sight,
        at: dt.datetime,
        may_unmask: MayUnmask,
    ) -> list[ItemRecord]:
        """Return a record for each item.

        At most five queries: the cases with their posts, assignments and decisions, and
        the matters whose speakers not all at their tables may know.
        """
        show_items(rows, with_meetings=True)
        cases = Case.objects.none()
        wanted = [item.case_id for item in rows if item.case_id]
        if wanted:
            seen = Case.objects.visible_to(sight.user, sight.on)
            cases = seen.filter(pk__in=wanted)

        about = read_behind(
            cases, (Action.DECIDE,), sight=sight, at=at, may_unmask=may_unmask
        )
        return [ItemRecord(item, about.get(item.case_id or 0)) for item in rows]


MEETINGS = MeetingBook(
    date="held_at",
    names_no_village=True,
    ledger=Ledger(
        key="meetings",
        title=pgettext_lazy("ledger", "Ledger of deliberation"),
        columns=(
            of_meeting(HELD_ON),
            of_meeting(PLACE),
            SUBJECT,
            of_meeting(CHAIR),
            of_meeting(RECORDER),
            of_meeting(ATTENDING),
            *DELIBERATED,
            REMARK,
        ),
        wide=True,
    ),
)
