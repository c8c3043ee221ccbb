"""A form of the tracking page that comes with a wrong code: nothing typed is lost, and
nothing of the matter is shown.
"""

import re
from html import unescape

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.cases.roads import decided, spoken, staff, verified
from villages.models import TalkRoom

WRONG = "ABCDEFGHJK"
pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def _no_wrong_codes_from_before():
    cache.clear()


def opened(client, case, action):
    """The tracking page's address, and what the form of a step on it sends."""
    address = reverse("cases:track", args=[case.number])
    page = client.get(address, {"k": case.tracking_code})
    form = {offer.action: form for offer, form in page.context["forms"]}[action]
    return address, {
        "k": case.tracking_code,
        "action": action,
        "version": form["version"].value(),
        "key": str(form["key"].value()),
    }


def hidden_in(page):
    found = re.findall(r'type="hidden" name="(\w+)"\s+value="([^"]*)"', page)
    sent = {name: unescape(value) for name, value in found}
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def test_words_that_came_with_a_wrong_code_are_sent_again_with_the_right_one(
    client, here
):
    case = decided(here)
    address, form = opened(client, case, "supplement")

    answer = client.post(address, form | {"k": WRONG, "text": "巷子里还有一盏"})
    page = answer.content.decode()
    again = client.post(address, hidden_in(page) | {"k": case.tracking_code})

    assert answer.status_code == 404
    assert "巷子里还有一盏" in page
    assert WRONG not in page
    assert case.tracking_code not in page
    assert "太阳能灯" not in page
    assert again.status_code == 302
    assert case.events.get(action="supplement").note == "巷子里还有一盏"


def test_a_rating_that_came_with_a_wrong_code_keeps_its_answers(client, here):
    case = verified(here)
    address, form = opened(client, case, "rate")
    answers = {"satisfaction": "dissatisfied", "solved": "no", "reason": "灯又灭了"}

    page = client.post(address, form | answers | {"k": WRONG}).content.decode()
    client.post(address, hidden_in(page) | {"k": case.tracking_code})

    assert "灯又灭了" in page
    assert "不满意" in page
    rated = case.ratings.get()
    assert (rated.satisfaction, rated.solved) == ("dissatisfied", "no")


def test_words_stay_while_the_door_is_shut(client, here):
    case = decided(here)
    address, form = opened(client, case, "supplement")
    for _try in range(10):
        client.get(address, {"k": WRONG})

    answer = client.post(address, form | {"text": "巷子里还有一盏"})

    assert answer.status_code == 429
    assert "巷子里还有一盏" in answer.content.decode()
    assert case.tracking_code not in answer.content.decode()


def test_an_unknown_number_gives_words_back_like_a_wrong_code(client, here):
    case = spoken(here)
    address, form = opened(client, case, "supplement")
    elsewhere = reverse("cases:track", args=["XX-2026-0001"])

    pages = []
    for where in (address, elsewhere):
        sent = form | {"k": WRONG, "text": "<b>两盏</b>"}
        pages.append(client.post(where, sent).content.decode())
    known, unknown = pages

    assert "&lt;b&gt;两盏" in unknown
    assert re.sub(r"csrf\w+\W.*", "", known).count(case.number) == re.sub(
        r"csrf\w+\W.*", "", unknown
    ).count("XX-2026-0001")


def test_a_step_that_the_page_never_offers_is_not_given_back(client, here):
    case = decided(here)
    address, form = opened(client, case, "supplement")

    page = client.post(address, form | {"k": WRONG, "action": "void", "reason": "错"})

    assert page.status_code == 404
    assert page.context["again"] is None


def room_of(here, phone):
    return TalkRoom.objects.create(village=here.village, place="村委会", phone=phone)


def test_who_lost_the_receipt_finds_the_phone_of_the_talk_room(client, here):
    room_of(here, "0939-4421010")

    page = client.get(reverse("cases:track_any")).text

    assert str(here.village) in page
    assert "tel:0939-4421010" in page


def test_of_several_towns_the_letters_of_the_number_tell_which_is_meant(client, here):
    there = staff()
    room_of(here, "0939-4421010")
    room_of(there, "0939-4429999")
    number = f"{there.town.abbreviation}-2026-0007"

    of_any = client.get(reverse("cases:track_any")).text
    of_one = client.get(reverse("cases:track", args=[number])).text
    of_none = client.get(reverse("cases:track", args=["BG\0-2026-0007"])).text

    assert "tel:0939" not in of_any
    assert "tel:0939-4429999" in of_one
    assert "tel:0939-4421010" not in of_one
    assert "tel:0939" not in of_none
