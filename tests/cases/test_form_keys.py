"""One form key, one act: sent again for something else it records nothing."""

from uuid import uuid4

import pytest
from django.urls import reverse

from cases.models import Case, Event
from cases.workflow import Action, make_move
from minshi.errors import KeyReused
from tests.cases.roads import NOON, decided, officer, spoken, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


def typed_at_the_counter(here, **fields):
    return {
        "key": str(uuid4()),
        "village": here.village.pk,
        "speaker_name": "王大妈",
        "verbatim": "水渠又堵了，浇不上地",
        "channel": "talk_room",
        "confidentiality": "normal",
        **fields,
    }


def fresh_key(answer):
    return str(answer.context["form"]["key"].value())


def test_a_form_taken_down_is_not_added_to_a_known_matter_as_well(client, here):
    known = spoken(here)
    client.force_login(here.duty.user)
    form = typed_at_the_counter(here)
    address = reverse("cases:intake")
    client.post(address, form)

    answer = client.post(address, form | {"add_to": known.number})

    assert answer.status_code == 422
    assert not Event.objects.filter(action="supplement").exists()
    assert not known.co_speakers.exists()
    assert fresh_key(answer) != form["key"]


def test_a_form_added_to_a_known_matter_is_not_taken_down_as_well(client, here):
    known = spoken(here)
    client.force_login(here.duty.user)
    form = typed_at_the_counter(here)
    address = reverse("cases:intake")
    client.post(address, form | {"add_to": known.number})

    answer = client.post(address, form)

    assert answer.status_code == 422
    assert Case.objects.count() == 1
    assert fresh_key(answer) != form["key"]


def test_a_form_added_to_one_matter_is_not_added_to_another_as_well(client, here):
    known, other = spoken(here), spoken(here)
    client.force_login(here.duty.user)
    form = typed_at_the_counter(here)
    address = reverse("cases:intake")
    client.post(address, form | {"add_to": known.number})

    answer = client.post(address, form | {"add_to": other.number})

    assert answer.status_code == 422
    assert Event.objects.filter(action="supplement").count() == 1


def test_the_matter_taken_down_by_a_form_is_not_added_to_by_the_same_form(client, here):
    client.force_login(here.duty.user)
    form = typed_at_the_counter(here)
    address = reverse("cases:intake")
    client.post(address, form)
    taken_down = Case.objects.get()

    client.post(address, form | {"add_to": taken_down.number})

    assert not Event.objects.filter(action="supplement").exists()


def test_a_form_added_twice_to_the_same_matter_is_added_once(client, here):
    known = spoken(here)
    client.force_login(here.duty.user)
    form = typed_at_the_counter(here, add_to=known.number)
    address = reverse("cases:intake")

    answers = [client.post(address, form) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert known.events.filter(action="supplement").count() == 1


def test_a_key_that_moved_one_matter_moves_no_other(here):
    first, second = decided(here), decided(here)
    by = officer(here.handler)
    key = uuid4()
    make_move(first, Action.ACKNOWLEDGE, by=by, at=NOON, key=key)

    with pytest.raises(KeyReused):
        make_move(second, Action.ACKNOWLEDGE, by=by, at=NOON, key=key)

    assert not second.events.filter(action="acknowledge").exists()
