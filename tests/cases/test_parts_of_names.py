"""Names and doors within a field are blanked by themselves."""

import pytest

from cases.models import Case
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
        ("赵铁柱及其妻欧阳锋", ["赵铁柱", "欧阳锋"]),
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
    ("typed", "called"),
    [
        ("张三丰(小名狗蛋)", "狗蛋"),
        ("张三丰，小名狗蛋", "狗蛋"),
        ("张三丰 小名：狗蛋", "狗蛋"),
        ("张三丰小名叫狗蛋 13912345678", "狗蛋"),
        ("張三豐（乳名鐵蛋）", "铁蛋"),
        ("张三丰（外号二麻子）", "二麻子"),
        ("张三丰绰号二麻子", "二麻子"),
        ("张三丰人称豆腐西施", "豆腐西施"),
        ("张三丰（微信名清风明月）", "清风明月"),
        ("张三丰微信zsf123", "zsf123"),
        ("张三丰微信号：zsf_123", "zsf_123"),
    ],
)
def test_what_somebody_is_called_besides_names_them_too(typed, called):
    case = Case(speaker_name=typed, confidentiality="hidden")

    assert called in name_parts(typed)
    words = f"我就是{called}，路灯坏了"
    assert speaker_redactor(case)(words) == f"我就是{PLACEHOLDER}，路灯坏了"


def test_what_somebody_is_called_besides_stands_alone_beside_the_name():
    assert name_parts("张三丰小名狗蛋") == ["张三丰", "狗蛋"]
    assert name_parts("张三丰微信zsf123") == ["张三丰", "zsf123"]
    assert "蛋" not in name_parts("张三丰小名蛋")  # stands in other words


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("李建军卖豆腐的", ["李建军"]),
        ("李建卖青菜的", ["李建"]),
        ("欧阳建国养牛的", ["欧阳建国"]),
        # it may be either
        ("李建来卖菜的", ["李建来", "李建"]),
        ("李建专卖酒的", ["李建专", "李建"]),
        ("李建砍树卖的", ["李建砍", "李建"]),
    ],
)
def test_no_beginning_of_a_name_is_taken_for_one(typed, parts):
    assert name_parts(typed) == parts


@pytest.mark.django_db
def test_what_only_begins_like_the_speaker_is_left_in_the_words():
    case = spoken(staff(), speaker_name="李建军卖豆腐的", confidentiality="hidden")

    redact = speaker_redactor(case)

    assert redact("李建议修路，李建军不肯") == f"李建议修路，{PLACEHOLDER}不肯"


MORE_THAN_A_NAME = {
    "老李（李建军）": ["李建军"],
    "村医（赵玉梅）": ["赵玉梅"],
    "李建军等三人": ["李建军"],
    "李建军等3人": ["李建军"],
    "李建军等": ["李建军"],
    "李建军三人": ["李建军"],
    "李建军夫妇": ["李建军"],
    "李建军一家": ["李建军"],
    "李建军2组": ["李建军"],
    "2组李建军": ["李建军"],
    "二组李建军": ["李建军"],
    "白关村二组李建军": ["李建军"],
    "李建军13993912345": ["李建军", "13993912345"],
    "李建军 139-9391-2345": ["李建军", "13993912345"],
    "李建军同志": ["李建军"],
    "李建军家": ["李建军"],
    "李建军家属": ["李建军"],
    "李建军儿媳": ["李建军"],
    "李建军母亲": ["李建军"],
    "李建军的岳母": ["李建军"],
    "大儿子李建军": ["李建军"],
    "舅舅李建军": ["李建军"],
    "叔叔李建军": ["李建军"],
    "监护人李建军": ["李建军"],
    "村民李建军": ["李建军"],
    "户主李建军": ["李建军"],
    "户主：李建军": ["李建军"],
    "李建军（代王芳兰）": ["李建军", "王芳兰"],
    "李建军代王芳兰": ["李建军", "王芳兰"],
    "李和平代王芳兰": ["李和平", "王芳兰"],
    "李建军-王芳兰": ["李建军", "王芳兰"],
    "李建军_王芳兰": ["李建军", "王芳兰"],
    "李建军。王芳兰": ["李建军", "王芳兰"],
    "李建军·王芳兰": ["李建军", "王芳兰"],
    "李建军及其儿子李小明": ["李建军", "李小明"],
    "李建军卖豆腐的": ["李建军"],
    "卖豆腐李建军": ["李建军"],
    "李强老表": ["李强"],
    "李强（欧阳锋的女婿）": ["李强", "欧阳锋"],
    "欧阳锋等五户": ["欧阳锋"],
    "赵铁柱欧阳锋": ["赵铁柱", "欧阳锋"],
    "赵 铁 柱（三组）": ["赵铁柱"],
    "大兒子張建國": ["张建国"],
    "张长生【電話13993912345】": ["张长生", "13993912345"],
}


