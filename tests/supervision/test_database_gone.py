"""The database cuts the line in the middle of a job, at every statement in turn: the
next run finds all as it was.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)

from cases.models import Event
from cases.workflow import Action
from minshi.clock import now
from supervision.chasing.sweeping import sweep
from supervision.models import (
    ChaseStep,
    Notice,
    NoticeChannel,
    NoticeState,
    OrderState,
    SupervisionOrder,
)
from supervision.notices.delivering import deliver
from supervision.orders import raise_order
from tests.cases.roads import NOON, accepted, officer
from tests.processes import until
from tests.supervision.flood import (
    flood,
    lines_of,
    sent_twice,
    steps_taken,
    steps_wanted,
    told,
    unsent,
    wanted,
)
from tests.supervision.robots import mail_server

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
GONE = (OperationalError, InterfaceError)


class Cut:
    """Ends the session of this connection from another one, right before or after its
    nth statement.
    """

    def __init__(self, nth: int, *, before: bool) -> None:
        self.left, self.before, self.is_done = nth, before, False

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0 and self.before:
            self._cut(context["connection"])
        answer = execute(sql, params, many, context)
        if self.left == 0 and not self.before:
            self._cut(context["connection"])
        return answer

    def _cut(self, line) -> None:
        pid, other = line.connection.info.backend_pid, line.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

                def is_gone() -> bool:
                    cursor.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid]
                    )
                    return cursor.fetchone()[0] == 0

                until(is_gone)
        finally:
            other.close()
        self.is_done = True


def cut_at_every_statement(run: Callable[[], object], *, before: bool) -> int:
    """Runs until a run has fewer statements than the cut waits for; how many runs were
    cut.

    A run that was cut ends as a database that is gone, and as nothing else.
    """
    cuts = 0
    for nth in count(1):
        cut = Cut(nth, before=before)
        try:
            with connection.execute_wrapper(cut):
                run()
        except GONE:
            assert cut.is_done
            cuts += 1
        else:
            if not cut.is_done:
                return cuts
        close_old_connections()  # as Celery does between two tasks
    raise AssertionError


@pytest.fixture
def bad_rows(caplog):
    """What was put down to a row."""
    caplog.set_level(logging.ERROR)
    return lambda: [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("before", [True, False])
def test_a_sweep_that_is_cut_at_any_statement_is_made_good_by_the_next(
    monkeypatch, bad_rows, before
):
    monkeypatch.setattr("supervision.chasing.ladder.BATCH", 40)
    at = now()
    towns = flood(at, {ChaseStep.ORDER: 50, ChaseStep.URGE: 50, ChaseStep.OVERDUE: 30})

    cuts = cut_at_every_statement(lambda: sweep(at), before=before)

    assert cuts > 20  # else hardly anything was cut
    assert bad_rows() == []
    assert steps_taken() == steps_wanted(towns)
    assert told(NoticeChannel.INBOX) == wanted(towns)
    assert SupervisionOrder.objects.count() == 50


@pytest.mark.parametrize("before", [True, False])
def test_events_and_an_order_under_way_are_told_and_sent_once_whatever_is_cut(
    here, bad_rows, before
):
    cases = [accepted(here) for _nth in range(5)]
    order = raise_order(
        cases[0],
        reason="群众反映强烈",
        demand="请抓紧办",
        reply_on=NOON.date(),
        key=None,
        by=officer(here.signer),
        at=NOON,
    )
    assert order.state == OrderState.SIGNED
    at = NOON + timedelta(minutes=5)

    cuts = cut_at_every_statement(lambda: sweep(at), before=before)

    assert cuts > 20  # else hardly anything was cut
    assert bad_rows() == []
    order.refresh_from_db()
    assert (order.state, order.number.rstrip("号")[-1]) == (OrderState.SENT, "1")
    assert Event.objects.filter(action=Action.SUPERVISE).count() == 1
    yours = Notice.objects.filter(
        kind="yours", recipient=here.secretary.user
    ).values_list("case", flat=True)
    assert sorted(yours) == sorted(case.pk for case in cases)
    assert (
        Notice.objects.filter(kind="order", recipient=here.secretary.user).count() == 1
    )


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.usefixtures("any_hour")
def test_letters_cut_off_from_the_database_go_out_and_at_most_one_twice_for_each_cut(
    settings, before
):
    at = now()
    towns = flood(at, {ChaseStep.URGE: 60})
    sweep(at)
    Notice.objects.filter(channel=NoticeChannel.EMAIL).update(send_after=at)
    with mail_server() as mail:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail.port
        cuts = cut_at_every_statement(lambda: deliver(at), before=before)
        first = unsent()
        for nth in range(1, 8):
            deliver(at + nth * timedelta(minutes=6))

    assert cuts > 5  # else hardly anything was cut
    assert {state for state, _tries in first} <= {NoticeState.WAITING}
    assert unsent() == []
    assert told(NoticeChannel.INBOX) == wanted(towns)
    numbers = Notice.objects.filter(channel=NoticeChannel.EMAIL).values_list(
        "recipient__email", "case__number"
    )
    assert set().union(*map(lines_of, mail.letters)) == set(numbers)
    assert sent_twice(mail.letters) <= cuts
