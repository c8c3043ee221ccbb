"""Slips: what stands on them, on paper and over the API."""

import pytest
from django.urls import reverse

from cases.ledgers import BOOKS
from cases.models import Case
from cases.slips import SLIPS
from cases.workflow import Action, Speaker, make_move
from cases.workflow.inputs import Ask
from tests.api import Api
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    staff,
    verified,
)
from tests.cases.slip_desk import PHONE, boxes, joint, printed
from villages.models import TalkRoom

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON + 3 * DAY, tick=False)


@pytest.fixture
def here():
    return staff()


# --- what stands on them
def test_a_handover_slip_says_who_does_what_until_when(here):
    case = joint(here, request_text="换灯")
    make_move(case, Action.ACKNOWLEDGE, by=officer(here.handler), at=NOON)

    box = boxes(here.secretary, case, "handover")

    year, sequence = case.number.split("-")[1:]
    assert box["document"] == f"{here.village}交办〔{year}〕{int(sequence)}-1号"
    assert (box["number"], box["decision"], box["lead_unit"]) == (
        case.number,
        "换灯",
        str(here.office),
    )
    assert (box["speaker"], box["assigned_on"]) == ("李*国", "2026年3月2日")
    assert box["assisting"].startswith(f"{here.leader.place}：")
    assert box["time_limit"] == "2026年3月23日前"
    assert (box["leader"], box["receiver"]) == (
        str(here.secretary.user),
        str(here.handler.user),
    )
    assert box["received_at"] == "2026年3月2日12时00分"
    assert box["summary"] == f"路灯坏了：{case.verbatim}"


def test_the_contact_of_a_group_leader_is_the_talk_room_of_the_village(here):
    TalkRoom.objects.create(village=here.village, place="村委会", phone="0939-4421010")
    case = decided(here, lead=here.leader)

    contact = boxes(here.secretary, case, "handover")["contact"]

    assert contact == f"{here.leader.user} · 0939-4421010"


def test_a_handover_slip_gives_the_number_of_who_leads_where_they_gave_one(here):
    here.office.phone = "0939-4421"
    here.office.save()
    case = joint(here)
    make_move(case, Action.ACKNOWLEDGE, by=officer(here.handler), at=NOON)
    before = boxes(here.secretary, case, "handover")["contact"]

    here.handler.user.phone = "13809328821"
    here.handler.user.save()

    name = str(here.handler.user)
    assert (name in before, "0939-4421" in before) == (True, True)
    after = boxes(here.secretary, case, "handover")["contact"]
    assert (name in after, "13809328821" in after) == (True, True)
    assert "0939-4421" not in after


def test_what_a_speaker_may_be_shown_holds_nobodys_own_number(client, here):
    for post in (here.handler, here.secretary, here.duty):
        post.user.phone = "13809328821"
        post.user.save()
    case = verified(here, completed(here, decided(here, accepted(here))))

    report = boxes(here.secretary, case, "report")
    track = reverse("cases:track", args=[case.number])
    page = client.get(f"{track}?k={case.tracking_code}")

    assert "13809328821" not in str(report)
    assert page.status_code == 200
    assert "13809328821" not in page.text


def test_the_columns_stand_in_the_order_a_supervisor_expects():
    assert [column.key for column in SLIPS["handover"].book.ledger.columns] == [
        "document",
        "number",
        "channel",
        "speaker",
        "summary",
        "decision",
        "lead_unit",
        "assisting",
        "time_limit",
        "feedback",
        "leader",
        "assigned_on",
        "receiver",
        "received_at",
        "contact",
    ]
    assert [column.key for column in SLIPS["time"].book.ledger.columns] == [
        "number",
        "applicant",
        "kind",
        "reason",
        "days",
        "due_on",
        "new_due_on",
        "asked_at",
        "ruler",
        "ruling",
        "ruled_at",
    ]
    assert [column.key for column in SLIPS["report"].book.ledger.columns] == [
        "title",
        "document",
        "speaker",
        "wish",
        "findings",
        "basis",
        "opinion",
        "replies",
        "unit",
        "checker",
        "contact",
        "completed_on",
    ]


