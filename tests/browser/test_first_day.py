"""Somebody's first day: a one-time password, a slow line, a board read for the first
time.
"""

import time

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case
from tests.browser.conftest import PASSWORD
from tests.browser.walking import FRONT
from tests.cases.roads import decided, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
SLOW_LINE = 0.3  # seconds until an answer arrives
OWN = "shui-qu-xiu-hao-le-9"


def slow_lookup(page) -> None:
    def wait(route):
        time.sleep(SLOW_LINE)
        route.continue_()

    page.route("**/lookup/**", wait)


def neighbours(here) -> None:
    """Two whose names begin with z; only one of them is 张长生."""
    household = HouseholdFactory(group=here.group)
    index_residents(
        [
            ResidentFactory(household=household, name=name)
            for name in ("张爱国", "张长生")
        ]
    )


def test_a_one_time_password_is_changed(log_in_as):
    duty = staff().duty
    duty.user.must_change_password = True
    page = log_in_as(duty)
    page.wait_for_url("**/account/password/**")

    page.fill("[name=oldpassword]", PASSWORD)
    page.fill("[name=password1]", OWN)
    page.fill("[name=password2]", OWN)
    page.click("main .btn-primary")
    page.wait_for_url(FRONT)
    duty.user.refresh_from_db()
    assert not duty.user.must_change_password


def test_a_quick_hand_on_a_slow_line_links_whom_it_typed(open_as):
    here = staff()
    neighbours(here)
    page = open_as(here.duty)
    slow_lookup(page)
    page.goto("/intake/")
    page.keyboard.type("z")
    expect(page.locator("#lookup-list [role=option]")).to_have_count(2)

    page.keyboard.type("cs")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("水渠堵了")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")

    case = Case.objects.get()
    assert (case.resident.name, case.speaker_name, case.verbatim) == (
        "张长生",
        "张长生",
        "水渠堵了",
    )


def test_a_list_is_not_choosable_once_the_text_has_changed(open_as):
    here = staff()
    neighbours(here)
    page = open_as(here.duty)
    slow_lookup(page)
    page.goto("/intake/")
    page.keyboard.type("z")
    first = page.locator("#lookup-list [role=option]", has_text="张爱国")
    expect(first).to_be_visible()

    page.keyboard.type("c")

    assert not first.is_visible()
    expect(page.locator("#lookup-list [role=option]")).to_have_text(
        ["张长生 · " + place_of(here)]
    )


def place_of(here) -> str:
    household = here.group.households.get()
    return f"{here.group.number}组{household.number}号"


@pytest.mark.parametrize(("width", "height"), [(1366, 625), (1920, 1080)])
def test_the_heads_of_the_board_stand_over_their_columns(open_as, width, height):
    here = staff()
    decided(here)  # in March: long overdue
    page = open_as(here.supervisor, viewport={"width": width, "height": height})

    page.goto(reverse("supervision:board"))

    heads = [cell.bounding_box() for cell in page.locator("main thead th").all()]
    cells = [
        cell.bounding_box()
        for cell in page.locator("main tbody tr >> nth=0 >> td").all()
    ]
    assert len(heads) == len(cells) > 5
    for head, cell in zip(heads, cells, strict=True):
        assert abs(head["x"] - cell["x"]) <= 2
        assert abs(head["width"] - cell["width"]) <= 2
