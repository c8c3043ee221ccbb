"""Tabs: all in sight on a desk's screen, and on a telephone a sign that more follow."""

import pytest

from tests.cases.roads import accepted, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def test_every_ledger_has_its_tab_in_sight(open_as):
    here = staff()
    accepted(here)
    page = open_as(here.secretary)

    page.goto("/ledgers/general/")

    width = page.viewport_size["width"]
    boxes = [tab.bounding_box() for tab in page.locator("main .tabs a").all()]
    assert len(boxes) > 6
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)


def test_on_a_telephone_a_row_of_tabs_slides_and_shows_that_more_follow(open_as):
    here = staff()
    accepted(here)
    page = open_as(here.secretary, viewport={"width": 390, "height": 844})

    page.goto("/ledgers/general/")

    tabs = page.locator("main .tabs")
    assert tabs.evaluate("row => row.scrollWidth > row.clientWidth")
    shadows = tabs.evaluate("row => getComputedStyle(row).backgroundImage")
    assert shadows.count("radial-gradient") == 2
    assert page.evaluate("document.documentElement.scrollWidth === innerWidth")
