"""A town's own deadlines: how they stand, what a change would do, and the change itself
(domain §4).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import Clock, DeadlineRule
from cases.models.choices import Rule
from minshi import workdays
from minshi.errors import InputRefused
from minshi.workdays import Span, Unit
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
    """What another length would do: a matter that begins today, and those under way,
    which keep their day.
    """

    rule: Rule
    before: Span
    after: Span
    last_before: date
    last_after: date
    running: int


def rules_in_force(town: Town, at: datetime) -> list[InForce]:
    """Every deadline of a town, in the order of the road. One query."""
    own, found = deadlines.counting_of(town.pk, workdays.local_day(at)).own, []
    for rule in Rule:
        default = deadlines.default_span(rule)
        since, span = next(
            (row for row in own.get(rule, ()) if row[0] <= at), (None, default)
        )
        found.append(InForce(rule, span, None if span == default else since))
    return found


def change_of(town: Town, rule: Rule, span: Span, at: datetime) -> Change:
    """What setting the rule would change, before it is set. Two queries. InputRefused
    as `set_rule`.
    """
    _refuse_what_is_none(rule, span)
    on = workdays.local_day(at)
    counting = deadlines.counting_of(town.pk, on)
    before = counting.span(rule, at)
    return Change(
        rule,
        before,
        span,
        workdays.last_day(counting.calendar, on, before),
        workdays.last_day(counting.calendar, on, span),
        Clock.objects.filter(case__town=town, rule=rule, stopped_at=None).count(),
    )


@transaction.atomic
def set_rule(town: Town, rule: Rule, span: Span, *, by: User, at: datetime) -> None:
    """From now on deadlines of the town that begin are this long; those under way stay.

    Nothing is written where it is so already. NoSuchRight: not a reviewer of that town.
    InputRefused: no length that can be set.
    """
    post = must_review(by, town, at)
    _refuse_what_is_none(rule, span)
    Town.objects.select_for_update().get(pk=town.pk)
    if deadlines.counting_of(town.pk, workdays.local_day(at)).span(rule, at) != span:
        DeadlineRule.objects.create(
            town=town,
            rule=rule,
            amount=span.amount,
            unit=span.unit.value,
            from_at=at,
            set_by=post,
        )


def _refuse_what_is_none(rule: Rule, span: Span) -> None:
    least = 0 if rule == Rule.EXTENSION else 1
    if not least <= span.amount <= LONGEST:
        words = _("Between %(least)s and %(most)s days.") % {
            "least": least,
            "most": LONGEST,
        }
        raise InputRefused.at(amount=words)
    if rule == Rule.EXTENSION and span.unit != Unit.CALENDAR:
        words = _("More time is counted in calendar days.")
        raise InputRefused.at(unit=words)
