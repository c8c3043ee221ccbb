"""What is final once it was decided, sent or shown: a closed meeting, steps of 四议两公开,
a shift that somebody asked another to take, a leave, an order with an answer sent back
and a talk, a public report, and corrections.
"""

import io
import uuid
from datetime import timedelta

from cases.attachments import attach
from cases.meetings import close_meeting, correct_minutes
from cases.meetings.four_two import correct_step, record_step, start_process
from cases.meetings.signed_sheets import attach_sheet
from cases.meetings.step_record import StepRecord
from supervision.chasing.circulating import circulate_due
from supervision.figures.wall import give_wall
from supervision.orders import (
    check_reply,
    note_talk,
    raise_order,
    reply_to_order,
    send_orders_due,
)
from supervision.reports.making import make_report
from supervision.reports.publishing import OFFERED, publish
from supervision.reports.signing import sign
from supervision.sealing.seals import seal_logs
from tests import roles
from tests.cases.council import called, present, seats
from tests.cases.roads import DAY, NOON, accepted, officer
from tests.supervision.history.closing import APRIL, MARCH
from villages.duty import arrange_shift, ask_swap, note_leave
from villages.posts import seal_post

SOON = NOON + timedelta(minutes=5)


def decide_all(here):
    hold_meeting(here)
    hold_step(here)
    keep_roster(here)
    send_order(here)
    show_report(here)
    hang_wall(here)
    seal_logs(APRIL + DAY)


def hold_meeting(here):
    seats(here)
    roles.record_made(NOON)
    case = accepted(here, speaker_name="李强")
    attach(case, signed_paper(), at=NOON, post=here.secretary)
    meeting = called(here, case)
    present(meeting, here, 7)
    by = officer(here.secretary)
    close_meeting(meeting, by=by, at=NOON)
    words = {"wrong": "七人", "right": "六人", "key": uuid.uuid4()}
    correct_minutes(meeting, **words, by=by, at=NOON + DAY)
    attach_sheet(meeting, signed_paper(), at=NOON + DAY, post=here.secretary)
    return meeting


def signed_paper():
    paper = io.BytesIO(b"%PDF-1.4 signed")
    paper.name = "signed.pdf"
    return paper


def hold_step(here):
    by = officer(here.secretary)
    process = start_process(
        here.village,
        matter="collective_income",
        origin="people",
        subject="集体分红",
        by=by,
        at=NOON,
    )
    votes = {"due": 5, "present": 5, "votes": (5, 0, 0)}
    record = StepRecord(NOON.date(), "同意", kind="branch_committee", **votes)
    step = record_step(process, 1, record, by=by, at=NOON)
    words = {"wrong": "五人", "right": "四人", "key": uuid.uuid4()}
    correct_step(step, **words, by=by, at=NOON + DAY)
    return process


def keep_roster(here):
    """A shift that its member asked the duty officer to take, and a leave of theirs."""
    by = {"by": here.member.user, "at": NOON}
    starts_at = NOON + 2 * DAY
    shift = arrange_shift(
        here.village,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=5),
        primary=here.member,
        by=here.secretary.user,
        at=NOON,
    )
    ask_swap(shift, here.duty, **by)
    on = (NOON + 5 * DAY).date()
    note_leave(here.member, from_on=on, until_on=on, reason="看病", **by)


def send_order(here):
    """Answered, sent back, circulated, and a talk held."""
    here.reviewer.may_sign = True
    here.reviewer.save()
    seal_post(here.reviewer, at=NOON, by=None)
    by = officer(here.reviewer)
    order = raise_order(
        accepted(here),
        reason="逾期",
        demand="请立即办理",
        reply_on=(NOON + 3 * DAY).date(),
        key=None,
        by=by,
        at=NOON,
    )
    send_orders_due(SOON)
    order = reply_to_order(order, "在办", by=officer(here.secretary), at=NOON + DAY)
    back_on = (NOON + 4 * DAY).date()
    check_reply(
        order, good=False, finding="没办", by=by, at=NOON + 2 * DAY, reply_on=back_on
    )
    circulate_due(NOON + 6 * DAY)
    held_on = (NOON + 7 * DAY).date()
    note_talk(
        order,
        held_on=held_on,
        whom="孙主任",
        agreed="三日内办",
        by=by,
        at=NOON + 8 * DAY,
    )
    return order


def show_report(here):
    report = make_report(here.town, MARCH, at=APRIL)
    sign(report, by=here.supervisor.user, at=APRIL)
    return publish(report, list(OFFERED), by=here.reviewer.user, at=APRIL)


def hang_wall(here):
    by = roles.system_admin().user
    roles.record_made(NOON)
    give_wall(here.town, "大厅", by=by, at=APRIL)
