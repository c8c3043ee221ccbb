"""Residents are taken off the roll, never removed: what kept a row from being removed
would tell who spoke in confidence, or of the reader (domain §3, confidentiality).
"""

import re

import pytest
import time_machine
from django.test import Client

from cases.models import Case
from cases.workflow import Action, make_move
from supervision.figures.people import inhabitants_by_part
from supervision.figures.places import Place
from tests import roles
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, officer, spoken, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory, VillageFactory
from villages.lookup import find_residents, index_residents
from villages.models import Resident, Village

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    found = staff()
    found.spoke, found.silent = [
        ResidentFactory(household=HouseholdFactory(group=found.group), name=name)
        for name in ("赵一山", "钱二水")
    ]
    return found


def complained_of(here) -> Case:
    case = spoken(here, by=here.reviewer, resident=here.spoke, speaker_name="赵一山")
    return make_move(
        case,
        Action.RECUSE,
        by=officer(here.reviewer),
        at=NOON,
        concerns=[here.secretary.user],
    )


@pytest.mark.parametrize("role", ["secretary", "duty", "leader"])
def test_nobody_is_removed_whether_they_spoke_or_not(here, role):
    complained_of(here)
    client = logged_in(getattr(here, role))

    for resident in (here.spoke, here.silent):
        for row in (resident, resident.household):
            kind = row._meta.model_name
            page = f"/admin/villages/{kind}/{row.pk}/delete/"
            assert client.get(page).status_code == 403
            assert client.post(page, {"post": "yes"}).status_code == 403
    listed = client.get("/admin/villages/resident/").content.decode()
    assert "delete_selected" not in listed


def test_whoever_is_off_the_roll_is_found_and_counted_no_more(here):
    index_residents([here.spoke, here.silent])
    place = Place.of_village(here.village)
    village = Village.objects.filter(pk=here.village.pk)
    assert inhabitants_by_part(place) == {here.village.code: 2}

    client = logged_in(here.secretary)
    address = f"/admin/villages/resident/{here.spoke.pk}/change/"
    form = client.get(address).context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields}
    answer = client.post(address, {**sent, "is_on_roll": ""})

    assert answer.status_code == 302
    assert not Resident.objects.get(pk=here.spoke.pk).is_on_roll
    assert not find_residents("赵一山", village)
    assert find_residents("钱二水", village)
    assert inhabitants_by_part(place) == {here.village.code: 1}


def test_the_number_given_of_a_village_goes_before_its_roll(here):
    other = VillageFactory(town=here.town)
    ResidentFactory(household__group__village=other)
    Village.objects.filter(pk=here.village.pk).update(inhabitants=1_260)

    by_village = inhabitants_by_part(Place.of_town(here.town))
    by_town = inhabitants_by_part(Place(here.town.county_code, "礼县"))

    assert by_village[here.village.code] == 1_260
    assert by_village[other.code] == 1
    assert by_town == {here.town.code: sum(by_village.values())}


@pytest.mark.parametrize("number", ["0", "-3", "100001", "一千"])
def test_a_number_of_inhabitants_that_cannot_be_is_refused_beside_its_field(
    here, number
):
    address = f"/admin/villages/village/{here.village.pk}/change/"
    client = logged_in(roles.system_admin())
    form = client.get(address).context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields}

    refused = client.post(address, {**sent, "inhabitants": number})
    taken = client.post(address, {**sent, "inhabitants": "1260"})

    assert refused.status_code == 200
    assert refused.context["adminform"].form.errors.keys() == {"inhabitants"}
    assert taken.status_code == 302
    here.village.refresh_from_db()
    assert here.village.inhabitants == 1_260


def test_a_household_has_a_new_head_when_the_old_one_is_gone(here):
    household = here.spoke.household
    Resident.objects.filter(household=household).update(is_head=True, is_on_roll=False)

    heir = ResidentFactory(household=household, name="赵小山", is_head=True)

    assert heir.is_head


def test_what_keeps_a_row_is_not_named(here):
    """The system administrator sees no case, and so none that concerns a cadre."""
    complained_of(here)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(roles.system_admin().user)

    page = client.get(f"/admin/villages/village/{here.village.pk}/delete/")

    words = re.sub(r"<[^>]+>", " ", page.content.decode())
    assert "something that still needs it" in words
    assert "concerns" not in words
    assert not re.search(r"\bcase\b", words)
