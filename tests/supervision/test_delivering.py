"""Letters and groups: the hour they go out at, what stands in them, and what becomes of
one that did not go out.
"""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.urls import reverse

from cases.workflow import Action, make_move
from supervision.chasing.sweeping import sweep
from supervision.models import NoticeState, Robot
from supervision.notices.delivering import BACKOFF, LEASE, deliver
from tests import roles
from tests.cases.roads import DAY, NOON, accepted, decided, officer, spoken, staff
from tests.processes import free_port
from tests.supervision.letters import EIGHT, late, letters, text_of, to_group, with_mail
from tests.together import times_at_once

pytestmark = pytest.mark.django_db


# --- when


def test_everything_of_a_day_is_one_letter_the_next_working_morning(mail):
    here = staff()
    with_mail(here.handler)
    cases = [decided(here) for _nth in range(3)]
    sweep(NOON)

    assert deliver(EIGHT - timedelta(seconds=1)).sent == 0
    assert deliver(EIGHT).sent == 3

    subject, body = text_of(mail.letters[0])
    assert len(mail.letters) == 1
    assert subject == "民事直说：3 条通知"
    assert all(case.number in body for case in cases)


def test_at_the_end_of_a_week_the_letter_waits_for_monday(mail):
    here = staff()
    with_mail(here.secretary)
    friday = NOON + 4 * DAY
    case = spoken(here)
    make_move(
        case,
        Action.ACCEPT,
        by=officer(here.duty),
        at=friday,
        category="village",
        grade="complex",
    )
    sweep(friday)

    assert letters().get().send_after == NOON.replace(hour=8) + 7 * DAY


def test_before_the_hour_of_a_working_day_it_is_the_same_morning(mail):
    here = staff()
    with_mail(here.secretary)
    case = accepted(here)
    sweep(case.due_at)  # at midnight

    assert letters().get(kind="overdue").send_after == case.due_at.astimezone(
        NOON.tzinfo
    ).replace(hour=8)


@pytest.mark.parametrize("secret", [False, True])
def test_a_red_line_and_a_secret_hand_over_wait_for_no_morning(mail, secret):
    here = staff()
    for post in (here.secretary, here.supervisor):
        with_mail(post)
    if secret:
        accepted(here, confidentiality="secret", title="不能说的事")
    else:
        make_move(
            spoken(here),
            Action.MANDATORY_REPORT,
            by=officer(here.duty),
            at=NOON,
            told="派出所",
            happened="孩子被打，已送邻居家",
            told_at=NOON,
        )
    sweep(NOON)

    assert deliver(NOON).sent >= 1
    for words in ("不能说的事", "孩子被打"):
        assert not [letter for letter in mail.letters if words in text_of(letter)[1]]


def test_who_has_no_address_gets_no_letter():
    here = staff()
    decided(here)
    sweep(NOON)

    assert not letters().exists()


# --- what


def test_a_letter_names_number_and_village_and_nobody(mail):
    here = staff()
    with_mail(here.handler)
    decided(
        here,
        accepted(
            here,
            title="李建国家门口的灯",
            speaker_name="李建国",
            speaker_phone="13900001111",
        ),
    )
    sweep(NOON)
    deliver(EIGHT)

    _subject, body = text_of(mail.letters[0])

    assert str(here.village) in body
    assert not [word for word in ("李建国", "13900001111", "门口") if word in body]


def test_what_left_somebodys_sight_before_the_morning_is_not_sent(mail):
    here = staff()
    with_mail(here.handler)
    case = decided(here)
    sweep(NOON)
    make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="不归我们管"
    )

    deliver(EIGHT)

    assert mail.letters == []
    assert letters().get(recipient=here.handler.user).state == NoticeState.DROPPED


def test_the_group_reads_what_fell_due_in_one_message_without_a_name(group):
    here = staff()
    cases = [late(here, group, title=f"李建国的第{nth}件") for nth in range(3)]

    deliver(EIGHT + 7 * DAY)

    (message,) = group.messages
    assert message.startswith("有 3 件事要办：")
    assert all(f"{case.number} {here.village}" in message for case in cases)
    assert "李建国" not in message


def test_a_secret_or_hidden_matter_is_told_to_no_group(group):
    here = staff()
    for kind in ("secret", "hidden"):
        late(here, group, confidentiality=kind)

    assert not to_group().exists()


def test_a_long_list_stays_within_what_a_message_may_hold(group):
    here = staff()
    cases = [late(here, group) for _nth in range(60)]

    assert deliver(EIGHT + 7 * DAY).sent == 60

    assert len(group.messages) > 1  # what did not fit follows
    assert all(len(message.encode()) <= 2048 for message in group.messages)
    for message, following in pairwise(group.messages):
        left = int(re.search(r"还有 (\d+) 件，另发。$", message)[1])
        assert following.startswith(f"有 {left} 件事要办：")
    assert all(
        "\n".join(group.messages).count(f"{case.number} ") == 1 for case in cases
    )


# --- what goes wrong


@pytest.mark.parametrize(
    "answer",
    [(200, 40058, "invalid parameter"), (500, 0, ""), (200, -1, "system error")],
)
def test_what_may_pass_is_tried_again_later_and_goes_out_once(group, answer):
    here = staff()
    late(here, group)
    group.answers.append(answer)
    at = EIGHT + 7 * DAY

    assert deliver(at).failed == 1
    notice = to_group().get()
    assert (notice.state, notice.send_after) == (NoticeState.FAILED, at + BACKOFF[0])
    assert deliver(at + BACKOFF[0] - timedelta(seconds=1)).sent == 0
    assert deliver(at + BACKOFF[0]).sent == 1
    assert len(group.messages) == 1


