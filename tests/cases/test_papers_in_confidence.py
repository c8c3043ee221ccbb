"""Papers leave the room: of a 隐名 matter they name nobody, whoever prints them, for
those who may know who spoke are the ones at the printer.
"""

import re

import pytest
from django.urls import reverse

from cases.workflow import Action, make_move
from tests.cases.council import called
from tests.cases.ledger_desk import logged_in, page, table_of, take
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    staff,
    verified,
)
from tests.cases.slip_desk import boxes, printed
from tests.cases.test_archiving import closed, taken

pytestmark = pytest.mark.django_db

TOLD = {
    "verbatim": "我是李建国，家里的路灯坏了",
    "title": "李建国家门口的路灯",
    "request_text": "给李建国换灯",
    "speaker_phone": "13993910345",
}
# no key of a row begins with a zero
TELLING = re.compile(r"李建国|李\*国|(?<!\d)0345|93910345")


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to(NOON + 3 * DAY, tick=False)


@pytest.fixture
def hidden(here):
    return accepted(here, confidentiality="hidden", **TOLD)


def tells_nobody(text: str) -> bool:
    return not TELLING.search(text)


@pytest.mark.parametrize("reader", ["duty", "reviewer", "secretary"])
@pytest.mark.parametrize("key", ["handover", "report", "call-back"])
def test_a_slip_names_no_hidden_speaker_whoever_prints_it(here, hidden, reader, key):
    case = verified(here, completed(here, decided(here, hidden)))

    paper = printed(getattr(here, reader), case, key).content.decode()

    assert tells_nobody(paper)
    assert "隐名" in paper


def test_what_the_recorder_wrote_themself_names_nobody_on_paper_either(here, hidden):
    case = verified(here, completed(here, decided(here, hidden)))
    told = "李建国您好，灯修好了，打13993910345告诉过您"
    make_move(case, Action.REPLY, by=officer(here.duty), at=NOON + DAY, reply=told)

    replies = boxes(here.duty, case, "report")["replies"]

    assert "灯修好了" in replies
    assert tells_nobody(replies)


def test_a_paper_blanks_a_hidden_name_by_the_sign_of_the_page(here, hidden):
    case = verified(here, completed(here, decided(here, hidden)))
    told = "李建国家的灯修好了，打13993910345告诉过您"
    make_move(case, Action.REPLY, by=officer(here.duty), at=NOON + DAY, reply=told)

    replies = boxes(here.duty, case, "report")["replies"]

    assert "［…］家的灯修好了，打［…］告诉过您" in replies
    assert "隐名" not in replies


def test_a_hidden_speaker_signs_no_paper(here, hidden):
    case = verified(here, completed(here, decided(here, hidden)))
    plain = verified(here, completed(here, decided(here, accepted(here, **TOLD))))

    report = printed(here.duty, case, "report").content.decode()

    assert "签收答复" not in report
    assert "签收答复" in printed(here.duty, plain, "report").content.decode()
    assert boxes(here.duty, case, "call-back")["signature"] == "隐名，不签字"
    assert not boxes(here.duty, plain, "call-back")["signature"]


def test_a_matter_in_the_open_has_the_masked_name_as_before(here):
    case = decided(here, accepted(here, **TOLD))

    assert boxes(here.duty, case, "handover")["speaker"].startswith("李*国")


@pytest.mark.parametrize("form", ["csv", "print"])
def test_a_ledger_taken_away_names_no_hidden_speaker(here, hidden, form):
    shown = page(here.duty).content.decode()
    answer = take(here.duty, form=form)

    told = str(table_of(answer)) if form == "csv" else answer.content.decode()
    assert "李*国" in shown
    assert tells_nobody(told)
    assert "隐名" in told


def test_the_papers_of_an_archive_name_no_hidden_speaker(here, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    case = closed(here, confidentiality="hidden")

    package = taken(here.duty, case)

    for name in package.namelist():
        if name.endswith(".html"):
            assert tells_nobody(package.read(name).decode()), name


def test_the_minutes_name_no_hidden_speaker_whoever_prints_them(here, hidden):
    meeting = called(here, hidden)

    client = logged_in(here.duty)
    paper = client.post(reverse("cases:meeting_print", args=[meeting.pk])).text

    assert "门口的路灯" in paper
    assert tells_nobody(paper)
