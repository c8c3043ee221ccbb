"""The six steps of 四议两公开 as page and form show them."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.forms import CorrectionForm
from cases.meetings import votes_in_words
from cases.meetings.six_steps import (
    OUTCOME,
    STEPS,
    StepRule,
    for_matter,
    is_done,
    next_step,
    was_opened_since,
)
from cases.meetings.step_record import posted_until
from cases.models import FourTwoProcess, FourTwoStep, StepCorrection
from cases.models.choices import Stage
from cases.slips.minutes import correction_in_words
from cases.templatetags.days import day
from minshi.clock import today
from minshi.paper import day_on_paper
from minshi.workdays import day_with_year, span_years

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
        row = self.row
        held_on = day(row.held_on)
        until = day(row.public_until)
        if row.public_until and span_years((row.held_on, row.public_until)):
            held_on = day_with_year(row.held_on)
            until = day_with_year(row.public_until)

        words = f"{held_on} {row.get_kind_display()}".strip()
        return f"{words} — {until}" if until else words

    @property
    def hangs(self) -> bool:
        """Whether it is a notice that still hangs in public."""
        return self.row.hangs_on(today())

    @property
    def lamp(self) -> Lamp:
        if self.hangs:
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
    may_post: bool = False  # whether the reader may print its notice
    is_posted_then: bool = False  # whether they may once it is written down

    @property
    def last(self) -> HeldRow | None:
        if not self.held:
            return None
        return self.held[-1]

    @property
    def on_paper(self) -> list[HeldRow | None]:
        """Each time it was held, also without passing; once blank, to be filled in by
        hand, where it was not held yet.
        """
        return [*self.held] or [None]

    @property
    def hangs(self) -> bool:
        return self.last is not None and self.last.hangs

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left; a notice must have hung to its last day."""
        return bool(self.held) and not self.is_due and not self.hangs

    @property
    def file_id(self) -> str:
        return f"file-{self.rule.nth}"


def steps_of(process: FourTwoProcess, due: StepRule | None) -> list[StepPart]:
    """Return all six steps, each with the times it was held, the latest at the end."""
    held: dict[int, list[HeldRow]] = {}
    for step in process.steps.all():
        held.setdefault(step.nth, []).append(HeldRow(step))

    return [
        StepPart(
            for_matter(rule, process),
            held.get(nth, []),
            is_due=due is not None and nth == due.nth,
        )
        for nth, rule in STEPS.items()
    ]


def process_standing(process: FourTwoProcess) -> str:
    """Return in words the step that is due, or how the process ended."""
    if process.dropped_at:
        return _("given up")

    for step in process.steps.all():
        if step.hangs_on(today()):
            words = _("%(nth)s/6 %(step)s, until %(day)s")
            name = STEPS[step.nth].name
            return words % {
                "nth": step.nth,
                "step": name,
                "day": day(step.public_until),
            }

    due = next_step(process)
    if due is None:
        return _("all six steps done")
    return f"{due.nth}/6 {due.name}"


def what_next(process: FourTwoProcess, due: StepRule | None) -> str:
    """Return what comes before the last step: the matter is handed over and done; ""
    where nothing does. That the resolution still hangs, `not_yet` says.

    The time for the work counts from the day on which it is handed over, and the clock
    of 议 rests while the resolution hangs: what begins only then waits.
    """
    if due is None or due.nth != OUTCOME:
        return ""

    case = process.case
    if case and case.stage in (Stage.SPEAK, Stage.DELIBERATE):
        return _to_be_handed_over(day(posted_until(process, due, today())))
    if case and not is_done(case):
        return _("The matter is being worked on; the outcome follows once it is done.")
    if was_opened_since(process):
        return _("The matter was done once more: its new outcome is made public, too.")
    return ""


def not_yet(process: FourTwoProcess, due: StepRule | None) -> str:
    """Return why the step that is due cannot be written down yet, and from when it can:
    until then its form would only be refused; "" where it can.
    """
    until = posted_until(process, due, today()) if due else None
    if until is None:
        return ""
    words = _(
        "The resolution hangs until %(day)s; this can be written down from %(first)s."
    )
    return words % {"day": day(until), "first": day(until + timedelta(days=1))}


def _to_be_handed_over(until: str) -> str:
    if not until:
        return _("Now open the matter and hand it over; the outcome follows once done.")

    words = _(
        "Now open the matter and hand it over. The clock rests for the days that the"
        " resolution hangs by law: if the work begins only after the posting, hand it"
        " over after %(day)s; its time counts from that day."
    )
    return words % {"day": until}
