"""What is said of a major matter before a village decides it: who decides it, and the
ways on from there that are open to the reader.
"""

from dataclasses import dataclass

from cases.meetings.four_two import may_run
from cases.models import Case, FourTwoProcess
from cases.models.choices import Stage
from cases.workflow import Action, Facts, Officer, offer_to
from cases.workflow.trial import refusal_if_major
from minshi.clock import now, today
from minshi.errors import Text
from villages.models import User


@dataclass(frozen=True)
class WaysOn:
    """Why the village does not decide a matter that is major, and what one may do."""

    words: Text
    is_of_grade: bool  # said only while the form's grade is major
    may_escalate: bool
    may_begin: bool  # 四议两公开
    process: FourTwoProcess | None  # the one under way, if any


def ways_on(user: User, facts: Facts) -> WaysOn | None:
    """Return the ways on from a decision; None where a major matter may be decided
    here: above the village, or once the villagers have resolved it.

    Three queries; none above the village.
    """
    case = facts.case
    posts = user.posts_on(facts.on)
    if not posts:
        return None
    words = refusal_if_major(facts, Officer(user, posts[0]))
    if words is None:
        return None

    process = process_of(user, case)
    is_running = process is not None and process.dropped_at is None
    escalating = offer_to(user, case, Action.ESCALATE, facts.at, facts)
    return WaysOn(
        words,
        is_of_grade=not case.reserved,
        may_escalate=escalating is not None,
        may_begin=may_begin_four_two(user, case, process),
        process=process if is_running else None,
    )


def process_of(user: User, case: Case) -> FourTwoProcess | None:
    """Return the last 四议两公开 of a case that the user sees. One query."""
    visible = FourTwoProcess.objects.visible_to(user, today()).filter(case=case)
    return visible.order_by("-pk").first()


def may_begin_four_two(user: User, case: Case, last: FourTwoProcess | None) -> bool:
    """Tell whether the user may begin 四议两公开 for a case, whose last is given."""
    if case.village_id is None or case.stage not in (Stage.SPEAK, Stage.DELIBERATE):
        return False
    if last is not None and last.dropped_at is None:
        return False
    return any(
        may_run(Officer(user, post), case.village_id, now())
        for post in user.posts_on(today())
    )
