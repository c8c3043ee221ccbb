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
    ],
)
def test_what_is_called_a_part_of_a_telephone_is_blanked(called):
    redact = Redactor(finders=[AnyPhone()])
    before, digits, after = re.split("[{}]", called)

    assert redact(before + digits + after) == before + PLACEHOLDER + after


@pytest.mark.parametrize(
    "plain",
    ["最后4160元", "前三位是老人", "2026年结尾", "末尾12米", "电话1234567890123"],
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
