"""Words that somebody wrote down to be blanked are found as they stand, and as they may
be written otherwise.
"""

import pytest

from minshi.text import Phrase, blanked

WORDS = "他每天7:30送奶的，占了2、3组那家的路，养3,000只鸡的味道大，半夜12点还在叫。"


@pytest.mark.parametrize(
    "phrase",
    [
        "每天7:30送奶的",
        "每天7：30送奶的",
        "2、3组那家",
        "2，3组那家",
        "养3,000只鸡",
        "养3000只鸡",
        "半夜12点",
        "半夜十二点",
    ],
)
def test_what_is_copied_from_the_words_is_blanked_in_them(phrase):
    found = blanked(WORDS, [Phrase(phrase)])

    assert found.count("［…］") == 1
    assert phrase not in found


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("15、16号", "住15、16号的", "住［…］的"),
        ("10:30", "早上10:30来", "早上［…］来"),
        ("王，李", "王，李两家", "［…］两家"),
        ("老王————养蜂", "老王————养蜂的", "［…］的"),
        ("七十二岁", "今年72岁", "今年［…］"),
        ("72岁", "今年七十二岁", "今年［…］"),
        ("三千只鸡", "养3,000只鸡", "养［…］"),
        ("二〇二〇年回来", "2020年回来的", "［…］的"),
        ("三组十五", "三组十五一直漏", "［…］一直漏"),
        ("河边那家养蜂的", "河边 那家养蜂的", "［…］"),
        ("二儿媳", "二兒媳", "［…］"),
        # another number, and two who are named one after the other
        ("12点", "112点", "112点"),
        ("王刚", "老王，刚来过", "老王，刚来过"),
    ],
)
def test_a_phrase_is_found_in_other_forms_and_nothing_else_is(phrase, text, found):
    assert blanked(text, [Phrase(phrase)]) == found
