"""The wall fits whatever screen it hangs on, and is read from four metres on a usual one."""

import pytest
from django.urls import reverse

from minshi.clock import now
from supervision.figures.wall import give_wall
from tests import roles
from tests.browser.test_every_page import LOOKING
from tests.cases.roads import rated, staff
from tests.villages.factories import VillageFactory

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
VILLAGES = 26  # of the town that the method comes from


@pytest.mark.parametrize(
    ("width", "height", "smallest_text"),
    [
        (1920, 1080, 22),
        (1366, 768, 15),
        (1280, 720, 14),
        (1024, 768, 11),
        (1920, 940, 19),  # a window with its address line
        (1366, 625, 12),
    ],
)
def test_all_of_a_town_is_on_the_screen(
    page, live_server, width, height, smallest_text
):
    here = staff()
    VillageFactory.create_batch(VILLAGES - 1, town=here.town)
    rated(here)
    by = roles.system_admin().user
    _wall, token = give_wall(here.town, "大厅", by=by, at=now())

    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{live_server.url}{reverse('supervision:wall')}?k={token}")

    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth") == width
    assert page.evaluate(f"{root}.scrollHeight") == height
    assert page.evaluate(f"({LOOKING})({smallest_text}, 0)") == []


def test_the_address_of_a_wall_is_copied_by_a_button(open_as):
    here = staff()
    page = open_as(roles.system_admin())
    page.goto(reverse("supervision:walls"))
    page.select_option("select[name=town]", str(here.town.pk))
    page.fill("[name=name]", "大厅")
    page.locator("main form.card button").click()
    address = page.locator("#wall-address").inner_text()

    page.locator("[data-copies]").click()
    page.locator("[name=name]").fill("")
    page.locator("[name=name]").press("ControlOrMeta+V")

    assert page.locator("[name=name]").input_value() == address
