"""What was said once a matter was closed, as its speaker reads it: their own words, by
when they are answered, then the answer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.models import Afterword, Case, Event
from cases.models.choices import ActorKind, AfterwordEnd, How
from cases.privacy.redactor import Redactor
from cases.templatetags.days import day, is_past
from cases.workflow.actions import Action


@dataclass(frozen=True)
class AfterwordTold:
    """One word after closing: what was said, and how it stands with the answer."""

    said_at: datetime
    words: list[str]  # none where somebody wrote them down at the counter
    answer_by: date | None  # None: it has its answer
    answered_at: datetime | None
    answer: str
    end: str

    @property
    def standing(self) -> str:
        """Say in plain words how it stands; the answer itself follows where there is
        one.
        """
        if is_past(self.answer_by):
            return _(
                "You were to hear from us by %(day)s. It is late, and is being urged."
            ) % {"day": day(self.answer_by)}
        if self.answer_by:
            return _("You get an answer here by %(day)s at the latest.") % {
                "day": day(self.answer_by)
            }
        if self.end == AfterwordEnd.REOPENED:
            return _("The matter was opened again because of it.")
        if self.end == AfterwordEnd.NOTED:
            return _("We have read it and taken note of it.")
        return _("We have answered you.")

    def redacted(self, redact: Callable[[str], str]) -> "AfterwordTold":
        words = [redact(each) for each in self.words]
        return replace(self, words=words, answer=redact(self.answer))


def afterwords_told(
    case: Case, events: Iterable[Event], redact: Redactor
) -> list[AfterwordTold]:
    """Return what was said after closing, the oldest first. One query."""
    said = [event for event in events if event.action == Action.AFTERWORD]

    told = []
    for row in case.afterwords.all():
        told.append(
            AfterwordTold(
                said_at=row.said_at,
                words=[redact.note(event) for event in _own_words(said, row)],
                answer_by=None if row.answered_at else row.due_on,
                answered_at=row.answered_at,
                answer=redact(row.answer, post=row.answered_by_id),
                end=row.end,
            )
        )
    return told


def _own_words(said: Iterable[Event], row: Afterword) -> list[Event]:
    """Return the events of one row that the speaker typed on the page themself."""
    own = []
    for event in said:
        is_of_row = row.said_at <= event.at <= (row.answered_at or event.at)
        by_speaker = event.actor_kind == ActorKind.SPEAKER and event.via == How.CODE
        if is_of_row and by_speaker:
            own.append(event)
    return own
