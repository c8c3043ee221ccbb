"""One form for what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minshi.text import (
    clean_text,
    folded,
    is_blank,
    searchable,
    visible,
)
from minshi.text.folding import DASHES, MIDDLE_DOTS, STOPS

RARE_IN_NAMES = ["\U0002ebf0", "\ue863"]  # one newer than Python's tables; private use


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("１２０元", "120元"),
        ("ＷｉＦｉ", "wifi"),
        ("BG—2026–0179", "bg-2026-0179"),
        ("村口——水管", "村口--水管"),
        ("李　四", "李四"),
        ("水管 坏\u3000了", "水管坏了"),
        ("a  b\tc", "a b c"),
        ("水\u200b管\ufeff坏\u202e了", "水管坏了"),
        ("3.5元", "3.5元"),
        ("阿依古丽-买买提", "阿依古丽买买提"),
        ("阿依古丽—买买提", "阿依古丽买买提"),
        ("", ""),
    ],
)
def test_what_is_written_has_one_form(written, form):
    assert folded(written) == form


@pytest.mark.parametrize("dot", [*MIDDLE_DOTS, *STOPS, " ", ""])
def test_a_name_of_two_parts_is_one_however_they_are_joined(dot):
    assert folded(f"阿依古丽{dot}买买提") == "阿依古丽买买提"


@pytest.mark.parametrize("dash", DASHES)
def test_every_dash_is_one(dash):
    assert folded(f"BG{dash}2026") == "bg-2026"


@pytest.mark.parametrize("rare", RARE_IN_NAMES)
def test_a_rare_character_of_a_name_is_seen_stored_and_asked_for(rare):
    assert visible(rare) == clean_text(rare) == folded(rare) == rare
    assert not is_blank(rare)
    assert folded(f"王 {rare}") == f"王{rare}"


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "\u3000\n",
        "\u200b\u200e",
        "\u3164",
        "\u2800",
        "\ufeff \t",
        "\0",
        "\ufffe\uffff\U0010ffff\ufdd0",
        "\U000e0080\u2065\ufff0",
        "\u0301",
        "\u17b4\u17b5",
        "\u180b\u180f",
        "\u20dd",
        "。",
        "。。。",
        "——",
        "！？",
    ],
)
def test_a_text_that_says_nothing_is_blank(text):
    assert is_blank(text)
    assert not is_blank(text + "水")


@pytest.mark.parametrize("text", ["是", "3", "ok", "👍", "√", "①", "+"])
def test_a_letter_a_number_or_a_symbol_is_an_answer(text):
    assert not is_blank(text)


def test_breaks_of_lines_are_seen_and_marks_of_direction_are_not():
    assert visible("一\n二\t三\u202e四\u200d五\0") == "一\n二\t三四五"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("二组十五号", "2组15号"),
        ("２组１５号", "2组15号"),
        ("第十五条", "第15条"),
        ("第壹拾伍条", "第15条"),
        ("二十户", "20户"),
        ("廿户", "20户"),
        ("卅六户", "36户"),
        ("一百廿三号", "123号"),
        ("一千零卌", "1040"),
        ("廿万", "200000"),
        ("二百零五元", "205元"),
        ("一百二十", "120"),
        ("一百二", "120"),
        ("两千三百元", "2300元"),
        ("一千零八", "1008"),
        ("一千零八十", "1080"),
        ("二〇二六年", "2026年"),
        ("十五六岁", "十56岁"),
        ("千万不要", "千万不要"),
        ("百姓的路", "百姓的路"),
        ("一万二千元", "12000元"),
        ("一万二", "12000"),
        ("一万二的彩礼", "12000的彩礼"),
        ("1.2万元", "12000元"),
        ("1.2 万元", "12000元"),
        ("1万2", "12000"),
        ("1万2千", "12000"),
        ("１．２萬", "12000"),
        ("壹万贰仟元整", "12000元整"),
        ("12万", "120000"),
        ("十二万三千四百五十六", "123456"),
        ("一万零五十", "10050"),
        ("三百万", "3000000"),
        ("一亿二", "120000000"),
        ("1.5亿", "150000000"),
        ("3千5", "3500"),
        ("2百5", "250"),
        ("两万多", "20000多"),
        ("借了一万三个月没还", "借了100003个月没还"),
        ("1.23456万", "1.23456万"),
        ("万一下雨", "万1下雨"),
        ("上千万", "上千万"),
        ("千千万万", "千千万万"),
        ("5千瓦", "5千瓦"),
        ("3百姓", "3百姓"),
        ("几万", "几万"),
        ("1,200元", "1200元"),
        ("１，２００元", "1200元"),
        ("1,234,567元", "1234567元"),
        ("3,12号", "3,12号"),
        ("12,3456", "12,3456"),
        ("“坏了”", '"坏了"'),
        ("‘坏了’", '"坏了"'),
        ("「坏了」", '"坏了"'),
        ("『坏了』", '"坏了"'),
        ("《坏了》", "《坏了》"),
        ("'坏了'", '"坏了"'),
    ],
)
def test_what_is_searched_has_one_form(written, form):
    assert searchable(written) == form
    assert searchable(form) == form


@given(st.text() | st.text(alphabet="一二两三十百千万亿零0123,.点 -元个月多a"))
def test_making_searchable_twice_is_making_it_once(text):
    assert searchable(searchable(text)) == searchable(text)
