"""A door is found in whatever form people write it, and nothing else for it."""

import pytest

from minshi.text import PLACEHOLDER, PersonalValue, blanked

OF_GROUP = [
    "三组19号",
    "3组19号",
    "三组十九号",
    "三组19",
    "三组十九",
    "三组19户",
    "三组第19号",
    "三组19#",
    "三组的19号",
    "三组门牌19",
    "三组门牌号19号",
    "三组，19号",
    "三组 - 19号",
    "三社19号",
    "三队19号",
    "三小组19号",
    "三村民小组19号",
    "第三村民小组第19号",
    "三组19號",
    "３组１９号",
    "三组红旗巷19号",
    "三组#19",
    "三组No.19",
]
OF_LANE = [
    "红旗巷19号",
    "红旗巷19",
    "红旗巷第19号",
    "红旗巷十九号",
    "19号红旗巷",
    "紅旗巷19號",
    "红旗巷#19",
    "红旗巷No.19",
    "红旗巷№19",
    "红旗巷NO 19号",
    "红旗巷编号19",
    "红旗巷\n#19",
    "红旗巷号码19",
    "红旗巷牌号19",
    "红旗巷N°19",
    "红旗巷Nr.19",
    "红旗巷number 19",
    "No.19红旗巷",
    "№19红旗巷",
]


def around(value: str, typed: str) -> str:
    return blanked(f"我住{typed}，水管漏了", [PersonalValue(value)]).replace("#", "")


@pytest.mark.parametrize(
    "value", ["三组19号", "3组19号", "三社十九户", "3村民小组第19号"]
)
@pytest.mark.parametrize("typed", OF_GROUP)
def test_group_and_house_are_found_in_every_form(value, typed):
    assert around(value, typed) == f"我住{PLACEHOLDER}，水管漏了"


@pytest.mark.parametrize("value", ["红旗巷19号", "红旗巷第十九号", "19号红旗巷"])
@pytest.mark.parametrize("typed", OF_LANE)
def test_lane_and_house_are_found_in_every_form(value, typed):
    assert around(value, typed) == f"我住{PLACEHOLDER}，水管漏了"


@pytest.mark.parametrize(
    "words",
    [
        "十三组19号",
        "三组190号",
        "三组1号",
        "三组9号",
        "四组19号",
        "三组19人，三组19亩地",
        "三组19个人",
        "三组19.5亩",
        "三组的水。19号来人",
        "三组19万元",
        "三组19:30开会",
        "19号开会，三组",
        "红旗巷190号",
        "新红旗路19号",
        "三组红旗巷",
    ],
)
def test_what_only_reads_like_a_door_stays(words):
    values = [PersonalValue("三组19号"), PersonalValue("红旗巷19号")]

    assert blanked(words, values) == words


@pytest.mark.parametrize(
    ("value", "typed", "other"),
    [
        ("2组15-3号", "二社15－3", "2组15-4号"),
        ("2组153号", "二社153", "2组152号"),
        ("3栋2单元501室", "3号楼二单元501", "3栋1单元501室"),
    ],
)
def test_a_house_with_parts_is_told_from_others(value, typed, other):
    assert around(value, typed) == f"我住{PLACEHOLDER}，水管漏了"
    assert PLACEHOLDER not in around(value, other)
