"""What is blanked of names that were added to a text, and what stays of those that
stood there.
"""

import time

import pytest

from minshi.text import PersonalValue
from minshi.text.additions import blanked_additions

NAMES = [PersonalValue("王守田"), PersonalValue("13993917788")]
LIST = "来过的有张长生、王守田、赵铁柱。"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (LIST, LIST),
        (f"{LIST}\n王守田说灯坏了", f"{LIST}\n［…］说灯坏了"),
        (f"王守田说灯坏了\n{LIST}", f"［…］说灯坏了\n{LIST}"),
        (f"王守田。{LIST}王守田。", f"［…］。{LIST}［…］。"),
        (
            "来过的有张长生、王守田、赵铁柱等人。",
            "来过的有张长生、王守田、赵铁柱等人。",
        ),
        ("来过的有张长生、王守田（大）、赵铁柱。",) * 2,
        ("昨天来过的有：张长生、王守田、赵铁柱。",) * 2,
        ("打13993917788。" + LIST, "打［…］。" + LIST),
        ("来过的有张长生、赵铁柱。", "来过的有张长生、赵铁柱。"),
    ],
)
def test_a_name_that_stood_there_stays_and_one_that_is_added_is_blanked(text, stored):
    assert blanked_additions(LIST, text, NAMES) == stored


def test_a_clause_that_is_moved_stays_as_it_was():
    before = f"{LIST}灯坏了半个月，学生早起看不清路，要换太阳能的新灯。"
    text = f"灯坏了半个月，学生早起看不清路，要换太阳能的新灯。{LIST}"

    assert blanked_additions(before, text, NAMES) == text


def test_a_clause_that_is_written_a_second_time_is_added():
    before = "张长生\n王守田\n赵铁柱"
    text = "说的是\n王守田\n张长生\n王守田\n赵铁柱"

    assert blanked_additions(before, text, NAMES) == (
        "说的是\n［…］\n张长生\n王守田\n赵铁柱"
    )


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("守田来过", "王守田来过"),
        ("问过王", "问过王守田"),
        ("问过王守", "问过王守田"),
        ("王田来过", "王守田来过"),
    ],
)
def test_what_stood_there_is_not_made_a_name_of_by_what_is_added(before, text):
    """Neither is it blanked: that would tell whoever wrote it."""
    assert blanked_additions(before, text, NAMES) == before


def test_long_minutes_are_compared_in_moments():
    before = "水渠堵了，大家商量先清淤再修，" * 1300
    text = f"王守田说{before}"

    assert blanked_additions(before, text, NAMES) == f"［…］说{before}"


# --- long lists, and texts made to be hard
MANY = "、".join(
    f"张{first}{second}" for first in "长大小春夏秋冬" for second in "生山水火土金木"
)


def test_a_long_list_survives_what_is_added_ahead_of_it():
    before = f"来过的有{MANY}、王守田、{MANY}。"
    text = f"王守田说灯坏了。\n{before}\n又问了王守田"

    assert len(before) > 200
    assert blanked_additions(before, text, NAMES) == (
        f"［…］说灯坏了。\n{before}\n又问了［…］"
    )


def test_a_name_whose_surroundings_are_worded_anew_stays():
    before = "昨天王守田来过，问了水渠的事。"
    text = "昨日，王守田亲自来问水渠的事。"

    assert blanked_additions(before, text, NAMES) == text


def test_a_line_that_begins_like_a_name_gives_nothing_of_it():
    before = "王家的地边水渠堵了，谢家的田"
    text = f"王守田\n{before}\n王守田"

    assert blanked_additions(before, text, NAMES) == f"［…］\n{before}\n［…］"


@pytest.mark.parametrize(
    "before", ["王守田" * 6600, "王守田、" * 5000, "王守" * 10_000]
)
def test_a_text_made_to_be_hard_costs_no_more_than_another(before):
    """Each of them was minutes of work for a comparison letter by letter."""
    text = "王守田说：" + "".join(reversed(before)) + "王守田说"
    began = time.process_time()

    blanked_additions(before, text, NAMES)

    assert time.process_time() - began < 5


ADDRESS = "甘肃省陇南市武都区柳河镇柳河村三社七十六号院内东屋"


def test_an_address_among_ever_the_same_letters_is_found_in_moments():
    values = [PersonalValue(ADDRESS)]
    text = ("啊" * 24 + ADDRESS + "啊" * 23 + "吧") * 270
    began = time.process_time()

    blanked = blanked_additions("啊" * 20_000, text, values)

    assert time.process_time() - began < 5
    assert ADDRESS not in blanked
