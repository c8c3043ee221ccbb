"""Words typed and not sent are there again after a link and Back, on every page."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from cases.ledgers.freezing import freeze
from cases.models import Case
from supervision.chasing.tracking import begin_tracking
from supervision.models import SupervisionOrder
from tests.cases.roads import NOON, decided, spoken, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
LATE = NOON.replace(month=4, day=10)
WORDS = "请三日内修好，莫再等"
BACK = "上次没写完的"


@pytest.fixture(autouse=True)
def _late():
    with time_machine.travel(LATE, tick=True):
        yield


def order(here):
    case = decided(here)
    return (
        here.supervisor,
        reverse("supervision:new_order", args=[case.number]),
        "demand",
    )


def tracking(here):
    spoken(here)
    meeting = begin_tracking(here.town, by=here.supervisor.user, at=LATE)
    name = f"item-{meeting.items.get().pk}-note"
    return here.supervisor, meeting.get_absolute_url(), name


def entry_in_red(here):
    case = spoken(here)
    last = date(2026, 3, 31)
    frozen = freeze(
        "general",
        here.village,
        first=date(2026, 3, 1),
        last=last,
        by=here.secretary.user,
        at=LATE,
    )
    Case.objects.filter(pk=case.pk).update(remark="记错了")
    return here.secretary, f"{frozen.get_absolute_url()}?check=1", "reason"


def write(page, field):
    """The scripts that keep it come after the page."""
    field.fill(WORDS)
    for _tenth in range(200):
        if kept(page):
            return
        page.wait_for_timeout(100)
    pytest.fail("Nothing was kept.")


def kept(page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((it) => /^words-/.test(it))")


@pytest.mark.parametrize("page_of", [order, tracking, entry_in_red])
def test_words_are_back_after_a_link_and_after_loading_anew(open_as, page_of):
    post, address, name = page_of(staff())
    page = open_as(post)
    page.goto(address)
    field = page.locator(f"main form [name={name}]")
    write(page, field)

    page.goto("/cases/")
    page.go_back()

    expect(field).to_have_value(WORDS)
    expect(page.get_by_text(BACK)).to_be_visible()

    page.reload()
    expect(field).to_have_value(WORDS)

    page.get_by_role("button", name="重新写").click()
    expect(field).not_to_have_value(WORDS)
    page.reload()
    expect(field).not_to_have_value(WORDS)


def test_what_arrived_is_not_put_back_and_what_was_refused_is(open_as):
    here = staff()
    post, address, name = order(here)
    page = open_as(post)
    page.goto(address)
    field = page.locator(f"main form [name={name}]")
    button = page.locator("main form:has([name=demand]) .btn-primary")
    write(page, field)
    page.fill("[name=reply_on]", "2020-01-01")
    button.click()
    expect(page.locator("#error-summary")).to_be_visible()
    page.wait_for_load_state("networkidle")

    page.goto("/cases/")
    page.goto(address)
    expect(field).to_have_value(WORDS)
    button.click()
    page.wait_for_url("**/supervision/orders/**")

    assert SupervisionOrder.objects.get().demand == WORDS
    expect(page.locator("main")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert kept(page) == []


def test_what_one_account_typed_is_shown_to_no_other(open_as):
    here = staff()
    post, address, name = order(here)
    page = open_as(post)
    page.goto(address)
    write(page, page.locator(f"main form [name={name}]"))

    other = open_as(here.reviewer)
    other.goto(address)

    assert WORDS not in other.content()
