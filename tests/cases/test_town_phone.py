"""The telephone of a town: for whoever may ring no talk room, on the receipt, the tracking
page and papers.
"""

import pytest
from django.urls import reverse
from django.utils.translation import override

from cases.models import Case
from cases.speaking.whereabouts import town_to_ring
from cases.workflow import Action, make_move
from supervision.orders.paper import OrderSheet, phone
from tests import roles
from tests.cases.roads import NOON, decided, officer, reported_up, spoken, staff
from tests.cases.test_slips import boxes
from tests.cases.track_page import page_of
from tests.roles import system_admin
from tests.supervision.test_orders import raised
from tests.villages.test_admin import url
from villages.models import TalkRoom, Town

pytestmark = pytest.mark.django_db
TOWN, ROOM = "0939-4420001", "0939-4421010"


@pytest.fixture
def here():
    here = staff()
    Town.objects.update(phone=TOWN)
    here.town.refresh_from_db()
    TalkRoom.objects.create(village=here.village, place="村委会", phone=ROOM)
    return here


def receipt_of(client, here, case):
    client.force_login(here.duty.user)
    return client.get(reverse("cases:receipt", args=[case.number])).text


def test_a_secret_matter_names_the_telephone_of_the_town(client, here):
    case = spoken(here, confidentiality="secret")

    for page in (receipt_of(client, here, case), page_of(client, case)):
        assert TOWN in page
        assert ROOM not in page


def test_any_other_matter_names_that_of_the_talk_room_alone(client, here):
    case = spoken(here)

    for page in (receipt_of(client, here, case), page_of(client, case)):
        assert ROOM in page
        assert TOWN not in page


def test_a_talk_room_without_a_telephone_leaves_it_to_the_town(client, here):
    TalkRoom.objects.update(phone="")
    case = spoken(here)

    for page in (receipt_of(client, here, case), page_of(client, case)):
        assert TOWN in page


def test_whose_matter_is_about_the_town_is_not_sent_to_ring_it(here):
    case = Case(town=here.town, conflict_floor="county")

    assert town_to_ring(case) == ""


def test_a_town_without_a_telephone_names_none(client, here):
    Town.objects.update(phone="")
    case = spoken(here, confidentiality="secret")

    assert "tel:" not in page_of(client, case)


def test_whoever_lost_the_receipt_finds_it_beside_the_talk_rooms(client, here):
    page = client.get(reverse("cases:track_any")).text

    assert ROOM in page
    assert TOWN in page


def test_a_hand_over_to_a_post_of_the_town_has_its_telephone(here):
    case = make_move(
        reported_up(here),
        Action.DECIDE,
        by=officer(here.reviewer),
        at=NOON,
        handling="led",
        decision="换灯",
        lead=roles.reviewer_of(here.town),
    )

    assert TOWN in boxes(here.reviewer, case, "handover")["contact"]


def test_an_order_has_it_where_its_contact_gave_none(here):
    order = raised(here, decided(here))

    assert phone(OrderSheet(order, None, "")) == TOWN


@pytest.mark.parametrize(
    ("typed", "is_taken"), [("abc", False), (" 0939-4420002 ", True)]
)
def test_the_administration_takes_a_telephone_that_can_be_rung(
    client, here, typed, is_taken
):
    client.force_login(system_admin().user)
    town = here.town
    sent = {"name": town.name, "county_code": town.county_code}
    sent |= {"county_name": town.county_name, "phone": typed}

    client.post(url("town", "change", town.pk), sent)

    town.refresh_from_db()
    assert town.phone == ("0939-4420002" if is_taken else TOWN)


def test_a_telephone_in_any_digits_is_one_that_a_telephone_dials(client, here):
    client.force_login(system_admin().user)
    town = here.town
    sent = {"name": town.name, "county_code": town.county_code}
    sent |= {"county_name": town.county_name, "phone": "零九三九－四四二０００二"}

    client.post(url("town", "change", town.pk), sent)

    case = spoken(here, confidentiality="secret")
    assert 'href="tel:0939-4420002"' in page_of(client, case)


def test_the_list_of_a_new_town_asks_for_it(client, here):
    Town.objects.update(phone="")
    client.force_login(system_admin().user)
    address = f"{reverse('cases:new_town')}?town={here.town.pk}"

    with override("en"):
        page = client.get(address, headers={"accept-language": "en"}).text

    assert "Telephone of the town" in page
