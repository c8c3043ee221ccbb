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
from cases.lists.filters import ItemFilter
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
from cases.models.choices import AssignmentRole
from cases.models.meeting import ItemState
from cases.models.scope import Sight
from cases.workflow import Action
from cases.workflow.event_data import data_of, lead_of
from cases.workflow.facts import holder_key
from minshi.errors import Text
from minshi.tabular import Cell, Column, Ledger
from villages.models import Town, User, Village
from villages.rights import EXPORT_MEETINGS, OVERSEE

Items = QuerySet[AgendaItem]
HIDDEN = pgettext_lazy("ledger", "a matter you may not see")


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
    def opens(self) -> Cell:
        return subject(self)

    @property
    def url(self) -> str:
        return self.meeting.get_absolute_url()

    @property
    def decided(self) -> Event | None:
        """The step by which the item handed the case over."""
        events = self.about.events if self.about else []
        return next(
            (event for event in events if data_of(event).get("item") == self.item.pk),
            None,
        )

    @property
    def lead(self) -> Assignment | None:
        """Whom it was handed over to by the item, whoever leads now."""
        if self.about is None or self.decided is None:
            return None
        key = lead_of(self.decided)
        leads = (
            one for one in self.about.assignments if one.role == AssignmentRole.LEAD
        )
        return next((one for one in leads if holder_key(one.holder) == key), None)

    @property
    def stepped_aside(self) -> list[str]:
        """Who neither counted nor voted; for whom the asides were read beside the
        item.
        """
        asides = (
            []
            if self.is_hidden
            else [one for one in self.item.asides.all() if not one.is_lifted]
        )
        return [
            f"{one.attendee}（{one.reason}）" if one.reason else str(one.attendee)
            for one in asides
        ]

    @property
    def counted(self) -> str:
        """Due and present as the item was concluded, whoever stepped aside left out of
        both.
        """
        item = self.item
        if self.is_hidden or item.due is None or item.present is None:
            return ""
        return f"{item.due} / {item.present}"


def names_of(people: Iterable[Attendee]) -> str:
    """Those who came, or whom somebody stood in for, guests marked."""
    words = []
    for person in people:
        if person.substitute:
            words.append(
                _("%(substitute)s (for %(name)s)")
                % {
                    "substitute": person.substitute,
                    "name": person.name,
                }
            )
        elif person.is_present:
            words.append(
                _("%(name)s (guest)") % {"name": person.name}
                if person.is_guest
                else person.name
            )
    return "、".join(words)


def attending(meeting: Meeting) -> str:
    """The number where a crowd was counted, and the names."""
    counted = meeting.present_typed
    number = (
        ngettext("%(count)s people", "%(count)s people", counted) % {"count": counted}
        if counted
        else ""
    )
    return joined(number, names_of(meeting.attendees.all()))


def subject(record: ItemRecord) -> Text:
    if record.is_hidden:
        return HIDDEN
    return (
        record.about.words(record.about.case.title)
        if record.about
        else record.item.subject
    )


def explanation(record: ItemRecord) -> str:
    return record.about.words(record.about.case.verbatim) if record.about else ""


def outcome(record: ItemRecord) -> str:
    """How it ended, by which votes; where it did not pass, also what was said of it."""
    item = record.item
    if record.is_hidden:
        return ""
    said = "" if item.state == ItemState.PASSED else written(record, item.resolution)
    return joined(item.get_state_display(), votes_in_words(item), said)


def measures(record: ItemRecord) -> str:
    return (
        written(record, record.item.resolution)
        if record.item.state == ItemState.PASSED
        else ""
    )


def responsible(record: ItemRecord) -> str:
    lead = record.lead
    return joined(unit_of(lead), lead.post.user if lead.post else "") if lead else ""


def due_on(record: ItemRecord) -> Cell:
    """As the decision set it; those made before it was written down leave the cell
    empty.
    """
    day = data_of(record.decided).get("due_on") if record.decided else None
    return dt.date.fromisoformat(day) if day else None


def remark(record: ItemRecord) -> str:
    """What kind of meeting it was, which case it was about, and whether the minutes
    were corrected.
    """
    item = record.item
    corrected = _("minutes corrected") if getattr(item, "was_corrected", False) else ""
    return joined(
        item.meeting.get_kind_display(),
        record.about.case.number if record.about else "",
        corrected,
    )


def written(record: ItemRecord, text: str) -> str:
    """What was written at the table about a case, for whoever may read of it."""
    if record.is_hidden:
        return ""
    return record.about.words(text) if record.about else text


def held_on(meeting: Meeting) -> Cell:
    return meeting.starts_at


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


def of_meeting(column: Column[Meeting]) -> Column[ItemRecord]:
    """The meeting's column in the row of an item."""
    return Column(
        column.key,
        column.heading,
        lambda r: column.value(r.meeting),
        width=column.width,
        kind=column.kind,
    )


REMARK: Column[ItemRecord] = Column(
    "remark", pgettext_lazy("ledger", "Remark"), remark, width=16
)


@dataclass(frozen=True)
class MeetingBook(OtherBook):
    """An `OtherBook` of agenda items: of the meetings within the reader's sight, the
    cases they see.
    """

    filterset: ClassVar[type[ItemFilter]] = ItemFilter

    def in_sight(self, user: User, on: dt.date) -> Items:
        items = AgendaItem.objects.filter(
            meeting__in=Meeting.objects.visible_to(user, on)
        )
        # of the row's own, as paging wants it
        return items.annotate(held_at=F("meeting__starts_at"))

    def belongs(self, rows: Items) -> Items:
        """Of closed meetings."""
        return rows.filter(meeting__closed_at__isnull=False)

    def whole(self, rows: Items) -> Items:
        corrections = MinutesCorrection.objects.filter(meeting=OuterRef("meeting"))
        people = Prefetch(
            "meeting__attendees",
            Attendee.objects.order_by("-is_chair", "is_guest", "pk"),
        )
        with_meeting = rows.select_related(
            "meeting__village", "meeting__town"
        ).prefetch_related(people)
        return with_meeting.annotate(was_corrected=Exists(corrections))

    def takeable(self, rows: Items, user: User, on: dt.date) -> Items:
        """Of the own village or territory, as for cases."""
        villages = Village.objects.overseen_by(user, on, EXPORT_MEETINGS)
        above = user.reach(on, OVERSEE)
        towns = Town.objects.overseen_by(user, on, OVERSEE)
        held = Q(meeting__village__in=villages) | Q(
            meeting__county_code__in=above.counties
        )
        return rows.filter(
            held | Q(meeting__village=None, meeting__town__in=towns.values("pk"))
        )

    def read(
        self,
        rows: Sequence[AgendaItem],
        *,
        sight: Sight,
        at: dt.datetime,
        may_unmask: MayUnmask,
    ) -> list[ItemRecord]:
        """At most four queries: the cases with their posts, assignments and
        decisions.
        """
        wanted = [item.case_id for item in rows if item.case_id]
        seen = (
            Case.objects.visible_to(sight.user, sight.on).filter(pk__in=wanted)
            if wanted
            else Case.objects.none()
        )
        about = read_behind(
            seen, (Action.DECIDE,), sight=sight, at=at, may_unmask=may_unmask
        )
        return [ItemRecord(item, about.get(item.case_id or 0)) for item in rows]


MEETINGS = MeetingBook(
    date="held_at",
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
