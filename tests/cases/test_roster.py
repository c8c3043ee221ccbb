"""Cases follow the duty roster: whose they are, what whoever is on may do, and one line
for it on the page.
"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cases import tasks
from cases.models import Case
from cases.workflow import Action, System, make_move, moves_open_to
from minshi.errors import MoveRefused
from tests import roles
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.villages.duty_desk import EVENING, away, shift_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


# --- owners


def test_what_is_taken_down_is_with_whoever_is_on_duty(here):
    shift_of(here.member)

    assert spoken(here).owner == here.member


def test_of_several_on_duty_the_primary_has_it(here):
    shift_of(here.member, backup=here.duty)

    assert spoken(here).owner == here.member


def test_a_stand_in_has_it_while_the_other_is_away(here):
    second = roles.committee_member_of(here.village)
    shift_of(here.member)
    away(here.member, second)

    assert spoken(here).owner == second


def test_without_a_shift_it_is_with_the_duty_officer_appointed_first(here):
    shift_of(here.member, days=1)

    assert spoken(here).owner == here.duty


def test_the_reply_is_asked_for_by_whoever_is_on_duty(here):
    shift_of(here.member, days=1)

    assert verified(here).owner == here.member


def test_whoever_handled_it_does_not_rate_it_though_on_duty(here):
    shift_of(here.member, days=1)

    case = verified(
        here, completed(here, decided(here, lead=here.member), by=here.member)
    )

    assert case.owner == here.duty


def test_a_roster_changes_no_other_stage(here):
    shift_of(here.member)

    assert accepted(here).owner == here.secretary


def test_a_shift_of_the_next_village_changes_nothing_here(here):
    other = staff()
    shift_of(other.member)

    assert spoken(here).owner == here.duty


# --- rights


def test_whoever_is_on_shift_has_the_duty_officers_rights_and_only_then(here):
    shift_of(here.member)
    case = spoken(here)

    def open_to(at):
        return {offer.action for offer in moves_open_to(here.member.user, case, at)}

    assert {Action.SETTLE, Action.ACCEPT} <= open_to(NOON)
    assert not {Action.SETTLE, Action.ACCEPT} & open_to(EVENING)
    make_move(
        case,
        Action.ACCEPT,
        by=officer(here.member),
        at=NOON,
        category="village",
        grade="minor",
    )


# --- cases follow


def test_an_open_case_goes_on_to_the_next_shift_by_one_event(here):
    shift_of(here.member)
    shift_of(here.duty, days=1)
    case = spoken(here)
    due_at = case.due_at

    assert tasks.follow_roster_due(NOON + DAY) == 1

    case.refresh_from_db()
    event = case.events.latest("sequence")
    assert (case.owner, case.due_at) == (here.duty, due_at)
    assert (event.action, event.via) == (Action.REHOME, "follow_roster")
    assert tasks.follow_roster_due(NOON + DAY) == 0


def test_at_night_nothing_moves(here):
    shift_of(here.member)
    case = spoken(here)

    assert tasks.follow_roster_due(EVENING) == 0
    case.refresh_from_db()
    assert case.owner == here.member


def test_what_is_with_the_backup_stays_there(here):
    shift_of(here.member)
    spoken(here)
    shift_of(here.duty, days=1, backup=here.member)

    assert tasks.follow_roster_due(NOON + DAY) == 0


def test_what_whoever_is_on_may_not_have_stays(here):
    case = verified(
        here, completed(here, decided(here, lead=here.member), by=here.member)
    )
    shift_of(here.member, days=2)

    tasks.follow_roster_due(NOON + 2 * DAY)

    case.refresh_from_db()
    assert case.owner == here.duty
    assert case.events.filter(action=Action.REHOME).count() == 0


def test_other_stages_other_villages_and_closed_cases_stay(here):
    accepted(here)
    rated(here)
    spoken(staff())
    spoken(here, village=None, town=here.town, group=None, by=here.reviewer)
    shift_of(here.member, days=3)

    assert tasks.follow_roster_due(NOON + 3 * DAY) == 0


def test_only_the_system_moves_a_case_so_and_only_where_it_is_due(here):
    shift_of(here.member)
    case = spoken(here)

    with pytest.raises(MoveRefused):
        make_move(case, Action.REHOME, by=System("follow_roster"), at=NOON)


def test_what_is_due_is_found_by_three_queries_whatever_there_is(
    here, django_assert_num_queries
):
    for _nth in range(3):
        spoken(here)
    shift_of(here.duty)

    with django_assert_num_queries(3):  # shifts, leaves, and the cases: none
        assert tasks.follow_roster_due(NOON) == 0


def test_the_task_reads_the_clock(here):
    case = spoken(here)
    shift_of(here.member, days=1)

    with time_machine.travel(NOON + DAY, tick=False):
        tasks.follow_roster()

    case.refresh_from_db()
    assert case.owner == here.member


def test_steps_from_shift_to_shift_are_one_line_on_the_page(client, here):
    case = spoken(here)
    for nth, post in enumerate((here.member, here.duty, here.member), start=1):
        shift_of(post, days=nth)
        tasks.follow_roster_due(NOON + nth * DAY)
    client.force_login(here.secretary.user)

    with time_machine.travel(NOON + 3 * DAY + timedelta(hours=1), tick=False):
        page = client.get(reverse("cases:detail", args=[case.number]))

    assert Case.objects.get().events.filter(action=Action.REHOME).count() == 3
    lines = page.context["timeline"]
    assert [line.event.action for line in lines] == [Action.REHOME, Action.REGISTER]
    assert str(here.member.user) in lines[0].label
