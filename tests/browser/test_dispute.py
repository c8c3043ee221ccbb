"""A village dispute walked by role: by phone, before the two committees, led by a
cadre, done.
"""

import pytest
from playwright.sync_api import expect

from cases.models import Case
from tests.browser.walking import (
    act,
    call_meeting,
    call_roll,
    choose,
    choose_holder,
    do,
    end_meeting,
    send,
    take,
    take_down,
    vote,
)
from tests.cases.council import NAMES, seats
from tests.cases.roads import staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WORDS = "隔壁新砌的墙占了巷道，三轮车过不去"


def test_a_dispute_by_phone_is_voted_on_by_the_two_committees_and_led_by_a_cadre(
    open_as,
):
    here = staff()
    seats(here)

    duty = open_as(here.duty)
    number = take_down(
        duty,
        WORDS,
        name="张长生",
        channel="phone",
        category="neighbour",
        grade="complex",
    )
    expect(duty.locator("main")).to_contain_text("电话")
    do(duty, number, "accept")

    secretary = open_as(here.secretary)
    secretary.goto("/meetings/")
    secretary.click("a:has-text('开个会')")
    choose(secretary, kind="two_committees")
    secretary.locator("label.tick", has_text=number).click()
    call_meeting(secretary)
    call_roll(secretary, *NAMES)
    secretary.locator(".agenda-row a strong").click()

    secretary.locator("label", has_text="张有才").click()
    secretary.fill("[name^='aside-']:visible", "是当事人的堂弟")
    secretary.click("text=确认回避人员")
    expect(secretary.locator("main")).to_contain_text("应到 6，实到 6，回避 1")

    vote(secretary, 6, 1)  # as if nobody had stepped aside
    choose(secretary, handling="led")
    secretary.fill("[name=decision]", "墙退半尺，由民事直说委员领办")
    choose_holder(secretary, f"post:{here.member.pk}")
    secretary.click("button[value=passed]")
    expect(secretary.locator("#error-summary")).to_contain_text(
        "一共数出 7 票，在场能投票的是 6 人"
    )
    vote(secretary, 5, 1)
    secretary.click("button[value=passed]")
    expect(secretary.locator(".agenda-row")).to_contain_text("同意 5，反对 1，弃权 0")
    end_meeting(secretary)

    cadre = open_as(here.member)
    take(cadre, number, "acknowledge")
    do(
        cadre,
        number,
        "complete",
        {"result": "两家量了巷道，墙退半尺，三轮车过得去了"},
        outcome="done",
    )
    do(secretary, number, "verify", {"reply": "墙已退半尺，请您看看"})
    form = act(duty, number, "rate")
    choose(form, satisfaction="satisfied", solved="yes", how="call")
    send(duty, form)

    expect(duty.locator("main")).to_contain_text("两委")
    case = Case.objects.get(number=number)
    item = case.agenda_items.get()
    assert (case.stage, case.close_reason, case.channel, case.handling) == (
        "closed",
        "rated",
        "phone",
        "led",
    )
    assert case.assignments.get().post == here.member
    assert (item.due, item.votes_for, item.votes_against, item.aside) == (6, 5, 1, 1)
    assert case.events.get(action="decide").data["item"] == item.pk
