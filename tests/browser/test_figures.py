"""The figures of a place on the smallest telephone."""

import pytest

from tests.browser.test_every_page import SMALL_PHONE
from tests.cases.roads import accepted, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("kind", ["normal", "large", "largest"])
def test_no_table_sticks_out_in_any_type(open_as, kind):
    width, height = SMALL_PHONE
    here = staff()
    accepted(here)

    page = open_as(here.duty, viewport={"width": width, "height": height})
    page.goto("/supervision/figures/?period=all")
    page.locator(".splits table").first.wait_for()
    page.evaluate("kind => document.documentElement.dataset.type = kind", kind)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
