"""A run of the delivery: how it dates what it takes, whom it leaves alone, when it
ends, and what stops no other.
"""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from minshi.jobs import SomeFailed
from supervision.admin.settings import RobotForm
from supervision.chasing.sweeping import sweep
from supervision.models import Call, Notice, NoticeChannel, NoticeState, Robot, Rung
from supervision.notices.delivering import BACKOFF, LEASE, LONGEST, deliver
from tests.cases.roads import DAY, NOON, accepted, decided, spoken, staff
from tests.processes import free_port
from tests.supervision.letters import EIGHT, late, letters, text_of, to_group, with_mail
from tests.together import times_at_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Slow:
    """A clock that others' slowness moves: so much later each time it is read."""

    def __init__(self, at, step):
        self.at, self.step, self.read = at, step, []

    def __call__(self):
        self.at += self.step
        self.read.append(self.at)
        return self.at


def several_with_letters(count):
    """So many people, each of a town of their own, with one letter to get."""
    people = []
    for nth in range(count):
        here = staff()
        with_mail(here.handler, f"{nth}@example.cn")
        decided(here)
        people.append(here)
    sweep(NOON)
    return people


# --- the moment of each claim


def test_a_claim_made_late_in_a_slow_run_is_no_other_workers(mail):
    """Six minutes after its beginning a run claims for five minutes from then, not from
    its beginning.
    """
    several_with_letters(3)
    clock, left = Slow(EIGHT, MINUTE), []

    def looking_on():
        """Whoever looks at the clock is just before or after a claim or a letter: what
        is held then, and how long.
        """
        at = clock()
        held = letters().filter(state=NoticeState.WAITING, tries__gt=0)
        left.extend(notice.send_after - at for notice in held)
        return at

    deliver(EIGHT, clock=looking_on, longest=None)

    assert len(mail.letters) == 3
    assert clock.at > EIGHT + LEASE + MINUTE
    assert left
    assert min(left) > timedelta(0)


def test_the_next_try_counts_from_the_moment_it_failed(mail):
    several_with_letters(1)
    mail.refusals.append("450 try later")
    clock = Slow(EIGHT, MINUTE)

    deliver(EIGHT, clock=clock, longest=2 * MINUTE)

    failed_at = clock.read[-2]  # the last look is for whether the run is over
    assert letters().get(state=NoticeState.FAILED).send_after == failed_at + BACKOFF[0]


# --- when it ends


def test_a_run_ends_in_time_and_the_next_goes_on(mail):
    several_with_letters(5)

    first = deliver(EIGHT, clock=Slow(EIGHT, LONGEST / 5))
    assert 0 < first.sent < 5
    assert deliver(EIGHT + MINUTE).sent == 5 - first.sent


def test_a_server_that_does_not_answer_is_left_alone_for_the_rest_of_the_run(
    mail, group, settings
):
    several_with_letters(3)
    late(staff(), group)
    settings.EMAIL_PORT = free_port()

    done = deliver(EIGHT + 7 * DAY)

    # the group's; and one letter that was tried
    assert (done.sent, done.failed) == (
        1,
        1,
    )
    assert sorted(letters().values_list("tries", flat=True)) == [0, 0, 1]
    settings.EMAIL_PORT = mail.port
    assert deliver(EIGHT + 7 * DAY + MINUTE).sent == 3


def test_letters_and_backups_have_a_queue_each():
    """A mail server that hangs, or a long backup, holds up no sweep."""
    from minshi.celery import app

    queues = {
        app.amqp.router.route({}, f"supervision.tasks.{name}")["queue"].name
        for name in ("sweep", "deliver", "back_up")
    }

    assert len(queues) == 3
    assert queues == set(app.amqp.queues)  # a worker that is told nothing takes all


# --- what a bad notice breaks


def broken(notice):
    """A kind that nothing is said for, as a fault of ours would leave it."""
    Notice.objects.filter(pk=notice.pk).update(kind="nonsense")


def test_one_bad_notice_stops_neither_its_recipients_others_nor_anybody_elses(mail):
    here, there = several_with_letters(2)
    decided(here)
    sweep(NOON)
    bad = letters().filter(recipient=here.handler.user).first()
    broken(bad)

    with pytest.raises(SomeFailed):
        deliver(EIGHT)

    bad.refresh_from_db()
    assert (bad.state, bad.error) == (NoticeState.FAILED, "KeyError")
    assert set(letters().exclude(pk=bad.pk).values_list("state", flat=True)) == {
        NoticeState.SENT
    }
    assert there.handler.user.email in "".join(mail.letters)


