"""What a check says of a row is what its entry does."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils.translation import override

from tests.cases.roads import NOON
from tests.roles import duty_officer_of, secretary_of
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    ResidentFactory,
    VillageFactory,
)
from tests.villages.imports.files import checked, entered, said_of, uploaded, xlsx
from villages.models import DutyShift, Seat

pytestmark = pytest.mark.django_db
TOMORROW = NOON.date() + timedelta(days=1)
HEAD = ["日期", "时间", "值班员"]


@pytest.fixture
def village():
    return VillageFactory(name="柳河村")


@pytest.fixture
def secretary(village):
    return secretary_of(village)


@pytest.fixture
def officer(village):
    return duty_officer_of(village).user.name


# --- the roster


def test_hours_under_the_heading_of_days_are_read_where_days_have_their_own(
    village, secretary, officer
):
    row = [TOMORROW, "8:30-17:30", officer]
    alone = uploaded(xlsx(["时间", "值班员"], row[::2]), secretary, village, "roster")
    assert alone.mapping == {"时间": "day", "值班员": "primary"}

    run = entered(checked(xlsx(HEAD, row), secretary, village, "roster"))

    assert DutyShift.objects.get().hours == "8:30–17:30"
    assert run.mapping == {"日期": "day", "时间": "hours", "值班员": "primary"}


def test_a_shift_that_meets_another_is_a_fault_of_the_check(
    village, secretary, officer
):
    first = [TOMORROW, "8:00-17:00", officer]
    entered(checked(xlsx(HEAD, first), secretary, village, "roster"))

    other_hours = [TOMORROW, "8:30-17:30", officer]
    run = checked(xlsx(HEAD, other_hours), secretary, village, "roster")

    assert run.counts["faulty"] == 1
    assert "8:00–17:00" in said_of(run)[2][0][1]


def test_two_shifts_of_a_list_that_meet_are_a_fault_of_the_later_row(
    village, secretary, officer
):
    rows = [
        [TOMORROW, "8:00-12:00", officer],
        [TOMORROW, "12:00-17:00", officer],
        [TOMORROW, "16:00-20:00", officer],
    ]

    run = checked(xlsx(HEAD, *rows), secretary, village, "roster")

    assert said_of(run).keys() == {4}
    assert "3" in said_of(run)[4][0][1]
    assert entered(run, good_only=True).counts["entered"] == 2


# --- days without a year


@pytest.mark.parametrize(
    ("on", "written", "day"),
    [
        ("2026-11-30", "12月9日", date(2026, 12, 9)),
        ("2026-11-30", "12月9号", date(2026, 12, 9)),
        ("2026-11-30", "1月 5 日", date(2027, 1, 5)),
        ("2026-11-30", "12月9日（周三）", date(2026, 12, 9)),
        ("2027-01-02", "2月28日 星期日", date(2027, 2, 28)),
    ],
)
def test_a_day_of_a_roster_without_a_year_is_the_nearest(
    village, secretary, officer, on, written, day
):
    with time_machine.travel(f"{on}T12:00:00+08:00", tick=False):
        from minshi.clock import now
        from tests.villages.imports.files import worked
        from villages.imports import starting

        run = uploaded(
            xlsx(["日期", "值班员"], [written, officer]), secretary, village, "roster"
        )
        run = worked(
            starting.confirm_columns(
                run, run.mapping, {0}, by=secretary.user, at=now()
            ),
            now(),
        )
        ((column, words),) = said_of(run)[2]
        run = entered(run, at=now())

    assert DutyShift.objects.get().on == day
    assert column == "day"
    assert day.isoformat() in words


def test_a_day_that_is_none_or_over_stays_a_fault(village, secretary, officer):
    over = NOON.date() - timedelta(days=5)
    rows = [
        ["2月30日", officer],
        [f"{over.month}月{over.day}日", officer],
        ["26.12.9", officer],
        ["下周一", officer],
    ]

    run = checked(xlsx(["日期", "值班员"], *rows), secretary, village, "roster")

    assert run.counts["faulty"] == len(rows)


# --- members of bodies


def test_who_would_oversee_themselves_is_a_fault_of_the_check(village, secretary):
    head = ["组织", "姓名"]
    rows = [["监委会", "王桂兰"], ["两委", "王桂兰"], ["两委", "李强"]]
    run = checked(xlsx(head, *rows), secretary, village, "seats")

    with override("zh-hans"):
        assert said_of(run).keys() == {3}
    entered(run, good_only=True)
    assert Seat.objects.count() == 2

    later = checked(xlsx(head, ["监委会", "李强"]), secretary, village, "seats")
    assert [column for column, _words in said_of(later)[2]] == ["name"]


def test_a_second_chair_is_a_fault_of_the_check(village, secretary):
    head = ["组织", "姓名", "职务"]
    entered(
        checked(xlsx(head, ["两委", "王桂兰", "主任"]), secretary, village, "seats")
    )

    run = checked(xlsx(head, ["两委", "李强", "主任"]), secretary, village, "seats")

    assert [column for column, _words in said_of(run)[2]] == ["is_chair"]


def test_a_member_whom_nobody_knows_goes_in_with_a_note(village, secretary, officer):
    household = HouseholdFactory(group=GroupFactory(village=village))
    ResidentFactory(household=household, name="张长生")
    head = ["组织", "姓名"]
    rows = [["两委", officer], ["村民代表", "张长生"], ["村民代表", "无此人"]]

    run = checked(xlsx(head, *rows), secretary, village, "seats")

    assert run.counts["new"] == 3
    assert said_of(run).keys() == {4}
    assert said_of(run)[4][0][0] == "name"


def test_before_the_residents_are_in_no_member_is_unknown(village, secretary):
    run = checked(
        xlsx(["组织", "姓名"], ["村民代表", "张长生"]), secretary, village, "seats"
    )

    assert said_of(run) == {}
