"""Titles are cut where a clause ends."""

import pytest

from minshi.text.clauses import cut_at_clause, first_sentence, whole_clauses

LAMP = "村口大槐树下的路灯坏了半个月，晚上娃娃放学看不清路"
LONG = "二组到小学的水泥路被拉沙车压坏了三处大坑没人来修"  # without a comma


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("路灯坏了，学生看不清路", "路灯坏了，学生看不清路"),
        (LAMP, "村口大槐树下的路灯坏了半个月"),
        ("您好，" + LONG + "，请来看看", "您好，" + LONG),
        (LONG * 2, LONG * 2),
        (LONG * 3, LONG[:23] + "…"),
        (LONG * 3 + "，请来看看", LONG[:23] + "…"),
    ],
)
def test_a_title_ends_where_a_clause_ends(text, cut):
    assert cut_at_clause(text, usual=24, most=60) == cut


@pytest.mark.parametrize(
    ("title", "whole"),
    [
        (LAMP[:23] + "…", "村口大槐树下的路灯坏了半个月"),
        (LONG[:23] + "…", LONG[:23] + "…"),
        ("您好，" + LONG[:20] + "…", "您好，" + LONG[:20] + "…"),
        ("路灯又坏了好久，没人修……", "路灯又坏了好久，没人修……"),
        (LAMP, LAMP),
    ],
)
def test_a_title_that_was_cut_off_is_read_to_its_last_whole_clause(title, whole):
    assert whole_clauses(title) == whole


def test_the_first_sentence_ends_at_a_full_stop_or_a_line():
    assert first_sentence("\n路灯坏了，没人修。请来看看") == "路灯坏了，没人修"
    assert first_sentence("路灯坏了\n请来看看") == "路灯坏了"
