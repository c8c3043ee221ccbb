"""What the speaker reads about their matter: the one source of the tracking page and of
the preview before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Stage
from cases.privacy.redactor import names_of, personal_redactor
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
class Told:
    """The state in plain words, the day promised, the reply and what was done so far;
    nothing personal in it.
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


def told_to_speaker(case: Case) -> Told:
    """As the case stands: the last reply of the present round, and the progress they
    may see. Four queries at most.
    """
    redact = personal_redactor(case, names_of(case))
    reply = case.replies.filter(round=case.round).last()
    noted = case.events.filter(action="progress").order_by("sequence")
    return Told(
        state=PLAIN_STATES[Stage(case.stage)],
        is_open=case.is_open,
        reply_by=case.reply_by,
        reply=redact(reply.text) if reply else "",
        reply_at=reply.at if reply else None,
        progress=[
            (event.at, redact(event.note))
            for event in noted
            if data_of(event).get("public")
        ],
    )


def words_alone(case: Case, texts: Iterable[str], at: datetime) -> Told:
    """What can be shown of a step whose other questions are still open: its words,
    where the matter stands now.
    """
    redact = personal_redactor(case, names_of(case))
    reply = "\n".join(redact(text) for text in texts if text)
    return Told(
        PLAIN_STATES[Stage(case.stage)],
        case.is_open,
        case.reply_by,
        reply,
        at if reply else None,
    )
