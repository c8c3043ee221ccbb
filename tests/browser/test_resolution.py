"""四议两公开 through its six steps by hand, on the days on which they happen."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from cases.models import Case, FourTwoProcess
from tests.browser.walking import (
    act,
    choose,
    choose_holder,
    do,
    send,
    take,
    take_down,
    write,
)
from tests.cases.roads import SHANGHAI, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WORDS = "苹果园分红为何只按户不按人，大家要一个说法"
BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)  # a Monday
DAY = timedelta(days=1)


def fill_step(
    page: Page, on: date, content: str, due: int, present: int, votes_for: int
) -> Locator:
    """What is written down of a meeting: whoever was not for it was against."""
    form = page.locator("form:has([name=nth])")
    numbers = {
        "due": due,
        "present": present,
        "votes_for": votes_for,
        "votes_against": present - votes_for,
    }
    write(form, held_on=f"{on:%Y-%m-%d}", content=content, votes_abstain="0")
    write(form, **{name: str(number) for name, number in numbers.items()})
    return form


def keep(page: Page, form: Locator) -> None:
    """Written down: it stands among the steps."""
    written = page.locator("section[id^=step-] dl.facts")
    before = written.count()
    form.locator("button").click()
    expect(written).to_have_count(before + 1)


def record(
    page: Page, on: date, content: str, due: int, present: int, votes_for: int
) -> None:
    keep(page, fill_step(page, on, content, due, present, votes_for))


def make_public(page: Page, on: date, until: date, content: str) -> None:
    form = page.locator("form:has([name=nth])")
    write(
        form,
        held_on=f"{on:%Y-%m-%d}",
        public_until=f"{until:%Y-%m-%d}",
        content=content,
        oversight="无异议",
    )
    keep(page, form)


def now_at(page: Page, nth: int) -> None:
    expect(page.locator(".stepper.six [aria-current=step]")).to_contain_text(str(nth))


def test_a_major_matter_is_resolved_by_the_villagers_in_six_steps_and_printed(open_as):
    here, day = staff(), BEGUN.date()
    with time_machine.travel(BEGUN) as clock:
        duty = open_as(here.duty)
        number = take_down(
            duty, WORDS, channel="talk_room", category="village", grade="major"
        )
        do(duty, number, "accept")

        secretary = open_as(here.secretary)
        secretary.goto(f"/cases/{number}/")
        expect(secretary.locator("#act a[href$='/do/decide/']")).to_have_count(0)
        secretary.click("a:has-text('启动四议两公开')")
        choose(secretary, matter="collective_income", origin="people")
        secretary.click("main form button.btn-primary")
        secretary.wait_for_url("**/four-two/*/")
        process = secretary.url
        now_at(secretary, 1)
        record(secretary, day, "支部提议按人口六成分", 5, 5, 5)
        now_at(secretary, 2)

        clock.move_to(BEGUN + 7 * DAY)
        secretary = open_as(here.secretary)
        secretary.goto(process)
        record(secretary, day + DAY, "两委商定初步方案", 7, 6, 6)

        form = fill_step(secretary, day + 3 * DAY, "党员大会审议方案", 24, 11, 11)
        form.locator("button").click()
        expect(secretary.locator("#error-summary")).to_contain_text(
            "应到 24 人，实到 11 人，须到 12 人"
        )
        expect(form.locator("[name=content]")).to_have_value("党员大会审议方案")
        now_at(secretary, 3)
        record(secretary, day + 4 * DAY, "党员大会审议方案，提了两条意见", 24, 18, 16)

        # half is not more than half
        record(secretary, day + 5 * DAY, "代表会议未形成决议", 31, 24, 12)
        expect(secretary.locator("#step-4 .lamp.red")).to_contain_text("未通过")
        now_at(secretary, 4)
        secretary.goto(f"/cases/{number}/")
        expect(secretary.locator("#act a[href$='/do/decide/']")).to_have_count(0)
        secretary.goto(process)
        record(
            secretary, day + 7 * DAY, "代表会议决议：按人口六成、按户四成", 31, 28, 22
        )
        now_at(secretary, 5)
        make_public(secretary, day + 7 * DAY, day + 22 * DAY, "村务公开栏和微信群")

        decide(secretary, number, here)

        clock.move_to(BEGUN + 23 * DAY)
        cadre = open_as(here.member)
        take(cadre, number, "acknowledge")
        do(
            cadre,
            number,
            "complete",
            {"result": "分红已按决议打卡到户"},
            outcome="done",
        )
        secretary = open_as(here.secretary)
        secretary.goto(process)
        make_public(secretary, day + 23 * DAY, day + 38 * DAY, "分红清单张贴公示")
        expect(secretary.locator("form:has([name=nth])")).to_have_count(0)
        expect_six_parts(printed(secretary))

    steps = list(
        FourTwoProcess.objects.get()
        .steps.order_by("pk")
        .values_list("nth", "passed", "held_on")
    )
    assert steps == [
        (1, True, day),
        (2, True, day + DAY),
        (3, True, day + 4 * DAY),
        (4, False, day + 5 * DAY),
        (4, True, day + 7 * DAY),
        (5, True, day + 7 * DAY),
        (6, True, day + 23 * DAY),
    ]
    case = Case.objects.get(number=number)
    assert (case.stage, case.level, case.grade) == ("supervise", "village", "major")


def decide(page: Page, number: str, here) -> None:
    form = act(page, number, "decide")
    choose(form, handling="led")
    write(form, decision="按村民代表会议决议分")
    choose_holder(form, f"post:{here.member.pk}")
    send(page, form)


def printed(page: Page) -> Page:
    with page.context.expect_page() as opened:
        page.click("button:has-text('打印登记表')")
    return opened.value


def expect_six_parts(page: Page) -> None:
    parts = page.locator("table.form")
    expect(parts).to_have_count(7)  # the head, and one for each step
    for nth, words in enumerate(
        (
            "支部提议按人口六成分",
            "两委商定初步方案",
            "提了两条意见",
            "按户四成",
            "村务公开栏和微信群",
            "分红清单张贴公示",
        ),
        1,
    ):
        expect(parts.nth(nth)).to_contain_text(f"{nth}.")
        expect(parts.nth(nth)).to_contain_text(words)
    # a vote that failed is one that was held
    expect(page.locator("main")).to_contain_text("代表会议未形成决议")
