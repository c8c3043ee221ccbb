"""Clocks, promises and lights on the published calendar (domain §4)."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from cases.deadlines.calendar import load_calendar
from cases.deadlines.counting import default_span
from cases.models import CalendarDay, Case, Clock
from cases.models.choices import Light, Stage
from cases.workflow import Action, Spoken, System, make_move, register
from minshi.errors import InputRefused, MoveRefused
from tests.cases.roads import NOON, SHANGHAI, Staff, officer, staff, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published_calendar():
    load_calendar([2025, 2026, 2027], NOON)


def noon(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=SHANGHAI)


def midnight(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=SHANGHAI)


def told(here: Staff, at: datetime, **fields: object) -> Case:
    return register(
        Spoken(verbatim="路灯坏了", **{"village": here.village, **fields}),
        by=officer(here.duty),
        at=at,
    )


def accepted(here: Staff, at: datetime) -> Case:
    return make_move(
        told(here, at),
        Action.ACCEPT,
        by=officer(here.duty),
        at=at,
        **words(Action.ACCEPT, at),
    )


def decided(here: Staff, at: datetime, **values: object) -> Case:
    values = {"lead": here.office, **values}
    return make_move(
        accepted(here, at),
        Action.DECIDE,
        by=officer(here.secretary),
        at=at,
        **words(Action.DECIDE, at, **values),
    )


def by_lead(
    here: Staff, case: Case, action: Action, at: datetime, **values: object
) -> Case:
    return make_move(
        case, action, by=officer(here.handler), at=at, **words(action, at, **values)
    )


def by_secretary(
    here: Staff, case: Case, action: Action, at: datetime, **values: object
) -> Case:
    return make_move(
        case, action, by=officer(here.secretary), at=at, **words(action, at, **values)
    )


# --- the rules


def test_the_duty_officer_has_one_working_day_a_make_up_saturday_counts():
    case = told(staff(), noon(2, 13))

    assert case.due_on == case.promised_on == date(2026, 2, 14)
    assert case.due_at == midnight(2, 15)


def test_deliberation_has_three_working_days_over_new_year():
    assert accepted(staff(), noon(2, 13)).due_on == date(2026, 2, 25)


def test_five_working_days_from_13_february_end_on_the_27th(settings):
    settings.DEADLINES = {**settings.DEADLINES, "led": "5w"}

    assert decided(staff(), noon(2, 13)).due_on == date(2026, 2, 27)


def test_seven_working_days_from_30_september_end_on_15_october():
    assert decided(staff(), noon(9, 30)).due_on == date(2026, 10, 15)


def test_sixty_calendar_days_from_4_august_that_end_in_the_holidays_end_after_them():
    here = staff()
    case = by_secretary(here, accepted(here, noon(8, 4)), Action.ESCALATE, noon(8, 4))

    values = words(Action.DECIDE, noon(8, 4), handling="meeting", lead=here.office)
    case = make_move(
        case, Action.DECIDE, by=officer(here.reviewer), at=noon(8, 4), **values
    )

    assert case.due_on == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("handling", "due"), [("on_spot", (3, 3)), ("led", (3, 11)), ("joint", (3, 23))]
)
def test_each_way_of_handling_has_its_own_time(handling, due):
    here = staff()

    assert decided(
        here, NOON, handling=handling, assistants=[here.leader]
    ).due_on == date(2026, *due)


def test_a_towns_own_day_off_counts_in_that_town_alone():
    here, elsewhere = staff(), staff()
    CalendarDay.objects.create(day=date(2026, 3, 3), town=here.town, is_working=False)

    assert told(here, NOON).due_on == date(2026, 3, 4)
    assert told(elsewhere, NOON).due_on == date(2026, 3, 3)


def test_a_rule_that_cannot_be_read_is_named(settings):
    settings.DEADLINES = {**settings.DEADLINES, "led": "soon"}

    with pytest.raises(ImproperlyConfigured, match="DEADLINE_LED"):
        default_span("led")


# --- promises


def test_the_promise_follows_the_road():
    here = staff()
    case = decided(here, NOON)
    # 办 to 11 March, 3 working days of 督, 3 of 评
    assert case.promised_on == date(2026, 3, 19)

    case = by_lead(here, case, Action.COMPLETE, noon(3, 4))
    assert (case.due_on, case.promised_on) == (date(2026, 3, 9), date(2026, 3, 19))

    case = by_secretary(here, case, Action.VERIFY, noon(3, 5))
    # 30 days end on a day off in 清明
    assert case.due_on == case.promised_on == date(2026, 4, 7)


# --- what moves a clock and what does not


def test_corrections_and_progress_move_no_clock():
    here = staff()
    case = decided(here, NOON)
    before = (case.due_at, case.yellow_at, case.promised_on)

    case = by_lead(here, case, Action.PROGRESS, noon(3, 4))
    case = by_lead(here, case, Action.AMEND, noon(3, 4))

    assert (case.due_at, case.yellow_at, case.promised_on) == before
    assert Clock.objects.filter(case=case).count() == 3


def test_a_return_leaves_the_clock_running():
    here = staff()
    case = decided(here, NOON)
    due, promised = case.due_at, case.promised_on

    case = by_lead(here, case, Action.RETURN, noon(3, 4))

    assert (case.stage, case.due_at, case.promised_on) == (
        Stage.DELIBERATE,
        due,
        promised,
    )
    assert Clock.objects.get(case=case, stopped_at=None).stage == Stage.HANDLE


def test_a_change_of_level_starts_a_deliberation_clock_and_stops_the_other():
    here = staff()
    case = by_lead(here, decided(here, NOON), Action.RETURN, noon(3, 4))

    case = by_secretary(here, case, Action.ESCALATE, noon(3, 5))

    running = Clock.objects.get(case=case, stopped_at=None)
    assert (running.stage, running.level, case.due_on) == (
        Stage.DELIBERATE,
        "town",
        date(2026, 3, 10),
    )


def test_time_is_extended_once_and_to_a_working_day():
    here = staff()
    # to 10 October, as 25 to 27 September are off and 20 September was made up
    case = decided(here, noon(9, 21))
    due_on = case.due_on
    case = by_lead(
        here, case, Action.ASK_EXTENSION, noon(9, 22), until_on=date(2026, 10, 17)
    )
    assert case.due_on == due_on

    case = by_secretary(here, case, Action.RULE_EXTENSION, noon(9, 22))

    assert case.due_on == date(2026, 10, 19)  # the 17th is a Saturday
    with pytest.raises(MoveRefused):
        by_lead(
            here, case, Action.ASK_EXTENSION, noon(9, 23), until_on=date(2026, 10, 30)
        )


@pytest.mark.parametrize("until_on", [date(2026, 3, 11), date(2026, 4, 11)])
def test_an_extension_is_later_than_the_due_and_at_most_thirty_days(until_on):
    here = staff()

    with pytest.raises(InputRefused):
        by_lead(
            here, decided(here, NOON), Action.ASK_EXTENSION, NOON, until_on=until_on
        )


def test_a_refused_extension_changes_nothing_and_may_be_asked_again():
    here = staff()
    case = decided(here, NOON)
    due = case.due_at
    case = by_lead(here, case, Action.ASK_EXTENSION, NOON, until_on=date(2026, 3, 20))

    case = by_secretary(
        here, case, Action.RULE_EXTENSION, NOON, ruling="refused", reason="人手够"
    )

    assert case.due_at == due
    by_lead(here, case, Action.ASK_EXTENSION, NOON, until_on=date(2026, 3, 18))


def test_a_suspension_gives_back_the_days_not_used_and_ends_by_itself():
    here = staff()
    case = decided(here, NOON)  # 7 working days: 3 to 11 March
    case = by_lead(
        here, case, Action.ASK_SUSPENSION, noon(3, 4), until_on=date(2026, 3, 16)
    )
    case = by_secretary(here, case, Action.RULE_SUSPENSION, noon(3, 4))
    # 5 working days left on 4 March, from 16 March on
    assert case.due_on == date(2026, 3, 23)
    assert case.light(noon(3, 15)) == Light.GREY
    assert case.light(noon(3, 16)) == Light.GREEN
    with pytest.raises(MoveRefused):
        make_move(case, Action.RESUME, by=System("nightly"), at=noon(3, 15))

    case = make_move(case, Action.RESUME, by=System("nightly"), at=noon(3, 16))

    assert (case.due_on, case.grey_until) == (date(2026, 3, 23), None)


def test_a_suspension_ended_early_gives_back_only_what_it_took():
    here = staff()
    case = by_lead(
        here,
        decided(here, NOON),
        Action.ASK_SUSPENSION,
        noon(3, 4),
        until_on=date(2026, 3, 16),
    )
    case = by_secretary(here, case, Action.RULE_SUSPENSION, noon(3, 4))

    case = by_lead(here, case, Action.RESUME, noon(3, 6))

    assert case.due_on == date(2026, 3, 13)


def test_leaving_handling_ends_a_suspension_and_lapses_requests():
    here = staff()
    case = by_lead(
        here,
        decided(here, NOON),
        Action.ASK_SUSPENSION,
        NOON,
        until_on=date(2026, 3, 16),
    )
    case = by_secretary(here, case, Action.RULE_SUSPENSION, NOON)
    case = by_lead(
        here, case, Action.ASK_EXTENSION, NOON, until_on=case.due_on + timedelta(days=3)
    )

    case = by_lead(here, case, Action.COMPLETE, noon(3, 4))

    assert case.grey_until is None
    assert set(case.time_requests.values_list("kind", "state")) == {
        ("suspension", "granted"),
        ("extension", "lapsed"),
    }
    assert case.time_requests.get(kind="suspension").ended_at == noon(3, 4)


def test_putting_it_off_shifts_the_due_and_shows_grey():
    here = staff()

    case = by_secretary(
        here, accepted(here, NOON), Action.DEFER, NOON, until_on=date(2026, 3, 9)
    )

    assert case.due_on == date(2026, 3, 12)
    assert case.light(noon(3, 8)) == Light.GREY
    with pytest.raises(MoveRefused):
        by_secretary(here, case, Action.DEFER, noon(3, 9), until_on=date(2026, 3, 20))


@pytest.mark.parametrize("until_on", [date(2026, 3, 2), date(2026, 4, 2)])
def test_it_is_put_off_to_a_day_to_come_within_thirty(until_on):
    here = staff()

    with pytest.raises(InputRefused):
        by_secretary(here, accepted(here, NOON), Action.DEFER, NOON, until_on=until_on)


def test_a_check_not_passed_gives_three_working_days_once_a_round():
    here = staff()
    case = by_lead(here, decided(here, NOON), Action.COMPLETE, noon(3, 11))

    case = by_secretary(here, case, Action.REJECT, noon(3, 12))
    assert (case.stage, case.due_on) == (Stage.HANDLE, date(2026, 3, 17))

    case = by_lead(here, case, Action.COMPLETE, noon(3, 16))
    case = by_secretary(here, case, Action.REJECT, noon(3, 18))
    assert case.due_on == date(2026, 3, 17)
    assert Clock.objects.filter(case=case, stage=Stage.HANDLE).count() == 1


def test_a_check_not_passed_early_leaves_the_later_due():
    here = staff()
    case = by_lead(here, decided(here, NOON), Action.COMPLETE, noon(3, 3))

    assert by_secretary(here, case, Action.REJECT, noon(3, 4)).due_on == date(
        2026, 3, 11
    )


def test_a_new_round_starts_afresh():
    here = staff()
    case = by_lead(here, decided(here, NOON), Action.COMPLETE, noon(3, 4))
    case = by_secretary(here, case, Action.VERIFY, noon(3, 4))

    values = {"satisfaction": "dissatisfied", "solved": "no", "reason": "又灭了"}
    case = by_secretary(here, case, Action.RATE, noon(3, 30), **values)

    clock = Clock.objects.get(case=case, stopped_at=None)
    assert (clock.round, clock.stage, clock.rejected, clock.extended) == (
        2,
        Stage.HANDLE,
        False,
        False,
    )
    assert case.due_on == date(2026, 4, 9)  # 6 April is off for 清明


# --- lights


def test_a_long_clock_turns_yellow_two_working_days_before_and_red_when_the_last_day_is_over():
    case = decided(staff(), NOON)
    second = timedelta(seconds=1)

    assert case.light(midnight(3, 10) - second) == Light.GREEN
    assert case.light(midnight(3, 10)) == Light.YELLOW
    assert case.light(midnight(3, 12) - second) == Light.YELLOW
    assert case.light(midnight(3, 12)) == Light.RED


def test_a_short_clock_turns_yellow_on_its_last_working_day():
    case = accepted(staff(), NOON)
    second = timedelta(seconds=1)

    assert case.light(midnight(3, 5) - second) == Light.GREEN
    assert case.light(midnight(3, 5)) == Light.YELLOW
    assert case.light(midnight(3, 6)) == Light.RED


@pytest.mark.parametrize(
    "moment", [midnight(3, 9), midnight(3, 10), midnight(3, 12), noon(3, 20)]
)
def test_rows_are_lit_as_lists_find_them(moment):
    case = decided(staff(), NOON)

    found = [
        light for light in Light if Case.objects.with_light(light, moment).exists()
    ]

    assert found == [case.light(moment)]


def test_a_closed_case_has_no_light():
    here = staff()

    case = by_secretary(here, accepted(here, NOON), Action.DIVERT, NOON)

    assert (case.light(NOON), case.due_at, case.promised_on) == (None, None, None)
