"""People found again in a text, however they are spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minshi.text import (
    PLACEHOLDER,
    Letters,
    PersonalValue,
    blanked,
    searchable,
)
from minshi.text.finding import numbers_in
from minshi.text.folding import SEPARATORS

RARE_IN_NAMES = ["\U0002ebf0", "\ue863"]  # one newer than Python's tables; private use


def without(text: str, *values: str) -> str:
    return blanked(text, [PersonalValue(value) for value in values])


NUMBERS = {
    "13993912345": [
        "13993912345",
        "139 9391 2345",
        "139-9391-2345",
        "139—9391—2345",
        "１３９９３９１２３４５",
        "139.9391.2345",
        "(139)93912345",
        "+8613993912345",
        "一三九九三九一二三四五",
        "幺三九九三九幺二三四五",
        "139 9391 234",
        "3993912345",
        "139\u200b93912345",
        "١٣٩٩٣٩١٢٣٤٥",
        "༡༣༩༩༣༩༡༢༣༤༥",
        "❶❸❾❾❸❾❶❷❸❹❺",
        "⓵⓷⓽⓽⓷⓽⓵⓶⓷⓸⓹",
        "〡〣〩〩〣〩〡〢〣〤〥",
        "①③⑨⑨③⑨①②③④⑤",
        "1️⃣3️⃣9️⃣9️⃣3️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣",
        "139....9391....2345",
        "139____9391____2345",
        "139 / 9391 / 2345",
        "壹叁玖玖叁玖壹贰叁肆伍",
        "壹叁玖玖叁玖壹貳叁肆伍",
    ],
    "+85223456789": [
        "+852 2345 6789",
        "2345 6789",
        "23456789",
        "00852-2345-6789",
        "二三四五六七八九",
    ],
    "09394421234": [
        "0939-4421234",
        "(0939)4421234",
        "０９３９－４４２１２３４",
        "4421234",
        "442 1234",
        "+86 939 4421234",
    ],
}
NAMES = {
    "李四": ["李四", "李 四", "李　四", "李·四", "李\u200b四"],
    "孙大伟": ["孙大伟", "孙大 伟", "孙 大 伟", "孙大-伟"],
    "阿依古丽·买买提": [
        "阿依古丽·买买提",
        "阿依古丽・买买提",
        "阿依古丽.买买提",
        "阿依古丽买买提",
        "阿依古丽 买买提",
    ],
    "柳河三社12号": [
        "柳河三社12号",
        "柳河 三社 １２号",
        "柳河三社，12号",
        "柳河3社一二号",
        "柳河3社十二号",
        "柳河三社拾贰号",
    ],
    "柳河三社二十号": ["柳河3社20号", "柳河 ３社２０号", "柳河三社贰拾号"],
    "郭小燕": [
        "郭﹒小燕",
        "郭\u0301小燕",
        "郭\u20dd小\u20dd燕",
        "郭（小燕）",
        "郭“小燕”",
        "郭/小燕",
        "郭、小燕",
        "郭_小燕",
        "郭+小燕",
        "郭\n小燕",
        "郭\n\n小燕",
        "郭●小燕",
        "郭○小○燕",
        "郭｜小｜燕",
        "郭ʹ小燕",
    ],
    "欧阳锋": ["歐陽鋒", "欧陽锋", "歐 阳·鋒"],
    "歐陽鋒": ["欧阳锋"],
    "José": ["José", "Jose", "Jose\u0301", "ＪＯＳÉ"],
}
SPELLINGS = [
    (value, spelling)
    for table in (NUMBERS, NAMES)
    for value, spellings in table.items()
    for spelling in spellings
]


@pytest.mark.parametrize(("value", "spelling"), SPELLINGS)
def test_a_value_is_blanked_in_every_spelling(value, spelling):
    text = without(f"已经和{spelling}说过了", value)

    letters = [letter for letter in spelling if letter.isalnum()]
    assert PLACEHOLDER in text
    assert len([letter for letter in letters if letter in text]) <= len("+86(0939)")
    assert spelling not in text
    assert text.endswith("说过了")


@pytest.mark.parametrize("between", [*SEPARATORS, *"'’`*_~", " ", "\u3000", " · "])
def test_a_name_is_blanked_with_any_dot_or_dash_between(between):
    assert without(f"是古丽{between}艾力说的", "古丽·艾力") == f"是{PLACEHOLDER}说的"
    assert without("是古丽艾力说的", f"古丽{between}艾力") == f"是{PLACEHOLDER}说的"


@pytest.mark.parametrize("between", [*SEPARATORS, " "])
def test_a_phone_is_blanked_with_any_dot_or_dash_between(between):
    typed = between.join(["139", "9391", "2345"])

    assert without(f"打{typed}找他", "13993912345") == f"打{PLACEHOLDER}找他"


@pytest.mark.parametrize("rare", RARE_IN_NAMES)
def test_a_name_of_a_rare_character_is_blanked(rare):
    assert without(f"王 {rare}说过，王说", f"王{rare}") == f"{PLACEHOLDER}说过，王说"


@pytest.mark.parametrize(
    ("text", "value", "blank"),
    [
        ("住在12号", "12", f"住在{PLACEHOLDER}号"),
        ("住在一二号", "12", f"住在{PLACEHOLDER}号"),
        ("住在十二号", "12", f"住在{PLACEHOLDER}号"),
        ("住在3-12号", "12", f"住在3-{PLACEHOLDER}号"),
        ("住在3-12号", "12号", f"住在3-{PLACEHOLDER}"),
        ("共3，12号也来了", "12号", f"共3，{PLACEHOLDER}也来了"),
    ],
)
def test_a_short_number_is_blanked_where_it_stands_alone(text, value, blank):
    assert without(text, value) == blank


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("老王，刚来过", "王刚"),
        ("他姓王。建房的事", "王建"),
        ("找老王！建房", "王建"),
        ("找老王；建房", "王建"),
        ("张、王、李三家", "王李"),
        ("郭，，，，小燕", "郭小燕"),
        ("1、2号楼", "12号"),
        ("2012年修的，120元，112户", "12"),
        ("一百一十二户", "12"),
        ("二十五号的水管", "十五号"),
        ("说了35次", "王三五"),
        ("二〇一二年修的", "12"),
        ("１１２户", "12"),
        ("1\u200b12户", "12"),
        ("1、2组", "12"),
        ("112号的水管，13组", "12号"),
        ("柳河村120", "柳河村12"),
        ("姓王\n刚来过", "王刚"),
        ("请打司法所0939-4421567", "09394421234"),
        ("共1399户，3912人", "13993912345"),
        ("BG-2026-0179", "13993912345"),
        ("水", "水"),
        ("Lisin", "Lisi"),
    ],
)
def test_what_only_resembles_it_stays(text, value):
    assert without(text, value) == text


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "110105194912310021",
        "110105 19491231 002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "6222021100000000007",
        "6222 0211 0000 0000 007",
        "6222\u20110211\u20110000\u20110000\u2011007",
        "六二二六二一一九六零零一零一一二三四",
        "壹壹零壹零伍壹玖肆玖壹贰叁壹零零贰X",
        "①①⓪①⓪⑤①⑨④⑨①②③①⓪⓪②①",
        "110105-1949-1231-0021",
        "1101 0519 4912 3100 21",
        "110105491231002",
        "110105 491231 002",
        "110105-491231-002",
        "110105—491231—002",
        "1101 0549 1231 002",
        "１１０１０５４９１２３１００２",
        "一一零一零五四九一二三一零零二",
        "1 1 0 1 0 5 4 9 1 2 3 1 0 0 2",
        "①①⓪①⓪⑤④⑨①②③①⓪⓪②",
        "62262519870523451×",
        "62262519870523451*",
        "62262519870523451✕",
        "62262519870523451叉",
        "622625 19870523 451 ×",
        "６２２６２５１９８７０５２３４５１＊",
        "六二二六二五一九八七零五二三四五一叉",
        "62262519870523451X",
        "62262519870523o51x",
        "6226251987o52345o×",
        "62262519870523450O",
        "62262519870523OO1O",
        "9558801234567890128",
        "9558801234567897",
        "6222    0211    0000    0000    007",
        "6222\n0211\n0000\n0000\n007",
        "9558 \n8012 \n3456 \n7890 \n128",
    ],
)
def test_identity_and_bank_numbers_are_blanked_whosever_they_are(number):
    assert without(f"号码是{number}，请核对") == f"号码是{PLACEHOLDER}，请核对"


@pytest.mark.parametrize(
    "before", ["13993912345，", "13993912345 ", "3、", "13993912345"]
)
def test_a_bank_card_is_blanked_behind_another_number(before):
    assert without(f"{before}6222021100000000007") == f"{before}{PLACEHOLDER}"


@pytest.mark.parametrize("number", ["62262519870523451×", "6226251987o523451叉"])
def test_an_identity_number_is_found_with_a_sign_for_its_letter(number):
    assert found_in(f"身份证{number}，")[1] == [number]


def test_a_bank_card_is_blanked_in_front_of_a_mobile_number_joined_to_it():
    text = without("622202110000000000713993912345")

    assert text == f"{PLACEHOLDER}13993912345"


@pytest.mark.parametrize(
    "number",
    [
        "6222021100000000008",
        "2262519870523451×3",
        "62262519871323451×",  # of a thirteenth month
        "6222\n0211\n00000000\n007",
        "6222\n0211\n元0000\n0000\n007",
        "126222021100000000007",
        "202611280000000001",
        "6222、0211、0000、0000、007",
        "110105491331002",  # of a thirteenth month
        "110105491232002",
        "990105491231002",  # of no province
        "202611281231002",
        "110,105,491,231,002",
        "110，105，491，231，002元",
        "110105、491231、002",
        "110105\n491231\n002",
        "1101054912310021234",
        "2026-11-28 12:31:00",
        "BG-2026-0183 621226118",
        "13993912345 2026",
        "620元 621元 600元 101元 123元",
    ],
)
def test_other_long_numbers_stay(number):
    assert without(number) == number


def test_overlapping_values_leave_one_placeholder():
    assert without("李建国家的水", "建国", "李建国") == f"{PLACEHOLDER}家的水"


# neither letters of the name nor enough digits for a number of persons
OTHERS = st.text(
    st.sampled_from("水路灯坏了 AbÉ，。·-\n（）\u200b🙂\ue863"), max_size=40
)


@given(OTHERS, OTHERS)
def test_nothing_else_of_a_text_changes(before, after):
    text = without(f"{before}欧阳建国{after}", "欧阳建国", "13993912345", "12")

    assert text == before + PLACEHOLDER + after


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_name_is_blanked_in_any_text(before, after):
    text = without(f"{before}欧阳建国{after}", "欧阳建国")

    assert "欧阳建国" not in Letters(text).plain


# --- numbers pasted


def found_in(text: str) -> tuple[list[str], list[str], list[str]]:
    numbers = numbers_in(text)
    kinds = (numbers.phones, numbers.identities, numbers.others)
    phones, identities, others = (
        [text[start:end] for start, end in spans] for spans in kinds
    )
    return phones, identities, others


@pytest.mark.parametrize(
    ("text", "phones", "identities", "others"),
    [
        ("2026-5-12 13993912345", ["13993912345"], [], []),
        ("2026-5-12 0911-2283456", ["0911-2283456"], [], []),
        ("2026-05-12\n13993912345", ["13993912345"], [], []),
        ("110105 19491231 002x", [], ["110105 19491231 002x"], []),
        ("110105  19491231", [], [], []),
        ("6212  2619  6003  0512  34", [], ["6212  2619  6003  0512  34"], []),
        ("6212 - 2619 - 6003 - 0512 - 3X", [], ["6212 - 2619 - 6003 - 0512 - 3X"], []),
        ("110105\n194912310021", [], [], []),
        ("3 110105194912310021", [], ["110105194912310021"], []),
        ("6222 0211 0000 0000 007", [], [], ["6222 0211 0000 0000 007"]),
        ("202611280000000001", [], [], ["202611280000000001"]),
        ("110105491231002", [], ["110105491231002"], []),
        ("110105 491231 002", [], ["110105 491231 002"], []),
        ("2026-11-12-2026-11-15", [], [], []),
        ("2026-11-15 2026-11-18 9点", [], [], []),
        ("13,993,912,345元", [], [], []),
        ("订单2139939123456", [], [], []),
        ("住二组，１３９·９３９１·２３４５", ["１３９·９３９１·２３４５"], [], []),
        ("一三九九三九一二三四五，", ["一三九九三九一二三四五"], [], []),
        ("laowang13993912345", ["13993912345"], [], []),
        ("139 9391 234五", ["139 9391 234五"], [], []),
        ("139____9391____2345", ["139____9391____2345"], [], []),
        ("零九三九-四四二一二三四", ["零九三九-四四二一二三四"], [], []),
        (
            "六二二六二一一九六零零一零一一二三四",
            [],
            ["六二二六二一一九六零零一零一一二三四"],
            [],
        ),
    ],
)
def test_numbers_are_told_from_dates_and_from_each_other(
    text, phones, identities, others
):
    assert found_in(text)[:2] == (phones, identities)
    assert set(found_in(text)[2]) - set(identities) == set(others)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("李满囤", "李     满     囤"),
        ("李满囤", "李\u3000\u3000\u3000\u3000满　　　　　囤"),
        ("13993912345", "139         9391     2345"),
    ],
)
def test_blanks_in_a_row_are_drawn_as_one_and_are_one_sign(value, text):
    assert (
        blanked(f"我是{text}家的", [PersonalValue(value)]) == f"我是{PLACEHOLDER}家的"
    )


@pytest.mark.parametrize(
    "typed",
    [
        "幺三九七七七七洞洞洞幺",
        "幺三九拐拐拐拐洞洞洞幺",
        "1397777OO01",
        "1397777ooo1",
        "139 7777 OOO1",
        "139-7777-洞洞洞1",
    ],
)
def test_a_number_as_it_is_called_out_is_found(typed):
    text = f"打{typed}找我"

    assert without(text, "13977770001") == f"打{PLACEHOLDER}找我"


@pytest.mark.parametrize("typed", ["幺三九七七七七洞洞洞幺", "1397777OOO1"])
def test_a_telephone_as_it_is_called_out_is_one(typed):
    found = numbers_in(f"打{typed}找我").phones

    assert [f"打{typed}找我"[start:end] for start, end in found] == [typed]


@pytest.mark.parametrize(
    "words", ["桥洞三个，拐弯处洞口一二三号", "勾勾拐拐洞洞洞洞洞", "COO2026001洞"]
)
def test_words_stay_words(words):
    assert without(words, "00000", "13977770001") == words
    assert searchable("桥洞拐弯") == "桥洞拐弯"
