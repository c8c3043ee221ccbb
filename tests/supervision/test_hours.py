"""The mornings letters wait for, on the calendar of 2026 as it was published: make-up
weekends and Spring Festival.
"""

from datetime import datetime

import pytest

from cases.deadlines.calendar import load_calendar
from cases.models import CalendarDay
from supervision.models import NoticeChannel
from supervision.notices.hours import Hours
from tests.cases.roads import NOON, SHANGHAI
from tests.villages.factories import TownFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    load_calendar([2026], NOON)
    return TownFactory()


def on(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "morning"),
    [
        (on(3, 2, 12), on(3, 3, 8)),
        (on(3, 2, 7, 59), on(3, 2, 8)),
        (on(3, 2, 8), on(3, 2, 8)),
        (
            on(2, 13, 12),
            on(2, 14, 8),
        ),  # a Friday before a Saturday that is worked (调休)
        (
            on(2, 14, 12),
            on(2, 24, 8),
        ),  # over Spring Festival, from the 15th to the 23rd
        (on(2, 17, 3), on(2, 24, 8)),
        (on(2, 27, 12), on(2, 28, 8)),  # another Saturday that is worked
        (on(2, 28, 12), on(3, 2, 8)),
        (on(9, 30, 12), on(10, 8, 8)),
        (on(10, 9, 12), on(10, 10, 8)),
    ],
)
def test_what_is_written_waits_for_the_next_morning_that_is_worked(town, at, morning):
    assert Hours(at).first_for(NoticeChannel.EMAIL, town.pk, is_urgent=False) == morning


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (
            on(2, 14, 9),
            on(2, 14, 9),
        ),  # due on Friday, found on the make-up Saturday: at once
        (on(2, 16, 9), on(2, 24, 8)),  # found in Spring Festival
        (on(3, 2, 20, 59), on(3, 2, 20, 59)),
        (on(3, 2, 21), on(3, 3, 8)),
        (on(3, 3, 7), on(3, 3, 8)),
        (on(3, 6, 22), on(3, 9, 8)),
    ],
)
def test_what_is_due_goes_out_in_working_hours_alone(town, at, opens):
    assert Hours(at).open_for(NoticeChannel.ROBOT, town.pk, is_urgent=False) == opens
    assert Hours(at).open_for(NoticeChannel.ROBOT, town.pk, is_urgent=True) == at


def test_a_speaker_is_written_to_on_a_day_off_but_not_at_night(town):
    assert Hours(on(2, 17, 9)).open_for(
        NoticeChannel.SMS, town.pk, is_urgent=False
    ) == on(2, 17, 9)
    assert Hours(on(2, 17, 22)).open_for(
        NoticeChannel.SMS, town.pk, is_urgent=False
    ) == on(2, 18, 8)


def test_a_day_of_a_towns_own_counts_there_alone(town):
    CalendarDay.objects.create(
        day=on(3, 3, 8).date(), is_working=False, town=town, name="集日"
    )
    hours = Hours(on(3, 2, 12))

    assert hours.first_for(NoticeChannel.EMAIL, town.pk, is_urgent=False) == on(3, 4, 8)
    assert hours.first_for(
        NoticeChannel.EMAIL, TownFactory().pk, is_urgent=False
    ) == on(3, 3, 8)
