"""Who is on duty: the posts arranged, whoever stands in for them, and nobody without a
shift.
"""

from datetime import timedelta

import pytest

from tests import roles
from tests.cases.roads import DAY, NOON
from tests.villages.duty_desk import EVENING, MORNING, away, shift_of, talk_room
from tests.villages.factories import VillageFactory
from villages.duty import on_duty_in, standing_among, who_is_on_duty, with_standing
from villages.models import Post
from villages.models.duty import Moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return talk_room()


def both_ways(here, at=NOON):
    """The list, by its own queries and beside a query of posts: one rule, so one
    answer.
    """
    asked = who_is_on_duty(here.village, at)
    posts = Post.objects.current(at.date()).select_related("user").in_order()
    assert standing_among(with_standing(posts, Moment.of(at)), here.village.pk) == asked
    return asked


def test_primary_first_then_the_backup(here):
    shift_of(here.member, backup=here.duty)

    assert both_ways(here) == [here.member, here.duty]


def test_without_a_shift_nobody_is_on_duty(here):
    shift_of(here.member, days=1)

    assert both_ways(here) == []


@pytest.mark.parametrize(
    ("at", "is_on"),
    [
        (MORNING - timedelta(seconds=1), False),
        (MORNING, True),
        (EVENING - timedelta(seconds=1), True),
        (EVENING, False),
    ],
)
def test_a_shift_runs_from_its_beginning_up_to_its_end(here, at, is_on):
    shift_of(here.member)

    assert bool(both_ways(here, at)) is is_on


def test_the_substitute_stands_in_for_whoever_is_away(here):
    shift_of(here.member, backup=here.duty)
    away(here.member, here.second)

    assert both_ways(here) == [here.second, here.duty]


def test_without_a_substitute_the_backup_stands_in(here):
    shift_of(here.member, backup=here.duty)
    away(here.member)

    assert both_ways(here) == [here.duty]


def test_a_substitute_who_is_away_too_is_skipped_and_theirs_never_followed(here):
    shift_of(here.member, backup=here.duty)
    away(here.member, here.second)
    away(here.second, here.secretary)

    assert both_ways(here) == [here.duty]


def test_two_who_stand_in_for_each_other_end_in_nobody_and_in_no_loop(here):
    shift_of(here.member)
    away(here.member, here.second)
    away(here.second, here.member)

    assert both_ways(here) == []


def test_a_backup_who_is_away_is_stood_in_for_as_well(here):
    shift_of(here.member, backup=here.duty)
    away(here.duty, here.second)

    assert both_ways(here) == [here.member, here.second]


def test_a_backup_who_stands_in_is_named_once(here):
    shift_of(here.member, backup=here.duty)
    away(here.member, here.duty)

    assert both_ways(here) == [here.duty]


def test_a_post_that_has_ended_stands_nowhere(here):
    shift_of(here.member, backup=here.duty)
    here.member.until_on = (NOON - DAY).date()
    here.member.save()

    assert both_ways(here) == [here.duty]


def test_leave_of_another_day_changes_nothing(here):
    shift_of(here.member)
    away(here.member, here.second, days=1)

    assert both_ways(here) == [here.member]


def test_many_villages_cost_two_queries(django_assert_num_queries):
    people = [roles.committee_member_of(VillageFactory()) for _nth in range(5)]
    for post in people[:4]:
        shift_of(post)
    away(people[0])

    with django_assert_num_queries(2):
        found = on_duty_in(None, NOON)

    assert found == {
        people[0].village_id: [],
        **{post.village_id: [post] for post in people[1:4]},
    }
