"""Papers as a printer gets them: read back from the PDF."""

import subprocess

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from tests.cases.roads import accepted, staff

pytestmark = [pytest.mark.browser]
ROW = "<tr><th>办理意见</th><td colspan=3>由水管站牵头办理，七日内办结</td></tr>"
SIGNATURES = ("签发人（签字）", "签收人（签字）")


@pytest.mark.pdf
def test_signatures_never_stand_alone_on_a_page(page, tmp_path):
    styles = [finders.find(f"css/{name}.css") for name in ("print", "print-slip")]
    feet = {"signatures": SIGNATURES, "seal": "主办单位（盖章）"}
    signed = render_to_string("cases/_slip_feet.html", feet)

    pages_of = []
    for count in range(14, 24):
        page.set_content(
            f"<main><h1>交办单</h1><table class=slip>{ROW * count}</table>{signed}</main>"
        )
        for style in styles:
            page.add_style_tag(path=style)
        pages_of.append(pages_in(page.pdf(prefer_css_page_size=True), tmp_path))

    assert {len(pages) for pages in pages_of} == {1, 2}
    for pages in pages_of:
        assert "签收人" in pages[-1]
        assert "办理意见" in pages[-1]


def pages_in(paper: bytes, folder) -> list[str]:
    file = folder / "paper.pdf"
    file.write_bytes(paper)
    command = ["pdftotext", "-layout", str(file), "-"]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return text.split("\f")[:-1]


@pytest.mark.pdf
@pytest.mark.any_database
@pytest.mark.django_db(transaction=True)
def test_a_matter_printed_from_its_page_says_which_it_is(open_as, tmp_path):
    here = staff()
    case = accepted(here, title="路灯坏了")
    page = open_as(here.secretary)
    page.goto(case.get_absolute_url())

    pages = pages_in(page.pdf(), tmp_path)

    assert "路灯坏了" in pages[0]
    assert case.number in pages[0]
    assert "下一步" not in "".join(pages)


@pytest.mark.pdf
def test_a_word_in_the_register_of_six_steps_has_the_width_of_the_sheet(page, tmp_path):
    words = "村务监督委员会到公示栏前核对过，内容与决议一致"
    row = {"oversight": words, "content": "公开栏"}
    notice = render_to_string("cases/four_two/_print_notice.html", {"row": row})

    page.set_content(f"<main><table class=form>{notice}</table></main>")
    for style in ("print", "print-form"):
        page.add_style_tag(path=finders.find(f"css/{style}.css"))
    (paper,) = pages_in(page.pdf(prefer_css_page_size=True), tmp_path)

    assert words in paper


@pytest.mark.pdf
@pytest.mark.any_database
@pytest.mark.django_db(transaction=True)
def test_a_list_to_tick_is_printed_whole_and_without_its_buttons(open_as, tmp_path):
    here = staff()
    cases = [accepted(here) for _nth in range(30)]
    page = open_as(here.supervisor)
    page.goto("/supervision/board/?light=red")

    text = "".join(pages_in(page.pdf(), tmp_path))

    assert [case.number for case in cases if case.number not in text] == []
    assert "勾选" not in text
