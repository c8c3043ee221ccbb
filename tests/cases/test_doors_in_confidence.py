"""The house of whoever spoke in confidence is no more read or searched than their name,
whatever stands between its number and the group (domain §3).
"""

import pytest

from cases.models import Case
from cases.privacy.redactor import personal_redactor, speaker_redactor
from minshi.text import PLACEHOLDER
from tests.cases.roads import spoken, staff

# what is left of it, the house put in the middle
TYPED = [
    ("三组那个15号院门口", "三组那个{}院门口"),
    ("三组靠河边15号", "三组靠河边{}"),
    ("三组里头第15户", "三组里头第{}"),
    ("三组（河边）15号", "三组（河边）{}"),
    ("三组下湾靠近大路口的那个十五号", "三组下湾靠近大路口的那个{}"),
    ("三组住户１５号", "三组住户{}"),
    ("三组户号15", "三组{}"),
    ("三组的院号：15", "三组的{}"),
    ("三组的门牌是15", "{}"),
    ("三组第十五家", "{}"),
    ("三组15#院", "{}院"),
    ("门牌号码为15号", "{}"),
    ("15号院（三组）", "{}）"),
    ("15号在三组", "{}"),
    ("15户，在三组", "{}"),
    ("第15户三组", "第{}"),
    ("我是三组人，15号", "我是三组人，{}"),
    ("三组人。我住15号", "三组人。我住{}"),
    ("那个15栋", "那个{}"),
    ("住在015号", "住在{}"),
]
LEFT_ALONE = [
    "三组15元",
    "三组15.5亩地",
    "15亩",
    "2015年3月",
    "15月、15年、15天、15个",
    "115号和150号",
    "门牌15元一块",
    "1、5号楼",
    "五号院",
]


def in_confidence(address: str, **fields: object) -> Case:
    return Case(speaker_address=address, confidentiality="hidden", **fields)


@pytest.mark.parametrize(
    "address", ["三组15号", "白关村3组15号（东头）", "白关村三组15"]
)
def test_a_house_is_blanked_whatever_stands_before_it(address):
    case = in_confidence(address)

    for redact in (speaker_redactor(case), personal_redactor(case)):
        for typed, left in TYPED:
            assert redact(f"灯坏了，{typed}") == f"灯坏了，{left.format(PLACEHOLDER)}"


def test_what_counts_or_belongs_to_another_house_stays():
    redact = speaker_redactor(in_confidence("三组15号"))

    assert [redact(words) for words in LEFT_ALONE] == LEFT_ALONE


@pytest.mark.parametrize("address", ["15号", "白关村15号（东头）", "大庄社15#"])
def test_the_house_of_an_address_without_a_group_is_blanked(address):
    redact = speaker_redactor(in_confidence(address))

    assert redact("那个十五号院") == f"那个{PLACEHOLDER}院"


@pytest.mark.parametrize(
    ("address", "typed", "left"),
    [
        ("三组15，电话13812345678", "三组15号门口", "三组{}门口"),
        ("三组15、16号", "三组15号门口", "三组{}门口"),
        ("三组15、16号", "那个16号院", "那个{}院"),
        ("白关村三组15 13812345678", "三组15号门口", "三组{}门口"),
        ("13812345678三组15号", "那个15号院", "那个{}院"),
        ("三组门牌015", "三组那边15号院", "三组那边{}院"),
        ("三组王家湾15号", "王家湾15号门口", "王家湾{}门口"),
        ("阳光小区3-2-301", "那边3-2-301", "那边{}"),
        ("阳光小区3栋2单元301", "那边3-2-301", "那边{}"),
        ("阳光小区3号楼301室", "那边3-301", "那边{}"),
        ("阳光小区3－2－301", "那个301室漏水", "那个{}漏水"),
        ("白关村3-15号", "3-15号门口", "{}门口"),
        ("白关村3-15号", "那个15号院", "那个{}院"),
    ],
)
def test_a_house_is_blanked_whatever_else_its_address_has(address, typed, left):
    redact = speaker_redactor(in_confidence(address))

    assert redact(f"灯坏了，{typed}") == f"灯坏了，{left.format(PLACEHOLDER)}"


def test_a_house_noted_from_the_register_is_blanked():
    case = in_confidence("", of_register="1组2号\n13993912345")

    assert speaker_redactor(case)("靠河边2号") == f"靠河边{PLACEHOLDER}"
    assert speaker_redactor(case)("靠河边45号") == "靠河边45号"


def test_in_the_open_a_day_stays_that_is_as_many_as_the_house():
    redact = personal_redactor(Case(speaker_address="三组15号"))

    assert redact("路灯15号来修") == "路灯15号来修"
    assert redact("三组那个15号院门口") == f"三组那个{PLACEHOLDER}院门口"


@pytest.mark.django_db
def test_no_search_finds_the_matter_by_the_house():
    case = spoken(
        staff(),
        speaker_address="三组15号",
        confidentiality="hidden",
        verbatim="，".join(typed for typed, _left in TYPED),
    )

    assert "3组靠河边" in case.open_words
    assert "15" not in case.open_words
