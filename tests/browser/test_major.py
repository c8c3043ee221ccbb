"""A major matter is not decided by the village: said while that grade is chosen."""

import pytest
from playwright.sync_api import expect

from tests.browser.walking import choose
from tests.cases.roads import accepted, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("scripts", [True, False])
def test_the_ways_on_are_shown_only_while_the_matter_is_major(open_as, scripts):
    here = staff()
    case = accepted(here)
    page = open_as(here.secretary, java_script_enabled=scripts)
    page.goto(f"/cases/{case.number}/do/decide/")
    words = page.get_by_text("大事村里不能直接定")
    expect(page.locator("[name=grade]").first).to_be_attached()
    expect(words).to_be_hidden()

    choose(page, grade="major")
    expect(words).to_be_visible()
    expect(page.get_by_role("link", name="启动四议两公开")).to_be_visible()

    choose(page, grade="minor")
    expect(words).to_be_hidden()
