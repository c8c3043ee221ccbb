"""Shifts are put on the roster, changed and taken off; the round of turns; leave and
the talk room.
"""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from minshi.workdays import SHANGHAI, WorkCalendar
from tests import roles
from tests.cases.roads import DAY, NOON
from tests.villages.duty_desk import MORNING, away, shift_of, talk_room
from tests.villages.factories import VillageFactory
from villages.duty import (
    Round,
    arrange_round,
    arrange_shift,
    cancel_shift,
    change_shift,
    describe_talk_room,
    end_leave,
    note_leave,
    plan_round,
)
from villages.models import DutyLeave, DutyShift, TalkRoom

pytestmark = pytest.mark.django_db
TOMORROW = {"starts_at": MORNING + DAY, "ends_at": MORNING + DAY + timedelta(hours=9)}
MONDAY = NOON.date()


@pytest.fixture
def here():
    return talk_room()


def by(post):
    return {"by": post.user, "at": NOON}


# --- one shift


def test_secretary_and_duty_officer_put_somebody_on_duty(here):
    for nth, post in enumerate((here.secretary, here.duty), start=1):
        day = {name: moment + nth * DAY for name, moment in TOMORROW.items()}

        shift = arrange_shift(
            here.village, **day, primary=here.member, backup=here.second, **by(post)
        )

        assert (shift.primary, shift.backup) == (here.member, here.second)


def test_the_same_shift_asked_for_twice_is_one(here):
    for _time in range(2):
        arrange_shift(
            here.village, **TOMORROW, primary=here.member, **by(here.secretary)
        )

    assert DutyShift.objects.count() == 1


def test_a_committee_member_arranges_nothing(here):
    with pytest.raises(NoSuchRight):
        arrange_shift(here.village, **TOMORROW, primary=here.member, **by(here.member))


def test_the_secretary_of_the_next_village_arranges_nothing_here(here):
    stranger = roles.secretary_of(VillageFactory(town=here.village.town))

    with pytest.raises(NoSuchRight):
        arrange_shift(here.village, **TOMORROW, primary=here.member, **by(stranger))


def test_two_shifts_of_a_village_never_overlap(here):
    shift_of(here.duty, days=1)
    later = {name: moment + timedelta(hours=8) for name, moment in TOMORROW.items()}

    with pytest.raises(InputRefused) as refusal:
        arrange_shift(here.village, **later, primary=here.member, **by(here.secretary))

    assert "starts_at" in refusal.value.fields


def test_one_shift_may_follow_another_at_once(here):
    shift_of(here.duty, days=1)
    night = {
        "starts_at": TOMORROW["ends_at"],
        "ends_at": TOMORROW["ends_at"] + timedelta(hours=5),
    }

    arrange_shift(here.village, **night, primary=here.duty, **by(here.secretary))

    assert DutyShift.objects.count() == 2


def test_nobody_is_on_duty_in_two_villages_at_a_time(here):
    other = roles.committee_member_of(VillageFactory(), user=here.member.user)
    shift_of(other, days=1)

    with pytest.raises(InputRefused) as refusal:
        arrange_shift(
            here.village, **TOMORROW, primary=here.member, **by(here.secretary)
        )

    assert "primary" in refusal.value.fields


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        (MORNING + DAY, MORNING),
        (MORNING, MORNING + 2 * DAY),
        (MORNING - DAY, MORNING - DAY + timedelta(hours=9)),
    ],
    ids=["turned round", "longer than a day", "over"],
)
def test_a_time_that_cannot_be_is_refused(here, starts_at, ends_at):
    with pytest.raises(InputRefused):
        arrange_shift(
            here.village,
            starts_at=starts_at,
            ends_at=ends_at,
            primary=here.member,
            **by(here.secretary),
        )


def test_only_posts_of_the_village_that_take_duty_stand_there(here):
    foreign = roles.committee_member_of(VillageFactory())
    ended = roles.committee_member_of(here.village, until_on=MONDAY)

    for post in (foreign, ended):
        with pytest.raises(InputRefused):
            arrange_shift(here.village, **TOMORROW, primary=post, **by(here.secretary))


