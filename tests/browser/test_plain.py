"""Without JavaScript everything still works; with it, a page stays light on a poor
line.
"""

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from cases.models import Case
from tests.cases.roads import decided, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE_BUDGET, OWN_BUDGET, HTML_BUDGET = 75 * 1024, 12 * 1024, 15 * 1024


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


def test_staff_pages_keep_their_weight(client):
    here = staff()
    case = decided(here)
    client.force_login(here.secretary.user)
    ours = gzipped("minshi.css") + gzipped("minshi.js")
    theirs = gzipped("js-lib-bootstrap5/css/bootstrap.min.css") + gzipped(
        "django_htmx/htmx-2.min.js"
    )

    for address in ("/", "/intake/", "/cases/", f"/cases/{case.number}/"):
        html = len(gzip.compress(client.get(address).content))
        assert html <= HTML_BUDGET, address
        assert html + ours + theirs <= PAGE_BUDGET, address

    assert ours <= OWN_BUDGET
