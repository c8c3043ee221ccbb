"""Words typed and not sent are there again after a link and Back, on every page."""

from datetime import date

import pytest
import time_machine
from django.conf import settings
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


def test_a_refused_sending_is_no_arrival_and_back_leads_to_it(open_as):
    here = staff()
    post, address, name = order(here)
    page = open_as(post)
    page.goto(address)
    field = page.locator(f"main form [name={name}]")
    write(page, field)
    page.fill("[name=reply_on]", "2020-01-01")
    page.locator("main form:has([name=demand]) .btn-primary").click()
    expect(page.locator("#error-summary")).to_be_visible()
    page.wait_for_load_state("networkidle")

    page.goto("/cases/")
    page.go_back()

    expect(field).to_have_value(WORDS)


def test_what_a_login_that_was_over_kept_back_is_there_on_the_next_page(open_as):
    here = staff()
    post, address, name = order(here)
    page = open_as(post)
    page.goto(address)
    field = page.locator(f"main form [name={name}]")
    write(page, field)
    session = page.context.cookies()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("main form:has([name=demand]) .btn-primary").click()
    expect(field).to_have_count(0)
    page.context.add_cookies(session)  # logged in again, in another window
    page.wait_for_timeout(2_500)  # nobody does that at once

    page.goto(address)

    expect(field).to_have_value(WORDS)
    assert not SupervisionOrder.objects.exists()


def test_each_tab_keeps_its_own_words(open_as):
    here = staff()
    post, address, name = order(here)
    page = open_as(post)
    page.goto(address)
    field = page.locator(f"main form [name={name}]")
    write(page, field)
    other = page.context.new_page()
    other.goto(address)
    others = other.locator(f"main form [name={name}]")
    other.wait_for_load_state("networkidle")
    others.fill("另一张督办单的话")
    other.close()

    page.goto("/cases/")
    page.go_back()

    expect(field).to_have_value(WORDS)


def test_words_of_one_ledger_stand_in_no_other(open_as):
    here = staff()
    post, address, name = entry_in_red(here)
    page = open_as(post)
    page.goto(address)
    write(page, page.locator(f"main form [name={name}]"))
    spoken(here, verbatim="另一件")
    other = freeze(
        "requests",
        here.village,
        first=date(2026, 3, 1),
        last=date(2026, 3, 31),
        by=here.secretary.user,
        at=LATE,
    )
    Case.objects.update(verbatim="改过的话")

    page.goto(f"{other.get_absolute_url()}?check=1")
    page.wait_for_load_state("networkidle")

    expect(page.locator(f"main form [name={name}]")).to_have_value("")


def test_a_note_refused_in_its_place_is_kept(open_as):
    here = staff()
    post, address, name = tracking(here)
    page = open_as(post)
    page.goto(address)
    field = page.locator(f"main form [name={name}]")
    write(page, field)
    page.get_by_role("button", name="记下").click()
    expect(page.locator("#error-summary")).to_be_visible()
    page.wait_for_load_state("networkidle")

    page.goto("/cases/")
    page.go_back()

    expect(field).to_have_value(WORDS)


def test_what_is_to_be_blanked_is_kept_nowhere(open_as):
    here = staff()
    case = spoken(here, confidentiality="hidden")
    page = open_as(here.duty)
    page.goto(case.get_absolute_url())
    page.wait_for_load_state("networkidle")

    page.locator("[name=also_hidden]").first.fill("河边那家")

    page.wait_for_timeout(300)
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