def test_the_database_holds_what_it_can_hold(here):
    shift_of(here.member)

    for fields in (
        {"starts_at": MORNING},
        {"backup": here.member, "starts_at": MORNING + DAY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            shift_of(here.member, **{"ends_at": MORNING + 2 * DAY, **fields})


def test_a_future_shift_is_changed_and_cancelled(here):
    shift = shift_of(here.member, days=1)

    change_shift(
        shift, **TOMORROW, primary=here.second, backup=here.duty, **by(here.secretary)
    )

    shift.refresh_from_db()
    assert (shift.primary, shift.backup) == (here.second, here.duty)

    cancel_shift(shift, **by(here.duty))
    cancel_shift(shift, **by(here.duty))

    assert not DutyShift.objects.exists()


def test_a_shift_that_has_begun_stays(here):
    shift = shift_of(here.member)

    with pytest.raises(MoveRefused):
        cancel_shift(shift, **by(here.secretary))
    with pytest.raises(MoveRefused):
        change_shift(shift, **TOMORROW, primary=here.second, **by(here.secretary))


# --- a round

WORKING = WorkCalendar(
    days_off=frozenset({date(2026, 3, 4)}), make_up=frozenset({date(2026, 3, 7)})
)


def turns(here, **changed):
    wanted = Round(
        members=[here.duty, here.member, here.second],
        first=MONDAY,
        last=MONDAY + 6 * DAY,
    )
    wanted = Round(**{**vars(wanted), **changed})
    return [
        (turn.day.day, turn.primary, turn.backup)
        for turn in plan_round(here.village, wanted, **by(here.secretary))
    ]


def test_members_take_turns_and_the_next_one_is_the_backup(here):
    a, b, c = here.duty, here.member, here.second

    assert turns(here, last=MONDAY + 3 * DAY) == [
        (2, a, b),
        (3, b, c),
        (4, c, a),
        (5, a, b),
    ]


def test_on_working_days_alone_a_make_up_day_counts_and_a_holiday_does_not(here):
    assert [day for day, *_people in turns(here, calendar=WORKING)] == [2, 3, 5, 6, 7]


def test_a_round_goes_on_after_whoever_was_on_last(here):
    shift_of(here.duty, days=-1)

    assert turns(here, last=MONDAY)[0] == (2, here.member, here.second)


def test_whoever_is_away_or_on_duty_elsewhere_is_passed_over(here):
    away(here.duty)
    other = roles.committee_member_of(VillageFactory(), user=here.member.user)
    shift_of(other)

    assert turns(here, last=MONDAY)[0] == (2, here.second, None)


def test_a_day_on_which_nobody_is_free_is_shown_and_left_out(here):
    away(here.member)
    wanted = Round(members=[here.member], first=MONDAY, last=MONDAY + DAY)

    assert turns(here, members=[here.member], last=MONDAY + DAY)[0] == (2, None, None)
    assert len(arrange_round(here.village, wanted, **by(here.secretary))) == 1


def test_a_night_ends_on_the_next_day_and_the_nights_follow_each_other(here):
    wanted = Round(
        members=[here.duty, here.member],
        first=MONDAY,
        last=MONDAY + DAY,
        begins=time(20),
        ends=time(8),
    )

    first, second = arrange_round(here.village, wanted, **by(here.secretary))

    assert first.ends_at - first.starts_at == timedelta(hours=12)
    assert second.starts_at - first.ends_at == timedelta(hours=12)
    assert arrange_round(here.village, wanted, **by(here.secretary)) == []


def test_one_person_may_be_the_backup_of_all(here):
    found = turns(
        here, members=[here.duty, here.member], backup=here.secretary, last=MONDAY + DAY
    )

    assert [backup for *_day, backup in found] == [here.secretary, here.secretary]


def test_days_that_have_a_shift_keep_it_and_a_second_time_adds_none(here):
    kept = shift_of(here.secretary, days=1)
    wanted = Round(
        members=[here.duty, here.member], first=MONDAY, last=MONDAY + 4 * DAY
    )

    first = arrange_round(here.village, wanted, **by(here.secretary))
    again = arrange_round(here.village, wanted, **by(here.secretary))

    assert (len(first), len(again)) == (4, 0)
    kept.refresh_from_db()
    assert kept.primary == here.secretary


def test_a_round_costs_the_same_however_long_it_is(here, django_assert_num_queries):
    for days in (1, 30):
        wanted = Round(
            members=[here.duty, here.member], first=MONDAY, last=MONDAY + days * DAY
        )
        user = type(here.secretary.user).with_posts(here.secretary.user_id, MONDAY)
        with django_assert_num_queries(4):
            plan_round(here.village, wanted, by=user, at=NOON)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("first", {"first": MONDAY - DAY}),
        ("last", {"last": MONDAY - DAY}),
        ("last", {"last": MONDAY + 200 * DAY}),
        ("members", {"members": []}),
    ],
)
def test_a_round_that_cannot_be_names_the_field(here, field, changed):
    with pytest.raises(InputRefused) as refusal:
        turns(here, **changed)

    assert list(refusal.value.fields) == [field]


