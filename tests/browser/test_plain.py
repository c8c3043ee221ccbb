"""Without JavaScript everything still works; with it, a page stays light on a poor
line.
"""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.contrib.staticfiles import finders
from playwright.sync_api import expect

from cases.models import Case
from cases.views.receipt import tracking_address
from tests.browser.conftest import PASSWORD
from tests.cases.council import called
from tests.cases.roads import accepted, decided, staff, verified

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
PAGE_BUDGET, OWN_BUDGET, HTML_BUDGET = 75 * 1024, 15 * 1024, 15 * 1024


def gzipped(path: str) -> int:
    return len(gzip.compress(Path(finders.find(path)).read_bytes()))


def test_a_matter_is_taken_down_and_accepted_without_javascript(open_as):
    here = staff()
    page = open_as(here.duty, java_script_enabled=False)

    page.goto("/intake/")
    page.fill("[name=speaker_name]", "外村的老王")
    page.fill("[name=verbatim]", "过路桥栏杆断了")
    page.click("[name=save]")
    number = Case.objects.get().number
    page.goto(f"/cases/{number}/do/accept/")
    page.check("[name=grade][value=complex]", force=True)
    page.click("form#act .btn-primary")

    assert Case.objects.get().stage == "deliberate"


@pytest.mark.parametrize("has_scripts", [True, False])
def test_similar_matters_are_promised_only_where_a_script_lists_them(
    open_as, has_scripts
):
    page = open_as(staff().duty, java_script_enabled=has_scripts)
    page.goto("/intake/")
    page.wait_for_load_state("networkidle")

    promise = page.locator("#similar[data-empty]")

    expect(promise).to_have_count(1 if has_scripts else 0)


def test_words_that_come_after_the_login_is_over_are_there_to_copy(log_in_as):
    duty = staff().duty
    page = log_in_as(duty, java_script_enabled=False)
    page.goto("/intake/")
    page.fill("[name=verbatim]", "过路桥栏杆断了")
    Session.objects.all().delete()

    page.click("[name=save]")
    expect(page.locator("main textarea")).to_have_value("过路桥栏杆断了")
    with page.expect_popup() as opened:
        page.click("main .btn-primary")
    login = opened.value
    login.fill("[name=login]", duty.user.username)
    login.fill("[name=password]", PASSWORD)
    login.click("main .btn-primary")

    expect(login.locator("[name=verbatim]")).to_be_visible()
    expect(page.locator("main textarea")).to_have_value("过路桥栏杆断了")
    assert not Case.objects.exists()


def test_the_whole_form_is_reached_by_keyboard_alone(open_as):
    here = staff()
    page = open_as(here.duty)
    page.goto("/intake/")

    page.keyboard.press("Alt+2")
    page.keyboard.type("水渠堵了，浇不上地")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")

    assert (Case.objects.get().verbatim, Case.objects.get().category) == (
        "水渠堵了，浇不上地",
        "neighbour",
    )


def test_a_stranger_is_taken_down_as_typed_and_the_list_says_so(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    page.keyboard.type("外村的老王", delay=20)
    page.wait_for_selector("#lookup-list:has-text('没找到')")

    page.keyboard.press("Enter")
    page.keyboard.type("过路桥栏杆断了")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")

    assert (Case.objects.get().speaker_name, Case.objects.get().resident) == (
        "外村的老王",
        None,
    )


def test_the_first_letter_has_a_field_before_the_first_frame(open_as):
    page = open_as(staff().duty)
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => { window.hadFocus ="
        " document.activeElement.id; })"
    )

    page.goto("/intake/")

    assert page.evaluate("window.hadFocus") == "id_speaker_name"


LOADED = re.compile(r'(?:src|href)="/static/([^"]+\.(?:css|js))"')
IMPORTED = re.compile(r'from "\./([^"]+)";')


def files_of(html: str) -> set[str]:
    """Styles and scripts of a page: those it names, and the modules that these import."""
    files: set[str] = set()
    waiting = LOADED.findall(html)
    while waiting:
        name = waiting.pop()
        if name not in files:
            files.add(name)
            waiting += modules_of(name)
    return files


def modules_of(name: str) -> list[str]:
    if not name.startswith("js/"):
        return []
    script = Path(finders.find(name)).read_text()
    return [f"js/{imported}" for imported in IMPORTED.findall(script)]


def is_ours(name: str) -> bool:
    return name.startswith(("css/", "js/"))


def pages(here) -> list[str]:
    """One of each kind that staff open, with different scripts."""
    case = decided(here)
    meeting = called(here, accepted(here))
    of_meeting = f"/meetings/{meeting.pk}/"
    item = f"{of_meeting}items/{meeting.items.get().pk}/"
    of_case = f"/cases/{case.number}/"
    lists = ["/", "/intake/", "/cases/", "/queue/"]
    return [*lists, of_case, f"{of_case}receipt/", of_meeting, item]


def test_staff_pages_keep_their_weight(client):
    here = staff()
    addresses = pages(here)
    client.force_login(here.secretary.user)

    for address in addresses:
        assert_light(client, address)


def test_the_speakers_page_keeps_its_weight(client):
    """A telephone reads it, with every form that it ever has."""
    here = staff()

    for case in (decided(here), verified(here)):
        assert_light(client, tracking_address(case))
        assert_all_named(client, tracking_address(case))


def assert_light(client, address: str) -> None:
    html = client.get(address).content
    weight = {name: gzipped(name) for name in files_of(html.decode())}
    ours = sum(size for name, size in weight.items() if is_ours(name))
    page = len(gzip.compress(html))

    assert "js/dom.js" in weight, address
    assert ours <= OWN_BUDGET, address
    assert page <= HTML_BUDGET, address
    assert page + sum(weight.values()) <= PAGE_BUDGET, address


def test_a_page_names_every_module_that_it_needs(client):
    """Else a browser on a poor line learns of it one answer later."""
    here = staff()
    addresses = pages(here)

    assert_all_named(client, "/login/")
    client.force_login(here.secretary.user)
    for address in addresses:
        assert_all_named(client, address)


def assert_all_named(client, address: str) -> None:
    html = client.get(address).content.decode()
    assert set(LOADED.findall(html)) == files_of(html), address