@pytest.mark.parametrize(
    "key", ["number", "decision", "lead_unit", "leader", "assigned_on"]
)
def test_a_column_that_a_ledger_has_as_well_is_read_by_the_same_function(key):
    of_ledgers = {
        column.value
        for book in BOOKS.values()
        for column in book.ledger.columns
        if column.key in (key, "unit")
    }

    of_slips = [
        column
        for slip in SLIPS.values()
        for column in slip.book.ledger.columns
        if column.key == key
    ]

    assert of_slips
    assert {column.value for column in of_slips} <= of_ledgers


def test_an_extension_slip_says_the_deadline_before_and_after(here):
    case = decided(here)
    until = (NOON + 20 * DAY).date()
    make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="缺料",
        until_on=until,
    )
    waiting = boxes(here.secretary, case, "time")
    make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON + DAY,
        ruling="granted",
        reason="同意",
    )

    box = boxes(here.secretary, case, "time")

    assert (waiting["ruling"], waiting["new_due_on"], waiting["ruled_at"]) == (
        "",
        None,
        "",
    )
    assert (box["due_on"], box["new_due_on"], box["days"]) == (
        "2026年3月11日",
        "2026年3月23日",
        11,
    )
    assert (box["kind"], box["reason"], box["ruling"]) == ("延期", "缺料", "同意：同意")
    assert box["applicant"] == f"{here.office} · {here.handler.user}"
    assert (box["ruler"], box["ruled_at"]) == (
        f"{here.village} · {here.secretary.user}",
        "2026年3月3日",
    )


def test_a_break_and_a_return_have_slips_of_their_own_in_the_order_of_time(here):
    case = decided(here)
    until = (NOON + 5 * DAY).date()
    make_move(
        case,
        Action.ASK_SUSPENSION,
        by=officer(here.handler),
        at=NOON,
        reason="大雪",
        until_on=until,
    )
    case = make_move(
        case,
        Action.RETURN,
        by=officer(here.handler),
        at=NOON + DAY,
        reason="不归我们管",
    )
    make_move(
        case,
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON + 2 * DAY,
        reason="请镇里定",
    )

    first, second = (boxes(here.secretary, case, "time", nth) for nth in (1, 2))

    assert (first["kind"], first["ruling"], first["days"]) == ("中止", "失效", 5)
    assert (second["kind"], second["reason"], second["due_on"]) == (
        "退回",
        "不归我们管",
        "2026年3月11日",
    )
    assert second["ruling"] == "同意退回，已上报：请镇里定"
    assert (second["days"], second["new_due_on"]) == ("不涉及", "不变")
    assert second["ruler"] == f"{here.village} · {here.secretary.user}"


def test_a_return_says_whether_it_was_accepted_and_until_when_it_runs_now(here):
    case = decided(here)
    by = officer(here.secretary)
    for nth, lead in enumerate((here.leader, here.leader)):
        holder = here.handler if nth == 0 else here.leader
        case = make_move(
            case, Action.RETURN, by=officer(holder), at=NOON, reason="不归我们管"
        )
        case = make_move(
            case,
            Action.DECIDE,
            by=by,
            at=NOON,
            handling="led",
            decision="换灯",
            lead=lead,
            due_on=(NOON + 8 * DAY).date(),
        )

    first, second = (boxes(here.secretary, case, "time", nth) for nth in (1, 2))

    assert first["ruling"] == "同意退回，改由其他单位办理：换灯"
    assert second["ruling"] == "不同意退回，仍由原单位办理：换灯"
    assert (first["days"], first["new_due_on"]) == ("不涉及", "2026年3月10日")


def test_whoever_asked_that_a_meeting_resolve_it_was_not_refused(here):
    case = make_move(
        decided(here),
        Action.RETURN,
        by=officer(here.handler),
        at=NOON,
        reason="要镇里定",
        asks_escalation=True,
    )
    make_move(
        case,
        Action.DECIDE,
        by=officer(here.secretary),
        at=NOON,
        handling="led",
        decision="换灯",
        lead=here.office,
        due_on=(NOON + 8 * DAY).date(),
    )

    ruling = boxes(here.secretary, Case.objects.get(), "time", 1)["ruling"]

    assert ruling == "已按所提上会研究，仍由原单位主办：换灯"


def test_what_was_found_and_its_ground_stand_in_boxes_of_their_own(here):
    case = completed(
        here,
        decided(here),
        measures="换了灯泡",
        findings="三盏灯泡烧坏",
        basis="村规民约第六条",
    )

    box = boxes(here.secretary, case, "report")

    assert (box["findings"], box["basis"]) == ("三盏灯泡烧坏", "村规民约第六条")
    assert box["opinion"].splitlines()[:2] == ["换灯", "换了灯泡"]