@pytest.mark.parametrize("field", ["speaker_name", "proxy_speaker"])
@pytest.mark.parametrize("typed", MORE_THAN_A_NAME)
def test_every_name_in_a_field_that_says_more_is_blanked_in_words(field, typed):
    case = Case(**{field: typed})
    redact = speaker_redactor(case)

    for value in MORE_THAN_A_NAME[typed]:
        assert redact(f"门前{value}找过村上") == f"门前{PLACEHOLDER}找过村上"


@pytest.mark.parametrize(
    "typed",
    [
        *MORE_THAN_A_NAME,
        "李建军（三组）",
        "李建军（东头）",
        "李建军（白天打电话）",
        "李建军（白关村）",
        "李建军（路边开店）",
        "高山村安全员李建军",
        "陈家湾李建军",
    ],
)
def test_no_ordinary_word_is_blanked_for_a_field_that_says_more(typed):
    words = (
        "村民和村医、队长都说路边水管坏了，三组等三人的家里停水，白关村二组的安全员白天不在，"
        "户主、监护人、儿子和家属代表夫妇俩签字，高山上张贴了通知，大家都同意，于是找了老师"
        "和主任，陈家湾东头的豆腐店也停电"
    )

    assert speaker_redactor(Case(speaker_name=typed))(words) == words


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("白关村2组15号（王守田家）", "王守田"),
        ("白关村2组15号王守田家", "王守田"),
        ("白关村2组王守田隔壁", "王守田"),
        ("白关村2组15号 13993912345", "13993912345"),
    ],
)
def test_whose_house_it_is_and_a_phone_in_an_address_are_blanked(typed, value):
    redact = speaker_redactor(Case(speaker_address=typed))

    assert redact(f"找{value}问过") == f"找{PLACEHOLDER}问过"
    assert redact("白关村2组东头的水") == "白关村2组东头的水"


@pytest.mark.django_db
@pytest.mark.parametrize("typed", MORE_THAN_A_NAME)
def test_no_reader_finds_a_hidden_name_by_the_words(typed):
    case = spoken(
        staff(),
        speaker_name=typed,
        confidentiality="hidden",
        verbatim="院墙倒了，" + "，".join(MORE_THAN_A_NAME[typed]) + "找过队长",
    )

    for value in MORE_THAN_A_NAME[typed]:
        assert value not in case.open_words


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
        ("三组红旗巷19号", ["3组19号", "红旗巷19号"]),
        ("白关镇柳河村红旗巷19号", ["红旗巷19号"]),
        ("柳河村19号红旗巷", ["红旗巷19号"]),
        ("红旗巷19号", []),
        ("东街3栋2单元501室", ["3栋2单元501室"]),
    ],
)
def test_group_and_door_tell_a_house_and_neither_does_alone(typed, parts):
    assert address_parts(typed) == parts


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("一组17号", "1组17"),
        ("一组17号", "一社17号"),
        ("3组19号", "三组十九"),
        ("白关村三组19号（东头）", "三村民小组的19号"),
        ("三组红旗巷19号", "三组19号"),
        ("三组红旗巷19号", "19号红旗巷"),
        ("柳河村红旗巷19号", "红旗巷第19号"),
    ],
)
def test_a_door_is_blanked_in_another_form_than_it_is_stored(address, typed):
    redact = speaker_redactor(Case(speaker_address=address))

    assert redact(f"我住{typed}，漏水") == f"我住{PLACEHOLDER}，漏水"


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
