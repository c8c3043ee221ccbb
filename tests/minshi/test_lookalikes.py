"""Radicals, strokes and old forms are read as the characters they stand for."""

import re
import unicodedata

import pytest

from minshi.text import (
    HAN,
    PLACEHOLDER,
    Letters,
    PersonalValue,
    blanked,
    folded,
    half_width,
    searchable,
)
from minshi.text.lookalikes import RADICALS_AND_STROKES, with_ideographs
from minshi.text.simplified import (
    MOST_FORMS,
    MOST_TOGETHER,
    OLD_FORMS,
    forms_of,
    forms_of_names,
)
from villages.imports.cells import text_of
from villages.naming import name_keys_of

UNDECOMPOSED = 0x2E80  # a repetition mark, which looks like no character


def test_every_radical_is_read_as_the_character_it_looks_like():
    for code, ideograph in RADICALS_AND_STROKES.items():
        radical = chr(code)
        assert re.fullmatch(f"[{HAN}]", ideograph)
        assert len(with_ideographs(radical)) == 1
        assert Letters(radical).plain == Letters(ideograph).plain
        for fold in (folded, half_width, searchable):
            assert fold(f"{radical}家") == fold(f"{ideograph}家")


def test_no_radical_of_the_block_is_left():
    left = []
    for code in range(0x2E80, 0x2EF4):
        plain = half_width(chr(code))
        if unicodedata.name(chr(code), "") and plain == chr(code):
            left.append(code)

    assert left == [UNDECOMPOSED]


def test_old_forms_are_read_as_the_usual_ones():
    for old, usual in OLD_FORMS.items():
        assert Letters(old).plain == Letters(usual).plain == usual
        assert searchable(f"{old}家") == searchable(f"{usual}家")
        assert half_width(old) == old  # as a name is written it is stored


def test_whatever_is_written_for_a_character_is_read_as_it():
    for character, others in [
        ("马", "馬⻢⾺"),
        ("欧", "歐"),
        ("高", "髙⾼"),
        ("吉", "𠮷"),
        ("牛", "⽜"),
        ("们", "們"),
    ]:
        assert forms_of(character)[0] == character
        assert set(others) <= set(forms_of(character)[1:])
        for form in forms_of(character):
            assert Letters(form).plain == character
    assert forms_of("a") == ("a",)


def test_names_are_asked_for_in_every_form_and_a_question_has_an_end():
    assert {"馬測民", "马測民", "馬测⺠"} <= forms_of_names({"马测民"})
    assert len(forms_of_names({"龙龙龙龙"})) == MOST_FORMS

    names = {f"龙龙龙{chr(code)}" for code in range(0x4E00, 0x5200)}
    assert len(forms_of_names(names)) < len(names) + MOST_TOGETHER + MOST_FORMS


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("马建民", "⻢建⺠"),
        ("马建民", "⻢ 建⺠"),
        ("⻢建⺠", "马建民"),
        ("馬建民", "⻢建民"),
        ("高国青", "髙囯靑"),
        ("髙建民", "高建民"),
        ("张𠮷", "张吉"),
        ("锺馀", "钟余"),
    ],
)
def test_a_name_is_blanked_in_characters_that_look_like_its_own(name, typed):
    words = blanked(f"🙂邻居{typed}和我说，{typed}的灯", [PersonalValue(name)])

    assert words == f"🙂邻居{PLACEHOLDER}和我说，{PLACEHOLDER}的灯"


def test_a_list_brings_in_characters_and_no_radicals():
    assert text_of("⻢建⺠") == "马建民"
    assert name_keys_of("⻢建⺠", "") == name_keys_of("马建民", "")