def test_http_200_with_an_errcode_is_no_success(group):
    here = staff()
    late(here, group)
    Robot.objects.update(url=group.url[:-1])  # a key the robot does not know

    assert deliver(EIGHT + 7 * DAY).dead == 1

    notice = to_group().get()
    assert (notice.state, notice.error) == (
        NoticeState.DEAD,
        "93000 invalid webhook url",
    )


def test_a_server_that_is_away_is_told_in_the_readers_words(mail, settings, group):
    here = staff()
    with_mail(here.secretary)
    late(here, group)
    settings.EMAIL_PORT = free_port()
    Robot.objects.update(url=f"http://127.0.0.1:{free_port()}/?key=1")

    deliver(EIGHT + 7 * DAY)

    rows = (*letters().filter(tries=1), to_group().get())
    assert len(rows) > 1
    assert {row.error for row in rows} == {"对方没有开或者不接受连接"}


def test_it_is_given_up_after_the_last_try(group):
    here = staff()
    late(here, group)
    group.answers = [(500, 0, "")] * 10
    at = EIGHT + 7 * DAY
    for wait in (*BACKOFF, timedelta(0)):
        deliver(at)
        at += wait

    notice = to_group().get()
    assert (notice.state, notice.tries) == (NoticeState.DEAD, len(BACKOFF) + 1)
    assert deliver(at + 30 * DAY).sent == 0


def test_an_address_elsewhere_is_never_called(group, settings):
    here = staff()
    late(here, group)
    settings.WECOM_HOSTS = ["qyapi.weixin.qq.com"]

    assert deliver(EIGHT + 7 * DAY).dead == 1
    assert group.messages == []


def test_a_server_that_is_not_there_costs_a_try_and_nothing_else(group):
    here = staff()
    late(here, group)
    Robot.objects.update(url="http://127.0.0.1:9/cgi-bin/webhook/send?key=x")

    assert deliver(EIGHT + 7 * DAY).failed == 1


@pytest.mark.parametrize(
    ("reply", "state"), [("550 no such user", "dead"), ("450 try later", "failed")]
)
def test_a_refused_recipient_is_told_apart_from_a_busy_server(mail, reply, state):
    here = staff()
    with_mail(here.handler)
    decided(here)
    sweep(NOON)
    mail.refusals.append(reply)

    deliver(EIGHT)

    assert letters().get().state == state


def test_one_recipient_that_fails_holds_up_nobody_else(mail):
    here, there = staff(), staff()
    for post in (here.handler, there.handler):
        with_mail(post)
        decided(here if post is here.handler else there)
    sweep(NOON)
    mail.refusals.append("550 no such user")

    done = deliver(EIGHT)

    assert (done.sent, done.dead) == (1, 1)


def test_a_claim_of_a_worker_that_died_runs_out(mail):
    here = staff()
    with_mail(here.handler)
    decided(here)
    sweep(NOON)
    letters().update(tries=1, send_after=EIGHT + LEASE)  # claimed, and then killed

    assert deliver(EIGHT + timedelta(minutes=1)).sent == 0
    assert deliver(EIGHT + LEASE).sent == 1


def test_what_breaks_off_every_try_is_given_up_and_shown_and_holds_up_nobody(mail):
    here = staff()
    with_mail(here.handler)
    decided(here)
    sweep(NOON)
    letters().update(tries=len(BACKOFF) + 1)  # each worker that claimed it was killed

    assert deliver(EIGHT).dead == 1
    assert (letters().get().state, letters().get().error) == (
        NoticeState.DEAD,
        "每次发送都中断了。",
    )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_letter_once(mail):
    posts = []
    for _nth in range(12):
        here = staff()
        with_mail(here.handler, f"{here.handler.pk}@example.cn")
        decided(here)
        posts.append(here.handler)
    sweep(NOON)
    times_at_once(3, lambda: deliver(EIGHT))

    to = [re.search(r"^To: (.+)$", letter, re.MULTILINE)[1] for letter in mail.letters]
    assert sorted(to) == sorted(f"{post.pk}@example.cn" for post in posts)


# --- the page


def test_what_was_given_up_is_shown_with_its_reason_and_sent_again(client, group):
    here = staff()
    late(here, group)
    Robot.objects.update(is_on=False)
    deliver(EIGHT + 7 * DAY)
    notice = to_group().get()
    client.force_login(here.supervisor.user)

    with time_machine.travel(EIGHT + 8 * DAY, tick=False):
        page = client.get(reverse("supervision:undelivered")).content.decode()
        assert "群机器人已停用" in page
        Robot.objects.update(is_on=True)
        client.post(reverse("supervision:send_again"), {"notices": [notice.pk]})
    deliver(EIGHT + 8 * DAY)

    notice.refresh_from_db()
    assert notice.state == NoticeState.SENT
    assert len(group.messages) == 1


def test_another_towns_supervisor_neither_sees_nor_sends_it(client, group):
    here = staff()
    late(here, group)
    to_group().update(state=NoticeState.DEAD)
    client.force_login(roles.supervisor_of(staff().town).user)

    assert (
        "村干部群"
        not in client.get(reverse("supervision:undelivered")).content.decode()
    )
    client.post(reverse("supervision:send_again"), {"notices": [to_group().get().pk]})
    assert to_group().get().state == NoticeState.DEAD
    client.force_login(here.secretary.user)
    assert client.get(reverse("supervision:undelivered")).status_code == 404
