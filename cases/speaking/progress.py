"""The account of a matter for its speaker: on the tracking page and in its preview."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import NOT_HEARD, CloseReason, Outcome, Solved, Stage
from cases.models.scope import Sight
from cases.privacy.redactor import Redactor, personal_redactor, preview_redactor
from cases.speaking.afterwords import AfterwordTold, afterwords_told
from cases.speaking.promise import Promised, promise_to_speaker, promised_for
from cases.speaking.story import (
    TOLD,
    Entry,
    last_answer,
    story_of,
    with_earlier_answers,
)
from cases.templatetags.days import day, is_past
from cases.workflow.committee import is_unheard
from cases.workflow.pasted import unnamed_in

# the plain states (ux 2.10)
RECEIVED, TAKEN_UP, WORKED_ON, DONE, AWAITS_ORDER = range(5)
STATES = (RECEIVED, TAKEN_UP, WORKED_ON, DONE, AWAITS_ORDER)
PLAIN_STATES = {
    Stage.SPEAK: RECEIVED,
    Stage.DELIBERATE: TAKEN_UP,
    Stage.HANDLE: WORKED_ON,
    Stage.SUPERVISE: WORKED_ON,
    Stage.RATE: DONE,
    Stage.CLOSED: DONE,
}


@dataclass(frozen=True)
class SpeakerAccount:
    """A matter as its speaker reads it: state, day promised, reply and story.

    Nothing in it is personal.
    """

    state: int
    is_open: bool
    is_void: bool = False
    is_withdrawn: bool = False  # by the speaker, or in their name
    outcome: str = ""  # how the work ended, as whoever handled it says
    leaves_something: bool = False  # solved in part or not, by its rating or outcome
    reply_by: date | None = None
    promised: Promised = Promised.ANSWER  # by that day
    reply: str = ""
    reply_at: datetime | None = None
    story: list[Entry] = field(default_factory=list)
    afterwords: list[AfterwordTold] = field(default_factory=list)

    @property
    def promise(self) -> str:
        """The day promised and what it promises; "" where none is."""
        if self.reply_by is None:
            return ""
        is_late = is_past(self.reply_by)
        return promise_to_speaker(self.promised, day(self.reply_by), is_late=is_late)

    @property
    def state_in_words(self) -> str:
        if self.is_void:
            return _("It was taken down by mistake or twice")
        if self.is_withdrawn:
            return _("It was withdrawn, and is not worked on any more")
        if self.state == RECEIVED:
            return _("We have received it")
        if self.state == TAKEN_UP:
            return _("It is taken up; we are talking over what to do")
        if self.state == WORKED_ON:
            return _("It is being worked on")
        if self.state == AWAITS_ORDER:
            return _("It is being decided whether it is done again")
        if self.is_open:
            return self._ended_in_words()
        if self.outcome == Outcome.REDIRECTED:
            return _("Another place deals with it")
        if self.leaves_something:
            return _("It rests here for now")
        return _("It is done")

    def _ended_in_words(self) -> str:
        """Return the state of what awaits its rating: no better than it came out."""
        if self.outcome == Outcome.PARTLY:
            return _("A part of it is done; please say how it was")
        if self.outcome == Outcome.EXPLAINED:
            return _("It cannot be done now, for the reason below; say how it was")
        if self.outcome == Outcome.REDIRECTED:
            return _("Another place deals with it, see below; say how it was")
        return _("It is done; please say how it was")


def told_to_speaker(
    case: Case,
    *,
    with_words: bool = True,
    with_additions: bool = True,
    previewed_by: Sight | None = None,
) -> SpeakerAccount:
    """Return what the speaker may read of a case: its state, the reply that holds now,
    what happened, and what they said once it was closed. Three queries,
    four of a matter that was ever closed; none `with_words` false, which leaves the
    state and the day. One more of what was handed to the committee.

    Neighbours are 张某 in it, as in titles: whoever has the receipt reads the page. In
    a preview, `previewed_by` somebody who writes to the speaker.
    """
    account = SpeakerAccount(
        state=_state_of(case),
        is_open=case.is_open,
        is_void=case.close_reason in NOT_HEARD,
        is_withdrawn=case.close_reason == CloseReason.WITHDRAWN,
        outcome=_outcome_told(case),
        leaves_something=_leaves_something(case),
        reply_by=case.reply_by,
        promised=promised_for(case),
    )
    if not with_words:
        return account

    redact = _redactor(case, previewed_by)
    replies = list(case.replies.order_by("at", "pk"))
    told = case.events.filter(action__in=TOLD).order_by("sequence")
    if redact.reader:
        told = told.prefetch_related("revisions")
    events = list(told)
    was_closed = not case.is_open or case.round > 1

    reply = last_answer(case, replies, events)
    answer = redact(reply.text, post=reply.post_id) if reply else ""
    story = story_of(events, case.round, redact, with_additions=with_additions)
    if with_additions:
        earlier = [one for one in replies if one != reply]
        story = with_earlier_answers(story, earlier, events, case.round, redact)
    afterwords = []
    if was_closed and with_additions:
        afterwords = afterwords_told(case, events, redact)

    texts = [answer, *(entry.words for entry in story)]
    for said in afterwords:
        texts += [*said.words, said.answer]
    unnamed = unnamed_in(case, texts)

    return replace(
        account,
        reply=unnamed(answer),
        reply_at=reply.at if reply else None,
        story=[replace(entry, words=unnamed(entry.words)) for entry in story],
        afterwords=[said.redacted(unnamed) for said in afterwords],
    )


def words_alone(
    case: Case, texts: Iterable[str], at: datetime, *, previewed_by: Sight
) -> SpeakerAccount:
    """Return the account for a step whose other questions are not answered yet.

    It has the words that they are writing as the reply, and the state that the matter
    has now. One query.
    """
    redact = _redactor(case, previewed_by)
    writer = previewed_by.user.pk
    reply = "\n".join(redact(text, by=writer) for text in texts if text)
    unnamed = unnamed_in(case, [reply])

    return SpeakerAccount(
        state=_state_of(case),
        is_open=case.is_open,
        reply_by=case.reply_by,
        promised=promised_for(case),
        reply=unnamed(reply),
        reply_at=at if reply else None,
    )


def thanks_for_saying_so(case: Case) -> str:
    """Thank a speaker who was not satisfied, and say what follows: by whom it is
    decided, or that it is done again. A matter that is past both promises nothing.
    """
    told = told_to_speaker(case, with_words=False)
    if told.state == AWAITS_ORDER:
        decided = _(
            "Thank you for saying so. Somebody above who did not handle it decides"
            " whether it is done again or explained to you."
        )
        return f"{decided}{told.promise}"
    if told.state in (TAKEN_UP, WORKED_ON):
        return _(
            "Thank you for saying so. It goes back to work, and we come back to you."
        )
    return _("Thank you, it has been noted.")


def _state_of(case: Case) -> int:
    """Return the plain state. What was not done to the speaker's mind a second time is
    nobody's work until an order says so (domain §3, rate); what the committee is yet to
    hear is being talked over, though it was handed out. One query, for such a matter
    alone.
    """
    if case.needs_order:
        return AWAITS_ORDER
    if is_unheard(case):
        return TAKEN_UP
    return PLAIN_STATES[Stage(case.stage)]


def _outcome_told(case: Case) -> str:
    """Return how the work of the present round ended, once its speaker is told; what
    was shown the proper route without any work as well.
    """
    if case.close_reason == CloseReason.DIVERTED:
        return Outcome.REDIRECTED
    is_told = case.is_completed and PLAIN_STATES[Stage(case.stage)] == DONE
    return case.outcome if is_told else ""


def _leaves_something(case: Case) -> bool:
    """Tell whether a closed matter is not solved whole.

    The rating of the present round says so; where nobody rated it, whoever handled it.
    """
    if case.is_rated:
        return case.solved in (Solved.PARTLY, Solved.NO)
    return _outcome_told(case) in (Outcome.PARTLY, Outcome.EXPLAINED)


def _redactor(case: Case, previewed_by: Sight | None) -> Redactor:
    if previewed_by is None:
        return personal_redactor(case)
    return preview_redactor(case, previewed_by)
