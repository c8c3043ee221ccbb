"""Counts in the cache: taken back, forgotten, and many of them."""

from django.core.cache import cache

from minshi.counting import count_of, count_one, take_one_back


def test_a_count_that_began_anew_falls_no_lower_than_nothing():
    """Otherwise whoever waits until it is forgotten would have tries to spare."""
    count_one("slow", 60)
    count_one("slow", 60)
    cache.clear()
    count_one("slow", 60)

    for _nth in range(3):
        take_one_back("slow")

    assert count_of("slow") == 0
    assert count_one("slow", 60) == 1


def test_many_other_counts_push_none_out():
    count_one("mine", 60)

    for nth in range(2_000):
        count_one(f"other {nth}", 60)

    assert count_of("mine") == 1