# --- leave


def test_a_member_notes_their_own_leave_and_nobody_elses(here):
    days = {"from_on": MONDAY, "until_on": MONDAY + DAY, "reason": "看病"}

    for _time in range(2):
        note_leave(here.member, **days, substitute=here.second, **by(here.member))

    assert DutyLeave.objects.get().substitute == here.second
    with pytest.raises(NoSuchRight):
        note_leave(here.second, **days, **by(here.member))
    note_leave(here.second, **days, **by(here.secretary))


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("until_on", {"until_on": MONDAY - DAY}),
        ("until_on", {"from_on": MONDAY - 2 * DAY, "until_on": MONDAY - DAY}),
        ("reason", {"reason": " "}),
        ("reason", {"reason": "。"}),
    ],
)
def test_leave_that_cannot_be_names_the_field(here, field, changed):
    days = {"from_on": MONDAY, "until_on": MONDAY, "reason": "看病"}

    with pytest.raises(InputRefused) as refusal:
        note_leave(here.member, **{**days, **changed}, **by(here.member))

    assert list(refusal.value.fields) == [field]


def test_nobody_is_away_twice_at_a_time(here):
    away(here.member)

    with pytest.raises(InputRefused):
        note_leave(
            here.member,
            from_on=MONDAY,
            until_on=MONDAY + DAY,
            reason="进城",
            **by(here.member),
        )


def test_whoever_comes_back_earlier_takes_their_shifts_again(here):
    begun = note_leave(
        here.member,
        from_on=MONDAY,
        until_on=MONDAY + 5 * DAY,
        reason="看病",
        **by(here.member),
    )
    ahead = away(here.second, days=3)
    tuesday = {"at": NOON + DAY}

    end_leave(begun, by=here.member.user, **tuesday)
    end_leave(ahead, by=here.secretary.user, **tuesday)

    assert DutyLeave.objects.get().until_on == MONDAY


# --- the talk room


def test_the_secretary_describes_the_talk_room(here):
    said = {
        "place": "村委会一楼",
        "hours": "每天 8:00–17:00",
        "phone": "0939-4421001",
        "talk_day": 10,
    }

    describe_talk_room(here.village, **said, **by(here.secretary))
    describe_talk_room(here.village, **{**said, "talk_day": 15}, **by(here.secretary))

    assert TalkRoom.objects.get().talk_day == 15
    with pytest.raises(NoSuchRight):
        describe_talk_room(here.village, **said, **by(here.duty))
    with pytest.raises(InputRefused):
        describe_talk_room(
            here.village, **{**said, "talk_day": 31}, **by(here.secretary)
        )


def test_a_moment_of_a_shift_is_told_in_the_hours_of_the_wall(here):
    shift = shift_of(
        here.member, starts_at=datetime(2026, 3, 2, 8, 30, tzinfo=SHANGHAI)
    )

    assert (shift.hours, shift.on) == ("8:30–17:00", MONDAY)