def test_a_call_back_form_is_blank_to_take_along_and_filled_once_it_was_answered(here):
    case = verified(here, completed(here, decided(here)))
    blank = boxes(here.secretary, case, "call-back")

    case = rated(here, case, satisfaction="mostly", solved="partly")
    filled = boxes(here.secretary, case, "call-back")

    assert list(filled) == [
        "speaker",
        "number",
        "occasion",
        "called_at",
        "how",
        "satisfied",
        "relapse",
        "measures",
        "signature",
        "caller",
    ]
    assert (blank["called_at"], blank["satisfied"], blank["caller"]) == ("", "", "")
    assert (filled["number"], filled["how"]) == (case.number, "电话")
    assert filled["satisfied"] == "部分解决 · 基本满意"
    assert filled["caller"] == str(here.duty.user)
    assert printed(here.secretary, case, "call-back").status_code == 200


def test_no_call_back_form_is_made_of_what_the_speaker_answered_on_the_page(here):
    case = verified(here)
    by_page = make_move(
        case,
        Action.RATE,
        by=Speaker(case, "code"),
        at=NOON + 2 * DAY,
        satisfaction="mostly",
        solved="partly",
    )

    assert printed(here.secretary, by_page, "call-back").status_code == 404

    make_move(
        by_page,
        Action.CALL_BACK,
        by=officer(here.secretary),
        at=NOON + 3 * DAY,
        satisfaction="satisfied",
        solved="yes",
        how="visit",
    )
    box = boxes(here.secretary, by_page, "call-back")
    assert (box["called_at"], box["how"]) == ("2026年3月5日", "上门")
    assert (box["satisfied"], box["relapse"]) == ("解决 · 满意", "")
    assert box["caller"] == str(here.secretary.user)


def test_what_is_written_once_stands_once_in_the_report(here):
    case = completed(here, decided(here), measures="换了蓄电池")

    assert boxes(here.secretary, case, "report")["opinion"].splitlines() == [
        "换灯",
        "办结 · 换了蓄电池",
    ]


def test_the_town_hands_over_under_its_own_name_and_number(here):
    case = make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    case = make_move(
        case,
        Action.DECIDE,
        by=officer(here.reviewer),
        at=NOON,
        handling="led",
        decision="换灯",
        lead=here.office,
    )

    page = printed(here.reviewer, case, "handover").text

    year, sequence = case.number.split("-")[1:]
    assert f"{here.town}交办〔{year}〕{int(sequence)}-1号" in page
    assert f'<p class="unit">{here.town}人民政府</p>' in page


def test_a_slip_is_headed_as_a_seal_is_and_has_room_for_one(here):
    page = printed(here.secretary, decided(here), "handover").text

    head = f"{here.town}{here.village}村民委员会"
    assert f'<p class="unit">{head}</p>' in page
    assert '<p class="signed__seal">' in page
    assert "主办单位（盖章）" in page
    assert page.count("　　年　　月　　日") == 3
    assert "打印日期：2026年3月5日" in page


@pytest.mark.parametrize(
    ("action", "values", "title"),
    [
        (Action.ASK_EXTENSION, {"until_on": (NOON + 20 * DAY).date()}, "延期审批单"),
        (Action.ASK_SUSPENSION, {"until_on": (NOON + 5 * DAY).date()}, "中止审批单"),
        (Action.RETURN, {}, "退回单"),
    ],
)
def test_a_request_prints_under_what_it_is(here, action, values, title):
    case = make_move(
        decided(here),
        action,
        by=officer(here.handler),
        at=NOON,
        reason="缺料",
        **values,
    )

    assert f"<h1>{title}</h1>" in printed(here.secretary, case, "time").text
    offers = Api(here.secretary).get(f"cases/{case.number}/slips/").json()
    assert offers[-1]["title"] == title


def test_a_report_has_the_replies_of_its_round(here):
    case = verified(
        here,
        completed(
            here, decided(here, accepted(here, title="路灯坏了", request_text="换灯"))
        ),
    )

    box = boxes(here.secretary, case, "report")

    assert box["replies"] == "2026年3月3日 灯修好了"
    assert box["wish"] == f"{case.verbatim}\n诉求：换灯"
    assert (box["title"], box["completed_on"], box["checker"]) == (
        "路灯坏了",
        "2026年3月3日",
        str(here.secretary.user),
    )
    assert "换了蓄电池" in box["opinion"]
    assert box["contact"].startswith(str(here.handler.user))


