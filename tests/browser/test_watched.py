"""督 watched in a browser: a matter left lying goes from green to closed, and each on
the way is told of it.
"""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from cases.models import Case
from cases.models.choices import Stage
from minshi.clock import now
from supervision.models import OrderState, Robot, SupervisionOrder
from tests import roles
from tests.browser.test_road import act, send
from tests.cases.roads import NOON, SHANGHAI, decided, staff
from tests.supervision.robots import group_robot

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def on(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.fixture
def clock():
    """What the server, the jobs and this test take for now; it goes on from wherever it
    is moved to.
    """
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


@pytest.fixture
def group(settings):
    settings.WECOM_HOSTS = ["127.0.0.1"]
    with group_robot() as robot:
        yield robot


def minute_passes(clock, moment: datetime) -> None:
    """The minute's jobs at that moment: what is due is looked at, and what waits is
    sent.
    """
    clock.move_to(moment)
    call_command("sweep")


def lamp_of(page, case: Case) -> str:
    page.goto(case.get_absolute_url())
    return page.locator("main .lamp").first.get_attribute("class").removeprefix("lamp ")


def told(page, words: str, case: Case) -> None:
    """The newest line of the inbox."""
    page.goto(reverse("supervision:inbox"))
    line = page.locator("main .rows li").first.inner_text()
    assert words in line
    assert case.number in line


def says_nothing_of(page, words: str) -> None:
    page.goto(reverse("supervision:inbox"))
    assert words not in page.inner_text("main")


def test_nothing_falls_overdue_unseen(open_as, clock, group):
    here = staff()
    signer = roles.reviewer_of(here.town, may_sign=True)
    Robot.objects.create(town=here.town, name="村干部群", url=group.url)
    # handed to the office for seven working days: the last is Wednesday the 11th
    case = decided(here)

    minute_passes(clock, NOON + timedelta(minutes=1))
    station = open_as(here.handler)
    told(station, "到您这里了：请您签收", case)
    assert lamp_of(station, case) == "green"
    minute_passes(clock, on(9, 17))
    station = open_as(here.handler)
    says_nothing_of(station, "快到期了")

    minute_passes(clock, on(10, 0, 1))
    station = open_as(here.handler)
    told(station, "快到期了，最后一天是3月11日", case)
    assert lamp_of(station, case) == "yellow"

    minute_passes(clock, on(12, 0, 1))
    station = open_as(here.handler)
    told(station, "3月11日到期，还没办好", case)
    assert lamp_of(station, case) == "red"
    assert group.messages == []  # nobody is written to at night
    overdue_in_the_group(open_as, clock, group, here, case)

    minute_passes(clock, on(13, 0, 1))
    for post in (here.handler, here.secretary):
        told(open_as(post), "催办：3月11日已到期，还没办好", case)

    minute_passes(clock, on(17, 0, 1))
    order = signed_and_sent(open_as, clock, here, signer, case)
    answered_and_checked(open_as, clock, here, order)
    done_and_closed(open_as, clock, here, case)


def overdue_in_the_group(open_as, clock, group, here, case) -> None:
    """The robot is busy at first; an overseer sees it, and the next try comes through,
    once.
    """
    group.answers.append((200, -1, "system error"))
    minute_passes(clock, on(12, 8, 0, 30))
    assert group.messages == []
    overseer = open_as(here.supervisor)
    overseer.goto(reverse("supervision:undelivered"))
    assert "-1 system error" in overseer.inner_text("main")
    overseer.goto(reverse("supervision:board"))
    assert case.number in overseer.inner_text("main table")
    assert overseer.locator("main table .lamp.red").count() == 1

    for minute in (2, 3):
        minute_passes(clock, on(12, 8, minute))
    (message,) = group.messages
    assert (
        message
        == f"有 1 件事要办：\n{case.number} {here.village}：3月11日到期，还没办好。"
    )
    overseer.goto(reverse("supervision:undelivered"))
    assert "都发出去了" in overseer.inner_text("main")


def signed_and_sent(open_as, clock, here, signer, case) -> SupervisionOrder:
    """Drafted by the ladder, signed by who may, out after half a minute and not
    before.
    """
    clock.move_to(on(17, 9))
    desk = open_as(signer)
    told(desk, "有一张督办单等签发", case)
    desk.click("main .rows li >> nth=0 >> a")
    desk.wait_for_url("**/orders/*/")
    desk.click('form[action$="/sign/"] button')
    desk.wait_for_selector("main .lamp:has-text('已签发')")
    order = SupervisionOrder.objects.get()
    assert (order.state, order.number) == (OrderState.SIGNED, "")
    minute_passes(clock, order.send_at - timedelta(seconds=5))
    says_nothing_of(open_as(here.handler), "督办单")

    minute_passes(clock, order.send_at + timedelta(seconds=1))
    order.refresh_from_db()
    assert order.number == f"{here.town}督字〔2026〕1号"
    for post in (here.handler, here.secretary):
        told(open_as(post), f"督办单{order.number}已发出", case)
    says_nothing_of(open_as(here.duty), "督办单")
    return order


def answered_and_checked(open_as, clock, here, order) -> None:
    clock.move_to(on(17, 14))
    station = open_as(here.handler)
    told(station, order.number, order.case)
    station.click("main .rows li >> nth=0 >> a")
    station.locator("[name=reply]").fill("料到了，明天换")
    station.click('form[action$="/reply/"] button')
    station.wait_for_selector("main .lamp:has-text('已回复')")

    overseer = open_as(here.supervisor)
    told(overseer, f"{order.number} 已回复，请核查", order.case)
    overseer.click("main .rows li >> nth=0 >> a")
    overseer.locator("[name=good]").first.check()
    overseer.locator("[name=finding]").fill("属实")
    overseer.click('form[action$="/check/"] button')
    overseer.wait_for_selector("main .lamp.green")
    order.refresh_from_db()
    assert order.state == OrderState.CLOSED


def done_and_closed(open_as, clock, here, case) -> None:
    clock.move_to(on(18, 9))
    station = open_as(here.handler)
    form = act(station, case.number, "complete")
    form.locator("fieldset label").first.click()
    form.locator("[name=result]").fill("三盏灯都换好了")
    send(station, form)
    minute_passes(clock, now() + timedelta(minutes=1))
    secretary = open_as(here.secretary)
    told(secretary, "到您这里了：请您核查", case)
    form = act(secretary, case.number, "verify")
    form.locator("[name=reply]").fill("灯修好了，请您看看")
    send(secretary, form)
    minute_passes(clock, now() + timedelta(minutes=1))

    counter = open_as(here.duty)
    told(counter, "见面时请告诉说事人办到哪一步了", case)
    form = act(counter, case.number, "rate")
    for label in ("满意", "解决"):
        form.get_by_text(label, exact=True).first.click()
    form.locator("[name=how]").first.check()
    send(counter, form)
    case.refresh_from_db()
    assert case.stage == Stage.CLOSED
    minute_passes(clock, on(20, 9))
    overseer = open_as(here.supervisor)
    overseer.goto(reverse("supervision:board"))
    assert case.number not in overseer.inner_text("main")
    overseer.goto(case.get_absolute_url())
    assert "已销号" in overseer.inner_text("main")
