"""Each ledger has its columns, its cases and its dates; names are masked and hidden
matters stay hidden.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from cases.ledgers import BOOKS, BOOKS_OF_CASES
from cases.models import Attachment, Case
from cases.workflow import Action, Officer, Speaker, make_move
from minshi import tabular
from tests import roles
from tests.cases.council import called, passed, present, seats
from tests.cases.ledger_desk import channel_of, rows
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    dissatisfied_twice,
    officer,
    rated,
    settled,
    spoken,
    staff,
    verified,
)
from tests.villages.factories import (
    HouseholdFactory,
    OfficeFactory,
    ResidentFactory,
    TownFactory,
    VillageFactory,
)

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def english():
    """Cells are compared in the language of the code; the headings in Chinese are
    tested on their own.
    """
    with translation.override("en"):
        yield


HEADINGS = {
    "general": (
        "序号｜事项编号｜登记日期｜村（社区）｜村民小组｜说事人｜联系电话｜说事方式（线上／线下）｜渠道"
        "｜事项类别（村里／邻里／家里）｜议题｜事项内容｜诉求｜等级｜办理方式（直／领／联／上会）"
        "｜议事形式及日期｜处理意见｜责任单位｜责任人（领办人）｜办理时限｜办理进展｜办结日期｜办理结果"
        "｜是否督办｜答复日期｜满意度｜备注"
    ),
    "talk-room": (
        "序号｜说事日期｜说事人｜性别｜住址（组）｜联系电话｜说事内容｜类别｜值班委员"
        "｜现场答复／处理意见｜是否当场办结｜转办去向｜说事人签字｜备注"
    ),
    "home-visit": (
        "序号｜走访日期｜走访人｜网格｜联系户（户主）｜走访方式｜反映问题｜类别｜现场处置或解释"
        "｜是否上报及下一步｜办结日期｜备注"
    ),
    "online": (
        "序号｜提交时间｜平台（群／小程序／二维码）｜说事人｜所在村组｜内容｜附件数｜受理人｜受理时间｜回复内容"
        "｜回复时间｜转办去向｜办结时间｜评价｜备注"
    ),
    "handling": (
        "序号｜事项编号｜事项名称｜等级｜办理方式｜议定时间｜处理意见｜主办单位｜协办单位｜领办人"
        "｜责任领导｜交办日期｜办理时限｜阶段进展｜是否延期（至）｜灯色｜备注"
    ),
    "results": (
        "序号｜事项编号｜事项名称｜责任单位｜责任人｜办理措施"
        "｜办理结果（办结／部分解决／解释说明／转途径）｜办结日期｜用时（天）｜是否逾期｜佐证材料｜审核人"
        "｜销号日期｜备注"
    ),
    "satisfaction": (
        "序号｜事项编号｜事项名称｜说事人｜办结日期｜回访日期｜回访方式｜是否解决"
        "｜满意／基本满意／不满意｜不满意原因｜整改措施｜二次评价｜回访人｜备注"
    ),
    "requests": (
        "序号｜登记日期｜诉求人姓名｜联系电话｜居住地址｜网格｜诉求类型｜诉求内容｜受理人｜处理措施｜处理结果"
        "｜完成日期｜满意度｜备注"
    ),
    "visitors": (
        "序号｜姓名｜性别｜年龄｜电话｜住址｜时间地点｜来访事由｜接待人｜处理意见与结果｜备注"
    ),
    "errands": "序号｜办事人｜事项｜时间｜代办人｜是否满意｜备注",
    "meetings": (
        "序号｜会议日期｜会议地点｜议题｜主持人｜记录人｜参会人员｜议题说明｜各方意见｜协商结果｜落实措施｜责任人"
        "｜完成期限｜备注"
    ),
    "duty": (
        "序号｜日期｜星期｜值班委员｜带班领导｜联系电话｜接待人次｜说事件数｜当场办结｜移交事项｜签字｜备注"
    ),
    "supervision": (
        "序号｜督办单号｜事项编号｜督办级别（提醒／催办／督办／通报）｜灯色｜督办原因｜责任单位｜责任人｜下发日期"
        "｜回复期限｜回复日期｜回复内容｜结果｜备注"
    ),
}


@pytest.mark.parametrize("key", HEADINGS)
def test_headings_are_those_of_the_design_in_their_order(key):
    with translation.override("zh-hans"):
        assert "｜".join(tabular.headings(BOOKS[key].ledger)) == HEADINGS[key]


def test_there_are_the_ledgers_in_their_order():
    """The one of reports is looked at with them: tests/supervision/figures."""
    assert list(BOOKS) == [*HEADINGS, "monthly"]


def test_general_ledger_follows_a_case_to_its_end():
    here = staff()
    case = rated(here)

    (row,) = rows(here.secretary, "general")

    clock = case.clocks.filter(stage="handle").get()
    assert row == {
        "no": 1,
        "number": case.number,
        "registered_on": "2026-03-02",
        "village": str(here.village),
        "group": str(here.group),
        "speaker": "李*国",
        "phone": "",
        "mode": "offline",
        "channel": "talk room",
        "category": "village matter",
        "topic": "",
        "content": "村口两盏太阳能灯坏了半月，学生早起看不清路",
        "request": "",
        "grade": "complex",
        "handling": "led by one cadre",
        "met": "decided by the village · 2026-03-02",
        "decision": "换灯",
        "unit": str(here.office),
        "responsible": str(here.handler.user),
        "due_on": str((clock.due_at - timedelta(days=1)).astimezone(SHANGHAI).date()),
        "progress": "closed",
        "completed_on": "2026-03-03",
        "result": "done · 换了蓄电池",
        "supervised": "No",
        "replied_on": "2026-03-03",
        "satisfaction": "satisfied",
        "remark": "",
    }


def test_general_ledger_shows_the_work_of_an_open_case_and_that_it_was_chased():
    here = staff()
    case = decided(here, lead=here.leader)
    case = make_move(
        case,
        Action.PROGRESS,
        by=officer(here.leader),
        at=NOON,
        text="灯已买来，李建国在等",
    )
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        text="抓紧",
    )

    (row,) = rows(here.secretary, "general")

    assert row["progress"] == "handle · 灯已买来，［…］在等"
    assert row["supervised"] == "Yes"
    assert (row["unit"], row["responsible"]) == (
        here.leader.place,
        str(here.leader.user),
    )


def test_general_ledger_names_the_meeting_that_decided():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)
    passed(meeting.items.get(), here, (7, 0, 0))

    (row,) = rows(here.secretary, "general")

    assert row["met"] == "the two committees · 2026-03-02"


def test_talk_room_ledger_holds_what_was_said_there_and_how_it_was_answered():
    here = staff()
    on_the_spot = make_move(
        spoken(
            here,
            speaker_sex="male",
            speaker_address="3组12号",
            speaker_phone="13993912345",
        ),
        Action.SETTLE,
        by=officer(here.duty),
        at=NOON,
        category="village",
        result="当场说清了",
    )
    handed = decided(here)
    diverted = make_move(
        spoken(here),
        Action.DIVERT,
        by=officer(here.secretary),
        at=NOON,
        route="礼县人民法院",
        told="请到法院起诉",
    )
    spoken(here, channel="phone")

    first, second, third = rows(
        here.secretary, "talk-room", [on_the_spot, handed, diverted]
    )

    assert len(rows(here.secretary, "talk-room")) == 3
    assert (first["said_on"], first["sex"], first["phone"], first["address"]) == (
        "2026-03-02", "male", "****2345", str(here.group),
    )  # fmt: skip
    assert (first["answer"], first["settled"], first["went_to"]) == (
        "当场说清了",
        "Yes",
        "",
    )
    assert (first["officer"], first["signature"]) == (str(here.duty.user), None)
    assert (second["answer"], second["settled"], second["went_to"]) == (
        "换灯",
        "No",
        str(here.office),
    )
    assert (third["answer"], third["went_to"]) == ("请到法院起诉", "礼县人民法院")
    assert third["remark"] == "shown the proper route"


def test_home_visit_ledger_names_the_head_of_the_household():
    here = staff()
    household = HouseholdFactory(group=here.group)
    ResidentFactory(household=household, name="李大山", is_head=True)
    son = ResidentFactory(household=household, name="李小山")
    case = spoken(here, channel="home_visit", resident=son, speaker_name="")
    make_move(
        accepted(here, case),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    spoken(here)

    (row,) = rows(here.secretary, "home-visit")

    assert (row["head"], row["visitor"], row["channel"]) == (
        "李*山",
        str(here.duty.user),
        "home visit",
    )
    assert (row["grid"], row["next"]) == (
        f"{here.village}{here.group}",
        "Reported up · deliberate",
    )


def test_handling_ledger_names_units_leader_extension_and_light():
    here = staff()
    other = OfficeFactory(town=here.town, name="派出所")
    roles.handler_of(other)
    case = decided(here, handling="joint", assistants=[other])
    asked = {"reason": "等料", "until_on": date(2026, 4, 3)}
    case = make_move(
        case, Action.ASK_EXTENSION, by=officer(here.handler), at=NOON, **asked
    )
    make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )
    spoken(here)

    (row,) = rows(here.secretary, "handling")

    assert (row["lead_unit"], row["assisting"], row["leader"]) == (
        str(here.office),
        "派出所",
        str(here.secretary.user),
    )
    assert (row["decided_on"], row["assigned_on"], row["due_on"]) == (
        "2026-03-02",
        "2026-03-02",
        "2026-04-03",
    )
    assert (row["extended"], row["light"], row["handling"]) == (
        "Yes, until 2026-04-03",
        "overdue",
        "joint",
    )


def test_results_ledger_counts_calendar_days_and_tells_late_from_timely():
    here = staff()
    timely = rated(here)
    late = rated(
        here,
        verified(here, completed(here, at=NOON + 30 * DAY), at=NOON + 30 * DAY),
        at=NOON + 31 * DAY,
    )
    at_once = settled(here)
    at_once = make_move(
        at_once,
        Action.RATE,
        by=Speaker(at_once, "code"),
        at=NOON,
        satisfaction="satisfied",
        solved="yes",
    )
    Attachment.objects.create(
        case=late,
        file="x",
        content_type="image/jpeg",
        size=1,
        received_sha256="0" * 64,
        at=NOON + DAY,
    )
    completed(here)

    found = {row["number"]: row for row in rows(here.secretary, "results")}

    assert set(found) == {timely.number, late.number, at_once.number}
    keys = ("days", "late", "papers", "checker", "responsible", "closed_on")
    checker, handler = str(here.secretary.user), str(here.handler.user)
    assert [found[timely.number][key] for key in keys] == [
        1,
        "No",
        "",
        checker,
        handler,
        "2026-03-04",
    ]
    assert [found[late.number][key] for key in keys] == [
        30,
        "Yes",
        "1 paper",
        checker,
        handler,
        "2026-04-02",
    ]
    assert [found[at_once.number][key] for key in keys] == [
        0,
        "No",
        "",
        "",
        str(here.duty.user),
        "2026-03-02",
    ]


def test_results_ledger_says_how_cases_closed_without_completion_and_leaves_out_merged_ones():
    here = staff()
    into = spoken(here)
    diverted = make_move(
        spoken(here),
        Action.DIVERT,
        by=officer(here.secretary),
        at=NOON,
        route="法院",
        told="请起诉",
    )
    make_move(
        spoken(here), Action.MERGE, by=officer(here.secretary), at=NOON, into=into
    )

    (row,) = rows(here.secretary, "results")

    assert (row["number"], row["outcome"], row["completed_on"]) == (
        diverted.number,
        "sent the proper route",
        None,
    )
    assert (row["remark"], row["late"]) == ("shown the proper route", None)


def test_the_ledger_of_satisfaction_has_every_answer_after_the_first():
    here = staff()
    case = dissatisfied_twice(here)
    case = make_move(
        case,
        Action.REDO,
        by=officer(here.supervisor),
        at=NOON + 5 * DAY,
        reason="重新办",
    )
    case = completed(here, case, at=NOON + 6 * DAY)
    rated(here, verified(here, case, at=NOON + 6 * DAY), at=NOON + 7 * DAY)

    (row,) = rows(here.secretary, "satisfaction")

    second, third = row["second"].split("；")
    assert second.startswith("dissatisfied · ")
    assert second.endswith("）")
    assert third.startswith("satisfied · solved · ")


def test_satisfaction_ledger_keeps_the_first_rating_and_the_second_beside_it():
    here = staff()
    case = rated(
        here, satisfaction="dissatisfied", solved="no", reason="又灭了，李建国说"
    )
    (row,) = rows(here.secretary, "satisfaction")
    assert (row["satisfaction"], row["second"], row["put_right"]) == (
        "dissatisfied",
        "",
        "",
    )

    case = rated(
        here,
        verified(here, completed(here, case, at=NOON + 3 * DAY), at=NOON + 3 * DAY),
        at=NOON + 4 * DAY,
    )
    verified(here)
    (row,) = rows(here.secretary, "satisfaction")

    assert row == {
        "no": 1,
        "number": case.number,
        "title": case.title,
        "speaker": "李*国",
        "completed_on": "2026-03-03",
        "rated_on": "2026-03-04",
        "how": "by telephone",
        "solved": "not solved",
        "satisfaction": "dissatisfied",
        "reason": "又灭了，李*国说",
        "put_right": "换了蓄电池",
        "second": "satisfied · solved · 2026-03-06",
        "caller": str(here.duty.user),
        "remark": "",
    }


def test_answer_of_the_speaker_on_the_spot_is_marked():
    here = staff()
    case = settled(here)
    make_move(
        case,
        Action.RATE,
        by=Speaker(case, "counter"),
        at=NOON,
        satisfaction="mostly",
        solved="partly",
    )

    (row,) = rows(here.secretary, "satisfaction")

    assert (row["caller"], row["remark"], row["completed_on"]) == (
        "the speaker",
        "said on the spot",
        "2026-03-02",
    )


# --- what stays hidden
def test_names_phones_and_addresses_are_masked_in_columns_and_in_words_until_opened():
    here = staff()
    spoken(
        here,
        verbatim="我是李建国，电话13993912345，住西坡头上",
        speaker_name="李建国",
        speaker_phone="13993912345",
        speaker_address="西坡头上",
    )

    (masked,), (opened,) = (
        rows(here.secretary, "general"),
        rows(here.secretary, "general", opened=True),
    )
    (place,) = rows(here.secretary, "talk-room", opened=True)

    assert (masked["speaker"], masked["phone"]) == ("李*国", "****2345")
    assert masked["content"] == "我是李*国，电话****2345，住…"
    assert (opened["speaker"], opened["phone"]) == ("李建国", "13993912345")
    assert opened["content"] == "我是李建国，电话13993912345，住西坡头上"
    assert place["address"] == f"{here.group} 西坡头上"


def test_a_hidden_speaker_is_named_to_nobody_but_those_who_may_even_when_opened():
    here = staff()
    spoken(
        here,
        verbatim="李建国说灯坏了",
        speaker_name="李建国",
        speaker_phone="13993912345",
        confidentiality="hidden",
    )

    (row,), (known,) = (
        rows(here.secretary, "general", opened=True),
        rows(here.duty, "general"),
    )

    assert (row["speaker"], row["phone"], row["content"]) == (
        "name hidden",
        "",
        "［…］说灯坏了",
    )
    assert (known["speaker"], known["phone"], known["content"]) == (
        "李*国",
        "****2345",
        "李*国说灯坏了",
    )


REDACTED_CELLS = {
    "general": {
        "number",
        "registered_on",
        "content",
        "due_on",
        "progress",
        "completed_on",
        "replied_on",
    },
    "handling": {"number", "title", "decided_on", "due_on", "progress", "light"},
    "results": {"number", "title", "completed_on", "days", "closed_on"},
    "requests": {"registered_on", "content", "completed_on"},  # it has no number
}


@pytest.mark.parametrize("key", BOOKS_OF_CASES)
def test_redacted_rows_show_number_dates_stage_and_light_alone(key):
    here = staff()
    case = rated(here)
    Case.objects.filter(pk=case.pk).update(confidentiality="secret", remark="不可外传")

    found = rows(here.supervisor, key)

    if key not in REDACTED_CELLS:
        # being in such a ledger would itself tell what the matter is
        assert found == []
        return
    (row,) = found
    filled = {name for name, cell in row.items() if cell is not None}
    assert filled == REDACTED_CELLS[key] | {"no"}
    assert row.get("number", case.number) == case.number
    assert "secret matter" in row.values()


@pytest.mark.parametrize("key", BOOKS_OF_CASES)
def test_accounts_without_sight_of_a_case_find_it_in_no_ledger(key):
    here = staff()
    rated(here)
    rated(here, channel_of(here, "home_visit"))
    rated(here, channel_of(here, "qr_code"))
    settled(here)
    strangers = [
        roles.secretary_of(VillageFactory(town=here.town)),
        roles.duty_officer_of(VillageFactory()),
        roles.supervisor_of(TownFactory()),
        roles.reviewer_of_county("620000"),
        roles.auditor(),
        roles.system_admin(),
    ]

    for stranger in strangers:
        assert rows(stranger, key) == []
    assert rows(here.county_supervisor, key)


def test_a_closed_matter_has_no_light():
    here = staff()
    rated(here)

    (row,) = rows(here.secretary, "handling")

    assert row["light"] == "—"


def test_office_that_leads_shows_who_of_it_took_the_work():
    here = staff()
    case = decided(here)
    (before,) = rows(here.secretary, "handling")
    make_move(
        case, Action.ACKNOWLEDGE, by=Officer(here.handler.user, here.handler), at=NOON
    )

    (after,) = rows(here.secretary, "handling")

    assert (before["responsible"], after["responsible"]) == ("", str(here.handler.user))


def test_county_that_leads_is_shown_by_its_name():
    here = staff()
    case = make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    case = make_move(
        case, Action.ESCALATE, by=officer(here.reviewer), at=NOON, reason="要县里批"
    )
    make_move(
        case,
        Action.DECIDE,
        by=officer(here.county_reviewer),
        at=NOON,
        handling="led",
        decision="修",
        lead=here.county_reviewer,
    )

    (row,) = rows(here.county_reviewer, "handling")

    assert row["lead_unit"] == here.town.county_name
