"""The tracking page of what is done a second time: answer and words of the first stay."""

import pytest

from cases.workflow import Action, Speaker, make_move
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    staff,
    verified,
)
from tests.cases.track_page import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


BADLY = {"satisfaction": "dissatisfied", "solved": "no", "reason": "李建国家门口没装"}


def rated_badly(here, by=None, **fields):
    case = accepted(here, **fields)
    case = verified(here, completed(here, decided(here, case)))
    by = by or Speaker(case, "code")
    values = BADLY if isinstance(by, Speaker) else {**BADLY, "how": "call"}
    return make_move(case, Action.RATE, by=by, at=NOON + 2 * DAY, **values)


def test_whoever_was_not_content_still_reads_the_answer_and_their_own_words(
    client, here, time_machine
):
    time_machine.move_to(NOON + 3 * DAY, tick=False)
    case = rated_badly(here)
    answer = case.replies.get(round=1).text

    page = page_of(client, case)

    assert "第2次办" in page
    assert answer in page
    assert "您的回答：不满意，没解决。" in page
    assert "［…］家门口没装" in page
    assert page.index(answer) < page.index("您的回答：不满意")


def test_what_an_officer_wrote_of_an_answer_is_not_told_as_their_words(
    client, here, time_machine
):
    time_machine.move_to(NOON + 3 * DAY, tick=False)

    page = page_of(client, rated_badly(here, by=officer(here.duty)))

    assert "您的回答：不满意，没解决。" in page
    assert "门口没装" not in page


def test_whose_matter_was_merged_reads_no_other_speakers_answer(
    client, here, time_machine
):
    time_machine.move_to(NOON + 3 * DAY, tick=False)
    case = rated_badly(here)
    at = NOON + 2 * DAY
    other = accepted(here)
    make_move(other, Action.MERGE, by=officer(here.secretary), at=at, into=case)
    other.refresh_from_db()

    page = page_of(client, other)

    assert "门口没装" not in page
    assert "当时给您的答复" not in page
    assert "您的回答" not in page
    assert "这件事转回来重新办。" in page


def test_why_it_was_opened_again_stays_to_be_read(client, here, time_machine):
    time_machine.move_to(NOON + 4 * DAY, tick=False)
    case = rated(here)
    case = make_move(
        case,
        Action.REOPEN,
        by=Speaker(case, "code"),
        at=NOON + 3 * DAY,
        reason="又不亮了",
    )

    assert "又不亮了" in page_of(client, case)


def test_the_answer_that_closed_a_matter_stays_to_be_read_once_it_is_opened_again(
    client, here, time_machine
):
    time_machine.move_to(NOON + 4 * DAY, tick=False)
    case = rated(here)
    closed = page_of(client, case)
    opening = {"by": Speaker(case, "code"), "at": NOON + 3 * DAY, "reason": "又不亮了"}
    case = make_move(case, Action.REOPEN, **opening)

    opened = page_of(client, case)

    assert closed.count("您的回答：满意，解决。") == 1, "beside the state alone"
    assert opened.count("您的回答：满意，解决。") == 1
    assert opened.index("您的回答：满意") < opened.index("又不亮了")
