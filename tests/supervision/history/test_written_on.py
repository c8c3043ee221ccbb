"""What SQL changed of a row is found whatever the program writes on that row later: a
change of one column is no record of the others.
"""

import pytest
from django.urls import reverse

from cases.attachments import attach
from cases.deadlines.calendar import load_calendar, set_day
from cases.meetings import close_meeting
from cases.meetings.four_two import drop_process
from cases.models import CalendarDay, Meeting
from cases.workflow import Action, make_move
from supervision.chasing.circulating import circulate_due
from supervision.models import ChaseStep
from supervision.orders import (
    cancel_order,
    check_reply,
    note_talk,
    reply_to_order,
    send_orders_due,
    sign_order,
)
from supervision.reports.publishing import take_back
from supervision.sealing.findings import LogWrong
from supervision.town_settings import drop_rung, set_rung
from tests import roles
from tests.cases.council import called, present, seats
from tests.cases.roads import DAY, NOON, accepted, officer
from tests.cases.test_attachments import photo
from tests.supervision.history.attacks import HOUR, MINUTE, NIGHT, by_sql, found
from tests.supervision.history.deciding import (
    hold_step,
    show_report,
)
from tests.villages.imports.files import checked, entered, xlsx
from villages import accounts, appointing, bodies
from villages.divisions import load_divisions
from villages.duty import (
    agree,
    arrange_shift,
    ask_swap,
    cancel_shift,
    change_shift,
    end_leave,
    note_leave,
)
from villages.duty.arranging import name_leader
from villages.models import Body, DutyShift, Office

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def changed_by_sql(row, change):
    assert found() <= {LogWrong.UNSEALED}
    table = row._meta.db_table
    by_sql(table, f"UPDATE {table} {change}", id=row.pk)


def only_that_it_is_not_as_it_was(at=NIGHT):
    return found(at) - {LogWrong.UNSEALED} == {LogWrong.CLOSED}


# --- the roster


@pytest.fixture
def shift(here):
    return shift_on(here, 1, here.duty)


def shift_on(here, days, primary):
    starts_at = NOON + days * DAY
    return arrange_shift(
        here.village,
        starts_at=starts_at,
        ends_at=starts_at + 5 * HOUR,
        primary=primary,
        by=here.secretary.user,
        at=NOON,
    )


def test_a_leader_who_is_named(here, shift):
    changed_by_sql(shift, f"SET primary_id = {here.member.pk}")

    name_leader(shift, "张主任", by=here.secretary.user, at=NOON + MINUTE)

    assert only_that_it_is_not_as_it_was()


def test_a_shift_that_is_changed(here, shift):
    changed_by_sql(shift, "SET leader = '张主任'")

    change_shift(
        shift,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        primary=here.member,
        by=here.secretary.user,
        at=NOON + MINUTE,
    )

    assert only_that_it_is_not_as_it_was()


def test_a_shift_that_somebody_takes(here, shift):
    swap = ask_swap(shift, here.member, by=here.duty.user, at=NOON)
    changed_by_sql(shift, "SET leader = '张主任'")

    agree(swap, by=here.member.user, at=NOON + MINUTE)

    assert only_that_it_is_not_as_it_was()


def test_a_shift_that_is_cancelled(here, shift):
    changed_by_sql(shift, f"SET primary_id = {here.member.pk}")

    cancel_shift(shift, by=here.secretary.user, at=NOON + MINUTE)

    assert found() - {LogWrong.UNSEALED} == {LogWrong.CLOSED_GONE}


def test_a_leave_that_is_ended(here):
    leave = note_leave(
        here.duty,
        from_on=TODAY,
        until_on=TODAY + 5 * DAY,
        reason="看病",
        substitute=here.secretary,
        by=here.duty.user,
        at=NOON,
    )
    changed_by_sql(leave, f"SET substitute_id = {here.member.pk}")

    end_leave(leave, by=here.duty.user, at=NOON + DAY)

    assert only_that_it_is_not_as_it_was()


