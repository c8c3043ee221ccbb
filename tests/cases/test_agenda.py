"""The agenda: what may stand on it, once, and what a 说事日 reads out."""

import pytest

from cases.meetings import add_item, call_meeting, conclude, waiting_for
from cases.models import MandatoryReport
from minshi.errors import InputRefused
from tests.cases.council import called, present, seats
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("verdict", "votes"), [("not_passed", (1, 6, 0)), ("put_off", (None, None, None))]
)
def test_what_was_concluded_in_a_meeting_waits_for_the_next_and_not_for_the_same(
    verdict, votes
):
    here = staff()
    seats(here)
    case = accepted(here)
    meeting = called(here, case)
    present(meeting, here, 7)
    conclude(
        meeting.items.get(), verdict, by=officer(here.secretary), at=NOON, votes=votes
    )

    with pytest.raises(InputRefused, match=f"{case.number} 这次会已经议过了"):
        add_item(meeting, cases=[case], by=officer(here.secretary), at=NOON)

    assert list(waiting_for(called(here), here.secretary.user, NOON)) == [case]


def test_a_refusal_names_what_stands_in_the_way_of_each_matter_and_none_unseen():
    here = staff()
    elsewhere = accepted(here)
    called(here, elsewhere, starts_at=NOON + DAY)
    gone = decided(here)
    foreign = accepted(staff())
    meeting = called(here)

    with pytest.raises(InputRefused) as refused:
        add_item(
            meeting,
            cases=[elsewhere, gone, foreign],
            by=officer(here.secretary),
            at=NOON,
        )

    words = str(refused.value)
    assert f"{elsewhere.number} 已经排上3月3日的" in words
    assert f"{gone.number} 不在这里待议" in words
    assert foreign.number not in words
    assert "有一件不在这里待议" in words


def test_a_subject_put_on_twice_stands_there_once():
    here = staff()
    meeting = called(here)

    for _click in range(2):
        add_item(meeting, subject="  修路集资 ", by=officer(here.secretary), at=NOON)

    assert [item.subject for item in meeting.items.all()] == ["修路集资"]


def closed_last_month(here, **fields):
    case = spoken(here, **fields)
    case = accepted(here, case)
    return rated(here, verified(here, completed(here, decided(here, case))))


def test_what_is_read_out_holds_no_family_matter_no_red_line_and_nothing_secret():
    here = staff()
    shown = closed_last_month(here, title="路灯坏了")
    family = closed_last_month(here, title="婆媳争执")
    type(family).objects.filter(pk=family.pk).update(category="family")
    reported = closed_last_month(here, title="有人要打架")
    MandatoryReport.objects.create(
        case=reported, at=NOON, told="派出所", told_at=NOON, post=here.secretary
    )
    secret = closed_last_month(here, title="隐题")
    type(secret).objects.filter(pk=secret.pk).update(confidentiality="secret")

    at = NOON + 35 * DAY
    meeting = call_meeting(
        "talk_day", here.village, starts_at=at, by=officer(here.secretary), at=at
    )

    words = meeting.items.get(part="review").opinions
    assert shown.number in words
    assert not [
        case.number for case in (family, reported, secret) if case.number in words
    ]
    assert "另有 2 件" in words
