"""A file that is taken away leaves its page as it is: what was said against the try
before is not said any more.
"""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import ExportJob
from cases.tasks import write_exports
from tests.cases.ledger_desk import take
from tests.cases.roads import decided, spoken, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def here():
    here = staff()
    decided(here)
    spoken(here, speaker_name="孙淑芬")
    return here


def test_a_ledger_taken_after_a_refusal_takes_the_refusal_off_the_page(here, open_as):
    page = open_as(here.secretary)
    page.goto("/ledgers/general/?period=all")
    button = page.get_by_role("button", name="导出 Excel")

    page.fill("#id_reason", "。")
    button.click()
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("#id_reason")).to_have_attribute("aria-invalid", "true")

    page.fill("#id_reason", "月度报送")
    with page.expect_download():
        button.click()

    expect(page.locator("#error-summary")).to_have_count(0)
    expect(page.locator("#id_reason_error")).to_have_count(0)
    assert page.get_attribute("#id_reason", "aria-invalid") is None


def test_a_try_that_is_refused_as_well_says_so(here, open_as):
    page = open_as(here.secretary)
    page.goto("/ledgers/general/?period=all")

    for _try in range(2):
        page.fill("#id_reason", "。")
        page.get_by_role("button", name="导出 Excel").click()
        expect(page.locator("#error-summary")).to_be_focused()
        expect(page.locator("#id_reason_error")).to_have_count(1)


def test_a_file_fetched_after_one_that_is_gone_takes_the_refusal_off_the_page(
    here, open_as, monkeypatch, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    for where in ("cases.views.ledgers", "cases.ledgers.jobs"):
        monkeypatch.setattr(f"{where}.MOST_AT_ONCE", 1)
    for _file in range(2):
        take(here.secretary, form="xlsx")
        write_exports()
    gone = ExportJob.objects.earliest("pk")
    (Path(settings.MEDIA_ROOT) / gone.file).unlink()
    page = open_as(here.secretary)
    page.goto(reverse("cases:exports"))
    buttons = page.get_by_role("button", name="下载文件")

    buttons.last.click()
    expect(page.locator("#error-summary")).to_be_visible()
    with page.expect_download():
        buttons.first.click()

    expect(page.locator("#error-summary")).to_have_count(0)
