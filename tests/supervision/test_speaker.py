"""What the speaker is told: by message where one can be sent, else by a call of whoever
is on duty.
"""

from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from cases.workflow import Action, Speaker, make_move
from supervision.chasing.sweeping import sweep
from supervision.models import Call, Notice, NoticeChannel, NoticeKind, NoticeState
from supervision.notices.calls import calls_of, numbers_to_call
from supervision.notices.delivering import BACKOFF, deliver
from supervision.notices.hours import awake
from supervision.notices.words import standard_words
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
    words,
)
from tests.villages.duty_desk import shift_of

pytestmark = pytest.mark.django_db
PHONE = "13909391234"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def messages():
    return Notice.objects.filter(channel=NoticeChannel.SMS)


def taken_up(here, **fields):
    case = accepted(
        here,
        spoken(here, **{"speaker_phone": PHONE, "channel": "wechat_group", **fields}),
    )
    sweep(NOON)
    return case


def test_the_speaker_is_written_to_when_it_is_taken_up_and_when_it_is_answered(sms):
    here = staff()
    case = taken_up(here)
    deliver(NOON)
    verified(here, completed(here, decided(here, case)))
    sweep(NOON + DAY)
    deliver(NOON + DAY)

    day = f"{case.promised_on.month}月{case.promised_on.day}日"
    assert [(number, template) for number, template, _said in sms.sent] == [
        (PHONE, "SMS_1"),
        (PHONE, "SMS_3"),
    ]
    assert sms.sent[0][2] == {"number": case.number, "day": day}
    assert not Call.objects.exists()


def test_a_landline_is_called_and_gets_no_message(sms):
    here = staff()

    taken_up(here, speaker_phone="0939-4421234")

    assert not messages().exists()
    assert Call.objects.exists()


def test_a_changed_promise_is_told_with_the_new_day(sms):
    here = staff()
    case = decided(here, taken_up(here))
    asked = words(Action.ASK_EXTENSION, NOON, until_on=case.due_on + 10 * DAY)
    case = make_move(
        case, Action.ASK_EXTENSION, by=officer(here.handler), at=NOON, **asked
    )
    case = make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )
    sweep(NOON)
    deliver(NOON)

    case.refresh_from_db()
    told = [said["day"] for _number, template, said in sms.sent if template == "SMS_2"]
    # of two changes, the last
    assert told == [f"{case.promised_on.month}月{case.promised_on.day}日"]


def test_nothing_is_told_twice(sms):
    here = staff()
    taken_up(here)
    for _again in range(2):
        sweep(NOON)
        deliver(NOON)

    assert len(sms.sent) == 1


@pytest.mark.parametrize(
    ("hour", "sent_at"), [(7, 8), (8, 8), (20, 20), (21, 24 + 8), (23, 24 + 8), (0, 8)]
)
def test_nobody_is_written_to_at_night(hour, sent_at):
    midnight = NOON.replace(hour=0)

    assert awake(midnight + timedelta(hours=hour)) == midnight + timedelta(
        hours=sent_at
    )


def test_a_service_that_is_busy_is_tried_again(sms):
    here = staff()
    taken_up(here)
    sms.answers = [
        (200, "isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控"),
        (500, "InternalError", ""),
    ]

    deliver(NOON)
    assert messages().get().state == NoticeState.FAILED
    deliver(NOON + BACKOFF[0])
    deliver(NOON + BACKOFF[0] + BACKOFF[1])

    assert messages().get().state == NoticeState.SENT
    assert len(sms.sent) == 1


def test_a_number_the_service_refuses_becomes_a_call(sms):
    here = staff()
    sms.answers.append((200, "isv.MOBILE_NUMBER_ILLEGAL", "非法手机号"))
    case = taken_up(here)

    deliver(NOON)

    assert messages().get().state == NoticeState.DEAD
    assert "isv.MOBILE_NUMBER_ILLEGAL" in messages().get().error
    assert Call.objects.get().case == case
    assert Notice.objects.filter(kind=NoticeKind.CALL).exists()


def test_a_wrong_secret_is_said_and_tried_again(sms, settings):
    here = staff()
    settings.SMS_URL = sms.url.replace("testId:", "testId:wrong")
    taken_up(here)

    deliver(NOON)

    assert "SignatureDoesNotMatch" in messages().get().error
    assert sms.sent == []


def test_without_a_service_whoever_is_on_duty_is_asked_to_call():
    here = staff()
    shift_of(here.member)
    case = taken_up(here)

    call = Call.objects.get()
    assert (call.case, call.kind) == (case, NoticeKind.ACCEPTED)
    assert not messages().exists()
    assert list(
        Notice.objects.filter(kind=NoticeKind.CALL).values_list("recipient", flat=True)
    ) == [here.member.user_id]


@pytest.mark.parametrize(
    ("channel", "calls"),
    [("talk_room", 0), ("phone", 0), ("qr_code", 1), ("transferred", 1)],
)
def test_who_sat_there_when_it_was_taken_up_is_not_told_again(channel, calls):
    here = staff()
    taken_up(here, channel=channel)

    assert Call.objects.count() == calls


