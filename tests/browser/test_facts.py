"""Facts of a matter stand each beside its label, however many values a label has."""

import pytest

from tests.browser.test_every_page import LOOKING
from tests.cases.roads import spoken, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("width", [1366, 390])
def test_all_who_say_the_same_stand_beside_one_label(open_as, width):
    here = staff()
    case = spoken(here, co_speakers=("赵秀英", "外村的人"))

    page = open_as(here.secretary, viewport={"width": width, "height": 640})
    page.goto(case.get_absolute_url())

    assert "外村的人" in page.locator("dl.facts").first.inner_text()
    assert page.evaluate(f"({LOOKING})(0, 0)") == []
