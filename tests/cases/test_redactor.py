"""The redactor: what is blanked of a text, and for whom."""

import re

import pytest

from cases.models.scope import Sight
from cases.privacy.redactor import (
    NOTHING,
    Redactor,
    personal_redactor,
    reader_redactor,
    speaker_redactor,
)
from minshi.text import PLACEHOLDER, AnyPhone
from tests.cases.roads import NOON, spoken, staff

WORDS = "李建国说，打13812348821找他，水渠堵了"


@pytest.mark.parametrize(
    "typed",
    ["13812348821", "138 1234 8821", "138-1234-8821", "１３８１２３４８８２１"],
)
def test_a_number_is_found_however_it_is_typed(typed):
    redact = Redactor(["13812348821"])

    assert redact(f"打{typed}找他") == f"打{PLACEHOLDER}找他"


def test_a_longer_value_goes_before_the_one_it_holds_and_a_single_letter_stays():
    redact = Redactor(["建国", "李建国", "水", "", None])

    assert redact("李建国家的水") == f"{PLACEHOLDER}家的水"


def test_data_of_any_shape_is_redacted_and_other_things_stay():
    redact = Redactor(["李建国"])

    shown = redact.data({"name": ["李建国", 3], "at": None, "inner": {"by": "李建国"}})

    assert shown == {
        "name": [PLACEHOLDER, 3],
        "at": None,
        "inner": {"by": PLACEHOLDER},
    }


@pytest.mark.parametrize(
    "number", ["6222021234567890123", "12345678901234567", "622621198001011239"]
)
def test_a_number_as_long_as_a_papers_is_blanked_though_it_is_mistyped(number):
    redact = Redactor(finders=[AnyPhone()])

    assert redact(f"账号{number}的钱") == f"账号{PLACEHOLDER}的钱"


def test_the_number_of_a_matter_is_no_telephone():
    redact = Redactor(finders=[AnyPhone()])

    assert (
        redact("同A139-2026-0001，打13920260001")
        == f"同A139-2026-0001，打{PLACEHOLDER}"
    )
    assert redact.data({"number": "A139-2026-0001"}) == {"number": "A139-2026-0001"}
    assert redact("打139-2026-0001") == f"打{PLACEHOLDER}"


@pytest.mark.parametrize(
    "called",
    [
        "末尾{4160}",
        "尾数是{四一六零}",
        "{4160}结尾",
        "手机最后是{4160}",
        "电话的最后四位：{4160}",
        "号码前7位{1620000}",
        "座机{4421234}",
        "家里电话：{4421234}",
        "{139****0088}",
        "{139xxxx0088}打来的",
        "是{139 ＊＊＊＊ 0088}",
        "是{１３９ＸＸＸＸ００８８}",
        "{0939-442****}",
        "最后四个数{0088}",
        "最后4个数字是{0088}",
        "后四位{0088}",
        "末四位是{零零八八}",
        "尾数四位{0088}",
        "小灵通{4421234}",
        "小灵通：{442-1234}",
        "tel{4421234}",
        "TEL: {4421234}",
        "Ｔｅｌ．{4421234}",
        "打{4421234}找他",
        "打家里的{4421234}",
        "打他家电话{4421234}",
        "打到{84421234}",
        "拨{4421234}",
        "拨打{4421234}",
        "家里电话是{4421234}",
        "座机号是{4421234}",
        "号码{4421234}",
        "号码为：{四四二一二三四}",
    ],
)
def test_what_is_called_a_part_of_a_telephone_is_blanked(called):
    redact = Redactor(finders=[AnyPhone()])
    before, digits, after = re.split("[{}]", called)

    assert redact(before + digits + after) == before + PLACEHOLDER + after


@pytest.mark.parametrize(
    "plain",
    [
        "最后4160元",
        "前三位是老人",
        "2026年结尾",
        "末尾12米",
        "电话1234567890123",
        "最后四个数不清楚，2026年",
        "后四位村民",
        "修路打了1200000元",
        "打20261103那天起",
        "hotel4421234",
        "打1234567方混凝土",
        "木板12x34xx56",
        "20**年",
    ],
)
def test_other_numbers_are_no_part_of_a_telephone(plain):
    assert Redactor(finders=[AnyPhone()])(plain) == plain


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("蒲富贵", "姓蒲名富贵"),
        ("蒲富贵", "姓蒲，叫富贵"),
        ("欧阳震华", "姓欧阳，名字叫震华"),
    ],
)
def test_a_hidden_name_is_found_where_it_is_said_in_two(name, said):
    case = spoken(staff(), confidentiality="hidden", speaker_name=name)

    assert speaker_redactor(case)(f"我{said}，水渠堵了") == f"我{PLACEHOLDER}，水渠堵了"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [
        "打{****0088}的",
        "就是{xxxx0088}那个",
        "号是{139……0088}",
        "号是{139...0088}",
        "{139_0088}",
        "后面是{0088}",
        "后头四个数是{0088}",
        "最后{0088}",
        "末尾是{5566}",
        "{0088}那个号",
        "{5566}的号码",
    ],
)
def test_an_end_of_a_hidden_speakers_telephone_is_blanked(said):
    case = spoken(
        staff(),
        confidentiality="hidden",
        speaker_phone="13993990088",
        co_speakers=("赵秀英 09394425566",),
    )
    before, digits, after = re.split("[{}]", said)

    assert speaker_redactor(case)(before + digits + after) == (
        before + PLACEHOLDER + after
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "plain",
    ["最后1188元", "最后0088.5米", "编号0088", "****1188", "0088", "今年0088件"],
)
def test_digits_that_nothing_calls_an_end_of_one_stay(plain):
    case = spoken(staff(), confidentiality="hidden", speaker_phone="13993990088")

    assert speaker_redactor(case)(plain) == plain


def test_no_telephone_is_read_into_a_moment_or_a_key():
    redact = Redactor(finders=[AnyPhone()])
    data = {
        "at": "2028-07-25T16:03:10.102841+08:00",
        "key": "17768116-402d-391d-614f-706a6fb06911",
        "note": "打0939-4421234",
    }

    assert redact.data(data) == {**data, "note": f"打{PLACEHOLDER}"}


@pytest.mark.django_db
def test_each_reader_gets_a_redactor_of_their_own():
    here = staff()
    case = spoken(
        here, verbatim=WORDS, speaker_phone="13812348821", confidentiality="hidden"
    )
    may_know = Sight.of(here.duty.user, NOON.date())
    may_not = Sight.of(here.supervisor.user, NOON.date())

    assert reader_redactor(case, may_know) is NOTHING
    for redact in (speaker_redactor(case), reader_redactor(case, may_not)):
        assert redact(WORDS) == f"{PLACEHOLDER}说，打{PLACEHOLDER}找他，水渠堵了"
    assert personal_redactor(case)(f"他说：{WORDS}") == f"他说：{PLACEHOLDER}"


@pytest.mark.parametrize("typed", ["三社23号", "三社廿三号", "3社二十三号"])
def test_a_door_is_found_however_its_number_is_written(typed):
    redact = Redactor(["三社廿三号"])

    assert redact(f"住{typed}的") == f"住{PLACEHOLDER}的"
