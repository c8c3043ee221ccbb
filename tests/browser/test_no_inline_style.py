"""A form that is refused is swapped in without the style attribute that a box has once
somebody made it taller: the policy of the page forbids it.
"""

import pytest
from playwright.sync_api import expect

from tests.cases.roads import decided, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def test_a_refused_request_for_time_breaks_no_policy(open_as):
    here = staff()
    case = decided(here)
    page = open_as(here.handler)
    said = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(f"{case.get_absolute_url()}do/ask_extension/")
    page.fill("#id_reason", "缺料\n缺料\n缺料\n缺料\n缺料\n缺料")
    # as a hand does that drags the corner of the box
    page.locator("#id_reason").evaluate("box => { box.style.height = '300px' }")
    page.fill("#id_until_on", "2030-01-01")
    page.click("#act .btn-primary")
    expect(page.locator("#act .error").first).to_be_visible()

    assert [text for text in said if "Content Security Policy" in text] == []
