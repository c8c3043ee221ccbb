"""A row of a ledger: a case with what its columns show, as its reader may see it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.ledgers.asking import Asking
from cases.models import Assignment, CallBack, Case, Event, Rating, Reply
from cases.models.choices import AssignmentEnd, AssignmentRole, Stage
from cases.models.scope import Sight
from cases.privacy.redactor import Redactor, speaker_redactor
from cases.workflow import Action
from cases.workflow.writers import NOBODY, Writers
from minshi import workdays
from minshi.crypto import masked_name, masked_phone
from villages.models import User

NO_LIGHT = "—"
# ends of a part after which the matter went back to be decided anew
TAKEN_AWAY = (AssignmentEnd.RETURNED, AssignmentEnd.ESCALATED, AssignmentEnd.RELEASED)


def is_redacted(case: Case) -> bool:
    """Tell whether `counted_for` marked the row; any other case is an error."""
    return bool(case.redacted)  # type: ignore[attr-defined]


@dataclass
class Record:
    """A case from `counted_for`; of a redacted one nothing but the case is read."""

    case: Case
    sight: Sight
    at: datetime
    unmasked: bool = False
    assignments: list[Assignment] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    # for slips alone, like what was asked for
    replies: list[Reply] = field(default_factory=list)
    call_backs: list[CallBack] = field(default_factory=list)
    asked: Asking | None = None
    writers: Writers = NOBODY  # where who spoke is hidden from the reader

    @property
    def redacted(self) -> bool:
        return is_redacted(self.case)

    @property
    def opens(self) -> str:
        """The number of the matter behind the row; none behind a redacted one."""
        return "" if self.redacted else self.case.number

    @property
    def url(self) -> str:
        return self.case.get_absolute_url()

    @property
    def town(self) -> str:
        """The town; of a redacted row its number alone tells it."""
        return "" if self.redacted else str(self.case.town)

    @property
    def village(self) -> str:
        """The village; empty of a redacted row, and where a town took it down."""
        return "" if self.redacted else str(self.case.village or "")

    def annotated(self, name: str) -> object:
        """Return a value that the ledger's own query adds to the case's row."""
        return getattr(self.case, name, None)

    # --- who spoke
    @property
    def is_hidden(self) -> bool:
        """Tell whether who spoke is kept from the reader, or from a paper."""
        return not self.sight.shows_speaker(self.case)

    @property
    def keeps_own_words(self) -> bool:
        """Tell whether the reader reads what they wrote as they typed it: what whoever
        may know wrote is masked where a paper keeps the name.
        """
        return not self.sight.may_know_speaker(self.case)

    def person(self, name: str) -> str:
        """Return a villager's name as this reader sees it: 隐名, masked or opened."""
        if not name:
            return ""
        if not self.sight.shows_speaker(self.case):
            return pgettext("ledger", "name hidden")
        return name if self.unmasked else masked_name(name)

    @property
    def phone(self) -> str:
        phone = self.case.speaker_phone or ""
        if not self.sight.shows_speaker(self.case):
            return ""
        return phone if self.unmasked else masked_phone(phone)

    @property
    def address(self) -> str:
        """The group, and the address itself only where values are opened."""
        parts = [str(self.case.group or "")]
        if self.unmasked and self.sight.shows_speaker(self.case):
            parts.append(self.case.speaker_address)
        return " ".join(part for part in parts if part)

    def words(
        self, text: str, *, by: int | None = None, post: int | None = None
    ) -> str:
        """Mask in a text what the columns beside it mask: names, phone and address.

        Not for whoever wrote it, `by` their user or `post`, where they may not know who
        spoke: what is masked of names they listed would tell them.
        """
        if not text:
            return text

        case = self.case
        is_shown = self.sight.shows_speaker(case)
        if self.unmasked and is_shown:
            return text
        if self.keeps_own_words and self.sight.is_self(by=by, post=post):
            return text
        if not is_shown:
            return self._blank(text)

        # Not by a redactor alone: it blanks all values alike, while a ledger shows what
        # is left of each as its column does (李*国, ****8821) and goes by kind, names
        # before the phone and the address that may hold them.
        names = [case.speaker_name, case.proxy_speaker]
        for name in sorted(names, key=len, reverse=True):
            if len(name) > 1 and name in text:
                text = text.replace(name, self.person(name))

        if case.speaker_phone:
            masked = masked_phone(case.speaker_phone)
            text = text.replace(case.speaker_phone, masked)

        if len(case.speaker_address) > 1:
            text = text.replace(case.speaker_address, "…")

        # what is still there: a phone typed with gaps or in full-width digits
        return self._blank(text)

    @cached_property
    def _blank(self) -> Redactor:
        """What blanks who spoke, the same for all words of the row."""
        return speaker_redactor(self.case)

    def column(self, name: str) -> str:
        """Return words of the case itself, masked as `words`."""
        return self.words(getattr(self.case, name), by=self.writers.of(name))

    def done(self, name: str) -> str:
        """Return words of what was done in the present round, masked as `words`; empty
        until 办结, as its date is: those that the case still has are of the round
        before.
        """
        return self.column(name) if self.case.is_completed else ""

    def note(self, event: Event | None) -> str:
        """Return the note of an event, masked as `words`."""
        return self.of_event(event, "note", event.note) if event else ""

    def of_event(self, event: Event, name: str, text: str) -> str:
        """Return a text of an event, masked as `words`; the event has it without
        names, and whoever wrote it reads it as they typed it.
        """
        if self.keeps_own_words and self.sight.wrote(event):
            return event.in_full(name, text)
        return self.words(text)

    # --- what happened
    def last(self, *actions: Action, round_: int | None = None) -> Event | None:
        """Return the last event of these actions, of one round or of any."""
        for event in reversed(self.events):
            if event.action in actions and round_ in (None, event.round):
                return event
        return None

    def did(self, *actions: Action) -> str:
        """Return the name of the officer who did one of these last, else nothing."""
        event = self.last(*actions)
        return str(event.user) if event and event.user else ""

    @property
    def is_undecided(self) -> bool:
        """True while nothing that was decided holds: the matter waits to be decided,
        for the first time or anew; or it was closed while it did.
        """
        if self.case.stage in (Stage.SPEAK, Stage.DELIBERATE):
            return True
        return bool(self.lead and self.lead.end in TAKEN_AWAY)

    # --- who handles
    @property
    def lead(self) -> Assignment | None:
        """The assignment that leads, or led last."""
        leads = [item for item in self.assignments if item.role == AssignmentRole.LEAD]
        for item in leads:
            if item.ended_at is None:
                return item
        return leads[-1] if leads else None

    @property
    def unit(self) -> str:
        """责任单位: the lead's office or place, or where it was settled on the spot."""
        if self.lead:
            return unit_of(self.lead)
        if self.last(Action.SETTLE):
            return str(self.case.village or self.case.town)
        return ""

    @property
    def responsible(self) -> str:
        """责任人: the person who leads, for an office who completed or acknowledged.

        Without a lead, who settled it.
        """
        if self.lead is None:
            return self.did(Action.SETTLE)
        return str(self.leader or "")

    @property
    def leader(self) -> User | None:
        """The account of the person who leads, for an office of who completed or
        acknowledged; None without a lead.
        """
        lead = self.lead
        if lead is None:
            return None
        if lead.post:
            return lead.post.user
        return self.acted_for(lead.office_id)

    def acted_for(
        self, office: int | None, *, until: datetime | None = None
    ) -> User | None:
        """Return the account of who completed or acknowledged for an office last, by a
        moment where one is given.
        """
        for event in reversed(self.events):
            if until and event.at > until:
                continue
            is_theirs = getattr(event, "office", None) == office
            if is_theirs and event.action in (Action.COMPLETE, Action.ACKNOWLEDGE):
                return event.user
        return None

    @property
    def assisting(self) -> list[Assignment]:
        """The assistants, or those who assisted until the lead ended."""
        lead = self.lead
        if lead is None:
            return []

        found = []
        for item in self.assignments:
            is_beside = item.round == lead.round and item.end == lead.end
            if item.role == AssignmentRole.ASSISTANT and is_beside:
                found.append(item)
        return found

    @property
    def assisting_units(self) -> str:
        return "、".join(dict.fromkeys(unit_of(item) for item in self.assisting))

    # --- time
    @property
    def worked_until(self) -> date | None:
        """办理时限: the last day of the latest 办 clock, else of the 说 clock."""
        due = cast("datetime | None", self.annotated("work_due"))
        return workdays.last_day_of(due) if due else None

    @property
    def was_late(self) -> bool | None:
        """True where the work ended, or stands, past its time; None without a clock."""
        due = cast("datetime | None", self.annotated("work_due"))
        stopped = cast("datetime | None", self.annotated("work_stopped"))
        if due is None:
            return None
        return (stopped or self.at) >= due

    @property
    def days_used(self) -> int | None:
        """用时: calendar days from registration to 办结, or to closing without one.

        0 is the same day.
        """
        end = self.case.completed_at or self.case.closed_at
        if end is None:
            return None
        began = workdays.local_day(self.case.registered_at)
        return (workdays.local_day(end) - began).days

    @property
    def standing(self) -> str:
        """The light in words while open; a closed matter has none."""
        light = self.case.light(self.at)
        return str(light.label) if light else NO_LIGHT

    @property
    def remark(self) -> str:
        """The case's own remark, what is the villagers' to decide, how it was closed,
        and the old book it came from.
        """
        case = self.case
        parts = [self.words(case.remark)]
        if case.reserved:
            reserved = pgettext("ledger", "for the villagers to decide: %(matter)s")
            parts.append(reserved % {"matter": case.get_reserved_display()})
        if case.close_reason not in ("", "rated"):
            parts.append(str(case.get_close_reason_display()))
        if case.adopted_from:
            book = self.words(case.adopted_from)
            parts.append(_("from %(book)s") % {"book": book})
        return "；".join(part for part in parts if part)


def unit_of(assignment: Assignment) -> str:
    """Return the office, or the place of the post; a county by its name."""
    if assignment.office:
        return str(assignment.office)
    post = assignment.post
    if post is None:
        return ""
    return str(getattr(assignment, "county_name", None) or post.place)


def joined(*parts: object) -> str:
    """Join the parts that say something into one cell."""
    said = []
    for part in parts:
        # as text first: asked whether it is empty, a lazy text is translated as well
        text = "" if part is None else str(part)
        if text:
            said.append(text)
    return " · ".join(said)


def cases_read_in(records: Iterable[object]) -> list[Case]:
    """Return the cases whose words stand in rows of a ledger. No query."""
    rows = [record for record in records if isinstance(record, Record)]
    return [row.case for row in rows if not row.redacted]
