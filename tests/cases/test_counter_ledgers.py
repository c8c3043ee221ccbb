"""The registers of the counter: what came in online, requests, visitors, errands."""

import pytest
from django.utils import translation

from cases.models import Case
from tests.cases.ledger_desk import channel_of, rows
from tests.cases.roads import (
    accepted,
    completed,
    decided,
    rated,
    settled,
    spoken,
    staff,
    verified,
)
from tests.villages.factories import HouseholdFactory, ResidentFactory

pytestmark = pytest.mark.django_db
OF_CASES = ("online", "requests", "visitors", "errands")


@pytest.fixture(autouse=True)
def english():
    """Cells are compared in the language of the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def here():
    return staff()


def test_what_came_in_online_stands_with_who_took_it_up_and_what_was_replied(here):
    channel_of(here, "qr_code")
    spoken(here)

    (row,) = rows(here.secretary, "online")

    assert row["registered_at"] == "2026-03-02 12:00"
    assert (row["channel"], row["papers"]) == ("QR code", 0)
    assert row["accepted_by"] == str(here.duty.user)
    assert row["accepted_at"] == "2026-03-02 12:00"
    assert (row["reply"], row["replied_at"]) == ("灯修好了", "2026-03-03 12:00")
    assert row["went_to"] == str(here.office)


def test_every_request_stands_in_the_register_with_what_was_done_and_came_of_it(here):
    lit = decided(here, accepted(here, request_text="换灯"))
    rated(here, verified(here, completed(here, lit)))
    spoken(here, channel="home_visit")

    first, second = rows(here.secretary, "requests")

    assert first["content"].endswith("；换灯")
    assert "换了蓄电池" in first["result"]
    assert first["satisfaction"] == "satisfied"
    assert second["completed_on"] is None


def test_who_came_by_stands_with_their_age_and_why_they_came(here):
    resident = ResidentFactory(
        household=HouseholdFactory(group=here.group), birth_year=1958, sex="male"
    )
    case = settled(here, resident=resident, speaker_name=resident.name)
    spoken(here, channel="phone")

    (row,) = rows(here.secretary, "visitors")

    assert (row["sex"], row["age"]) == ("male", 68)
    assert row["when_and_where"] == f"2026-03-02 12:00 · {here.village} · talk room"
    assert row["content"] == case.verbatim
    assert row["answer"] == "换了灯泡"


def test_of_a_hidden_speaker_neither_sex_nor_age_is_told(here):
    resident = ResidentFactory(
        household=HouseholdFactory(group=here.group), birth_year=1958, sex="male"
    )
    spoken(
        here,
        resident=resident,
        speaker_name=resident.name,
        confidentiality="hidden",
    )

    (row,) = rows(here.member, "visitors")

    assert (row["speaker"], row["sex"], row["age"]) == ("name hidden", "", None)


def test_an_errand_is_what_somebody_of_the_village_did(here):
    done = settled(here)
    decided(here)

    (row,) = rows(here.secretary, "errands")

    assert row["title"] == done.title
    assert row["responsible"] == str(here.duty.user)


@pytest.mark.parametrize("key", ["online", "visitors", "errands"])
def test_a_secret_matter_is_not_even_hinted_at(here, key):
    case = settled(here)
    rated(here)
    Case.objects.filter(pk=case.pk).update(confidentiality="secret", channel="qr_code")

    assert not [row for row in rows(here.supervisor, key) if row["remark"] == "secret"]
    shown = [str(row) for row in rows(here.supervisor, key)]
    assert not any("secret matter" in row for row in shown)


def test_of_a_secret_request_nothing_stands_but_that_it_is_there(here):
    case = settled(here)
    Case.objects.filter(pk=case.pk).update(confidentiality="secret")

    (row,) = rows(here.supervisor, "requests")

    shown = {key: value for key, value in row.items() if value not in (None, "")}
    days = {"registered_on": "2026-03-02", "completed_on": "2026-03-02"}
    assert shown == {"no": 1, "content": "secret matter", **days}
