"""群中反映 → 村组上报 → 乡镇把关 → 站所行动: a road cut by rain, walked from a
group's leader to the offices.
"""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case
from tests import roles
from tests.browser.walking import (
    act,
    call_meeting,
    call_roll,
    choose,
    choose_holder,
    do,
    end_meeting,
    send,
    take,
    take_down,
    vote,
)
from tests.cases.roads import staff
from tests.villages.factories import OfficeFactory, VillageFactory
from villages.models import Body, Office, Seat, Town, Village

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
ROAD, BRIDGE = "花椒快红了，摘椒路被雨冲出深沟", "便民桥的桥面裂了一道缝，老人不敢过"
COMMITTEE = ("马书记", "王镇长", "刘委员", "陈委员", "何委员")


def seat_committee(town: Town) -> None:
    for nth, name in enumerate(COMMITTEE):
        Seat.objects.create(
            body=Body.TOWN_COMMITTEE,
            town=town,
            name=name,
            is_chair=nth == 0,
            from_on=date(2024, 1, 1),
        )


def report_up(page: Page, number: str) -> None:
    do(page, number, "accept", grade="complex")
    do(page, number, "escalate", {"reason": "村里没有机械，也没有钱"})


def accept_together(page: Page, numbers: list[str], office: Office) -> None:
    """Both ticked, looked at once more on one page, each with its own result."""
    page.goto("/queue/")
    for number in numbers:
        page.get_by_label(f"勾选 {number}").check()
    page.click("button[name=do][value=decide]")
    for number in numbers:
        expect(
            page.locator(f"li:has([name=cases][value^='{number}:'])")
        ).to_be_visible()
    choose(page, handling="led")
    page.fill("[name=decision]", "先拉警戒线，三天内看完现场")
    choose_holder(page, f"office:{office.pk}")
    page.click("button[name=apply]")
    expect(page.locator("h1")).to_contain_text("2 件成功，0 件未成功")


def invite(page: Page, number: str, village: Village) -> None:
    form = act(page, number, "join")
    form.locator("[name=village]").select_option(str(village.pk))
    send(page, form)


def decide_at_committee(
    page: Page, number: str, lead: Office, helping: list[str]
) -> None:
    """From what waits onto the agenda of a meeting that is called for it, and decided
    there.
    """
    page.goto("/queue/")
    # the other matter is with its office
    expect(page.locator("[name=cases]")).to_have_count(1)
    page.get_by_label(f"勾选 {number}").check()
    page.click("button:has-text('排上会')")
    choose(page, kind="town_committee")
    expect(page.locator("[name=cases]")).to_be_checked()
    call_meeting(page)
    call_roll(page, *COMMITTEE[:4])
    page.locator(".agenda-row a strong").click()
    vote(page, 4, 0)
    choose(page, handling="meeting")
    page.fill("[name=decision]", "三个站所、两个村一起修，五天通车")
    choose_holder(page, f"office:{lead.pk}")
    page.locator("details:has([name=assistants]) > summary").click()
    for holder in helping:
        page.locator(f"[name=assistants][value='{holder}']").check()
    page.click("button[value=passed]")
    expect(page.locator(".agenda-row .lamp.green")).to_be_visible()
    end_meeting(page)


def overrule(page: Page, number: str, office: Office, ground: str) -> None:
    page.goto(f"/cases/{number}/")
    expect(page.locator(".note.warn", has_text=ground)).to_be_visible()
    form = act(page, number, "rule_hand_back")
    choose_holder(form, f"office:{office.pk}", field="part")
    choose(form, ruling="refused")
    form.locator("[name=reason]").fill("排水渠是你站的")
    send(page, form)
    expect(page.locator(".note.warn", has_text=ground)).to_have_count(0)


def sees_only(page: Page, number: str, other: str) -> None:
    page.goto("/cases/")
    expect(page.locator("main [data-row]")).to_have_count(1)
    expect(page.locator("main [data-row]")).to_contain_text(number)
    assert page.goto(f"/cases/{other}/").status == 404


def test_a_cut_road_goes_from_a_villagers_word_to_three_offices_and_two_villages(
    open_as,
):
    here = staff()
    seat_committee(here.town)
    second, third = (OfficeFactory(town=here.town) for _nth in range(2))
    willing, unwilling = (roles.handler_of(office) for office in (second, third))
    village = VillageFactory(town=here.town)
    neighbour = roles.secretary_of(village)

    leader = open_as(here.leader)
    road, bridge = (
        take_down(leader, words, channel="wechat_group", category="village")
        for words in (ROAD, BRIDGE)
    )

    secretary = open_as(here.secretary)
    report_up(secretary, road)
    report_up(secretary, bridge)

    reviewer = open_as(here.reviewer)
    accept_together(reviewer, [road, bridge], here.office)
    office = open_as(here.handler)
    do(
        office,
        road,
        "return",
        {"reason": "要砌护坡，跨两个村，一个站定不了，请上党委会"},
    )

    next_door = open_as(neighbour)
    assert next_door.goto(f"/cases/{road}/").status == 404
    invite(reviewer, road, village)
    sees_only(next_door, road, bridge)
    helping = [
        f"office:{second.pk}",
        f"office:{third.pk}",
        f"post:{here.secretary.pk}",
        f"post:{neighbour.pk}",
    ]
    decide_at_committee(reviewer, road, here.office, helping)

    would_not = open_as(unwilling)
    do(would_not, road, "hand_back", {"reason": "路基不归我们管"})
    overrule(reviewer, road, third, "路基不归我们管")
    for page in (would_not, open_as(willing), secretary, next_door):
        take(page, road, "acknowledge")
        do(page, road, "report", {"result": "我们这部分做完了"})
    take(office, road, "acknowledge")
    do(office, road, "complete", {"result": "五天修通，能过三轮车"}, outcome="done")

    case = Case.objects.get(number=road)
    assert (case.stage, case.level, case.handling) == ("supervise", "town", "meeting")
    assert list(case.events.order_by("sequence").values_list("action", flat=True)) == [
        "register",
        "accept",
        "escalate",
        "decide",
        "return",
        "join",
        "decide",
        "hand_back",
        "rule_hand_back",
        *["acknowledge", "report"] * 4,
        "acknowledge",
        "complete",
    ]
    assert (
        case.events.filter(action="decide").last().data["meeting_kind"]
        == "town_committee"
    )
    assert Case.objects.get(number=bridge).owner_office == here.office
