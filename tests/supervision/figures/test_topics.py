"""Topics in the figures: delicate ones of few are told by nothing, and what is listed
adds up with what is not.
"""

from collections import Counter

import pytest
from django.utils.translation import override

from supervision.figures.board import SplitRow
from supervision.figures.drawn import seen_in_topics
from supervision.figures.reading import Figures
from supervision.figures.small import REST, Cell, first_of, together_by_name, topics_of

pytestmark = pytest.mark.django_db


def test_delicate_topics_of_few_stand_together_above_the_village():
    figures = Figures(
        Counter(
            {
                "topic|1": 3,
                "topic|2": 4,
                "topic|3": 2,
                "topic|4": 6,
                "delicate|1": 1,
                "delicate|2": 4,
                "delicate|4": 1,
            }
        )
    )

    above = [
        (cell.value, cell.shown) for cell in topics_of(figures, leaves_village=True)
    ]
    within = [cell.value for cell in topics_of(figures, leaves_village=False)]

    assert above == [("4", "6"), ("3", "2"), ("", "7")]
    assert within == ["4", "2", "1", "3"]


def test_a_single_delicate_topic_of_few_is_shown_as_fewer_than_five():
    figures = Figures(Counter({"topic|1": 3, "delicate|1": 1}))

    (cell,) = topics_of(figures, leaves_village=True)

    assert (cell.value, cell.shown) == ("", "<5")


def test_topics_of_towns_that_are_called_alike_are_one():
    cells = [Cell("1", 10), Cell("7", 4), Cell("2", 3), Cell("none", 9), Cell("", 6)]
    names = {"1": "厕所改造", "2": "厕所改造", "7": "饮水"}

    together = together_by_name(cells, names)

    assert [(cell.value, cell.number) for cell in together] == [
        ("1,2", 13),
        ("7", 4),
        ("none", 9),
        ("", 6),
    ]


def test_what_is_not_listed_stands_together_and_the_numbers_add_up():
    numbers = {f"topic|{nth}": 30 - nth for nth in range(1, 20)}
    cells = topics_of(Figures(Counter(numbers)), leaves_village=True)

    listed = first_of(cells, 12)

    assert len(listed) == 13
    assert listed[-1].value == REST
    assert sum(cell.number for cell in listed) == sum(numbers.values())
    assert first_of(cells, 19) == cells  # nothing is left


@pytest.mark.parametrize("others", [[], [9, 8, 2, 1, 1], [3] * 14])
def test_a_small_cell_is_told_by_no_rest(others):
    numbers = {f"topic|{nth}": number for nth, number in enumerate(others, 2)}
    of_few = {"topic|1": 2, "delicate|1": 1}
    cells = topics_of(Figures(Counter(numbers | of_few)), leaves_village=True)

    *listed, rest = first_of(cells, 12)

    assert all(cell.value for cell in listed)
    assert rest.value == REST
    if others:
        assert rest.number >= 5
        assert sum(cell.number for cell in (*listed, rest)) == sum(others) + 2
        assert [cell.number for cell in listed] == sorted(others)[::-1][: len(listed)]
    else:
        assert rest.shown == "<5"


def test_bars_that_leave_something_out_say_so():
    rows = [
        SplitRow("Roads", "9", 9, ""),
        SplitRow("Water", "8", 8, ""),
        SplitRow("All others together", "168", 168, "", is_rest=True),
    ]

    with override("en"):
        words = seen_in_topics(rows)

    assert "2 bars by themselves, 17 matters; the other 168" in words
    assert "Roads" in words
