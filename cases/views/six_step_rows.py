"""The six steps of 四议两公开 as page and form show them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.forms import CorrectionForm
from cases.meetings import votes_in_words
from cases.meetings.six_steps import (
    STEPS,
    StepRule,
)
from cases.models import FourTwoProcess, FourTwoStep, StepCorrection
from cases.templatetags.minshi import day
from cases.views.meetings.paper import correction_in_words
from minshi.clock import today
from minshi.paper import day_on_paper

MOST_IN_BOX = 8  # signatures that the box of the form holds


@dataclass(frozen=True)
class Lamp:
    """A sign that says in colour, shape and words how something stands."""

    colour: str
    sign: str
    words: str


@dataclass(frozen=True)
class HeldRow:
    """One meeting or notice of a step, in the words of page and form."""

    row: FourTwoStep

    @property
    def day_and_form(self) -> str:
        words = f"{day(self.row.held_on)} {self.row.get_kind_display()}".strip()
        if self.row.public_until:
            words += f" — {day(self.row.public_until)}"
        return words

    @property
    def lamp(self) -> Lamp:
        if self.row.public_until and self.row.public_until >= today():
            return Lamp("yellow", "▲", _("hangs now"))
        if self.row.public_until:
            return Lamp("green", "✓", _("made public"))
        if self.row.passed:
            return Lamp("green", "✓", self.verdict)
        return Lamp("red", "●", self.verdict)

    @property
    def verdict(self) -> str:
        if self.row.passed:
            return pgettext("verdict", "passed")
        return pgettext("verdict", "not passed")

    @property
    def announced(self) -> str:
        """The day on which an assembly was announced, and why so late if it was."""
        if self.row.called_on is None:
            return ""
        words = day(self.row.called_on)
        return f"{words}（{self.row.short_notice}）" if self.row.short_notice else words

    @property
    def announced_on_paper(self) -> str:
        """The same, its day as a paper has it."""
        words = day_on_paper(self.row.called_on)
        return f"{words}（{self.row.short_notice}）" if self.row.short_notice else words

    @property
    def signs_on_list(self) -> bool:
        """Whether too many came for the box of the form: they sign on a list."""
        return (self.row.present or 0) > MOST_IN_BOX

    @property
    def present_and_share(self) -> str:
        """The number present, with its share of those due in whole per cent."""
        present = self.row.present or 0
        due = self.row.due or 0
        share = round(present / due * 100) if due else 0
        return f"{present}（{share}%）"

    @property
    def attendance_and_needed(self) -> str:
        return _("%(due)s / %(present)s, %(needed)s") % {
            "due": self.row.due,
            "present": self.present_and_share,
            "needed": _needed(self.row.present_needed),
        }

    @property
    def votes_and_needed(self) -> str:
        return f"{votes_in_words(self.row)}（{_needed(self.row.votes_needed)}）"

    @property
    def votes_and_verdict(self) -> str:
        return _("%(votes)s: %(verdict)s") % {
            "votes": votes_in_words(self.row),
            "verdict": self.verdict,
        }

    @property
    def corrections(self) -> list[tuple[StepCorrection, str]]:
        """The corrections of it, each with the words of the printed form."""
        return [(row, correction_in_words(row)) for row in self.row.corrections.all()]


def _needed(number: int | None) -> str:
    return _("%(needed)s needed") % {"needed": number}


@dataclass
class StepPart:
    """One of the six steps on page and form, with each time it was held."""

    rule: StepRule
    held: list[HeldRow]
    is_due: bool
    correction: CorrectionForm | None = None

    @property
    def last(self) -> HeldRow | None:
        if not self.held:
            return None
        return self.held[-1]

    @property
    def file_id(self) -> str:
        return f"file-{self.rule.nth}"


def steps_of(process: FourTwoProcess, due: StepRule | None) -> list[StepPart]:
    """Return all six steps, each with the times it was held, the latest at the end."""
    held: dict[int, list[HeldRow]] = {}
    for step in process.steps.all():
        held.setdefault(step.nth, []).append(HeldRow(step))

    return [
        StepPart(rule, held.get(nth, []), is_due=due is not None and nth == due.nth)
        for nth, rule in STEPS.items()
    ]
