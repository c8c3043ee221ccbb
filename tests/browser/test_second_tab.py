"""A step that is refused in a second tab: what happened meanwhile, and the stage that
the matter has now.
"""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.walking import act, past_the_login, send
from tests.cases.council import called
from tests.cases.roads import accepted, decided, spoken, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def test_the_stages_above_a_refused_step_are_those_of_now(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.duty)
    page.goto(f"/cases/{case.number}/do/accept/")
    current = page.locator(".stepper [aria-current]")
    expect(current).to_contain_text("说")

    accepted(here, case)
    page.locator("#act .btn-primary").click()

    expect(page.locator("#act[role=alert]")).to_be_visible()
    expect(current).to_have_count(1)
    expect(current).to_contain_text("议")


def test_a_step_opened_on_the_page_of_its_matter_leaves_no_fault(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.duty)
    said = []
    page.on("console", lambda line: said.append(line.text))
    form = act(page, case.number, "accept")
    current = page.locator(".stepper [aria-current]")
    expect(current).to_contain_text("说")

    accepted(here, case)
    form.locator("button.btn-primary").click()

    expect(page.locator("#act[role=alert]")).to_be_visible()
    expect(current).to_have_count(1)
    expect(current).to_contain_text("议")
    assert [line for line in said if "oobErrorNoTarget" in line] == []


def test_a_step_refused_far_down_a_page_is_told_on_the_screen(open_as):
    """The refusal stood above the screen, among facts of a matter that had gone on."""
    here = staff()
    case = accepted(here)
    page = open_as(here.secretary)
    form = act(page, case.number, "decide")
    form.locator("[name=decision]").fill("请何组长去看护栏")
    decided(here, case)
    button = form.locator("button.btn-primary")
    button.scroll_into_view_if_needed()

    button.click()

    refusal = page.locator("#act[role=alert]")
    expect(refusal).to_be_in_viewport()
    expect(refusal).to_contain_text("请何组长去看护栏")
    expect(page.locator("main").get_by_text("现在等谁")).to_have_count(0)


def test_a_decision_that_came_too_late_names_both_who_were_to_lead(client):
    here = staff()
    case = accepted(here)
    client.force_login(here.secretary.user)
    address = f"/cases/{case.number}/do/decide/"
    form = client.get(address).context["form"]
    sent = {
        "version": form["version"].value(),
        "key": form["key"].value(),
        "handling": "led",
        "lead": f"post:{here.leader.pk}",
        "decision": "请何组长去看护栏",
    }
    decided(here, case, lead=here.member)

    late = client.post(address, sent)

    assert late.status_code == 409
    (chosen,) = [each for each in late.context["typed"] if each.name == "lead"]
    assert str(here.leader.user) in chosen.words
    (missed,) = late.context["missed"]
    assert str(here.member.user) in missed.label


def log_in_beside(page, post):
    """Log another account in, in a second tab of the same browser."""
    post.user.set_password(PASSWORD)
    post.user.save()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    other = page.context.new_page()
    other.goto("/login/")
    other.fill("[name=login]", post.user.username)
    other.fill("[name=password]", PASSWORD)
    other.click("main .btn-primary")
    other.wait_for_url(past_the_login)
    other.close()


def test_what_one_account_wrote_is_not_sent_in_the_name_of_another(open_as):
    here = staff()
    case = accepted(here)
    page = open_as(here.secretary)
    form = act(page, case.number, "escalate")
    form.locator("[name=reason]").fill("村里没有这笔钱")
    form.locator("[name=told_why]").fill("村里办不了")
    log_in_beside(page, here.duty)

    form.locator("button.btn-primary").click()

    expect(page.locator("#line")).to_contain_text("另一个账号")
    expect(form.locator("[name=reason]")).to_have_value("村里没有这笔钱")
    case.refresh_from_db()
    assert case.level == "village"

    log_in_beside(page, here.secretary)
    send(page, form)
    case.refresh_from_db()
    assert case.level == "town"
    assert case.events.last().user == here.secretary.user


def test_minutes_are_not_kept_in_the_name_of_another_account(open_as):
    here = staff()
    council = called(here, accepted(here))
    page = open_as(here.duty)
    page.goto(council.get_absolute_url())
    log_in_beside(page, here.secretary)

    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.fill("[name=minutes]", "会上说的话")

    expect(page.locator("#line")).to_contain_text("另一个账号", timeout=15_000)
    expect(page.locator("[name=minutes]")).to_have_value("会上说的话")
    council.refresh_from_db()
    assert council.minutes == ""