def test_a_row_that_cannot_be_read_stops_no_other(mail):
    here, _there = several_with_letters(2)
    bad = letters().get(recipient=here.handler.user)
    with_an_unreadable_phone(bad.case)

    with pytest.raises(SomeFailed):
        deliver(EIGHT)

    assert letters().exclude(pk=bad.pk).get().state == NoticeState.SENT


def with_an_unreadable_phone(case):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_case SET speaker_phone = 'no cipher' WHERE id = %s", [case.pk]
        )


def test_an_address_with_an_impossible_port_is_given_up_and_stops_nobody(
    group, settings
):
    here, there = staff(), staff()
    settings.WECOM_HOSTS = ["127.0.0.1", "qyapi.weixin.qq.com"]
    late(here, group)
    Robot.objects.update(url="https://qyapi.weixin.qq.com:99999/x")
    late(there, group)

    done = deliver(EIGHT + 7 * DAY)

    assert (done.sent, done.dead) == (1, 1)
    assert to_group().get(case__town=here.town).error == "这不是群机器人的地址。"


@pytest.mark.parametrize(
    "address",
    [
        "https://qyapi.weixin.qq.com:99999/x",
        "ftp://qyapi.weixin.qq.com/x",
        "https://[qyapi.weixin.qq.com/x",
        "x",
    ],
)
def test_no_such_address_is_set(address):
    town = staff().town

    form = RobotForm(
        {"town": town.pk, "name": "村干部群", "url": address, "is_on": "on"}
    )

    assert "url" in form.errors


def test_a_message_whose_every_try_was_broken_off_becomes_a_call(sms):
    here = staff()
    case = accepted(
        here, spoken(here, speaker_phone="13909391234", channel="wechat_group")
    )
    sweep(NOON)
    Notice.objects.filter(channel=NoticeChannel.SMS).update(tries=len(BACKOFF) + 1)

    assert deliver(NOON).dead == 1

    assert sms.sent == []
    assert Call.objects.get().case == case


def test_too_many_messages_in_a_minute_wait_for_the_next_and_cost_no_try(group):
    late(staff(), group)
    at = EIGHT + 7 * DAY
    group.answers = [(200, 45009, "api freq out of limit")] * 10
    for nth in range(10):
        assert deliver(at + nth * MINUTE).failed == 1

    assert deliver(at + 10 * MINUTE).sent == 1
    assert to_group().get().tries == 1


def test_the_answer_of_the_service_is_kept_without_its_words(sms):
    """They may name the number."""
    here = staff()
    accepted(here, spoken(here, speaker_phone="13909391234", channel="wechat_group"))
    sweep(NOON)
    sms.answers = [(200, "isv.BUSINESS_LIMIT_CONTROL", "13909391234 触发流控")]

    deliver(NOON)

    assert (
        Notice.objects.get(channel=NoticeChannel.SMS).error
        == "isv.BUSINESS_LIMIT_CONTROL"
    )


def test_a_message_a_call_took_the_place_of_is_not_ticked_to_be_sent_again(client, sms):
    here = staff()
    accepted(here, spoken(here, speaker_phone="13909391234", channel="wechat_group"))
    sweep(NOON)
    sms.answers = [(200, "isv.MOBILE_NUMBER_ILLEGAL", "非法手机号")]
    deliver(NOON)
    client.force_login(here.supervisor.user)

    with time_machine.travel(NOON, tick=False):
        page = client.get(reverse("supervision:undelivered")).text

    called = Notice.objects.get(channel=NoticeChannel.SMS)
    # there, and not checked
    assert re.search(rf'value="{called.pk}"\s+aria-label', page)
    assert "已改为打电话告知" in page


# --- two at once, and by hand


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_tear_one_persons_letter_in_two(mail):
    here = staff()
    with_mail(here.handler)
    for _nth in range(8):
        decided(here)
    sweep(NOON)

    times_at_once(4, lambda: deliver(EIGHT))

    assert [text_of(letter)[0] for letter in mail.letters] == ["民事直说：8 条通知"]


def test_a_sweep_by_hand_delivers_also_where_something_could_not_be_seen_to(
    mail, capsys
):
    here, there = several_with_letters(2)
    for step in ("yellow", "overdue", "urge", "order"):
        Rung.objects.create(town=there.town, step=step, told=["nobody we know"])

    with pytest.raises(CommandError, match="failed"):
        call_command("sweep", at="2026-03-16T08:00")

    assert (
        letters().get(recipient=here.handler.user, kind="yours").state
        == NoticeState.SENT
    )
    assert "Delivered" in capsys.readouterr().out
