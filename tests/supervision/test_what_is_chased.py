"""What counts as 督办, on the board, in the ledger and in figures; what presses."""

import pytest
from django.urls import reverse

from cases.models import Case
from cases.workflow import Action, make_move
from minshi.workdays import local_day
from supervision.chasing.sweeping import sweep
from supervision.figures.conditions import CHASED
from supervision.models import Chase, Notice, SupervisionOrder
from supervision.orders import raise_order, sign_order
from supervision.views.board import with_times
from tests import roles
from tests.cases.ledger_desk import logged_in, rows
from tests.cases.roads import DAY, NOON, accepted, decided, officer, spoken, staff

pytestmark = pytest.mark.django_db
LATE = NOON + 20 * DAY


@pytest.fixture
def here():
    here = staff()
    here.signer = roles.reviewer_of(here.town, may_sign=True)
    return here


def times_of(case):
    return dict(with_times([case]))[case]


def supervised(here):
    (row,) = rows(here.secretary, "general")
    return row["supervised"]


def is_chased(case):
    return Case.objects.filter(CHASED, pk=case.pk).exists()


def raised(here, case):
    return raise_order(
        case,
        reason="逾期",
        demand="马上办",
        reply_on=local_day(LATE + 3 * DAY),
        key=None,
        by=officer(here.supervisor),
        at=LATE,
    )


def test_what_the_ladder_urged_is_supervised_in_the_ledger(here, time_machine):
    time_machine.move_to(LATE, tick=False)
    case = decided(here)
    before = supervised(here)

    sweep(case.due_at + 2 * DAY)

    assert before == "否"
    assert Chase.objects.filter(case=case, level="urge").exists()
    assert supervised(here) == "是"
    assert times_of(case) == 1


def test_an_order_counts_once_it_went_out(here, time_machine):
    time_machine.move_to(LATE, tick=False)
    case = decided(here)
    sweep(LATE)
    order = SupervisionOrder.objects.get(case=case)
    chases = Chase.objects.filter(case=case).exclude(order=order)
    chases.delete()

    drafted = (times_of(case), supervised(here), is_chased(case))
    at = LATE
    sign_order(order, by=officer(here.signer), at=at)
    sweep(at + DAY)
    sent = (times_of(case), supervised(here), is_chased(case))

    assert drafted == (0, "否", False)
    assert sent == (1, "是", True)


def test_a_reminder_is_no_supervision(here, time_machine):
    time_machine.move_to(NOON, tick=False)
    case = make_move(
        decided(here),
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="remind",
        text="别忘了",
    )
    fresh = supervised(here)
    sweep(NOON)

    assert (fresh, supervised(here), times_of(case)) == ("否", "否", 0)


def test_the_board_and_the_form_say_what_counts(here, time_machine):
    case = decided(here)
    time_machine.move_to(case.due_at + DAY, tick=False)
    client = logged_in(here.supervisor)

    board = client.get(reverse("supervision:board")).content.decode()
    form = client.get(reverse("cases:act", args=[case.number, "supervise"]))

    assert "没签发的督办单不算" in board
    assert "记作通报" not in form.content.decode()
    assert "系统不另出文件" in form.content.decode()


def test_a_secret_matter_that_comes_to_somebody_does_not_press(here, time_machine):
    time_machine.move_to(NOON, tick=False)
    accepted(here, confidentiality="secret")
    danger = make_move(
        spoken(here),
        Action.MANDATORY_REPORT,
        by=officer(here.duty),
        at=NOON,
        told="派出所",
        happened="孩子被打",
    )
    sweep(NOON)

    inbox = logged_in(here.secretary).get(reverse("supervision:inbox"))

    pressing = {
        notice.case_id: notice.is_pressing for notice in inbox.context["notices"]
    }
    assert Notice.objects.filter(is_urgent=True).exclude(case=danger).exists()
    assert [pk for pk, presses in pressing.items() if presses] == [danger.pk]
    assert inbox.content.decode().count("<strong>急</strong>") == 1