def test_a_leader_whom_a_list_names(here, time_machine):
    time_machine.move_to(NOON, tick=False)
    tomorrow = TODAY + DAY
    duty = [tomorrow, here.duty.user.name]
    content = xlsx(["日期", "值班人"], duty)
    run = entered(checked(content, here.secretary, here.village, "roster"))
    shift = DutyShift.objects.get()
    changed_by_sql(shift, f"SET backup_id = {here.member.pk}")

    named = xlsx(
        ["日期", "值班人", "备班", "带班领导"],
        [*duty, here.member.user.name, "张主任"],
    )
    entered(checked(named, here.secretary, here.village, "roster"))

    shift.refresh_from_db()
    assert run.counts
    assert shift.leader == "张主任"
    assert only_that_it_is_not_as_it_was()


# --- orders


REWORDED = "SET reason = '误发'"


def sign(order, here, signer):
    sign_order(order, by=signer, at=NOON)


def cancel(order, here, signer):
    cancel_order(order, reason="误写", by=signer, at=NOON)


def go_out(order, here, signer):
    send_orders_due(NOON + HOUR)


def answer(order, here, signer):
    reply_to_order(order, "在办", by=officer(here.secretary), at=NOON + DAY)


def send_back(order, here, signer):
    how = {"by": signer, "at": NOON + 2 * DAY, "reply_on": (NOON + 4 * DAY).date()}
    check_reply(order, good=False, finding="没办", **how)


def circulate(order, here, signer):
    circulate_due(NOON + 6 * DAY)


def talk(order, here, signer):
    held_on = (NOON + 7 * DAY).date()
    how = {"by": signer, "at": NOON + 8 * DAY}
    note_talk(order, held_on=held_on, whom="孙主任", agreed="三日内办", **how)


@pytest.mark.parametrize("act", [sign, cancel])
def test_an_order_that_waits_for_a_signature(here, signer, draft, act):
    changed_by_sql(draft, REWORDED)

    act(draft, here, signer)

    assert only_that_it_is_not_as_it_was()


@pytest.mark.parametrize("nth", range(1, 6))
def test_an_order_that_goes_its_way(here, signer, draft, nth):
    acts = [sign, go_out, answer, send_back, circulate, talk]
    for act in acts[:nth]:
        act(draft, here, signer)
    changed_by_sql(draft, REWORDED)

    acts[nth](draft, here, signer)

    draft.refresh_from_db()
    assert draft.reason == "误发"
    assert only_that_it_is_not_as_it_was(NIGHT)


# --- posts, accounts and seats


def test_a_post_that_is_changed_and_ended(here, secadmin):
    changed_by_sql(here.duty, "SET role = 'secretary'")

    how = {"by": secadmin, "at": NOON + MINUTE}
    appointing.change_post(here.duty, TODAY + DAY, may_sign=False, **how)
    appointing.end_post(here.duty, TODAY, **how)

    assert only_that_it_is_not_as_it_was()


def test_a_post_that_a_list_changed(here):
    changed_by_sql(here.duty, "SET role = 'secretary'")

    appointing.restore_post(here.duty, TODAY + DAY, may_sign=False, at=NOON + MINUTE)

    assert only_that_it_is_not_as_it_was()


def test_an_account_that_is_shut_and_opened(here, secadmin):
    changed_by_sql(here.duty.user, "SET name = '别人'")

    accounts.deactivate(here.duty.user, by=secadmin, at=NOON)
    accounts.reactivate(here.duty.user, by=secadmin, at=NOON + MINUTE)

    assert only_that_it_is_not_as_it_was()


@pytest.fixture
def seat(here):
    return taken(here)


def taken(here, user=None):
    place = bodies.BodyPlace(here.village, str(here.village))
    how = {"from_on": TODAY, "by": here.secretary.user, "at": NOON, "user": user}
    return bodies.take_seat(place, Body.MINSHI_COMMITTEE, "王桂兰", **how)


def test_a_seat_that_takes_its_cadre(here, seat):
    changed_by_sql(seat, "SET is_chair = TRUE")

    taken(here, here.duty.user_id)

    seat.refresh_from_db()
    assert seat.user_id == here.duty.user_id
    assert only_that_it_is_not_as_it_was()


def test_a_term_that_ends(here, seat):
    changed_by_sql(seat, "SET name = '别人'")

    bodies.end_seat(seat, TODAY + DAY, by=here.secretary.user, at=NOON + MINUTE)

    assert only_that_it_is_not_as_it_was()


# --- meetings, the six steps, files and reports


