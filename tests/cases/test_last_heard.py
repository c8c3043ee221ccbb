"""What the last meeting said of a matter stands where it is decided next."""

import pytest
import time_machine
from django.urls import reverse

from cases.meetings import conclude
from cases.workflow import Action, make_move
from tests.api import Api
from tests.cases.council import called, passed, present, seats
from tests.cases.roads import DAY, NOON, accepted, decided, officer, staff

pytestmark = pytest.mark.django_db
NOT_PASSED = (
    "3月2日村“两委”会议过，没通过（赞成1票、反对4票、弃权0票）；"
    "可以再上会，也可以重新议定。"
)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    here = staff()
    seats(here)
    return here


def on_the_table(here, *cases):
    meeting = called(here, *cases)
    present(meeting, here, 5)
    return meeting.items.order_by("position")


def voted_down(here, case):
    (item,) = on_the_table(here, case)
    return conclude(
        item, "not_passed", by=officer(here.secretary), at=NOON, votes=(1, 4, 0)
    )


def put_off(here, case):
    (item,) = on_the_table(here, case)
    return conclude(item, "put_off", by=officer(here.secretary), at=NOON)


def shown(client, post, case):
    """The queue, the page of the case, and the row of the API."""
    client.force_login(post.user)
    queue = client.get(reverse("cases:queue")).text
    page = client.get(case.get_absolute_url()).text
    rows = Api(post).get("queue/").json()["results"]
    said = {row["number"]: row["last_heard"] for row in rows}
    return queue, page, said[case.number]


def test_a_matter_voted_down_says_so_where_it_is_decided_next(client, here):
    case = accepted(here)
    voted_down(here, case)

    queue, page, said = shown(client, here.secretary, case)

    assert NOT_PASSED in queue
    assert NOT_PASSED in page
    assert said == NOT_PASSED


def test_a_matter_put_off_by_the_meeting_comes_to_the_next(client, here):
    case = accepted(here)
    put_off(here, case)

    words = "3月2日村“两委”会议过，留到下次会再议。"
    assert [words in text for text in shown(client, here.secretary, case)] == [True] * 3


def test_a_matter_put_off_to_a_day_says_when_it_may_come_again(client, here):
    case = accepted(here)
    (item,) = on_the_table(here, case)
    conclude(
        item,
        "passed",
        by=officer(here.secretary),
        at=NOON,
        votes=(5, 0, 0),
        action=Action.DEFER,
        reason="等雨停",
        until_on=(NOON + 7 * DAY).date(),
    )

    words = "3月2日村“两委”会定了缓议，3月9日起可以再议。"
    assert [words in text for text in shown(client, here.secretary, case)] == [True] * 3
    with time_machine.travel(NOON + 7 * DAY, tick=False):
        again = "3月2日村“两委”会定了缓议，日子到了，现在可以再议。"
        assert again in shown(client, here.secretary, case)[0]


def test_what_was_decided_since_is_no_longer_said(client, here):
    case = accepted(here)
    voted_down(here, case)
    with time_machine.travel(NOON + DAY, tick=False):
        case.refresh_from_db()
        case = make_move(
            case,
            Action.DECIDE,
            by=officer(here.secretary),
            at=NOON + DAY,
            handling="led",
            decision="换灯",
            lead=here.handler.office,
        )
        client.force_login(here.secretary.user)
        assert NOT_PASSED not in client.get(case.get_absolute_url()).text


def test_the_last_word_counts(client, here):
    case = accepted(here)
    voted_down(here, case)
    put_off(here, case)

    queue, _page, said = shown(client, here.secretary, case)

    assert NOT_PASSED not in queue
    assert "留到下次会再议" in said


def test_a_matter_put_off_without_a_meeting_says_until_when(client, here):
    case = make_move(
        accepted(here),
        Action.DEFER,
        by=officer(here.secretary),
        at=NOON,
        reason="等雨停",
        until_on=(NOON + 7 * DAY).date(),
    )

    queue, _page, row = shown(client, here.secretary, case)
    assert "缓议到3月9日。" in queue
    assert row == "缓议到3月9日。"
    with time_machine.travel(NOON + 7 * DAY, tick=False):
        assert shown(client, here.secretary, case)[2] == ""


def test_a_matter_never_on_a_table_says_nothing(client, here):
    case = accepted(here)
    other = passed(on_the_table(here, accepted(here))[0], here, (5, 0, 0)).case

    assert shown(client, here.secretary, case)[2] == ""
    assert decided(here).pk != other.pk


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_queue_costs_the_same_however_many_were_voted_down(
    client, here, count, django_assert_num_queries
):
    for _nth in range(count):
        voted_down(here, accepted(here))
    client.force_login(here.secretary.user)
    client.get(reverse("cases:queue"))

    with django_assert_num_queries(8):
        page = client.get(reverse("cases:queue")).text
    assert page.count(NOT_PASSED) == count


def test_what_was_not_passed_is_first_put_before_a_meeting_again(client, here):
    case = accepted(here)
    voted_down(here, case)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url()).text

    first = page.index("btn btn-primary")
    assert page[first:].split("<", 1)[0].endswith(">再排上会")
    assert page.count("btn btn-primary") == 1


def test_putting_it_before_a_meeting_again_does_so(client, here):
    case = accepted(here)
    voted_down(here, case)
    coming = called(here, starts_at=NOON + DAY)
    client.force_login(here.secretary.user)
    place = client.get(case.get_absolute_url()).context["agendas"].place

    client.post(
        f"{reverse('cases:queue_batch')}?at={place.key}",
        {
            "cases": f"{case.number}:{case.version}",
            "meeting": coming.pk,
            "do": "agenda",
        },
    )
    after = client.get(case.get_absolute_url())

    assert coming.items.get().case == case
    assert after.context["agendas"] is None
    assert "再排上会" not in after.text


def test_whoever_calls_no_meeting_is_not_offered_to_put_it_before_one(client, here):
    case = accepted(here)
    voted_down(here, case)
    client.force_login(here.duty.user)

    assert "再排上会" not in client.get(case.get_absolute_url()).text


@pytest.mark.parametrize("ended", [voted_down, put_off])
def test_what_was_reported_up_since_waits_for_no_meeting_of_the_village(
    client, here, ended
):
    case = accepted(here)
    ended(here, case)
    case.refresh_from_db()
    make_move(
        case, Action.ESCALATE, by=officer(here.secretary), at=NOON, note="村里定不了"
    )
    client.force_login(here.secretary.user)
    assert "村“两委”会议过，" not in client.get(case.get_absolute_url()).text

    shown_above = shown(client, here.reviewer, case)
    assert ["村“两委”会议过，" in text for text in shown_above] == [False] * 3
