"""What is typed into a meeting, or an item of its agenda, that is over by then: shown to be
copied, and never as if it were on record.
"""

import uuid

import pytest
import time_machine
from django.urls import reverse

from cases.meetings import cancel_meeting, close_meeting, conclude, save_minutes
from tests.cases.roads import NOON, accepted, officer, staff
from tests.cases.test_meeting_pages import sitting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize("end", [close_meeting, cancel_meeting])
def test_minutes_typed_as_another_ended_the_meeting_are_shown_to_copy(client, end):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)
    end(meeting, by=officer(here.duty), at=NOON)

    close = reverse("cases:meeting_act", args=[meeting.pk, "close"])

    answer = client.post(close, {"minutes": "乙写的记录。", "minutes_version": 0})

    assert answer.status_code == 409
    assert "乙写的记录。" in answer.text


@pytest.mark.parametrize("act", ["minutes", "close"])
def test_minutes_typed_too_late_are_no_record(client, act):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    save_minutes(meeting, "记下的。", version=0, by=officer(here.duty), at=NOON)
    close_meeting(meeting, by=officer(here.duty), at=NOON)
    client.force_login(here.secretary.user)
    address = reverse("cases:meeting_act", args=[meeting.pk, act])

    page = client.post(address, {"minutes": "晚到的。", "minutes_version": 1})

    assert page.context["minutes"] == "记下的。"
    assert [each.words for each in page.context["typed"]] == ["晚到的。"]
    assert "readonly>晚到的。</textarea>" in page.text
    assert "会已经开完了" in page.text


@pytest.mark.parametrize(
    ("act", "name", "words"),
    [
        ("agenda", "subject", "修渠的钱"),
        ("people", "name", "李来福"),
        ("change", "place", "村部二楼"),
    ],
)
def test_what_is_typed_into_a_meeting_just_ended_is_shown_to_copy(
    client, act, name, words
):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)
    shown = client.get(meeting.get_absolute_url()).context["change"]
    as_drawn = {name: shown[name].value() or "" for name in shown.fields}
    close_meeting(meeting, by=officer(here.duty), at=NOON)
    address = reverse("cases:meeting_act", args=[meeting.pk, act])

    page = client.post(address, as_drawn | {name: words})

    assert page.status_code == 409
    assert "会已经开完了" in page.text
    assert f"readonly>{words}</textarea>" in page.text


@pytest.mark.parametrize("end", ["put off", "closed", "cancelled"])
def test_what_is_typed_of_an_item_that_is_over_is_all_shown_to_copy(client, end):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    item = meeting.items.get()
    sent = {
        "item_version": item.version,
        "key": uuid.uuid4(),
        "opinions": "大家都说要修",
        "verdict": "passed",
        "doing": "decide",
        "decision": "先修东巷，再修西巷",
    }
    by = officer(here.duty)
    if end == "put off":
        conclude(item, "put_off", by=by, at=NOON, votes=(None,) * 3)
    else:
        {"closed": close_meeting, "cancelled": cancel_meeting}[end](
            meeting, by=by, at=NOON
        )
    client.force_login(here.secretary.user)

    page = client.post(address, sent)

    assert page.status_code == 409
    assert "没有存上" in page.text
    words = [each.words for each in page.context["typed"]]
    assert {"大家都说要修", "先修东巷，再修西巷"} <= set(words)


def test_the_reason_for_stepping_aside_typed_too_late_is_shown_to_copy(client):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    person = meeting.attendees.first()
    close_meeting(meeting, by=officer(here.duty), at=NOON)
    client.force_login(here.secretary.user)

    page = client.post(
        f"{address}aside/", {"aside": [person.pk], f"aside-{person.pk}": "是他家邻居"}
    )

    assert page.status_code == 409
    assert "readonly>是他家邻居</textarea>" in page.text


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("roll", {}),
        ("people", {"name": "李来福"}),
        ("numbers", {"due": 40, "present": 30}),
        ("agenda", {"subject": "修渠的钱"}),
        ("change", {"place": "村部二楼"}),
        ("minutes", {"minutes": "晚到的。", "minutes_version": 0}),
        ("close", {}),
        ("close", {"minutes": "晚到的。", "minutes_version": 0}),
        ("cancel", {}),
    ],
)
def test_a_page_says_once_that_the_meeting_was_cancelled(client, act, typed):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)
    shown = client.get(meeting.get_absolute_url()).context["change"]
    as_drawn = {name: shown[name].value() or "" for name in shown.fields}
    cancel_meeting(meeting, by=officer(here.duty), at=NOON)
    address = reverse("cases:meeting_act", args=[meeting.pk, act])

    page = client.post(address, as_drawn | typed, follow=True)

    assert page.text.count("会已经取消。") == 1


def test_a_meeting_cancelled_says_so_whenever_its_page_is_opened(client):
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    cancel_meeting(meeting, by=officer(here.duty), at=NOON)
    client.force_login(here.secretary.user)

    page = client.get(meeting.get_absolute_url())

    assert page.text.count("会已经取消。") == 1
