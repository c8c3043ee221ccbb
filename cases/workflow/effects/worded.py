"""What a holder is asked for, worded anew by somebody else."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Assignment
from cases.models.scope import Sight, hides_speaker
from cases.privacy.redactor import reader_redactor
from cases.privacy.table import without_added_names
from cases.workflow.step import Step
from minshi.errors import InputRefused
from minshi.text.finding import PLACEHOLDER
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

    InputRefused: words given back in part, with a placeholder in them. Stored so, those
    behind it would be lost, and their writer would read which of theirs are blanked.
    """
    case = step.case
    if not hides_speaker(case) or not part.ask:
        return Worded(typed, is_new=typed != part.ask)

    user = step.officers_post.user
    sight = Sight.of(user, step.on)
    written_by = step.facts.writers.of_ask(part)
    if not sight.shows_speaker(case):
        shown = reader_redactor(case, sight)(part.ask, by=written_by)
        is_new = typed != shown
        if is_new and written_by != user.pk:
            _check_is_whole(shown, typed)
        return Worded(typed, is_new=is_new)

    writer = User.objects.get(pk=written_by) if written_by else user
    if Sight.of(writer, step.on).shows_speaker(case):
        return Worded(typed, is_new=typed != part.ask)
    text = without_added_names(case, part.ask, typed)
    return Worded(text, is_new=text != part.ask, adds=True)


def _check_is_whole(shown: str, typed: str) -> None:
    if PLACEHOLDER in shown and PLACEHOLDER in typed:
        words = _("You may not read all of this. Write it anew, or leave it as it is.")
        raise InputRefused.at(asks=words)
