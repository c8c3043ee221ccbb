"""Numbers run per town and year and tracking codes cannot be mistaken."""

import pytest
from django.db import transaction

from cases.models import NumberCounter
from cases.workflow.numbering import (
    code_of,
    in_groups,
    new_tracking_code,
    number_of,
    reserve_numbers,
    whole_numbers_within,
)
from tests.villages.factories import TownFactory

pytestmark = pytest.mark.django_db


def test_numbers_run_per_town_and_year():
    town, other = TownFactory(abbreviation="BG"), TownFactory(abbreviation="YG")

    assert reserve_numbers(town, 2026, 2) == ["BG-2026-0001", "BG-2026-0002"]
    assert reserve_numbers(town, 2026) == ["BG-2026-0003"]
    assert reserve_numbers(town, 2027) == ["BG-2027-0001"]
    assert reserve_numbers(other, 2026) == ["YG-2026-0001"]


def test_numbers_go_on_past_9999():
    town = TownFactory(abbreviation="BG")
    NumberCounter.objects.create(town=town, year=2026, last=9999)

    assert reserve_numbers(town, 2026) == ["BG-2026-10000"]


def test_a_transaction_that_fails_gives_its_numbers_back():
    town = TownFactory(abbreviation="BG")
    with transaction.atomic():
        reserve_numbers(town, 2026, 5)
        transaction.set_rollback(True)

    assert reserve_numbers(town, 2026) == ["BG-2026-0001"]


def test_tracking_codes_are_twelve_digits_and_do_not_repeat():
    codes = {new_tracking_code() for _code in range(1000)}

    assert len(codes) == 1000
    assert all(code.isdecimal() and len(code) == 12 for code in codes)


def test_a_code_is_printed_in_groups_of_four():
    assert in_groups("048209375516") == "0482 0937 5516"
    assert in_groups("ABCDEFGHJK") == "ABCD EFGH JK"


@pytest.mark.parametrize(
    "typed",
    [
        "048209375516",
        "0482 0937 5516",
        "0482-0937-5516",
        "０４８２－０９３７－５５１６",
        "零四八二 〇九三七 五五幺六",
        "0482，0937，5516。",
        "٠٤٨٢٠٩٣٧٥٥١٦",
    ],
)
def test_a_code_is_understood_as_it_is_typed_and_read_aloud(typed):
    assert code_of(typed) == "048209375516"


@pytest.mark.parametrize(
    "typed", ["abcdefghjk", "ABCD EFGH JK", "ＡＢＣＤＥＦＧＨＪＫ"]
)
def test_a_code_of_letters_from_before_goes_on(typed):
    assert code_of(typed) == "ABCDEFGHJK"


@pytest.mark.parametrize("typed", ["", "04820937551", "0482093755160", "ABCDEFGHJ0"])
def test_what_is_no_code_is_none(typed):
    assert code_of(typed) == ""


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("A02020260001", "A020-2026-0001"),
        ("BG20260179", "BG-2026-0179"),
        ("BGL220260179", "BGL2-2026-0179"),
        ("bg-2026-179", "BG-2026-0179"),
        ("BG-2026-10179", "BG-2026-10179"),
        ("BG-2026-01", "BG-2026-01"),
        ("编号：BG—2026—0179", "BG-2026-0179"),
        ("NO.BG/2026/179号", "BG-2026-0179"),
        ("bg。2026。0179", "BG-2026-0179"),
        ("水渠", "水渠"),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed, number):
    assert number_of(typed) == number


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("典型事项：BG-2026-0167，办得好", ["BG-2026-0167"]),
        ("典型事项BG—2026—167号办得好", ["BG-2026-0167"]),
        ("ＢＧ２０２６０１６７和bg 2026/168号", ["BG-2026-0167", "BG-2026-0168"]),
        ("BG〔2026〕0167号、BG2026年第167号", ["BG-2026-0167"]),
        ("A139-2026-0001；A02020260001", ["A139-2026-0001", "A020-2026-0001"]),
        ("2026-0167、2026/168号", ["BG-2026-0167", "BG-2026-0168"]),
        ("2026-03-15，2026年3月，2026.5元，2026年1200户，BG2026年3月", []),
        ("编号BG-2026-10179", ["BG-2026-10179"]),
    ],
)
def test_numbers_are_found_among_other_words(text, numbers):
    assert whole_numbers_within(text, "BG") == numbers
