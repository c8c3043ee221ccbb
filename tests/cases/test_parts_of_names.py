"""Names and doors within a field are blanked by themselves."""

import pytest

from cases.privacy.parts import address_parts, name_parts
from cases.privacy.redactor import speaker_redactor
from minshi.text import PLACEHOLDER
from tests.cases.roads import spoken, staff


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("王建国（三组）", ["王建国"]),
        ("王建国(三组", ["王建国"]),
        ("赵铁柱 欧阳锋", ["赵铁柱", "欧阳锋"]),
        ("赵铁柱、欧阳锋/孙大伟", ["赵铁柱", "欧阳锋", "孙大伟"]),
        ("赵铁柱和欧阳锋", ["赵铁柱", "欧阳锋"]),
        ("儿子王守田", ["王守田"]),
        ("儿子 王守田", ["王守田"]),
        ("儿媳：王守田", ["王守田"]),
        ("王守田（儿子）代", ["王守田"]),
        ("王守田代", ["王守田"]),
        ("李和平", []),
        ("李建国", []),
        ("李 四", []),
        ("李四", []),
        ("儿子", []),
        ("王 儿子", []),
        ("", []),
    ],
)
def test_a_name_is_found_beside_what_is_said_of_it(typed, parts):
    assert name_parts(typed) == parts


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("白关村2组15号", ["2组15号"]),
        ("白关村二社十五号", ["二社十五号"]),
        ("白关村2组 15-3号（东头）", ["2组 15-3号"]),
        ("东街社区3栋2单元501室", ["3栋2单元501室"]),
        ("白关村2组15", ["2组15"]),
        ("白关村2组", []),
        ("白关村2组旁边3米", []),
        ("白关村", []),
        ("15号", []),
        ("2组15号", []),
    ],
)
def test_group_and_door_tell_a_house_and_neither_does_alone(typed, parts):
    assert address_parts(typed) == parts


@pytest.mark.django_db
def test_each_name_in_a_field_is_blanked():
    case = spoken(
        staff(),
        speaker_name="王建国（三组）",
        proxy_speaker="儿子王守田",
        speaker_address="白关村2组15号",
        co_speakers=("赵铁柱 欧阳锋",),
        confidentiality="hidden",
    )
    redact = speaker_redactor(case)

    for name in ("王建国", "王守田", "赵铁柱", "欧阳锋", "2组15号"):
        assert redact(f"是{name}家") == f"是{PLACEHOLDER}家"
    assert redact("白关村2组的水") == "白关村2组的水"
