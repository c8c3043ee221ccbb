"""A meeting on a projector: what is voted on is read from the last row of chairs."""

import pytest
from django.urls import reverse

from tests.cases.council import called, passed, present, seats
from tests.cases.roads import accepted, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
RESOLVED = "王二三天内堵住，村里出水泥。"
WORDS = "王二的猪圈污水流到我家院子里，说了几回都不听。"


def size_of(page, words: str) -> float:
    """The size of letters of the element that has these words, in pixels."""
    size: float = page.get_by_text(words, exact=True).evaluate(
        "element => parseFloat(getComputedStyle(element).fontSize)"
    )
    return size


def test_the_resolution_is_as_large_as_its_votes_and_no_words_are_small(open_as):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here, verbatim=WORDS))
    present(meeting, here, 7)
    passed(meeting.items.get(), here, (7, 0, 0), resolution=RESOLVED)
    page = open_as(here.secretary)

    page.goto(reverse("cases:meeting_screen", args=[meeting.pk]))

    assert size_of(page, RESOLVED) == size_of(page, "同意 7，反对 0，弃权 0")
    assert size_of(page, WORDS) >= 26
