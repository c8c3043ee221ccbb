"""The start page's notices: what was asked for and carried out is no news."""

import pytest
import time_machine
from django.urls import reverse

from cases.workflow import Action, Speaker, make_move
from supervision.chasing.sweeping import sweep
from supervision.models import Call, Notice, NoticeKind
from supervision.notices.calls import note_call
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
    words,
)
from tests.supervision.test_speaker import taken_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    return staff()


def shown(client, post, name):
    client.force_login(post.user)
    return client.get(reverse(f"supervision:{name}")).text


def test_who_was_to_decide_and_has_reads_no_more_of_it(client, here):
    case = accepted(here)
    sweep(NOON)
    asked = "请您议定"
    assert asked in shown(client, here.secretary, "latest")

    decided(here, case)

    assert asked not in shown(client, here.secretary, "latest")
    assert asked in shown(client, here.secretary, "inbox")
    # neither the number in the header nor the list of unread ones says otherwise
    assert "badge" not in shown(client, here.secretary, "unread")
    assert asked not in client.get(reverse("supervision:inbox"), {"unread": 1}).text


def test_nobody_is_to_hurry_with_what_was_taken_back(client, here):
    case = decided(here)
    speaker = Speaker(case, "code")
    make_move(case, Action.URGE, by=speaker, at=NOON)
    sweep(NOON)
    asked = "说事人催这件事"
    assert asked in shown(client, here.handler, "latest")
    case.refresh_from_db()

    make_move(case, Action.WITHDRAW, by=speaker, at=NOON, reason="修好了")

    assert asked not in shown(client, here.handler, "latest")


def test_a_ruling_given_is_asked_for_no_more(client, here):
    case = decided(here)
    asked = words(Action.ASK_EXTENSION, NOON, until_on=case.due_on + 10 * DAY)
    case = make_move(
        case, Action.ASK_EXTENSION, by=officer(here.handler), at=NOON, **asked
    )
    sweep(NOON)
    rule = Notice.objects.get(kind=NoticeKind.RULE)
    before = shown(client, here.secretary, "latest")

    by = officer(here.secretary)
    make_move(case, Action.RULE_EXTENSION, by=by, at=NOON, ruling="granted")

    opened = reverse("supervision:open", args=[rule.pk])
    assert opened in before
    assert opened not in shown(client, here.secretary, "latest")


def test_a_call_that_was_made_is_asked_for_no_more(client, here):
    taken_up(here)
    before = shown(client, here.duty, "latest")

    note_call(Call.objects.get(), reached=True, by=here.duty.user, at=NOON)

    assert "请打电话" in before
    assert "请打电话" not in shown(client, here.duty, "latest")


def test_who_has_rated_is_called_about_no_more(client, here):
    case = verified(here, completed(here, decided(here, taken_up(here))))
    sweep(NOON + DAY)
    asked = "让说事人评一评"
    before = shown(client, here.duty, "latest")

    answer = {"satisfaction": "dissatisfied", "solved": "no", "reason": "没修"}
    rated(here, case, **answer)

    assert asked in before
    assert asked not in shown(client, here.duty, "latest")


def test_what_asks_for_nothing_stays(client, here):
    case = decided(here)
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        **words(Action.SUPERVISE, NOON),
    )
    sweep(NOON)

    assert "请抓紧" in shown(client, here.handler, "latest")


def test_a_matter_still_to_do_stays(client, here):
    spoken(here, channel="qr_code", by=here.leader)
    sweep(NOON)

    assert "请您" in shown(client, here.duty, "latest")
