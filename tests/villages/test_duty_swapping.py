"""Swaps change nothing before somebody agrees; hand-overs stand once they are taken
over.
"""

from datetime import timedelta

import pytest

from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from tests import roles
from tests.cases.roads import DAY, NOON
from tests.villages.duty_desk import EVENING, away, shift_of, talk_room
from tests.villages.factories import VillageFactory
from villages.duty import (
    agree,
    ask_swap,
    change_shift,
    decline,
    hand_over,
    held_by_those_on_them,
    take_over,
    withdraw_swap,
)
from villages.models import HandOver, SwapRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return talk_room()


def by(post, at=NOON):
    return {"by": post.user, "at": at}


def people(*shifts):
    for shift in shifts:
        shift.refresh_from_db()
    return [shift.primary for shift in shifts]


# --- swaps


def test_nothing_changes_until_the_other_agrees(here):
    mine, theirs = shift_of(here.member, days=1), shift_of(here.second, days=2)

    swap = ask_swap(mine, here.second, in_return=theirs, **by(here.member))

    assert people(mine, theirs) == [here.member, here.second]

    agree(swap, **by(here.second))
    agree(swap, **by(here.second))

    assert people(mine, theirs) == [here.second, here.member]


def test_who_is_on_leave_has_no_shift_to_give_in_return(here):
    mine, theirs = shift_of(here.member, days=1), shift_of(here.second, days=2)
    away(here.second, days=2)

    assert held_by_those_on_them([mine.pk, theirs.pk]) == [mine.pk]
    with pytest.raises(InputRefused) as refused:
        ask_swap(mine, here.second, in_return=theirs, **by(here.member))
    assert list(refused.value.fields) == ["in_return"]


def test_a_shift_is_taken_for_nothing_in_return_too(here):
    mine = shift_of(here.member, days=1, backup=here.second)

    agree(ask_swap(mine, here.second, **by(here.member)), **by(here.second))

    assert people(mine) == [here.second]
    assert mine.backup is None


def test_a_question_asked_twice_is_one_and_a_second_one_waits(here):
    mine = shift_of(here.member, days=1)

    for _time in range(2):
        ask_swap(mine, here.second, **by(here.member))

    assert SwapRequest.objects.count() == 1
    with pytest.raises(MoveRefused):
        ask_swap(mine, here.duty, **by(here.member))


def test_what_was_declined_or_taken_back_can_be_asked_anew(here):
    mine = shift_of(here.member, days=1)

    decline(ask_swap(mine, here.second, **by(here.member)), **by(here.second))
    withdraw_swap(ask_swap(mine, here.duty, **by(here.member)), **by(here.member))
    swap = ask_swap(mine, here.second, **by(here.member))

    assert swap.state == "pending"
    assert people(mine) == [here.member]


def test_only_the_one_asked_answers_and_only_the_one_on_the_shift_asks(here):
    mine = shift_of(here.member, days=1)
    swap = ask_swap(mine, here.second, **by(here.member))

    for post in (here.member, here.secretary):
        with pytest.raises(NoSuchRight):
            agree(swap, **by(post))
    with pytest.raises(NoSuchRight):
        withdraw_swap(swap, **by(here.second))
    with pytest.raises(NoSuchRight):
        ask_swap(mine, here.second, **by(here.secretary))


def test_a_question_lapses_when_a_shift_begins(here):
    mine, theirs = shift_of(here.member, days=3), shift_of(here.second, days=1)
    swap = ask_swap(mine, here.second, in_return=theirs, **by(here.member))

    with pytest.raises(MoveRefused):
        agree(swap, **by(here.second, at=theirs.starts_at))

    assert people(mine, theirs) == [here.member, here.second]
    assert SwapRequest.objects.waiting(theirs.starts_at - timedelta(seconds=1)).exists()
    assert not SwapRequest.objects.waiting(theirs.starts_at).exists()


def test_a_shift_changed_meanwhile_is_no_longer_swapped(here):
    mine = shift_of(here.member, days=1)
    swap = ask_swap(mine, here.second, **by(here.member))
    times = {"starts_at": mine.starts_at, "ends_at": mine.ends_at}
    change_shift(mine, **times, primary=here.duty, **by(here.secretary))

    with pytest.raises(MoveRefused):
        agree(swap, **by(here.second))

    assert people(mine) == [here.duty]


def test_whoever_is_busy_elsewhere_at_that_time_cannot_take_it(here):
    mine = shift_of(here.member, days=1)
    other = roles.committee_member_of(VillageFactory(), user=here.second.user)
    shift_of(other, days=1)

    with pytest.raises(InputRefused) as refusal:
        ask_swap(mine, here.second, **by(here.member))

    assert list(refusal.value.fields) == ["asked"]


def test_a_post_that_ends_before_the_shift_cannot_take_it(here):
    mine = shift_of(here.member, days=5)
    swap = ask_swap(mine, here.second, **by(here.member))
    here.second.until_on = (NOON + 2 * DAY).date()
    here.second.save()

    with pytest.raises(InputRefused):
        agree(swap, **by(here.second))


def test_the_shift_in_return_must_be_theirs(here):
    mine, foreign = shift_of(here.member, days=1), shift_of(here.duty, days=2)

    with pytest.raises(InputRefused) as refusal:
        ask_swap(mine, here.second, in_return=foreign, **by(here.member))

    assert list(refusal.value.fields) == ["in_return"]


# --- hand-overs


def test_a_shift_is_handed_over_and_taken_over_once(here):
    first = shift_of(here.member)
    shift_of(here.second, days=1)

    handed = hand_over(first, note="等电工回话", visitors=3, **by(here.member, EVENING))
    take_over(handed, **by(here.second, EVENING + timedelta(hours=1)))
    taken = take_over(handed, **by(here.second, EVENING + DAY))

    assert (taken.taken_by, taken.taken_at) == (
        here.second,
        EVENING + timedelta(hours=1),
    )


def test_until_it_is_taken_over_it_may_be_written_anew_and_then_never(here):
    first = shift_of(here.member)
    shift_of(here.second, days=1)
    hand_over(first, note="等电工回话", visitors=3, **by(here.member, EVENING))

    handed = hand_over(first, note="电工来过了", visitors=4, **by(here.member, EVENING))
    take_over(handed, **by(here.second, EVENING))

    with pytest.raises(MoveRefused):
        hand_over(first, note="再改", visitors=5, **by(here.member, EVENING))
    assert HandOver.objects.get().note == "电工来过了"


def test_whoever_stood_in_hands_over_and_a_stranger_does_not(here):
    first = shift_of(here.member)
    away(here.member, here.second)

    hand_over(first, note="", visitors=0, **by(here.second))

    for post in (here.member, here.secretary):
        with pytest.raises(NoSuchRight):
            hand_over(first, note="", visitors=1, **by(post))


def test_a_shift_that_has_not_begun_is_not_handed_over(here):
    with pytest.raises(MoveRefused):
        hand_over(shift_of(here.member, days=1), note="", visitors=0, **by(here.member))


def test_only_the_next_shift_or_the_one_running_takes_over(here):
    handed = hand_over(
        shift_of(here.member), note="等电工", visitors=1, **by(here.member, EVENING)
    )
    shift_of(here.second, days=1)
    shift_of(here.duty, days=2)

    with pytest.raises(NoSuchRight):
        take_over(handed, **by(here.duty, EVENING))
    taken = take_over(handed, **by(here.duty, NOON + 2 * DAY))

    assert taken.taken_by == here.duty
    with pytest.raises(MoveRefused):
        take_over(handed, **by(here.second, NOON + 2 * DAY))
