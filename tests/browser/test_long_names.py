"""Long names on the pages of supervision go on in a second line: none is cut."""

import pytest
from django.utils import timezone

from cases.models import Case
from supervision.chasing.sweeping import sweep
from tests.cases.roads import decided, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
LONG = "二组东头到小学路口的水渠盖板断了好几处，下雨天积水，晚上行人容易踩空，请尽快换"


def decided_with_long_names(here) -> Case:
    here.office.name = "农业农村综合服务中心（乡村振兴工作站）"
    here.office.save()
    case = decided(here)
    Case.objects.filter(pk=case.pk).update(title=LONG)
    return case


@pytest.mark.parametrize("width", [1366, 390, 360])
def test_the_board_cuts_no_name(open_as, width):
    here = staff()
    case = decided_with_long_names(here)
    light = case.light(timezone.now())

    page = open_as(here.supervisor, viewport={"width": width, "height": 640})
    page.goto(f"/supervision/board/?light={light}")

    matter = page.locator(".board .matter")
    assert matter.inner_text() == LONG
    box = page.locator(".scroll").bounding_box()
    for cell in page.locator(".board td:visible").all():
        place = cell.bounding_box()
        assert place["x"] + place["width"] <= box["x"] + box["width"] + 1
        assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth + 1")


def test_on_a_telephone_a_notice_has_the_whole_width(open_as):
    here = staff()
    case = decided_with_long_names(here)
    sweep(case.due_at)

    page = open_as(here.handler, viewport={"width": 360, "height": 640})
    page.goto("/supervision/inbox/")

    row = page.locator(".row-link").first
    words = row.locator(".wide-cell").bounding_box()
    when = row.locator("> .muted").bounding_box()
    assert when["y"] >= words["y"] + words["height"] - 1
    assert words["width"] > row.bounding_box()["width"] * 0.9
