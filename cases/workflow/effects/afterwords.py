"""还有话说: a word after closing, and the three answers to it."""

from django.utils.translation import gettext as _

from cases.models import Afterword
from cases.models.choices import AfterwordEnd, Rule
from cases.workflow.effects.rate import how_it_came
from cases.workflow.standing import holder_key
from cases.workflow.step import Step
from cases.workflow.who import ORDERERS, Handled, find_afterword_owner
from minshi import workdays
from minshi.errors import MoveRefused


def say_more(step: Step) -> None:
    """Put the speaker's word on somebody's desk, with a day by which it is answered.

    While one waits already, the words join it: there is no second day.
    """
    step.data["how"] = str(how_it_came(step))

    waiting = step.facts.afterword
    if waiting is None:
        waiting = _new_afterword(step)
        waiting.save()
    if waiting.owner:
        step.data["holders"] = [holder_key(waiting.owner)]


def _new_afterword(step: Step) -> Afterword:
    counting = step.clocks.counting
    span = counting.span(Rule.AFTERWORD, step.at)
    due_at = workdays.due_at(counting.last_day(Rule.AFTERWORD, step.at))

    return Afterword(
        case=step.case,
        said_at=step.at,
        due_at=due_at,
        yellow_at=workdays.yellow_at(counting.calendar, due_at, span),
        owner=find_afterword_owner(step.facts),
    )


def pass_on_afterword(step: Step) -> None:
    """Give a word on whose owner's post has ended; the guard found that one may."""
    afterword = step.facts.afterword
    owner = find_afterword_owner(step.facts)
    if afterword is None or owner is None:
        raise MoveRefused(_("The matter has an owner."))

    afterword.owner = owner
    afterword.save(update_fields=["owner"])
    step.data["holders"] = [holder_key(owner)]


def ask_reopening(step: Step) -> None:
    """Hand the word on to whoever may open the matter again; its day stays."""
    afterword = step.facts.afterword
    may_reopen = ORDERERS.may(step.facts, Handled.NOBODY)
    if afterword is None or not may_reopen:
        raise MoveRefused(_("Nobody is left who may open it again."))

    afterword.owner = may_reopen[0]
    afterword.save(update_fields=["owner"])
    step.data["holders"] = [holder_key(may_reopen[0])]


def answer(step: Step) -> None:
    """Answer in words that the speaker reads on the tracking page."""
    step.end_afterword(AfterwordEnd.ANSWERED, step.values["reply"])


def take_note(step: Step) -> None:
    """Take note of it; the reason stays inside, the speaker reads that it was noted."""
    step.end_afterword(AfterwordEnd.NOTED)
