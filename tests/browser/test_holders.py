"""Who leads and who assists, looked for by keys among those on offer."""

import pytest
from playwright.sync_api import expect

from cases.models import Assignment
from tests.cases.roads import accepted, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def named(post, name: str) -> None:
    post.user.name = name
    post.user.save()


def test_a_lead_is_found_by_initials_and_is_not_offered_as_assistant(open_as):
    here = staff()
    named(here.leader, "曾小芳")
    named(here.member, "李国强")
    case = accepted(here)
    page = open_as(here.secretary)
    page.goto(f"/cases/{case.number}/do/decide/")

    page.wait_for_selector("input#id_lead")
    page.fill("#id_lead", "zxf")
    expect(page.locator("[role=option]")).to_have_count(1)
    page.press("#id_lead", "Enter")
    assert page.input_value("[name=lead]") == f"post:{here.leader.pk}"

    page.click("summary:has-text('协办')")
    expect(page.locator(f"#part-post\\:{here.leader.pk}")).to_be_hidden()
    page.fill("details [type=search]", "lgq")
    expect(page.locator("details .part:visible")).to_have_count(1)
    page.click(f"label[for='part-post:{here.member.pk}']")
    page.check("[name=handling][value=joint]", force=True)
    page.fill("[name=decision]", "三天办好")
    page.click("form#act .btn-primary")

    page.wait_for_url(f"**/cases/{case.number}/?sent=*")
    expect(page.locator("h1")).to_be_visible()
    roles = dict(Assignment.objects.values_list("post", "role"))
    assert roles == {here.leader.pk: "lead", here.member.pk: "assistant"}