def test_a_slip_names_no_hidden_speaker(here):
    words = {
        "verbatim": "我是李建国，路灯坏了",
        "title": "李建国家路灯",
        "request_text": "给李建国换灯",
    }
    case = verified(
        here,
        completed(
            here, decided(here, accepted(here, confidentiality="hidden", **words))
        ),
    )

    for key in ("handover", "report"):
        text = printed(here.secretary, case, key).content.decode()
        assert "李建国" not in text
        assert "李*国" not in text


def test_a_phone_is_masked(here):
    case = joint(here)
    completed(
        here,
        make_move(
            case,
            Action.WAIVE,
            by=officer(here.handler),
            at=NOON,
            holder=here.leader,
            reason="不用",
        ),
    )

    text = printed(here.supervisor, case, "report").content.decode()

    assert PHONE not in text
    assert "****2345" in text


# --- over the API
def test_the_api_gives_the_same_lines(here):
    case = decided(here)
    api = Api(here.secretary)

    offers = api.get(f"cases/{case.number}/slips/").json()
    slip = api.get(f"cases/{case.number}/slips/handover/1/").json()

    assert [(offer["key"], offer["nth"]) for offer in offers] == [("handover", 1)]
    assert {line["key"]: line["value"] for line in slip["lines"]} == boxes(
        here.secretary, case, "handover"
    )
    assert slip["signatures"]
    assert Api(here.member).get(f"cases/{case.number}/slips/").status_code == 404


def test_the_handover_slip_names_what_each_assistant_is_asked_and_by_when(here):
    asks = [Ask(here.leader, "带路认水管", (NOON + 2 * DAY).date())]
    case = decided(
        here,
        accepted(here),
        handling="joint",
        assistants=[here.leader, here.member],
        asks=asks,
    )

    lines = boxes(here.secretary, case, "handover")["assisting"].splitlines()

    assert lines[0] == f"{here.leader.place}：带路认水管（2026年3月4日前）"
    assert lines[1].startswith(f"{here.member.place}：")
    assert len(lines) == 2


def test_a_part_given_back_has_a_slip_with_its_ground_and_ruling(here):
    case = decided(here, accepted(here), handling="joint", assistants=[here.leader])
    make_move(
        case, Action.HAND_BACK, by=officer(here.leader), at=NOON, reason="人手不够"
    )
    waiting = boxes(here.secretary, case, "time")
    ruling = {"part": here.leader, "ruling": "refused", "reason": "还是请你们去"}
    make_move(
        case, Action.RULE_HAND_BACK, by=officer(here.secretary), at=NOON + DAY, **ruling
    )

    box = boxes(here.secretary, case, "time")

    assert (waiting["kind"], waiting["reason"], waiting["ruling"]) == (
        "协办退单",
        "人手不够",
        "",
    )
    assert box["applicant"] == f"{here.leader.place} · {here.leader.user}"
    assert box["ruling"].endswith("：还是请你们去")
    assert (box["ruler"], box["ruled_at"]) == (
        f"{here.village} · {here.secretary.user}",
        "2026年3月3日",
    )


def test_a_number_that_has_its_box_does_not_stand_over_the_table_as_well(here):
    case = rated(here)

    page = printed(here.reviewer, case, "call-back").content.decode()

    assert page.count(f">{case.number}<") == 1


def test_a_title_that_was_cut_off_ends_with_a_clause_on_paper(here):
    words = "村口大槐树下的路灯坏了半个月，晚上娃娃放学看不清路"
    case = verified(here, completed(here, decided(here, accepted(here))))
    Case.objects.filter(pk=case.pk).update(title=f"{words[:23]}…", verbatim=words)

    assert boxes(here.secretary, case, "report")["title"] == words[:14]
    assert boxes(here.secretary, case, "handover")["summary"] == words


def test_a_title_that_was_cut_off_within_its_one_clause_is_the_sentence(here):
    words = "二组到小学的水泥路被拉沙车压坏了三处大坑没人来修"
    case = verified(here, completed(here, decided(here, accepted(here))))
    said = f"{words}。请来看看"
    Case.objects.filter(pk=case.pk).update(title=f"{words[:20]}…", verbatim=said)

    assert boxes(here.secretary, case, "report")["title"] == words
