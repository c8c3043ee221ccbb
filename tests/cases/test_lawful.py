"""Settings that the law sets a floor for are refused below it, with the article."""

import pytest

from cases.lawful import check_lawful_numbers


@pytest.mark.parametrize(
    ("setting", "value", "article"),
    [
        ("FOUR_TWO_PUBLIC_DAYS", 14, "第三十五条"),
        ("FOUR_TWO_PUBLIC_DAYS", 7, "第三十五条"),
        ("ASSEMBLY_NOTICE_DAYS", 9, "第二十五条"),
    ],
)
def test_a_number_below_the_law_is_refused_with_its_article(
    settings, setting, value, article
):
    setattr(settings, setting, value)

    (error,) = check_lawful_numbers()

    assert setting in error.msg
    assert article in error.hint


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("FOUR_TWO_PUBLIC_DAYS", 15),
        ("FOUR_TWO_PUBLIC_DAYS", 16),
        ("ASSEMBLY_NOTICE_DAYS", 10),
        ("ASSEMBLY_NOTICE_DAYS", 15),
    ],
)
def test_the_laws_number_and_more_pass(settings, setting, value):
    setattr(settings, setting, value)

    assert check_lawful_numbers() == []


def test_the_check_runs_with_the_others(settings):
    from django.core.checks import run_checks

    settings.FOUR_TWO_PUBLIC_DAYS = 14

    assert "cases.E001" in {error.id for error in run_checks()}
