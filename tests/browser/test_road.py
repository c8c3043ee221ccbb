"""The first sentence walked by five people: taken down, decided, handled, checked,
rated, exported.
"""

import io

import openpyxl
import pytest

from cases.models import Case
from tests.browser.walking import act, choose_holder, send
from tests.cases.roads import staff
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def take_down(page, resident):
    group = resident.household.group
    page.goto("/intake/")
    page.keyboard.type("ljg", delay=30)
    page.wait_for_selector("#lookup-0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert (
        page.inner_text("[data-who]")
        == f"李建国 · {group.number}组{resident.household.number}号"
    )
    page.keyboard.type("二组东头路灯坏了三盏，晚上老人出门看不见")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")
    case = Case.objects.get()
    assert (case.speaker_name, case.resident, case.group) == ("李建国", resident, group)
    assert case.number in page.inner_text("article.receipt")
    return case, page.inner_text("article.receipt .address")


def test_from_the_counter_to_the_ledger(log_in_as, live_server, page):
    here = staff()
    resident = ResidentFactory(
        household=HouseholdFactory(group=here.group, number=12), name="李建国"
    )
    index_residents([resident])

    counter = log_in_as(here.duty)
    case, tracking = take_down(counter, resident)
    form = act(counter, case.number, "accept")
    form.get_by_text("复杂").click()
    send(counter, form)

    secretary = log_in_as(here.secretary)
    form = act(secretary, case.number, "decide")
    form.get_by_text("干部领办").click()
    form.locator("[name=decision]").fill("请水管站换灯，集体经济出钱")
    choose_holder(form, f"office:{here.office.pk}")
    send(secretary, form)

    station = log_in_as(here.handler)
    station.goto(f"/cases/{case.number}/")
    station.click('form[action$="/do/acknowledge/"] button')
    station.wait_for_selector(".note.good")
    form = act(station, case.number, "complete")
    form.locator("fieldset label").first.click()
    form.locator("[name=result]").fill("三盏灯都换好了")
    send(station, form)

    form = act(secretary, case.number, "verify")
    form.locator("[name=reply]").fill("灯修好了，请您看看")
    send(secretary, form)

    page.goto(tracking)
    assert "李建国" not in page.inner_text("body")
    page.get_by_text("满意", exact=True).click()
    page.get_by_text("解决", exact=True).first.click()
    page.click('form:has([value="rate"]) button')
    page.wait_for_selector(".note.good")

    supervisor = log_in_as(here.supervisor)
    supervisor.goto("/ledgers/general/?period=all")
    supervisor.locator("[name=reason]").fill("月报")
    with supervisor.expect_download() as download:
        supervisor.click('button:has-text("Excel")')
    with supervisor.expect_download(
        timeout=3000
    ) as second:  # another button of the same form, in the same breath
        supervisor.click('button:has-text("CSV")')
    assert second.value.suggested_filename.endswith(".csv")
    sheet = openpyxl.load_workbook(
        io.BytesIO(download.value.path().read_bytes())
    ).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert case.number in cells
    assert any("三盏灯都换好了" in cell for cell in cells)
    assert "李建国" not in cells
