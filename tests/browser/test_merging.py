"""并案 in a browser: the first press shows the other matter, the second one merges."""

import pytest
from playwright.sync_api import expect

from tests.cases.roads import accepted, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def test_the_other_matter_is_shown_and_then_merged_into(open_as):
    here = staff()
    case, other = accepted(here), accepted(here, speaker_name="赵喜梅")
    page = open_as(here.secretary)
    page.goto(f"{case.get_absolute_url()}do/merge/")

    page.fill("#id_into", other.number)
    page.click("#act .btn-primary")
    expect(page.locator("#other-matter")).to_contain_text("赵喜梅")
    page.get_by_role("button", name="确认并到这件").click()
    page.wait_for_url(f"**{case.get_absolute_url()}**sent=*")

    case.refresh_from_db()
    assert case.merged_into == other


def test_another_number_written_meanwhile_is_shown_first(open_as):
    here = staff()
    case, wrong, other = accepted(here), accepted(here), accepted(here)
    page = open_as(here.secretary)
    page.goto(f"{case.get_absolute_url()}do/merge/")
    page.fill("#id_into", wrong.number)
    page.press("#id_into", "Enter")
    expect(page.locator("#other-matter")).to_contain_text(wrong.number)

    page.fill("#id_into", other.number)
    page.press("#id_into", "Enter")

    expect(page.locator("#other-matter")).to_contain_text(other.number)
    case.refresh_from_db()
    assert case.is_open
