"""The board of supervision: lights, days overdue, several chased at once."""

import uuid

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.workflow import Action
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
)
from tests.supervision.opening import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_the_board_shows_each_light_and_how_long_it_is_red(client, here):
    late, later = accepted(here, title="晚一天"), accepted(here, title="晚十天")
    accepted(here, title="还早")
    Case.objects.filter(pk=late.pk).update(
        due_at=NOON.replace(hour=0), yellow_at=NOON - DAY
    )
    Case.objects.filter(pk=later.pk).update(
        due_at=NOON.replace(hour=0) - 9 * DAY, yellow_at=NOON - 11 * DAY
    )

    red = page(client, here.supervisor, "board")
    assert "晚一天" in red
    assert "晚十天" in red
    assert "还早" not in red
    assert "晚十天" not in page(client, here.supervisor, "board", light="red", days="1")
    assert "晚一天" not in page(client, here.supervisor, "board", light="red", days="8")
    assert "晚十天" in page(client, here.supervisor, "board", light="red", days="8")
    assert "还早" in page(client, here.supervisor, "board", light="green")


@pytest.mark.parametrize(
    ("days", "bucket"), [(0, "1"), (2, "1"), (3, "4"), (6, "4"), (7, "8")]
)
def test_the_buckets_begin_and_end_where_they_say(client, here, days, bucket):
    case = accepted(here, title="那一件")
    due = NOON.replace(hour=0) - days * DAY  # due yesterday is one day late
    Case.objects.filter(pk=case.pk).update(due_at=due, yellow_at=due - DAY)

    found = [
        name
        for name in ("1", "4", "8")
        if "那一件" in page(client, here.supervisor, "board", days=name)
    ]

    assert found == [bucket]


def test_a_secret_matter_is_a_row_without_content(client, here):
    case = accepted(here, title="不能说的事", confidentiality="secret")
    Case.objects.filter(pk=case.pk).update(due_at=NOON - DAY, yellow_at=NOON - 2 * DAY)

    board = page(client, here.supervisor, "board")

    assert case.number in board
    assert "不能说的事" not in board
    assert str(here.secretary.user) not in board
    assert "保密事项" in board
    assert "只有指定的人能查看和督办" in board


@pytest.mark.parametrize("is_own", [True, False])
def test_the_board_offers_nothing_for_ticked_ones_where_none_can_be(
    client, here, is_own
):
    """Nobody orders themself, and of a secret matter of others nothing is read."""
    case = accepted(here)
    with_whom = here.supervisor if is_own else here.secretary
    Case.objects.filter(pk=case.pk).update(owner_post=with_whom)
    secret = accepted(here, confidentiality="secret")

    board = page(client, here.supervisor, "board", light="green")

    assert secret.number in board
    assert case.number in board
    assert ("导出勾选的" not in board) == is_own
    assert ("data-tick-all" not in board) == is_own


def test_several_are_chased_at_once_each_with_its_own_result(client, here):
    cases = [accepted(here) for _nth in range(2)]
    client.force_login(here.supervisor.user)
    ticked = {"cases": [f"{case.number}:{case.version}" for case in cases]}
    words = {
        "supervision_level": "urge",
        "note": "抓紧",
        "apply": "1",
        "key": str(uuid.uuid4()),
    }

    asked = client.post(reverse("supervision:chase_together"), ticked).content.decode()
    done = client.post(
        reverse("supervision:chase_together"), ticked | words
    ).content.decode()
    again = client.post(
        reverse("supervision:chase_together"), ticked | words
    ).content.decode()
    other = client.post(
        reverse("supervision:chase_together"), ticked | words | {"note": "再催一次"}
    )

    assert all(case.number in asked for case in cases)
    assert "催办了 2 件" in again
    assert other.status_code == 422
    assert str(other.context["key"]) != words["key"]
    assert "催办了 2 件" in done
    assert [case.events.filter(action=Action.SUPERVISE).count() for case in cases] == [
        1,
        1,
    ]


def test_the_button_the_page_and_its_result_name_the_act_that_is_chosen(client, here):
    case = accepted(here)
    client.force_login(here.supervisor.user)
    ticked = {"cases": [f"{case.number}:{case.version}"]}
    words = {
        "supervision_level": "remind",
        "note": "记着",
        "apply": "1",
        "key": str(uuid.uuid4()),
    }
    together = reverse("supervision:chase_together")

    board = client.get(reverse("supervision:board"), {"light": "green"})
    asked = client.post(together, ticked).content.decode()
    done = client.post(together, ticked | words).content.decode()

    assert ">一起提醒或催办<" in board.content.decode()
    assert "<h1>一起提醒或催办</h1>" in asked
    assert "提醒或催办这 1 件" in asked
    assert "提醒了 1 件，未成功 0 件" in done


def test_several_are_chased_with_words_or_not_at_all(client, here):
    case = accepted(here)
    client.force_login(here.supervisor.user)
    sent = {
        "cases": [f"{case.number}:{case.version}"],
        "supervision_level": "urge",
        "note": " ",
        "apply": "1",
    }

    answer = client.post(
        reverse("supervision:chase_together"), {**sent, "key": str(uuid.uuid4())}
    )

    assert answer.status_code == 422
    assert "请填写" in answer.content.decode()
    assert case.number in answer.content.decode()
    assert not case.events.filter(action=Action.SUPERVISE).exists()


def test_those_who_oversee_nobody_have_no_board(client, here):
    for post in (here.duty, here.handler, here.leader, here.member):
        client.force_login(post.user)
        assert client.get(reverse("supervision:board")).status_code == 404


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_board_costs_the_same_however_much_is_on_it(
    client, here, count, django_assert_num_queries
):
    for _nth in range(count):
        accepted(here)
    client.force_login(here.supervisor.user)
    client.get(reverse("supervision:board"))

    # with the villages and offices to choose from, and the orders under way
    with django_assert_num_queries(9):
        client.get(reverse("supervision:board"), {"light": "green"})
