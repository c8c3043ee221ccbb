"""One row of a ledger: a case with what its columns ask for, as far as the reader may
see it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.ledgers.asking import Asking
from cases.models import Assignment, Case, Event, Rating, Reply
from cases.models.choices import AssignmentRole
from cases.models.scope import Sight
from cases.privacy.redactor import speaker_redactor
from cases.workflow import Action
from minshi import workdays
from minshi.crypto import masked_name, masked_phone


def is_redacted(case: Case) -> bool:
    """What `counted_for` says of the row; a case from anywhere else is an error, never
    shown whole.
    """
    return bool(case.redacted)  # type: ignore[attr-defined]


@dataclass
class Record:
    """`case` comes from `counted_for`; of a redacted one nothing is read but the case
    itself.
    """

    case: Case
    sight: Sight
    at: datetime
    unmasked: bool = False
    assignments: list[Assignment] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    # for slips alone, like what was asked for
    replies: list[Reply] = field(default_factory=list)
    asked: Asking | None = None

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

    def annotated(self, name: str) -> object:
        """What the ledger's own query adds to the case's row."""
        return getattr(self.case, name, None)

    # --- who spoke
    def person(self, name: str) -> str:
        """A villager's name as this reader may see it: 隐名 where it is hidden, else
        masked unless opened.
        """
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
        opened = self.unmasked and self.sight.shows_speaker(self.case)
        return " ".join(
            filter(
                None,
                (
                    str(self.case.group or ""),
                    self.case.speaker_address if opened else "",
                ),
            )
        )

    def words(self, text: str) -> str:
        """A text without what the columns beside it mask: the speaker's and proxy's
        name, phone and address.
        """
        case = self.case
        shown = self.sight.shows_speaker(case)
        if self.unmasked and shown:
            return text
        for name in sorted(
            (case.speaker_name, case.proxy_speaker), key=len, reverse=True
        ):
            if len(name) > 1:
                text = text.replace(name, self.person(name))
        if case.speaker_phone:
            text = text.replace(
                case.speaker_phone,
                masked_phone(case.speaker_phone) if shown else "****",
            )
        if len(case.speaker_address) > 1:
            text = text.replace(case.speaker_address, "…")
        # a phone typed with gaps, which the columns do not hold so
        return speaker_redactor(case)(text)

    # --- what happened
    def last(self, *actions: Action, round_: int | None = None) -> Event | None:
        return next(
            (
                event
                for event in reversed(self.events)
                if event.action in actions and round_ in (None, event.round)
            ),
            None,
        )

    def did(self, *actions: Action) -> str:
        """The name of who did one of these last; empty for the speaker and the
        system.
        """
        event = self.last(*actions)
        return str(event.user) if event and event.user else ""

    # --- who handles
    @property
    def lead(self) -> Assignment | None:
        """Who leads, or led last."""
        leads = [item for item in self.assignments if item.role == AssignmentRole.LEAD]
        return next(
            (item for item in leads if item.ended_at is None),
            leads[-1] if leads else None,
        )

    @property
    def unit(self) -> str:
        """责任单位: the lead's office or place; of a case settled on the spot, where
        it was settled.
        """
        if lead := self.lead:
            return unit_of(lead)
        return (
            str(self.case.village or self.case.town) if self.last(Action.SETTLE) else ""
        )

    @property
    def responsible(self) -> str:
        """责任人: the lead in person; for an office whoever of it completed or
        acknowledged; or who settled it.
        """
        lead = self.lead
        if lead is None:
            return self.did(Action.SETTLE)
        if lead.post:
            return str(lead.post.user)
        theirs = [
            event
            for event in self.events
            if getattr(event, "office", None) == lead.office_id
        ]
        done = [
            event
            for event in theirs
            if event.action in (Action.COMPLETE, Action.ACKNOWLEDGE)
        ]
        return str(done[-1].user) if done else ""

    @property
    def assisting(self) -> list[Assignment]:
        """Who helps, or helped until the lead ended."""
        lead = self.lead
        beside = [
            item for item in self.assignments if item.role == AssignmentRole.ASSISTANT
        ]
        return [
            item
            for item in beside
            if lead and item.round == lead.round and item.end == lead.end
        ]

    @property
    def assisting_units(self) -> str:
        return "、".join(dict.fromkeys(unit_of(item) for item in self.assisting))

    # --- time
    @property
    def worked_until(self) -> date | None:
        """办理时限: the last day of the latest 办 clock (of the 说 clock where it
        was settled on the spot).
        """
        due = cast("datetime | None", self.annotated("work_due"))
        return workdays.last_day_of(due) if due else None

    @property
    def was_late(self) -> bool | None:
        """Whether the work ended, or stands, beyond its time; None where no clock
        measured it.
        """
        due = cast("datetime | None", self.annotated("work_due"))
        stopped = cast("datetime | None", self.annotated("work_stopped"))
        return (stopped or self.at) >= due if due else None

    @property
    def days_used(self) -> int | None:
        """用时: calendar days from taking it down to 办结 (or closing without one);
        0 is the same day.
        """
        end = self.case.completed_at or self.case.closed_at
        return (
            (workdays.local_day(end) - workdays.local_day(self.case.registered_at)).days
            if end
            else None
        )

    @property
    def standing(self) -> str:
        """The light in words while open, the stage once closed."""
        light = self.case.light(self.at)
        return str(light.label) if light else str(self.case.get_stage_display())

    @property
    def remark(self) -> str:
        """The case's own remark, how it was closed if not by a rating, and the old book
        it came from.
        """
        case = self.case
        ended = (
            case.get_close_reason_display()
            if case.close_reason not in ("", "rated")
            else ""
        )
        adopted = (
            _("from %(book)s") % {"book": case.adopted_from}
            if case.adopted_from
            else ""
        )
        return "；".join(
            str(part) for part in (self.words(case.remark), ended, adopted) if part
        )


def unit_of(assignment: Assignment) -> str:
    """The office, or the place of the post; a county by its name."""
    if assignment.office:
        return str(assignment.office)
    post = assignment.post
    if post is None:
        return ""
    return str(getattr(assignment, "county_name", None) or post.place)


def joined(*parts: object) -> str:
    """The parts that say something, as one cell."""
    return " · ".join(str(part) for part in parts if part)
