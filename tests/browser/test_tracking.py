"""The tracking meeting in a browser: each matter's form comes back in its place, and
the others keep what is typed.
"""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from supervision.chasing.tracking import begin_tracking
from supervision.models import TrackedCase
from tests.cases.roads import spoken, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def test_a_refusal_in_its_place_drops_no_other_note_and_breaks_no_rule_of_the_page(
    open_as,
):
    here = staff()
    cases = [spoken(here), spoken(here)]
    meeting = begin_tracking(here.town, by=here.supervisor.user, at=timezone.now())
    first, second = (
        TrackedCase.objects.get(meeting=meeting, case=case).pk for case in cases
    )
    page = open_as(here.supervisor)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(meeting.get_absolute_url())
    page.fill(f"#id_item-{second}-note", "三天内答复")

    page.locator(f"#item-{first} label", has_text="催办").click()
    page.click(f"#item-{first} button")
    expect(page.locator(f"#item-{first} .error")).to_be_visible()
    page.fill(f"#id_item-{first}-note", "本周办好")
    page.click(f"#item-{first} button")
    expect(page.locator(f"#item-{first} form")).to_have_count(0)

    assert page.input_value(f"#id_item-{second}-note") == "三天内答复"
    expect(page.locator("#left")).to_contain_text("还有1件未研究")
    assert [text for text in said if "Content Security Policy" in text] == []
