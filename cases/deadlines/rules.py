"""A town's own deadlines, and the change of one (domain §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import deadlines
from cases.final import DEADLINE_RULE
from cases.models import Clock, DeadlineRule
from cases.models.choices import Rule
from minshi import workdays
from minshi.errors import InputRefused
from minshi.workdays import Span, Unit
from villages.finals import seal_final
from villages.models import Town, User
from villages.own_rules import must_review

LONGEST = 365  # days


@dataclass(frozen=True)
class InForce:
    """A deadline as it holds in a town; `since` where that is not the default."""

    rule: Rule
    span: Span
    since: datetime | None


@dataclass(frozen=True)
class Change:
    """The consequence of another length, before it is set."""

    rule: Rule
    before: Span
    after: Span
    # the last day of a matter that begins today
    last_before: date
    last_after: date
    running: int  # clocks under way, which keep their day


def rules_in_force(town: Town, at: datetime) -> list[InForce]:
    """Return every deadline of a town, in the order of the stages. One query."""
    own = deadlines.counting_of(town.pk, workdays.local_day(at)).own
    return [_in_force(rule, own.get(rule, ()), at) for rule in Rule]


def _in_force(
    rule: Rule, own: Sequence[tuple[datetime, Span]], at: datetime
) -> InForce:
    """Return the newest of the town's own lengths that holds already, or the default.

    A length equal to the default counts as the default.
    """
    default = deadlines.default_span(rule)
    for since, span in own:
        if since <= at:
            return InForce(rule, span, None if span == default else since)
    return InForce(rule, default, None)


def change_of(town: Town, rule: Rule, span: Span, at: datetime) -> Change:
    """Return what setting the rule would change. Two queries.

    InputRefused: as `set_rule`.
    """
    _refuse_impossible(rule, span)
    on = workdays.local_day(at)
    counting = deadlines.counting_of(town.pk, on)
    before = counting.span(rule, at)
    running = Clock.objects.filter(case__town=town, rule=rule, stopped_at=None)

    return Change(
        rule=rule,
        before=before,
        after=span,
        last_before=workdays.last_day(counting.calendar, on, before),
        last_after=workdays.last_day(counting.calendar, on, span),
        running=running.count(),
    )


@transaction.atomic
def set_rule(town: Town, rule: Rule, span: Span, *, by: User, at: datetime) -> None:
    """Set how long the town's deadlines that begin from now on are.

    Those under way stay. Nothing is written where it is so already. NoSuchRight: not a
    reviewer of that town. InputRefused: no length that can be set.
    """
    post = must_review(by, town, at)
    _refuse_impossible(rule, span)

    Town.objects.select_for_update().get(pk=town.pk)
    counting = deadlines.counting_of(town.pk, workdays.local_day(at))
    if counting.span(rule, at) != span:
        row = DeadlineRule.objects.create(
            town=town,
            rule=rule,
            amount=span.amount,
            unit=span.unit.value,
            from_at=at,
            set_by=post,
        )
        seal_final(DEADLINE_RULE, row, at=at, user=by)


def _refuse_impossible(rule: Rule, span: Span) -> None:
    least = 0 if rule == Rule.EXTENSION else 1
    if not least <= span.amount <= LONGEST:
        limits = {"least": least, "most": LONGEST}
        words = _("Between %(least)s and %(most)s days.") % limits
        raise InputRefused.at(amount=words)
    if rule == Rule.EXTENSION and span.unit != Unit.CALENDAR:
        words = _("More time is counted in calendar days.")
        raise InputRefused.at(unit=words)
