"""The words in which a call to a speaker is asked for: what holds of the matter now,
whatever held when the call was asked for.
"""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from cases.models import Reply
from cases.models.choices import Outcome, Stage
from cases.speaking.promise import promise_to_officers
from cases.templatetags.minshi import day
from supervision.models import Call, NoticeKind


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


def purpose_of(call: Call, answers: Mapping[int, str]) -> str:
    """Return in words why the speaker is called: the answer where there is one, else
    what happened, and the day of the answer if one is awaited.
    """
    case = call.case
    answer = answers.get(case.pk, "")
    if answer:
        return _answered(answer, is_done=case.outcome in ("", Outcome.DONE))

    kind = str(call.get_kind_display())
    if call.event.round < case.round:
        # what was to be told then is over: the speaker was not content with it
        kind = _("it is being done again")
    if not case.reply_by:
        # a day that is no longer promised is not told of
        is_stale = call.kind == NoticeKind.PROMISED
        return _("how it stands") if is_stale else kind

    return f"{kind}，{promise_to_officers(case, day(case.reply_by))}"


def _answered(answer: str, *, is_done: bool) -> str:
    said = answer.strip().rstrip("。.；;")
    if is_done:
        words = _("It is done. The answer: %(answer)s; ask them to say how it was.")
    else:
        words = _("There is an answer: %(answer)s; ask them to say how it was.")
    return words % {"answer": said}
