"""Two people at the roster at the same moment, on PostgreSQL: what one does the other
finds done.
"""

from datetime import timedelta

import pytest

from minshi.errors import InputRefused, MoveRefused
from tests.cases.roads import DAY, NOON
from tests.together import at_once
from tests.villages.duty_desk import EVENING, MORNING, shift_of, talk_room
from villages.duty import (
    Round,
    agree,
    arrange_round,
    arrange_shift,
    ask_swap,
    hand_over,
    take_over,
    withdraw_swap,
)
from villages.models import DutyShift

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def refusals(results):
    return [type(result) for result in results if isinstance(result, Exception)]


def test_of_two_shifts_that_overlap_one_is_refused():
    here = talk_room()

    def arrange(post, hours):
        times = {
            "starts_at": MORNING + DAY + hours,
            "ends_at": MORNING + DAY + hours + timedelta(hours=9),
        }
        return lambda: arrange_shift(
            here.village, **times, primary=post, by=here.secretary.user, at=NOON
        )

    results = at_once(
        arrange(here.member, timedelta()), arrange(here.second, timedelta(hours=2))
    )

    assert refusals(results) == [InputRefused]
    assert DutyShift.objects.count() == 1


def test_a_round_clicked_twice_is_written_once():
    here = talk_room()
    wanted = Round([here.duty, here.member], NOON.date() + DAY, NOON.date() + 5 * DAY)

    def write():
        return arrange_round(here.village, wanted, by=here.secretary.user, at=NOON)

    results = at_once(write, write)

    assert sorted(len(result) for result in results) == [0, 5]


def test_a_swap_is_either_agreed_to_or_taken_back():
    here = talk_room()
    swap = ask_swap(
        shift_of(here.member, days=1), here.second, by=here.member.user, at=NOON
    )

    results = at_once(
        lambda: agree(swap, by=here.second.user, at=NOON),
        lambda: withdraw_swap(swap, by=here.member.user, at=NOON),
    )

    assert refusals(results) == [MoveRefused]
    swap.refresh_from_db()
    assert (swap.state == "agreed") == (DutyShift.objects.get().primary == here.second)


def test_what_was_taken_over_is_not_written_anew_at_the_same_moment():
    here = talk_room()
    shift = shift_of(here.member)
    shift_of(here.second, days=1)
    handed = hand_over(
        shift, note="等电工", visitors=1, by=here.member.user, at=EVENING
    )

    at_once(
        lambda: take_over(handed, by=here.second.user, at=EVENING),
        lambda: hand_over(
            shift, note="再等等", visitors=2, by=here.member.user, at=EVENING
        ),
    )

    handed.refresh_from_db()
    assert handed.taken_by == here.second
