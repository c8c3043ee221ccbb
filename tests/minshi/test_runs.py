"""A word that is read as a digit is no part of the number beside it."""

from time import process_time

import pytest

from minshi.text import PLACEHOLDER, AnyPhone, PersonalValue, blanked, without_spans
from minshi.text.ends import ends_of_phones
from minshi.text.finding import long_numbers_in, numbers_in
from minshi.text.runs import breaks_in

MOBILE = "13812345678"
CARD = "6217001234567890122"

PHONES_BESIDE_WORDS = [
    ("打", MOBILE, "一直没人接"),
    ("电话", MOBILE, "一个月打不通"),
    ("我打", MOBILE, "两次都没人接"),
    ("找", MOBILE, "三次"),
    ("", MOBILE, "二组的电工不来"),
    ("", MOBILE, "二十次"),
    ("", MOBILE, "零食店老板"),
    ("", MOBILE, "幺妹"),
    ("", MOBILE, "○"),
    ("打", MOBILE, "\u2f00直没人接"),  # a radical, as a PDF gives it
    ("", MOBILE, "㈠直"),
    ("", MOBILE, "㊀直"),
    ("打", MOBILE, "O"),
    ("打", MOBILE, "洞里的人"),
    ("给一", MOBILE, ""),
    ("找了三", MOBILE, "三次"),
    ("电工一二三四五", MOBILE, ""),
    ("打", "138 1234 5678", "一直没人接"),
    ("打", "138-1234-5678", "一直没人接"),
    ("打", "１３８１２３４５６７８", "一直没人接"),
    ("打", "１３８１２３４５６７８", "十次"),
    ("打", "1381234567八", "一直没人接"),
    ("电话是", "一三八一二三四五六七八", "一直不通"),
    ("电话是", "一三八 一二三四 五六七八", "一直不通"),
    ("找了三", "一三八一二三四五六七八", "两次"),
    ("电话", "138 1234 五六七八", "一直不通"),
    ("打", "0939-4421234", "一直占线"),
    ("座机", "4421234", "一直占线"),
    ("", "4008001234", "一直占线"),
    ("", "+852 23456789", "一直占线"),
]


@pytest.mark.parametrize(("before", "number", "behind"), PHONES_BESIDE_WORDS)
def test_a_telephone_is_found_beside_a_word_that_is_read_as_a_digit(
    before, number, behind
):
    text = f"{before}{number}{behind}"
    spans = numbers_in(text).phones

    assert [text[start:end] for start, end in spans] == [number]
    assert blanked(text, [AnyPhone()]) == f"{before}{PLACEHOLDER}{behind}"


@pytest.mark.parametrize(
    ("before", "number", "behind"),
    [
        ("身份证", "622621198001011234", "一直没办下来"),
        ("身份证", "622621198001011234", "两年没办下来"),
        ("身份证", "62262119800101123X", "一直没办"),
        ("", "622621800101123", "两年没办"),
        ("", "62262119800101123×", "两年没办"),
        ("", "6226211980010112三四", "一直没办"),
        ("", "六二二六二一一九八零零一零一一二三四", "一直没办"),
        ("卡号", CARD, "一直没到账"),
        ("卡号", CARD, "两个月没到账"),
        ("卡号", "6217 0012 3456 7890 122", "一直没到账"),
        ("给三", CARD, "没到账"),
    ],
)
def test_a_number_of_a_paper_ends_where_a_word_begins(before, number, behind):
    text = f"{before}{number}{behind}"
    found = numbers_in(text)

    assert without_spans(text, found.spans) == f"{before}{behind}"
    assert blanked(text, []) == f"{before}{PLACEHOLDER}{behind}"
    assert [text[start:end] for start, end in long_numbers_in(text)[1]] == [number]


def test_a_long_number_that_is_no_card_is_taken_out_without_the_word_behind_it():
    text = "卡号6217001234567890128一直没到账"

    assert without_spans(text, numbers_in(text).spans) == "卡号一直没到账"


@pytest.mark.parametrize("behind", ["", "一直不通", "都不接"])
def test_two_mobile_numbers_pasted_together_are_two(behind):
    text = f"打{MOBILE}13912345678{behind}"
    spans = numbers_in(text).phones

    assert [text[start:end] for start, end in spans] == [MOBILE, "13912345678"]


@pytest.mark.parametrize("comma", ["，", "、", ","])
def test_a_telephone_set_with_commas_is_one_where_it_is_called_so(comma):
    groups = comma.join(("138", "1234", "5678"))

    assert blanked(f"电话{groups}不通", [AnyPhone()]) == f"电话{PLACEHOLDER}不通"
    assert blanked(f"交了{groups}元", [AnyPhone()]) == f"交了{groups}元"


@pytest.mark.parametrize(
    "number",
    [
        "139 9391 234五",
        "一三八23456789",
        "138 2234 567八",
        "138一二三四5678",
        "1397777OOO1",
        "1397777洞洞洞1",
        "62262119800101123四",
    ],
)
def test_a_number_of_both_kinds_is_one_where_they_make_it_together(number):
    assert breaks_in(number) == []
    assert blanked(f"打{number}，", [AnyPhone()]) == f"打{PLACEHOLDER}，"


@pytest.mark.parametrize(
    "text", ["订单2139939123456", "订单21381234567813912345678", "一共2026年"]
)
def test_other_numbers_stay(text):
    assert blanked(text, [AnyPhone()]) == text


def test_a_door_and_the_end_of_a_telephone_end_where_a_word_begins():
    door = PersonalValue("三组15号")

    assert blanked("三组15一直漏", [door]) == f"{PLACEHOLDER}一直漏"
    assert blanked(f"{MOBILE}三组15号", [door]) == f"{MOBILE}{PLACEHOLDER}"
    assert (
        blanked("最后0088一直不通", ends_of_phones(["13812340088"]))
        == f"最后{PLACEHOLDER}一直不通"
    )
    assert blanked("尾号4160一直不通", [AnyPhone()]) == f"尾号{PLACEHOLDER}一直不通"


@pytest.mark.parametrize(
    "number", ["622621198001011234", "13812345678", "6217001234567890122", "13一"]
)
def test_a_run_of_digits_four_times_as_long_takes_some_four_times_as_long(number):
    def seconds(length: int) -> float:
        text = (number * length)[:length]
        begun = process_time()
        numbers_in(text)
        blanked(text, ())
        return process_time() - begun

    seconds(100)
    assert min(seconds(4_000), seconds(4_000)) < 9 * max(seconds(1_000), 0.02)
