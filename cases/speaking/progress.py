"""The account of a matter for its speaker: on the tracking page and in its preview."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Stage
from cases.privacy.redactor import personal_redactor
from cases.workflow.event_data import data_of

RECEIVED, WORKED_ON, DONE = range(3)  # the three plain states (ux 2.10)
PLAIN_STATES = {
    Stage.SPEAK: RECEIVED,
    Stage.DELIBERATE: WORKED_ON,
    Stage.HANDLE: WORKED_ON,
    Stage.SUPERVISE: WORKED_ON,
    Stage.RATE: DONE,
    Stage.CLOSED: DONE,
}


@dataclass(frozen=True)
class SpeakerAccount:
    """A matter as its speaker reads it: state, day promised, reply and progress.

    Nothing in it is personal.
    """

    state: int
    is_open: bool
    reply_by: date | None = None
    reply: str = ""
    reply_at: datetime | None = None
    progress: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def state_in_words(self) -> str:
        if self.state == RECEIVED:
            return _("We have received it")
        if self.state == WORKED_ON:
            return _("It is being worked on")
        if self.is_open:
            return _("It is done; please say how it was")
        return _("It is done")


def told_to_speaker(case: Case) -> SpeakerAccount:
    """Return what the speaker may read of a case: its state, the last reply of the
    present round, and the progress that is public. Two queries.
    """
    redact = personal_redactor(case)
    reply = case.replies.filter(round=case.round).last()

    progress = []
    for event in case.events.filter(action="progress").order_by("sequence"):
        if data_of(event).get("public"):
            progress.append((event.at, redact(event.note)))

    return SpeakerAccount(
        state=PLAIN_STATES[Stage(case.stage)],
        is_open=case.is_open,
        reply_by=case.reply_by,
        reply=redact(reply.text) if reply else "",
        reply_at=reply.at if reply else None,
        progress=progress,
    )


def words_alone(case: Case, texts: Iterable[str], at: datetime) -> SpeakerAccount:
    """Return the account for a step whose other questions are not answered yet.

    It has the step's words as the reply, and the state that the matter has now.
    """
    redact = personal_redactor(case)
    reply = "\n".join(redact(text) for text in texts if text)

    return SpeakerAccount(
        state=PLAIN_STATES[Stage(case.stage)],
        is_open=case.is_open,
        reply_by=case.reply_by,
        reply=reply,
        reply_at=at if reply else None,
    )
