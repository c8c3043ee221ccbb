"""What the page of a case says, as somebody reads it for the first time."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from cases.workflow import Action, Speaker, make_move
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    settled,
    spoken,
    staff,
    verified,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


def test_what_was_settled_on_the_spot_shows_no_deliberation_and_no_check(client, here):
    case = settled(here)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url()).content.decode()

    assert page.count("当场办结，不用") == 2
    for label in ("议", "督"):
        assert f'<span aria-hidden="true">—</span>{label}' in page


def test_what_was_settled_as_it_was_taken_down_says_so(client, here):
    case = settled(here)
    client.force_login(here.duty.user)

    address = reverse("cases:intake")
    page = client.get(address, {"done": case.number}).content.decode()

    assert f"已登记，当场办结：{case.number}" in page
    assert "补照片，或者接着办" not in page


def test_who_may_not_correct_a_matter_reads_who_may(client, here):
    case = accepted(here)
    client.force_login(here.supervisor.user)

    address = reverse("cases:act", args=[case.number, "amend"])
    page = client.get(address, follow=True).content.decode()

    assert "只有登记人和承办人能更正" in page


def test_a_step_of_a_closed_matter_says_that_it_is_closed(client, here):
    case = rated(here)
    client.force_login(here.secretary.user)

    address = reverse("cases:act", args=[case.number, "decide"])
    page = client.get(address, follow=True).content.decode()

    assert "已经销号，这一步不能办了" in page


def test_whoever_asks_for_more_time_reads_how_much_and_who_rules(client, here):
    case = decided(here)
    client.force_login(here.handler.user)

    form = client.get(reverse("cases:act", args=[case.number, "ask_extension"]))

    text = form.context["form"].fields["until_on"].help_text
    assert re.fullmatch(r"现在.+到期，最迟可延到.+。最多延\d+天。由村支书审批。", text)


def test_the_timeline_says_each_thing_once(client, here):
    case = verified(here)
    make_move(
        case,
        Action.RATE,
        by=Speaker(case, "code"),
        at=NOON + 2 * DAY,
        satisfaction="satisfied",
        solved="yes",
    )
    client.force_login(here.secretary.user)

    timeline = client.get(case.get_absolute_url()).context["timeline"]

    assert [line.label for line in timeline if line.event.action == "complete"] == [
        "办完了，请核查"
    ]
    assert timeline[0].label == "评价 · 满意 · 解决"


def test_whoever_only_takes_matters_up_reads_who_may_show_the_proper_route(
    client, here
):
    case = spoken(here)
    words = "请村支书“告诉群众该去哪里办”"

    client.force_login(here.duty.user)
    assert words in client.get(case.get_absolute_url()).text
    client.force_login(here.secretary.user)
    assert words not in client.get(case.get_absolute_url()).text


def test_work_that_ended_explained_does_not_read_as_done(client, here):
    case = make_move(
        decided(here),
        Action.COMPLETE,
        by=officer(here.handler),
        at=NOON + DAY,
        outcome="explained",
        result="没有这笔钱",
    )
    client.force_login(here.secretary.user)

    timeline = client.get(case.get_absolute_url()).context["timeline"]

    assert timeline[0].label == "办不了，已向群众说明，请核查"


def test_a_request_for_more_time_does_not_read_as_granted(client, here):
    case = decided(here)
    until = case.due_on + DAY
    make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="等材料",
        until_on=until,
    )
    client.force_login(here.secretary.user)

    page = " ".join(client.get(case.get_absolute_url()).text.split())

    asked = (
        f"{here.handler.user}申请延期到{until.month}月{until.day}日，等待审批： 等材料"
    )
    assert asked in page


def test_the_day_left_is_said_as_the_light_says_it(client, here):
    case = spoken(here)
    last = case.clocks.get()
    client.force_login(here.duty.user)

    with time_machine.travel(last.due_at - DAY / 2, tick=False):
        page = client.get(case.get_absolute_url()).text

    assert page.count("今天到期") >= 2
    assert "含周末" not in page


def test_whether_the_villagers_decide_it_is_no_question_on_a_button(client):
    here = staff()
    case = accepted(here)
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:act", args=[case.number, "reserve"]))

    words = page.content.decode()
    assert "<h2>设定村民决定事项</h2>" in words
    assert '<button class="btn btn-primary">保存</button>' in words
    assert "是不是要村民来定" not in words


def test_a_small_matter_that_the_villagers_decide_is_not_called_major(client):
    here = staff()
    case = accepted(here)
    for reserved in ("public_works", ""):
        words = {"reserved": reserved, "reason": "要筹资筹劳"}
        by = officer(here.secretary)
        case = make_move(case, Action.RESERVE, by=by, at=NOON, **words)
        client.force_login(here.secretary.user)
        page = client.get(case.get_absolute_url()).text
        if reserved:
            assert "这是村民决定事项，要用四议两公开来定。" in page
            assert "大事村里不能直接定" not in page
            assert "定为村民决定事项 · 公益事业的兴办" in page

    assert "不再是村民决定事项" in page


def test_a_decision_for_the_committee_asks_for_what_is_proposed(client):
    here = staff()
    case = make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    client.force_login(here.reviewer.user)

    page = client.get(reverse("cases:act", args=[case.number, "decide"]))

    assert "写拟办意见和拟定的主办：会上通过就照办" in page.content.decode()


def test_what_stands_over_the_buttons_of_the_queue_is_no_button(client):
    here = staff()
    accepted(here)
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:queue")).content.decode()

    assert "勾选的一起：" in page
    assert (
        "<summary" not in page[page.index("勾选的一起") - 80 : page.index("勾选的一起")]
    )


# --- more time, in days
def extension_asked(here, until_on):
    return make_move(
        decided(here),
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="缺料",
        until_on=until_on,
    )


def extension_granted(here, case, **said):
    return make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        **{"ruling": "granted", **said},
    )


@time_machine.travel(NOON, tick=False)
def test_whoever_asks_for_more_time_reads_the_latest_day(client):
    here = staff()
    case = decided(here)  # due on the 11th
    client.force_login(here.handler.user)

    page = client.get(reverse("cases:act", args=[case.number, "ask_extension"]))

    assert "现在3月11日到期，最迟可延到4月10日。" in page.content.decode()


@time_machine.travel(NOON, tick=False)
def test_whoever_rules_reads_that_a_day_off_moves(client):
    here = staff()
    on_sunday = extension_asked(here, date(2026, 3, 22))
    on_monday = extension_asked(here, date(2026, 3, 23))
    client.force_login(here.secretary.user)

    pages = [
        client.get(reverse("cases:act", args=[case.number, "rule_extension"]))
        for case in (on_sunday, on_monday)
    ]

    words = "3月22日是星期日，休息；同意后顺延到3月23日。"
    assert [words in page.content.decode() for page in pages] == [True, False]
    for page in pages:
        assert "同意才写；不同意的，群众看不到这句。" in page.content.decode()


@time_machine.travel(NOON, tick=False)
def test_more_time_until_a_day_off_has_one_day_on_every_page(client):
    here = staff()
    case = extension_granted(here, extension_asked(here, date(2026, 3, 22)))
    client.force_login(here.secretary.user)

    officers = client.get(case.get_absolute_url())
    track = reverse("cases:track", args=[case.number])
    speakers = client.get(track, {"k": case.tracking_code}).content.decode()

    assert case.due_on == date(2026, 3, 23)
    assert officers.context["timeline"][0].label == "审批延期 · 同意 · 3月23日"
    assert "当时定了要多办几天，最迟3月23日办完" in speakers
    assert "3月22日" not in speakers


@time_machine.travel(NOON, tick=False)
def test_the_time_used_says_that_more_was_given(client):
    here = staff()
    case = extension_asked(here, date(2026, 3, 20))
    client.force_login(here.secretary.user)

    before = client.get(case.get_absolute_url()).content.decode()
    extension_granted(here, case)
    after = client.get(case.get_absolute_url()).content.decode()

    assert "3月2日起，规定7个工作日" in before
    assert "已延期到" not in before
    assert "3月2日起，规定7个工作日；已延期到3月20日" in after


@time_machine.travel(NOON, tick=False)
def test_whoever_rules_reads_who_asks_for_what_and_why(client):
    here = staff()
    case = extension_asked(here, date(2026, 3, 20))
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:act", args=[case.number, "rule_extension"]))

    text = " ".join(page.content.decode().split())
    assert f"{here.handler.user}申请延期到3月20日，等待审批： 缺料" in text


@time_machine.travel(NOON, tick=False)
def test_whoever_rules_on_a_part_given_back_reads_why(client):
    here = staff()
    case = decided(here, lead=here.leader, assistants=[here.handler.office])
    back = {"reason": "不归我们管"}
    make_move(case, Action.HAND_BACK, by=officer(here.handler), at=NOON, **back)
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:act", args=[case.number, "rule_hand_back"]))

    assert "不归我们管" in page.content.decode()


def test_whoever_answers_a_word_after_closing_reads_it_on_the_form(client):
    here = staff()
    case = rated(here)
    said = {"text": "以后再坏了，还找你们说吗？"}
    at = NOON + 3 * DAY
    make_move(case, Action.AFTERWORD, by=Speaker(case, "code"), at=at, **said)
    client.force_login(here.duty.user)

    pages = []
    for action in ("answer_afterword", "note_afterword"):
        page = client.get(reverse("cases:act", args=[case.number, action]))
        pages.append(page.content.decode())

    for page in pages:
        assert "以后再坏了，还找你们说吗？" in page


def test_whoever_checks_reads_what_was_reported_as_done(client):
    here = staff()
    case = completed(here)
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:act", args=[case.number, "reject"]))

    assert "换了蓄电池" in page.content.decode()


@time_machine.travel(NOON, tick=False)
def test_a_refusal_names_no_day_as_if_it_were_granted(client):
    here = staff()
    case = extension_asked(here, date(2026, 3, 22))
    extension_granted(here, case, ruling="refused", reason="不必")
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert page.context["timeline"][0].label == "审批延期 · 不同意"
