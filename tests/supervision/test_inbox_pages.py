"""The inbox: what its lines say, what is new in it, and whose it is."""

import pytest
import time_machine
from django.urls import reverse

from cases.workflow import Action, Speaker, make_move
from supervision.chasing.sweeping import sweep
from supervision.models import (
    Notice,
    NoticeState,
)
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    verified,
)
from tests.supervision.opening import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_the_words_of_the_inbox_say_who_urges_and_what_the_speaker_did(client, here):
    case = decided(here)
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        text="群众等水用",
    )
    make_move(case, Action.URGE, by=Speaker(case, "code"), at=NOON)
    sweep(NOON)

    inbox = page(client, here.handler, "inbox")

    by = f"{here.supervisor.user}（督办员）"
    assert f"{by}催您：群众等水用" in inbox
    # the head, who is told as well, has nothing to do with it themself
    heads = page(client, here.secretary, "inbox")
    assert f"{by}催办，请您知道：群众等水用" in heads
    assert "说事人催这件事" in inbox


def test_what_comes_back_from_the_speaker_does_not_look_new(client, here):
    bad = {"satisfaction": "dissatisfied", "solved": "no", "reason": "没修"}
    case = rated(here, **bad)
    sweep(NOON + 2 * DAY)

    inbox = page(client, here.handler, "inbox")
    home = client.get("/").text
    matter = client.get(case.get_absolute_url()).text

    assert "群众说没办好，请重新办。" in inbox
    assert "第2次办" in home
    assert "上一次的办理结果" in matter
    assert "上一次的结果说明" in matter


def test_what_did_not_pass_the_check_does_not_look_new(client, here):
    case = completed(here)
    said = {"reason": "只修了一盏"}
    make_move(case, Action.REJECT, by=officer(here.secretary), at=NOON + DAY, **said)
    sweep(NOON + DAY)

    assert "核查没通过，请接着办。" in page(client, here.handler, "inbox")


def test_that_another_matter_came_in_does_not_look_like_a_new_one(client, here):
    case = decided(here)
    by = officer(here.secretary)
    make_move(spoken(here), Action.MERGE, by=by, at=NOON + DAY, into=case)
    sweep(NOON + DAY)

    inbox = page(client, here.handler, "inbox")

    assert "另一件并到这件里来了：请打开看看还有谁说、说了什么，一起办。" in inbox


def test_a_notice_is_unread_until_it_is_opened(client, here):
    decided(here)
    sweep(NOON)
    notice = Notice.objects.get(recipient=here.handler.user)

    assert "badge" in page(client, here.handler, "unread")
    assert "到您这里了：请您签收" in page(client, here.handler, "inbox")
    answer = client.get(reverse("supervision:open", args=[notice.pk]))

    assert answer.url == notice.case.get_absolute_url()
    notice.refresh_from_db()
    assert (notice.state, notice.read_at) == (NoticeState.READ, NOON)
    assert "badge" not in page(client, here.handler, "unread")
    assert "没有新通知" in page(client, here.handler, "latest")


def test_nobody_opens_or_counts_the_notices_of_another(client, here):
    decided(here)
    sweep(NOON)
    notice = Notice.objects.get(recipient=here.handler.user)
    client.force_login(here.secretary.user)

    assert client.get(reverse("supervision:open", args=[notice.pk])).status_code == 404
    assert "badge" not in page(client, here.secretary, "unread")
    client.post(reverse("supervision:read_all"))
    notice.refresh_from_db()
    assert notice.state == NoticeState.SENT


def test_all_are_read_at_once(client, here):
    for _nth in range(3):
        decided(here)
    sweep(NOON)
    client.force_login(here.handler.user)

    client.post(reverse("supervision:read_all"))

    assert not Notice.objects.filter(
        recipient=here.handler.user, state=NoticeState.SENT
    ).exists()


def test_a_call_leaves_the_inbox_once_the_matter_is_closed(client, here):
    case = verified(here)
    sweep(NOON + 2 * DAY)
    asked = "请打电话"
    post = here.duty
    assert asked in page(client, post, "inbox")

    rated(here, case)

    assert asked not in page(client, post, "inbox")


def test_what_left_somebodys_sight_leaves_their_inbox(client, here):
    case = decided(here, accepted(here, title="水管漏了"))
    sweep(NOON)
    assert "水管漏了" in page(client, here.handler, "inbox")
    make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="不归我们管"
    )

    assert "水管漏了" not in page(client, here.handler, "inbox")
    assert "badge" not in page(client, here.handler, "unread")


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_inbox_costs_the_same_however_much_is_in_it(
    client, here, count, django_assert_num_queries
):
    for _nth in range(count):
        decided(here)
    sweep(NOON)
    client.force_login(here.handler.user)
    client.get(reverse("supervision:inbox"))

    with django_assert_num_queries(3):
        client.get(reverse("supervision:inbox"))
    with django_assert_num_queries(3):
        client.get(reverse("supervision:unread"))
