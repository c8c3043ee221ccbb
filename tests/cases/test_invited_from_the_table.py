"""邀村 from an agenda item: the village is invited, and everything typed is still there."""

import uuid

import pytest
import time_machine
from django.urls import reverse

from cases.workflow import Action, make_move
from tests.cases.council import called, present
from tests.cases.roads import NOON, accepted, officer, staff
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    here = staff()
    here.neighbour = VillageFactory(town=here.town)
    return here


@pytest.fixture
def item(here):
    case = make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="跨村",
    )
    meeting = called(
        here, case, kind="town_committee", by=here.reviewer, where=here.town
    )
    present(meeting, here, 1, by=here.reviewer)
    return meeting.items.get()


def typed(here, item):
    return {
        "item_version": item.version,
        "key": uuid.uuid4(),
        "doing": "decide",
        "version": item.case.version,
        "opinions": "两村一起修",
        "votes_for": "1",
        "votes_against": "0",
        "votes_abstain": "0",
        "handling": "joint",
        "grade": "major",
        "category": "village",
        "decision": "两村各出一半工",
        "lead": f"office:{here.office.pk}",
    }


def page_of(item):
    return reverse("cases:meeting_item", args=[item.meeting_id, item.pk])


def invite(client, here, item):
    """Open the form of 邀村 from the item, and send it."""
    answer = client.post(page_of(item), {**typed(here, item), "do": "join"})
    form = client.get(answer.url).context["form"]
    sent = {
        "version": form["version"].value(),
        "key": form["key"].value(),
        "village": here.neighbour.pk,
    }
    return answer.url, client.post(answer.url, sent)


def test_after_the_invitation_one_is_back_at_the_item(client, here, item):
    client.force_login(here.reviewer.user)

    _form, answer = invite(client, here, item)

    assert answer.status_code == 302
    assert answer.url.startswith(page_of(item))
    assert item.case.events.filter(action=Action.JOIN).exists()


def test_everything_typed_is_still_there(client, here, item):
    client.force_login(here.reviewer.user)
    _form, answer = invite(client, here, item)

    page = client.get(answer.url)

    step, form = page.context["step"], page.context["form"]
    assert page.context["chosen"].action == Action.DECIDE
    assert form["opinions"].value() == "两村一起修"
    assert [field.value() for field in form.vote_fields()] == [1, 0, 0]
    for name in ("handling", "grade", "decision", "lead"):
        assert step[name].value() == typed(here, item)[name], name
    # to be sent as the item and the matter stand now
    item.refresh_from_db()
    assert form["item_version"].value() == item.version
    assert step["version"].value() == item.case.version


def test_who_leaves_the_invitation_comes_back_as_well(client, here, item):
    client.force_login(here.reviewer.user)
    form = client.post(page_of(item), {**typed(here, item), "do": "join"}).url

    page = client.get(form)

    assert f'href="{page_of(item)}"' in page.text
    back = client.get(page_of(item)).context["step"]
    assert back["decision"].value() == "两村各出一半工"
    assert client.get(page_of(item)).context["step"]["decision"].value() != (
        "两村各出一半工"
    )


def test_what_was_typed_is_stored_encrypted_and_for_this_item_alone(client, here, item):
    client.force_login(here.reviewer.user)
    client.post(page_of(item), {**typed(here, item), "do": "join"})

    stored = client.session["typed_step"]

    assert stored["item"] == item.pk
    assert "decision" not in stored["typed"]


@pytest.mark.parametrize("query", ["next=item", "next=item&meeting=x&item=1"])
def test_an_address_that_names_no_item_leads_to_the_case(client, here, item, query):
    client.force_login(here.reviewer.user)
    form = reverse("cases:act", args=[item.case.number, "join"])
    page = client.get(f"{form}?{query}").context["form"]
    sent = {
        "version": page["version"].value(),
        "key": page["key"].value(),
        "village": here.neighbour.pk,
    }

    answer = client.post(f"{form}?{query}", sent)

    assert answer.url.startswith(item.case.get_absolute_url())
