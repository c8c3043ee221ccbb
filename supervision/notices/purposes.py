"""The words in which a call to a speaker is asked for: what holds of the matter now,
whatever held when the call was asked for.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Event, Reply
from cases.models.choices import Confidentiality, Handling, Outcome, Stage
from cases.speaking.promise import promise_to_officers
from cases.speaking.whereabouts import with_whom
from cases.templatetags.days import day
from cases.workflow import Action
from cases.workflow.committee import is_unheard
from minshi.errors import Text
from supervision.models import Call, NoticeKind
from villages.models import Post

# in these an answer is promised, by a day that can change
ANSWER_PROMISED = (Stage.HANDLE, Stage.SUPERVISE)
# of a matter that waits for an order (domain §3, rate)
STILL_NOT_DONE_WELL = gettext_lazy(
    "it was still not done well, and went to somebody above to look into"
)
NOT_DONE_WELL = gettext_lazy("it was not done well, and went back to be done again")
# what brought a day that the speaker was not told of before: what happened then, as the
# words stand by what was told long ago too
BROUGHT: Mapping[str, Text] = MappingProxyType(
    {
        Action.DECIDE: gettext_lazy("it is settled who works on it"),
        Action.DEFER: gettext_lazy("it was put off"),
        Action.ESCALATE: gettext_lazy(
            "it could not be settled here and was reported up"
        ),
        Action.RETURN: gettext_lazy(
            "whoever worked on it could not do it; it went back to be talked over"
        ),
        Action.RECONSIDER: gettext_lazy("it went back to be talked over"),
        Action.REDO: NOT_DONE_WELL,
        Action.REOPEN: gettext_lazy("it went back to be done again"),
    }
)


def answers_to_tell(calls: Iterable[Call]) -> dict[int, str]:
    """Return the last reply of the present round, by case, of the matters that wait to
    be rated. One query, none where no matter does.
    """
    rounds = {}
    for call in calls:
        if call.case.stage == Stage.RATE:
            rounds[call.case_id] = call.case.round
    if not rounds:
        return {}

    answers = {}
    for reply in Reply.objects.filter(case__in=rounds).order_by("at", "pk"):
        if reply.round == rounds[reply.case_id]:
            answers[reply.case_id] = reply.text
    return answers


def read_holders(calls: Iterable[Call]) -> None:
    """Read whoever has the matters now that were handed out, for `purpose_of`: three
    queries, none where no call tells of that.
    """
    handed_out = [call.case for call in calls if _is_settled_who_works(call)]
    prefetch_related_objects(
        handed_out,
        "owner_office",
        Prefetch("owner_post", Post.objects.with_places().select_related("user")),
        "village__talk_room",
    )


def purpose_of(call: Call, answers: Mapping[int, str]) -> str:
    """Return in words why the speaker is called: the answer where there is one, else
    what happened, and the day of the answer if one is awaited.
    """
    case = call.case
    answer = answers.get(case.pk, "")
    if answer:
        return _answered(answer, is_done=case.outcome in ("", Outcome.DONE))

    kind = news_of(call.event, call.kind)
    if _is_settled_who_works(call) and is_unheard(case):
        kind = _("a meeting is to talk it over")
    elif _is_settled_who_works(call):
        who = with_whom(case, is_secret=case.confidentiality == Confidentiality.SECRET)
        kind = _("it is settled: %(who)s works on it") % {"who": who}
    if _was_given_back_since(call):
        # what was to be heard by the committee may come back from there as well
        is_committees = case.handling == Handling.MEETING
        brought_back = Action.RECONSIDER if is_committees else Action.RETURN
        kind = str(BROUGHT[brought_back])
    if case.needs_order:
        kind = str(STILL_NOT_DONE_WELL)
    elif call.event.round < case.round:
        # what was to be told then is over: the speaker was not content with it
        kind = str(BROUGHT[Action.REOPEN])
    if not case.reply_by:
        # a day that is no longer promised is not told of
        is_stale = call.kind == NoticeKind.PROMISED
        return _("how it stands") if is_stale else kind

    return f"{kind}，{promise_to_officers(case, day(case.reply_by))}"


def news_of(event: Event, kind: str) -> str:
    """Return in words what the speaker is told of an event.

    That the day of the answer changed is said only where an answer was promised before;
    elsewhere what brought the day.
    """
    if kind != NoticeKind.PROMISED:
        return str(NoticeKind(kind).label)
    if event.action == Action.RATE:
        return _after_rating(event)
    if event.action in BROUGHT:
        return str(BROUGHT[event.action])
    if event.source in ANSWER_PROMISED and event.target in ANSWER_PROMISED:
        return str(NoticeKind(kind).label)
    return _("the day has changed")


def _after_rating(event: Event) -> str:
    if event.target == Stage.SUPERVISE:
        return str(STILL_NOT_DONE_WELL)
    return str(NOT_DONE_WELL)


def _is_settled_who_works(call: Call) -> bool:
    return (
        call.kind == NoticeKind.PROMISED
        and call.event.action == Action.DECIDE
        and call.case.stage == Stage.HANDLE
    )


def _was_given_back_since(call: Call) -> bool:
    """Tell whether a matter that was handed out is talked over again."""
    was_handed_out = call.event.target == Stage.HANDLE
    return was_handed_out and call.case.stage == Stage.DELIBERATE


def _answered(answer: str, *, is_done: bool) -> str:
    said = answer.strip().rstrip("。.；;")
    if is_done:
        words = _("It is done. The answer: %(answer)s; ask them to say how it was.")
    else:
        words = _("There is an answer: %(answer)s; ask them to say how it was.")
    return words % {"answer": said}
