"""Days and telephones on papers."""

from datetime import date, datetime

import pytest
from django.utils import translation

from minshi.paper import (
    day_on_paper,
    deadline_on_paper,
    moment_on_paper,
    phone_on_paper,
)
from minshi.workdays import SHANGHAI

DAY = date(2026, 11, 30)
AT = datetime(2026, 11, 30, 9, 5, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


def test_a_day_is_written_with_its_year():
    assert day_on_paper(DAY) == day_on_paper(AT) == "2026年11月30日"
    assert deadline_on_paper(DAY) == "2026年11月30日前"
    assert moment_on_paper(AT) == "2026年11月30日9时05分"


def test_what_is_not_known_stays_empty():
    words = {day_on_paper(None), deadline_on_paper(None), moment_on_paper(None)}
    assert words == {""}


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("09394421201", "0939-4421201"),
        ("0939-4421201", "0939-4421201"),
        ("0939 4421201", "0939-4421201"),
        ("01062345678", "010-62345678"),
        ("13809328821", "13809328821"),
        ("12345", "12345"),
        ("0939-4421", "0939-4421"),
        ("村部", "村部"),
        ("", ""),
    ],
)
def test_an_area_code_is_set_off_by_a_hyphen(number, written):
    assert phone_on_paper(number) == written