def test_taken_up_by_somebody_else_or_on_another_day_it_is_told():
    here = staff()
    by_another = spoken(here, by=here.leader, channel="home_visit")
    accepted(here, by_another)
    later = spoken(here, channel="home_visit")
    make_move(
        later,
        Action.ACCEPT,
        by=officer(here.duty),
        at=NOON + DAY,
        **words(Action.ACCEPT, NOON),
    )
    sweep(NOON + DAY)

    assert set(Call.objects.values_list("case", flat=True)) == {by_another.pk, later.pk}


@pytest.mark.parametrize("confidentiality", ["hidden", "secret"])
def test_no_message_goes_to_a_phone_that_others_look_at(sms, confidentiality):
    here = staff()
    taken_up(here, confidentiality=confidentiality)

    assert not messages().exists()
    assert Call.objects.exists()


def test_who_left_neither_name_nor_number_is_not_told():
    here = staff()
    taken_up(here, speaker_name="", speaker_phone="")

    assert not Call.objects.exists()


# --- what is told, and what not


def in_person(here):
    return accepted(here, spoken(here, speaker_phone=PHONE, channel="talk_room"))


def test_who_sat_there_in_the_morning_is_told_in_the_afternoon_that_it_is_done():
    """Taken down, taken up, done and checked on one day, all but the handling by the
    same officer.
    """
    here = staff()
    case = spoken(here, by=here.secretary, speaker_phone=PHONE, channel="talk_room")
    case = make_move(
        case,
        Action.ACCEPT,
        by=officer(here.secretary),
        at=NOON,
        **words(Action.ACCEPT, NOON),
    )
    verified(here, completed(here, decided(here, case), at=NOON), at=NOON)
    sweep(NOON)

    assert Call.objects.get(case=case).kind == NoticeKind.ANSWERED


def test_what_was_taken_up_and_closed_between_two_sweeps_promises_no_day():
    here = staff()
    case = accepted(here, spoken(here, speaker_phone=PHONE, channel="wechat_group"))
    make_move(
        case,
        Action.DIVERT,
        by=officer(here.secretary),
        at=NOON,
        **words(Action.DIVERT, NOON),
    )
    sweep(NOON)

    assert not Call.objects.exists()


def test_an_earlier_day_is_not_called_a_longer_wait():
    assert "还在办，最迟" in standard_words(NoticeKind.PROMISED)
    with translation.override("en"):
        assert "longer" not in standard_words(NoticeKind.PROMISED)


def closed(here):
    case = rated(here, verified(here, completed(here, decided(here, in_person(here)))))
    sweep(NOON + 2 * DAY)
    Call.objects.all().delete()
    return case


def test_what_an_overseer_opens_again_is_told_with_its_day(sms):
    here = staff()
    case = closed(here)
    make_move(
        case,
        Action.REOPEN,
        by=officer(here.supervisor),
        at=NOON + 3 * DAY,
        reason="又灭了",
    )
    sweep(NOON + 3 * DAY)
    deliver(NOON + 3 * DAY)

    case.refresh_from_db()
    number, template, said = sms.sent[-1]
    assert (number, template) == (PHONE, "SMS_2")
    assert said["day"] == f"{case.promised_on.month}月{case.promised_on.day}日"


def test_who_opens_their_own_matter_again_knows_it():
    here = staff()
    case = closed(here)
    make_move(
        case,
        Action.REOPEN,
        by=Speaker(case, "code"),
        at=NOON + 3 * DAY,
        reason="又灭了",
    )
    sweep(NOON + 3 * DAY)

    assert not Call.objects.exists()


@pytest.mark.parametrize("level", ["village", "town"])
def test_what_an_officer_takes_back_for_them_is_told_by_a_call_that_can_be_made(
    sms, level
):
    """Domain §3, withdraw: the speaker is told. There is no template for it."""
    here = staff()
    case = in_person(here)
    if level == "town":
        case = make_move(
            case, Action.ESCALATE, by=officer(here.secretary), at=NOON, reason="钱不够"
        )
    by = here.duty if level == "village" else here.supervisor
    make_move(
        case, Action.WITHDRAW, by=officer(by), at=NOON, **words(Action.WITHDRAW, NOON)
    )
    sweep(NOON)

    caller = here.duty if level == "village" else here.reviewer
    told = Notice.objects.filter(kind=NoticeKind.CALL)
    assert list(told.values_list("recipient", flat=True)) == [caller.user_id]
    call = calls_of(caller.user, NOON).get()
    numbers = numbers_to_call(call, by=caller.user, at=NOON)
    assert numbers == [("李建国", PHONE)]
    assert Call.objects.get().kind == NoticeKind.WITHDRAWN
    assert not messages().exists()


def test_what_the_speaker_takes_back_they_know():
    here = staff()
    case = in_person(here)
    make_move(case, Action.WITHDRAW, by=Speaker(case, "code"), at=NOON, reason="修好了")
    sweep(NOON)

    assert not Call.objects.exists()
