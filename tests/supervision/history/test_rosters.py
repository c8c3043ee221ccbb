"""Who acts as the duty officer: a shift, a swap or a leave that SQL put in, changed or
took away is found, and what people do on the roster is not.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.workflow import Action, make_move
from minshi.bench.county import make_county
from minshi.errors import NoSuchRight
from minshi.history import history_lifted
from supervision.sealing.findings import LogWrong
from tests import roles
from tests.cases.roads import DAY, NOON, officer, spoken
from tests.supervision.history.attacks import HOUR, MINUTE, NIGHT, by_sql, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from tests.villages.duty_desk import away, shift_of
from tests.villages.factories import VillageFactory
from tests.villages.imports.files import checked, entered, taken_back, xlsx
from villages import appointing
from villages.duty import (
    Round,
    agree,
    arrange_round,
    arrange_shift,
    ask_swap,
    cancel_shift,
    change_shift,
    decline,
    end_leave,
    note_leave,
    withdraw_swap,
)
from villages.duty.finals import ROSTER
from villages.models import (
    AuditRecord,
    DutyLeave,
    DutyShift,
    SwapRequest,
    TalkRoom,
    Village,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def by(post, at=NOON):
    return {"by": post.user, "at": at}


def arranged(here, *members):
    """A shift on each day from today on, in turn."""
    members = members or (here.duty, here.member)
    wanted = Round(members, TODAY, TODAY + 5 * DAY, next_is_backup=False)
    return arrange_round(here.village, wanted, **by(here.secretary, NOON - DAY))


def times(shift, days=0):
    moved = timedelta(days=days)
    return {"starts_at": shift.starts_at + moved, "ends_at": shift.ends_at + moved}


def leave_of(post, here, days=1):
    first = TODAY + days * DAY
    return note_leave(
        post,
        from_on=first,
        until_on=first + 2 * DAY,
        reason="看病",
        substitute=here.secretary,
        **by(here.secretary),
    )


# --- what SQL does


def test_a_shift_that_makes_somebody_the_duty_officer_is_found(here):
    """A committee member acts as the duty officer while on shift alone."""
    shift = arranged(here)[0]
    case = spoken(here)
    words = {"category": "village", "grade": "minor"}
    with pytest.raises(NoSuchRight):
        make_move(case, Action.ACCEPT, by=officer(here.member), at=NOON, **words)
    assert found() == set()

    table = DutyShift._meta.db_table
    change = f"SET primary_id = {here.member.pk}"
    by_sql(table, f"UPDATE {table} {change}", id=shift.pk)

    make_move(case, Action.ACCEPT, by=officer(here.member), at=NOON, **words)
    assert found() == {LogWrong.CLOSED}


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        (DutyShift, "SET primary_id = {other}"),
        (DutyShift, "SET backup_id = {other}"),
        (DutyShift, "SET ends_at = '2026-03-03 15:00:00+00:00'"),
        (DutyShift, "SET leader = '张主任'"),
        (SwapRequest, "SET asked_id = {other}"),
        (DutyLeave, "SET substitute_id = {other}"),
        (DutyLeave, "SET until_on = '2026-04-02'"),
        (DutyLeave, "SET reason = '无'"),
    ],
)
def test_what_was_changed_is_found(here, rows, change):
    shifts = arranged(here)
    ask_swap(shifts[1], here.duty, **by(here.member))
    leave_of(here.duty, here)
    assert found() == set()

    table = rows._meta.db_table
    row = rows.objects.first()
    change = change.format(other=here.leader.pk)
    by_sql(table, f"UPDATE {table} {change}", id=row.pk)

    assert found() == {LogWrong.CLOSED}


@pytest.mark.parametrize("put_in", [shift_of, away])
def test_what_was_put_in_is_found(here, put_in):
    put_in(here.member)

    assert found() == {LogWrong.CLOSED}


@pytest.mark.parametrize("rows", [DutyShift, DutyLeave, SwapRequest])
def test_what_was_taken_away_is_found(here, rows):
    shifts = arranged(here)
    withdraw_swap(ask_swap(shifts[1], here.duty, **by(here.member)), **by(here.member))
    leave_of(here.duty, here)

    last = rows.objects.order_by("pk").last()  # a shift that nobody asked about
    rows.objects.filter(pk=last.pk)._raw_delete("default")

    assert found() == {LogWrong.CLOSED_GONE}


@pytest.mark.parametrize("answer", [agree, decline])
def test_an_answer_does_not_hide_that_nobody_asked(here, answer):
    """SQL lets the duty officer ask, and the member agrees by the program."""
    shift = arranged(here)[2]
    swap = SwapRequest.objects.create(
        shift=shift, asker=here.duty, asked=here.member, asked_at=NOON
    )

    answer(swap, **by(here.member, NOON + MINUTE))

    assert found() == {LogWrong.CLOSED}


def test_a_shift_that_changes_does_not_hide_that_nobody_asked(here):
    shift = arranged(here)[2]
    SwapRequest.objects.create(
        shift=shift, asker=here.duty, asked=here.member, asked_at=NOON
    )

    change_shift(shift, **times(shift), primary=here.duty, **by(here.secretary))

    assert SwapRequest.objects.get().state == "lapsed"
    assert found() == {LogWrong.CLOSED}


# --- what people do


def test_a_roster_that_is_arranged_and_changed_by_hand_is_recorded(here):
    shifts = arranged(here)
    assert found() == set()
    arranged(here)  # a second time adds none

    evening = {"starts_at": NOON + 8 * HOUR, "ends_at": NOON + 10 * HOUR}
    own = arrange_shift(
        here.village, **evening, primary=here.member, **by(here.secretary)
    )
    assert found() == set()
    arrange_shift(here.village, **evening, primary=here.member, **by(here.secretary))
    change_shift(
        own, **evening, primary=here.duty, leader="张主任", **by(here.secretary)
    )
    assert found() == set()
    cancel_shift(own, **by(here.secretary))
    cancel_shift(own, **by(here.secretary))

    assert DutyShift.objects.count() == len(shifts)
    assert found() == set()


def test_a_round_is_recorded_by_two_queries(here, django_assert_num_queries):
    arranged(here)
    first = TODAY + 10 * DAY

    for days in (1, 40):
        wanted = Round([here.duty], first, first + days * DAY)
        first += (days + 1) * DAY
        here.secretary.user.posts_on(TODAY)
        # the savepoint, the lock of the roster, four of the plan, the shifts, two of
        # their records, the end of the savepoint
        with django_assert_num_queries(11):
            arrange_round(here.village, wanted, **by(here.secretary))


def test_swaps_are_recorded(here):
    one, two, three, four, *_more = arranged(here)[1:]
    theirs = {"in_return": two, **by(here.member)}
    agree(ask_swap(one, here.duty, **theirs), **by(here.duty))
    assert [shift.primary_id for shift in DutyShift.objects.filter(pk=one.pk)] == [
        here.duty.pk
    ]
    assert found() == set()

    decline(ask_swap(three, here.duty, **by(here.member)), **by(here.duty))
    withdraw_swap(ask_swap(three, here.duty, **by(here.member)), **by(here.member))
    ask_swap(four, here.member, in_return=three, **by(here.duty))
    assert found() == set()

    change_shift(four, **times(four), primary=here.secretary, **by(here.secretary))
    assert SwapRequest.objects.filter(state="lapsed").count() == 1
    assert found() == set()

    cancel_shift(three, **by(here.secretary))
    assert found() == set()


def test_leaves_are_recorded(here):
    begun = leave_of(here.duty, here, days=0)
    ahead = leave_of(here.member, here)
    assert found() == set()

    for leave in (begun, ahead, begun):
        end_leave(leave, **by(here.secretary, NOON + DAY / 2))

    end_leave(begun, **by(here.secretary, NOON + DAY))
    assert DutyLeave.objects.get().until_on == TODAY
    assert found() == set()


def test_a_post_of_somebody_on_the_roster_may_end(here):
    arranged(here)
    leave_of(here.duty, here)
    secadmin = roles.security_admin()
    roles.record_made(NOON)

    appointing.end_post(here.duty, TODAY, **by(secadmin))

    assert found() == set()


def test_a_list_of_shifts_is_recorded_and_taken_back(here, time_machine):
    time_machine.move_to(NOON, tick=False)
    tomorrow = TODAY + DAY
    names = [[tomorrow, here.duty.user.name], [tomorrow + DAY, here.member.user.name]]
    content = xlsx(["日期", "值班人"], *names)
    run = entered(checked(content, here.secretary, here.village, "roster"))
    assert DutyShift.objects.count() == len(names)
    assert found() == set()

    with_leader = xlsx(["日期", "值班人", "带班领导"], [*names[0], "张主任"])
    named = entered(checked(with_leader, here.secretary, here.village, "roster"))
    assert DutyShift.objects.filter(leader="张主任").exists()
    assert found() == set()

    taken_back(named, NOON + MINUTE)
    taken_back(run, NOON + 2 * MINUTE)
    assert not DutyShift.objects.exists()
    assert found() == set()


def test_leaves_of_a_county_made_to_measure_are_recorded():
    make_county(NOON)

    assert DutyLeave.objects.exists()
    assert found() == set()


def test_a_village_goes_without_a_roster_alone(here, client):
    """What hangs on a shift keeps its village; what hangs on a village goes with it."""
    sysadmin = roles.system_admin()
    empty = VillageFactory(town=here.town)
    roles.record_made(NOON)
    arranged(here)
    place = {"place": "村委会", "hours": "8:00–17:00", "phone": "", "talk_day": 10}
    TalkRoom.objects.create(village=empty, **place)
    client.force_login(sysadmin.user)

    for village in (here.village, empty):
        address = reverse("admin:villages_village_delete", args=[village.pk])
        client.post(address, {"post": "yes"})

    assert list(Village.objects.all()) == [here.village]
    assert found(NIGHT + 400 * DAY) <= {LogWrong.UNSEALED}


# --- rows of before


@pytest.mark.django_db(transaction=True)
def test_rosters_of_before_are_recorded_by_the_update(here):
    before_the_update(here)
    with history_lifted():
        for final in ROSTER:
            of_kind = AuditRecord.objects.filter(subject__startswith=f"{final.name}:")
            of_kind.delete()
    assert LogWrong.CLOSED in found(NIGHT)

    migrate_to_the_end()

    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}


@pytest.mark.django_db(transaction=True)
def test_an_update_made_to_run_again_records_no_shift(here):
    before_the_update(here)
    shift_of(here.member, days=20)

    migrate_to_the_end()

    assert LogWrong.CLOSED in found(NIGHT)


def before_the_update(here):
    shifts = arranged(here)
    ask_swap(shifts[1], here.duty, **by(here.member))
    leave_of(here.duty, here)
    migrate_back_before("0021_seal_rosters_and_items", app="supervision")
