"""A step that is refused in a second tab: what happened meanwhile, and the stage that
the matter has now.
"""

import pytest
from playwright.sync_api import expect

from tests.cases.roads import accepted, spoken, staff

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
