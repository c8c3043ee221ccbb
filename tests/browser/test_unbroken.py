"""What is read as one word stands on one line, and what can be chosen is to be seen,
on the smallest telephone and in every size of type.
"""

import pytest

from cases.views.receipt import tracking_address
from tests.browser.test_every_page import SMALL_PHONE
from tests.cases.roads import accepted, rated, staff
from villages.models import TalkRoom

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WIDTH, HEIGHT = SMALL_PHONE
TYPES = ["normal", "large", "largest"]
# of each that is found the number of lines that its text takes
LINES = """all => all.map(one => {
  const range = document.createRange()
  range.selectNodeContents(one)
  const tops = [...range.getClientRects()].map(line => Math.round(line.top))
  return new Set(tops).size
})"""


def in_type(page, kind, width=WIDTH):
    page.evaluate("kind => document.documentElement.dataset.type = kind", kind)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def small():
    return {"viewport": {"width": WIDTH, "height": HEIGHT}}


@pytest.mark.parametrize("width", [WIDTH, 600, 1366])
def test_a_figure_and_its_percent_sign(open_as, width):
    here = staff()
    for _nth in range(5):  # of fewer no share is told
        rated(here)
    page = open_as(here.duty, viewport={"width": width, "height": HEIGHT})
    page.goto("/supervision/figures/?period=all")
    shares = page.locator(".six__number", has_text="%")
    shares.first.wait_for()
    assert set(shares.all_inner_texts()) == {"100.0%"}

    for kind in TYPES:
        in_type(page, kind, width)
        assert set(shares.evaluate_all(LINES)) == {1}, kind


def test_a_telephone(new_page, small):
    here = staff()
    TalkRoom.objects.create(village=here.village, place="村委会", phone="0939-4421010")
    page = new_page(**small)
    page.goto(tracking_address(accepted(here)))
    phones = page.locator("a[href^='tel:'] .text-nowrap")

    for kind in TYPES:
        in_type(page, kind)
        assert phones.evaluate_all(LINES) == [1], kind


def test_where_a_matter_came_from(open_as, small):
    page = open_as(staff().duty, **small)
    page.goto("/intake/")
    chips = page.locator(".channel .chips span")
    assert chips.count() == 8

    for kind in TYPES:
        in_type(page, kind)
        for chip in chips.all():
            box = chip.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= WIDTH, (kind, chip.inner_text())