def test_a_meeting_that_was_opened_again(here):
    seats(here)
    roles.record_made(NOON)
    meeting = called(here, subjects=["租林地"])
    present(meeting, here, 7)
    close_meeting(meeting, by=officer(here.secretary), at=NOON)
    changed_by_sql(
        meeting, "SET minutes = '同意', closed_at = NULL, closed_by_id = NULL"
    )

    meeting = Meeting.objects.get()
    close_meeting(meeting, by=officer(here.secretary), at=NOON + MINUTE)

    assert only_that_it_is_not_as_it_was()


def test_six_steps_that_are_given_up(here):
    process = hold_step(here)
    changed_by_sql(process, "SET subject = '集体林地'")

    drop_process(process, "重来", by=officer(here.secretary), at=NOON + DAY)

    assert only_that_it_is_not_as_it_was()


def test_a_photo_that_is_shown(here):
    file = attach(accepted(here), photo(), at=NOON, post=here.duty)
    changed_by_sql(file, "SET received_sha256 = '0'")

    make_move(
        file.case,
        Action.SHOW_FILE,
        by=officer(here.duty),
        at=NOON + MINUTE,
        file=file,
        public=True,
    )

    assert only_that_it_is_not_as_it_was()


def test_a_report_that_is_published_no_more(here, in_april):
    publication = show_report(here)
    changed_by_sql(publication, "SET numbers = '{\"case.received.count\": 6000}'")

    take_back(publication.report, by=here.reviewer.user, at=NOON + 41 * DAY)

    assert only_that_it_is_not_as_it_was(NOON + 43 * DAY)


# --- places and settings


def test_a_place_that_the_admin_changes(here, sysadmin, client):
    office = here.handler.office
    changed_by_sql(office, "SET name = '别所'")
    client.force_login(sysadmin)

    address = reverse("admin:villages_office_change", args=[office.pk])
    form = {"name": "别所", "town": office.town_id or "", "phone": "0939-4421234"}
    response = client.post(address, form)

    assert response.status_code == 302, response.context["errors"]
    assert Office.objects.filter(pk=office.pk, phone__gt="").exists()
    assert only_that_it_is_not_as_it_was()


def test_a_village_that_a_file_of_divisions_renames(here):
    village = here.village
    changed_by_sql(village, "SET inhabitants = 9")

    rows = (
        (village.town.county_code, "礼县", "county", village.town.county_code[:4]),
        (village.town.code, village.town.name, "town", village.town.county_code),
        (village.code, "新名村村民委员会", "village", village.town.code),
    )
    lines = ["code,name,level,parent_code", *map(",".join, rows)]
    load_divisions(lines, at=NOON + MINUTE)

    village.refresh_from_db()
    assert village.name == "新名村"
    assert LogWrong.CLOSED in found()


def test_a_step_of_the_ladder_that_is_set_anew(here):
    how = {"days": 1, "told": ["owner"], "by_letter": True, "by_robot": False}
    how |= {"by": here.reviewer.user, "at": NOON}
    rung = set_rung(here.town, ChaseStep.URGE, is_on=True, **how)
    changed_by_sql(rung, "SET by_robot = TRUE")

    set_rung(here.town, ChaseStep.URGE, is_on=False, **how)
    assert only_that_it_is_not_as_it_was()

    drop_rung(here.town, ChaseStep.URGE, by=here.reviewer.user, at=NOON)
    assert found() - {LogWrong.UNSEALED} == {LogWrong.CLOSED_GONE}


def test_a_day_off_that_is_set_anew(here):
    how = {"is_working": False, "by": here.reviewer.user, "at": NOON}
    day = set_day(here.town, TODAY + DAY, name="赶集", **how)
    changed_by_sql(day, "SET confirmed = FALSE")

    set_day(here.town, TODAY + DAY, name="庙会", **how)

    assert only_that_it_is_not_as_it_was()


def test_days_off_that_are_loaded_anew(here):
    load_calendar([TODAY.year], NOON)
    one, other = CalendarDay.objects.filter(is_working=False)[:2]
    changed_by_sql(one, "SET is_working = TRUE")
    CalendarDay.objects.filter(pk=other.pk).update(day=other.day + 200 * DAY)
    before = found()

    load_calendar([TODAY.year], NOON + MINUTE)

    one.refresh_from_db()
    assert not one.is_working  # as it was recorded
    assert before - {LogWrong.UNSEALED} == {LogWrong.CLOSED}
    assert found() - {LogWrong.UNSEALED} == {LogWrong.CLOSED_GONE}
