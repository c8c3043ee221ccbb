"""Every address the resolver knows, tried by every kind of stranger on cases that are
none of their business.

A new address joins by itself; one with a parameter that nothing here can fill fails by
its name.
"""

import uuid

import pytest
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from cases.models import (
    Case,
)
from tests.addresses import Address, every_address, targets, unfillable
from tests.cases.roads import NOON, staff
from tests.strangers import MARKERS, OVERSEERS, STRANGERS, build
from tests.tried import act_form, methods
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    ResidentFactory,
)
from tests.visiting import Visit, visits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(settings, tmp_path):
    with visits(settings, tmp_path):
        yield


# --- asking and judging


@pytest.mark.any_database
@pytest.mark.parametrize("role", STRANGERS)
def test_no_address_opens_or_tells_a_stranger_what_is_hidden_from_them(role):
    addresses = every_address()
    assert unfillable(addresses) == []
    world = build(role)
    for case in world.hidden.values():
        seen = (
            world.user is not None
            and Case.objects.visible_to(world.user, NOON.date())
            .filter(pk=case.pk)
            .exists()
        )
        assert not seen, "the world shows them what it should hide"
    visit = Visit(world)

    asked_already: set[Address] = set()
    for target in targets(world, addresses):
        if target.absent is not None:
            for method in methods(target):
                visit.refused(
                    method, target, {} if method == "get" else act_form(world)
                )
        else:
            visit.listed(target, curious=target.address not in asked_already)
            asked_already.add(target.address)

    assert not visit.faults, "\n".join(visit.faults)


def test_the_walk_finds_the_addresses_it_is_meant_to_and_fills_them_rightly():
    addresses = every_address()
    world = build("secretary")

    names = {address.name for address in addresses}
    assert {
        "cases:detail",
        "cases:file_sized",
        "api-attachment",
        "admin:cases_case_history",
        "api-ledger",
    } <= names
    for target in targets(world, addresses):
        try:
            match = resolve(target.path)
        except Resolver404:
            pytest.fail(
                f"{target.address.text} was filled as {target.path}, which nothing"
                " answers"
            )
        if not target.address.is_unnamed:
            assert match.view_name == target.address.name, target.path


@pytest.mark.any_database
def test_a_parameter_that_nothing_fills_is_named():
    unknown = Address("petitions/<int:petition>/", "petitions")

    assert unfillable([unknown]) == [
        "petitions/<int:petition>/: nothing fills petitions/petition"
    ]


@pytest.mark.parametrize("role", OVERSEERS)
def test_an_overseer_sees_of_a_secret_case_number_dates_stage_and_light_alone(role):
    world = build(role)
    client = Client()
    client.force_login(world.user)
    number = world.hidden["secret"].number

    rows = client.get("/api/v1/cases/").json()["results"]
    row = next(row for row in rows if row["number"] == number)
    page = client.get(reverse("cases:list")).content.decode()

    assert row["redacted"]
    assert {name for name, value in row.items() if value is not None} <= {
        "number",
        "redacted",
        "title",
        "stage",
        "light",
        "said_at",
        "registered_at",
        "accepted_at",
        "decided_at",
        "completed_at",
        "replied_at",
        "closed_at",
        "due_on",
        "promised_on",
    }
    assert number in page
    assert not [word for word in MARKERS["secret"].all() if word in page]


def test_a_group_leader_takes_no_name_or_phone_from_another_groups_register():
    here = staff()
    household = HouseholdFactory(group=GroupFactory(village=here.village))
    neighbour = ResidentFactory(
        household=household,
        name=MARKERS["foreign"].name,
        phone=MARKERS["foreign"].phone,
    )
    client = Client()
    client.force_login(here.leader.user)
    form = {
        "key": uuid.uuid4(),
        "verbatim": "井水浑了",
        "channel": "talk_room",
        "village": here.village.pk,
    }

    answer = client.post(reverse("cases:intake"), {**form, "resident": neighbour.pk})

    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_the_recorder_of_a_matter_then_hidden_from_them_keeps_the_receipt_alone():
    world = build("duty_officer")
    client = Client()
    client.force_login(world.here.duty.user)
    case = world.hidden["conflict"]

    receipt = client.get(reverse("cases:receipt", args=[case.number]))

    assert case.tracking_code in receipt.content.decode()
    assert not [
        word for word in MARKERS["conflict"].all() if word in receipt.content.decode()
    ]
    assert client.get(case.get_absolute_url()).status_code == 404
    assert client.get(f"/api/v1/cases/{case.number}/").status_code == 404
