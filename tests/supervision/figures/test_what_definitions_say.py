"""The page of definitions: no two figures are said to count the same."""

from collections import Counter

import pytest
from django.utils import translation

from supervision.figures import definitions

pytestmark = pytest.mark.any_database


def test_no_two_figures_are_defined_by_the_same_words():
    with translation.override("zh-hans"):
        meanings = Counter(str(each.meaning) for each in definitions.FIGURES.values())

    assert [words for words, times in meanings.items() if times > 1] == []


def test_each_of_the_two_shares_that_sound_alike_tells_itself_from_the_other():
    with translation.override("zh-hans"):
        ratio, rate = (
            definitions.FIGURES[code] for code in ("ratio.concluded", "rate.completed")
        )
        names = (str(ratio.label), str(rate.label))

        assert names == ("办结销号比", "办结率")
        assert "办结率" in str(ratio.meaning)
        assert "办结销号比" in str(rate.meaning)
        assert "办结比" in str(ratio.meaning)  # as the method calls it


def test_what_is_to_be_rated_says_what_it_leaves_out():
    with translation.override("zh-hans"):
        (figure,) = (
            each
            for each in definitions.FIGURES.values()
            if each.code == "rate.rated.whole"
        )

        assert "不算" in str(figure.meaning)
