"""What a holder is asked for, worded anew by somebody else."""

from dataclasses import dataclass

from cases.models import Assignment
from cases.models.choices import Confidentiality
from cases.models.scope import Sight
from cases.privacy.redactor import reader_redactor
from cases.privacy.table import without_added_names
from cases.workflow.step import Step
from villages.models import User


@dataclass(frozen=True)
class Worded:
    """The words as they are stored."""

    text: str
    is_new: bool
    adds: bool = False  # to the words of another, who stays their writer


def worded(step: Step, part: Assignment, typed: str) -> Worded:
    """Return what a holder is asked for, of what was typed in the place of it.

    Of a hidden speaker's matter: whoever may not know who spoke gives words back as
    they read them, and those stored are not compared, for that would answer a guess.
    Whoever may know adds no name to the words of somebody who may not: blanked with it,
    theirs would tell them. Two queries then.
    """
    case = step.case
    if case.confidentiality != Confidentiality.HIDDEN or not part.ask:
        return Worded(typed, is_new=typed != part.ask)

    user = step.officers_post.user
    sight = Sight.of(user, step.on)
    written_by = step.facts.writers.of_ask(part)
    if not sight.shows_speaker(case):
        shown = reader_redactor(case, sight)(part.ask, by=written_by)
        return Worded(typed, is_new=typed != shown)

    writer = User.objects.get(pk=written_by) if written_by else user
    if Sight.of(writer, step.on).shows_speaker(case):
        return Worded(typed, is_new=typed != part.ask)
    text = without_added_names(case, part.ask, typed)
    return Worded(text, is_new=text != part.ask, adds=True)
