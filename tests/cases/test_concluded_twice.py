"""The form that concludes an item, sent once more: answered as the first time, whatever
step it took; with other words it is shown to copy.
"""

import uuid

import pytest
import time_machine
from django.contrib.messages.storage.cookie import CookieStorage
from django.urls import reverse

from cases.forms import ItemForm
from cases.meetings import close_meeting
from cases.models import Case
from cases.views.meetings.item import ItemPage
from tests.api import Api
from tests.cases.council import present
from tests.cases.roads import NOON, accepted, officer, staff
from tests.cases.test_api_meetings import deciding
from tests.cases.test_meeting_pages import item_form, sitting
from tests.cases.test_put_before_committee import at_town, seats_of_town, town_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def filled_in(here, doing: str) -> dict[str, object]:
    """What is filled in for a step that a meeting resolves, by what it is."""
    lead = f"office:{here.office.pk}"
    steps = {
        "decide": {"lead": lead, "due_on": "2026-03-09"},
        "joint": {
            "doing": "decide",
            "handling": "joint",
            "lead": lead,
            "assistants": [f"post:{here.leader.pk}"],
            f"ask-post:{here.leader.pk}": "量一量",
        },
        "committee": {"doing": "decide", "handling": "meeting", "lead": lead},
        "escalate": {"reason": "钱不够"},
        "send_back": {"reason": "村里能办"},
        "divert": {"route": "县法院", "told": "已经起诉，听法院的"},
        "merge": {"into": accepted(here).number},
        "defer": {"until_on": "2026-03-10", "reason": "等县里批钱"},
    }
    return {"doing": doing, **steps[doing]}


def sent_twice(client, meeting, sent):
    """Send the form of the only item twice; what was written the first time stays."""
    address = reverse("cases:meeting_item", args=[meeting.pk, meeting.items.get().pk])

    first = client.post(address, sent)
    concluded = meeting.items.get()
    again = client.post(address, sent)

    assert (first.status_code, concluded.state) == (302, "passed")
    assert meeting.items.get().version == concluded.version
    return first, again


@pytest.mark.parametrize(
    "doing", ["decide", "joint", "escalate", "divert", "merge", "defer"]
)
def test_a_second_click_on_what_a_village_resolved_is_answered_as_the_first(
    client, doing
):
    here = staff()
    case = accepted(here)
    meeting, _address = sitting(here, case)
    client.force_login(here.secretary.user)
    sent = item_form(meeting.items.get(), opinions="都说要修", **filled_in(here, doing))

    first, again = sent_twice(client, meeting, sent)

    assert (again.status_code, again.url) == (302, first.url)
    assert Case.objects.get(pk=case.pk).version == case.version + 1


@pytest.mark.parametrize("doing", ["committee", "send_back"])
def test_a_second_click_on_what_a_town_resolved_is_answered_as_the_first(client, doing):
    here = staff()
    seats_of_town(here)
    case = at_town(here)
    meeting = town_meeting(here, case)
    present(meeting, here, 5, by=here.reviewer)
    client.force_login(here.reviewer.user)
    sent = item_form(meeting.items.get(), votes_for=5, **filled_in(here, doing))

    first, again = sent_twice(client, meeting, sent)

    assert (again.status_code, again.url) == (302, first.url)
    assert Case.objects.get(pk=case.pk).version == case.version + 1


def test_the_form_once_more_after_the_meeting_was_closed_is_answered_as_the_first(
    client,
):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)
    sent = item_form(meeting.items.get(), **filled_in(here, "decide"))
    first = client.post(address, sent)
    close_meeting(meeting, by=officer(here.duty), at=NOON)

    again = client.post(address, sent)

    assert (again.status_code, again.url) == (302, first.url)


def test_a_click_that_overtakes_its_page_half_way_is_answered_as_the_first(client, rf):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    sent = item_form(meeting.items.get(), **filled_in(here, "decide"))
    page = ItemPage()
    page.setup(rf.post("/", sent))
    page.request.user = here.secretary.user
    waiting = page.item(meeting.pk, meeting.items.get().pk)
    client.force_login(here.secretary.user)

    first = client.post(address, sent)
    form = ItemForm(sent)
    form.is_valid()
    page.request._messages = CookieStorage(page.request)
    again = page._conclude(page.request, waiting, officer(here.secretary), form)

    assert (again.status_code, again.url) == (302, first.url)


@pytest.mark.parametrize(
    "changed",
    [
        {"decision": "换成市电"},
        {"votes_for": 6, "votes_against": 1},
        {"opinions": "张有才不同意"},
        {"due_on": "2026-03-10"},
        {"due_on": "下个月"},
        {"lead": ""},
        {"verdict": "put_off"},
        {"doing": "escalate", "reason": "钱不够"},
    ],
)
def test_the_form_once_more_with_other_words_is_shown_to_copy(client, changed):
    here = staff()
    case = accepted(here)
    meeting, address = sitting(here, case)
    client.force_login(here.secretary.user)
    sent = item_form(meeting.items.get(), **filled_in(here, "decide"))
    client.post(address, sent)

    again = client.post(address, sent | changed)

    assert again.status_code == 409
    assert "没有存上" in again.text
    assert Case.objects.get(pk=case.pk).version == case.version + 1


def test_another_form_of_the_same_content_says_that_it_was_concluded(client):
    here = staff()
    meeting, address = sitting(here, accepted(here))
    client.force_login(here.secretary.user)
    sent = item_form(meeting.items.get(), **filled_in(here, "decide"))
    client.post(address, sent)

    again = client.post(address, sent | {"key": uuid.uuid4()})

    assert again.status_code == 409


def test_a_conclusion_sent_again_over_the_api_after_the_close_is_the_first():
    here = staff()
    meeting, _address = sitting(here, accepted(here))
    item = meeting.items.get()
    api, key = Api(here.secretary), {"Idempotency-Key": str(uuid.uuid4())}
    address = f"meetings/{meeting.pk}/items/{item.pk}/conclude/"
    body = deciding(here, item)
    first = api.post(address, body, **key)
    close_meeting(meeting, by=officer(here.duty), at=NOON)

    again = api.post(address, body, **key)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["items"] == first.json()["items"]
