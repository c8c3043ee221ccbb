"""Any moves on any calendar: the deadlines kept in rows are those that the events alone
give, counted day by day.
"""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.models import CalendarDay, Case, Clock, Event
from cases.workflow import (
    Action,
    Officer,
    Spoken,
    make_move,
    read_facts,
    register,
)
from minshi.errors import RuleBroken
from tests import roles
from tests.cases.retelling import Days, Retelling
from tests.cases.roads import NOON, SHANGHAI
from tests.cases.test_workflow_random import (
    DISSATISFIED,
    Place,
    a_post_ends,
    filled_in,
    offers_for,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
STEPS = 18
FIRST = date(2026, 2, 20)
# How often a step is chosen where it is open, so that all that moves a clock happens,
# and matters seldom end at once.
WEIGHTS = {
    Action.ACCEPT: 8,
    Action.DECIDE: 12,
    Action.COMPLETE: 9,
    Action.VERIFY: 6,
    Action.REJECT: 8,
    Action.RATE: 8,
    Action.RETURN: 5,
    Action.DEFER: 3,
    Action.ASK_EXTENSION: 9,
    Action.RULE_EXTENSION: 20,
    Action.ASK_SUSPENSION: 9,
    Action.RULE_SUSPENSION: 20,
    Action.RESUME: 20,
    Action.SEND_BACK: 6,
    Action.ESCALATE: 1,
    Action.REDO: 6,
    Action.REOPEN: 9,
    Action.WAIVE: 9,
    Action.WITHDRAW: 0.1,
    Action.DIVERT: 0.1,
}
# from noon on: eleven hours later it is still that day, twelve not
HOURS = (
    0,
    1,
    11,
    12,
    13,
    24,
    24,
    48,
    72,
    200,
)


def some_calendar(rng, town) -> Days:
    """Blocks of days off and of weekends worked, the nation's and the town's own, which
    often contradict each other.
    """
    told: dict[bool, dict[date, bool]] = {True: {}, False: {}}
    for _block in range(rng.randrange(30)):
        start, is_working, is_towns = (
            rng.randrange(160),
            rng.random() < 0.4,
            rng.random() < 0.4,
        )
        for nth in range(rng.randint(1, 9)):
            told[is_towns][FIRST + timedelta(days=start + nth)] = is_working
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day, town=town if is_towns else None, is_working=is_working)
        for is_towns, days in told.items()
        for day, is_working in days.items()
    )
    return Days(town=told[True], nation=told[False])


def with_days(draw, case: Case, action: Action, at, values: dict) -> dict:
    """Days to come for what asks for one, and sometimes a sooner day for what was
    decided.
    """
    today = at.astimezone(SHANGHAI).date()
    some = timedelta(days=draw(st.integers(1, 30)))
    if action in {Action.DEFER, Action.ASK_SUSPENSION}:
        values["until_on"] = today + some
    if action is Action.ASK_EXTENSION:
        values["until_on"] = case.due_on + some
    if action is Action.DECIDE:
        # lowering it is a step of its own
        values["grade"] = case.grade or values["grade"]
        if draw(st.integers(0, 3)) == 0:
            values["due_on"] = today + timedelta(days=draw(st.integers(0, 9)))
    return values


def staffed(place: Place) -> Place:
    """Everybody there is at least once, so that most steps are open to somebody."""
    town = place.village.town
    place.posts += [
        roles.secretary_of(place.village),
        roles.handler_of(place.office),
        roles.reviewer_of(town),
        roles.supervisor_of(town),
        roles.reviewer_of_county(town.county_code),
    ]
    return place


def one_step(draw, rng, place: Place, case: Case, at) -> Case:
    if rng.random() < 0.05 and len(place.posts) > 1:
        return a_post_ends(draw, place, case, at)
    facts = read_facts(case, at)
    offers = offers_for(place, case, at, facts)
    by_action = sorted({offer.action for _by, offer in offers})
    if not by_action:
        return case
    (action,) = rng.choices(
        by_action, [WEIGHTS.get(action, 0.4) for action in by_action]
    )
    by, offer = rng.choice([item for item in offers if item[1].action == action])
    values = with_days(draw, case, action, at, filled_in(draw, place, facts, offer, at))
    if action == Action.RATE and rng.random() < 0.6:
        values |= DISSATISFIED
    place.trail.append(f"{at:%m-%d %H} {action} by {getattr(by, 'post', by)}: {values}")
    try:
        with transaction.atomic():
            return make_move(case, action, by=by, at=at, **values)
    except RuleBroken:
        return Case.objects.select_related("town").get(pk=case.pk)


def is_as_told(case: Case, told: Retelling) -> None:
    for event in Event.objects.filter(case=case, sequence__gt=told.seen).order_by(
        "sequence"
    ):
        told.follow(event)
    kept = [
        (
            clock.stage,
            clock.rule,
            clock.stopped_at is not None,
            clock.due_at,
            clock.yellow_at,
        )
        for clock in Clock.objects.filter(case=case).order_by("nth")
    ]
    assert kept == [visit.facts(told.days) for visit in told.visits]
    stored, running = Case.objects.get(pk=case.pk), told.running
    due, yellow = running.facts(told.days)[3:] if running else (None, None)
    assert (stored.due_at, stored.yellow_at) == (due, yellow)
    assert (running is None) == (stored.stage == "closed")


@settings(
    max_examples=15,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_deadlines_are_what_the_events_give_on_any_calendar(data):
    with transaction.atomic():
        place, at = staffed(Place(data.draw)), NOON
        # seeded: the same walks every time
        rng = data.draw(st.randoms(use_true_random=True))
        told = Retelling(some_calendar(rng, place.village.town))
        recorder = next(post for post in place.posts if post.role == "duty_officer")
        spoken = Spoken(verbatim="路灯坏了", village=place.village, group=place.group)
        case = register(spoken, by=Officer(recorder.user, recorder), at=at)
        for _step in range(STEPS):
            at += timedelta(hours=rng.choice(HOURS))
            case = one_step(data.draw, rng, place, case, at)
            try:
                is_as_told(case, told)
            except AssertionError as error:
                error.add_note("\n".join(place.trail))
                raise
        transaction.set_rollback(True)
