"""Taking a matter down over the API, and correcting it."""

import json
import uuid

import pytest

from cases.models import Case, Concern
from tests.api import Api
from tests.cases.roads import NOON, accepted, spoken, staff
from tests.roles import auditor, duty_officer_of, security_admin, system_admin
from tests.villages.factories import HouseholdFactory, ResidentFactory, VillageFactory
from villages.lookup import index_residents

pytestmark = pytest.mark.django_db
PHONE = "13812348821"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


# --- taking down
def body(here, **fields) -> dict:
    return {"verbatim": "路灯坏了", "village": here.village.pk, **fields}


def test_taking_down_answers_with_the_receipt_and_costs_at_most_25_queries(
    django_assert_max_num_queries,
):
    here = staff()
    api = Api(here.duty)

    with django_assert_max_num_queries(25):
        answer = api.post(
            "cases/",
            body(here, speaker_name="李建国", speaker_phone=PHONE, group=here.group.pk),
        )

    case = Case.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/cases/{case.number}/"
    assert answer.json()["number"] == case.number
    assert answer.json()["tracking_code"] == case.tracking_code
    assert (case.speaker_phone, case.group, case.recorded_by) == (
        PHONE,
        here.group,
        here.duty,
    )
    assert case.events.get().action == "register"


def test_a_repeated_key_takes_nothing_down_twice():
    here = staff()
    api, key = Api(here.duty), {"Idempotency-Key": str(uuid.uuid4())}

    first, second = (
        api.post("cases/", body(here), **key),
        api.post("cases/", body(here), **key),
    )

    assert (first.status_code, second.status_code) == (201, 200)
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert second.json() == first.json()
    assert Case.objects.count() == 1


def test_the_key_of_somebody_else_opens_nothing():
    here = staff()
    key = {"Idempotency-Key": str(uuid.uuid4())}
    Api(here.duty).post("cases/", body(here), **key)

    answer = Api(here.secretary).post("cases/", body(here), **key)

    assert (answer.status_code, answer.json()["code"]) == (403, "no_such_right")


def test_a_matter_about_a_cadre_is_taken_down_and_then_hidden_from_its_recorder():
    here = staff()

    answer = Api(here.duty).post(
        "cases/", body(here, concerns=[here.secretary.user.pk])
    )

    assert answer.status_code == 201
    assert Concern.objects.get().user == here.secretary.user
    assert Api(here.duty).get(f"cases/{answer.json()['number']}/").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"verbatim": "  "},
        {"verbatim": "。"},
        {"verbatim": "\u0301"},
        {"village": 0},
        {"village": 999_999},
        {"group": 999_999},
        {"topic": 999_999},
        {"category": "none"},
        {"speaker_phone": "****8821"},
        {"speaker_phone": "12"},
        {"request_text": "［…］要路灯"},
        {"said_at": "2030-01-01T00:00:00+08:00"},
        {"concerns": [999_999]},
        {"resident": 999_999},
        {"post": 999_999},
    ],
)
def test_a_field_of_the_wrong_shape_is_named(fields):
    here = staff()

    answer = Api(here.duty).post("cases/", body(here, **fields))

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()["fields"]) == set(fields)
    assert not Case.objects.exists()


def test_nobody_copies_a_resident_they_could_not_look_up():
    here = staff()
    foreign = ResidentFactory(
        household=HouseholdFactory(group__village=VillageFactory(town=here.town)),
        phone=PHONE,
    )
    own = ResidentFactory(household=HouseholdFactory(group=here.group), phone=PHONE)
    index_residents([foreign, own])
    api = Api(here.duty)

    assert set(
        api.post("cases/", body(here, resident=foreign.pk)).json()["fields"]
    ) == {"resident"}
    assert api.post("cases/", body(here, resident=own.pk)).status_code == 201
    assert Case.objects.get().speaker_phone == PHONE


@pytest.mark.parametrize("appoint", [system_admin, security_admin, auditor])
def test_the_three_administrators_take_nothing_down(appoint):
    here = staff()

    answer = Api(appoint()).post("cases/", body(here))

    assert (answer.status_code, answer.json()["code"]) == (403, "no_such_right")


def test_the_next_village_takes_nothing_down_here():
    here = staff()
    stranger = duty_officer_of(VillageFactory(town=here.town))

    assert Api(stranger).post("cases/", body(here)).json()["code"] == "no_such_right"


# --- correcting
def test_a_correction_is_an_event_that_holds_no_personal_value():
    here = staff()
    case = spoken(here, speaker_phone=PHONE)

    answer = Api(here.duty).patch(
        f"cases/{case.number}/", {"speaker_name": "李建军", "version": case.version}
    )

    event = case.events.last()
    assert (answer.status_code, answer.json()["version"]) == (200, case.version + 1)
    assert (event.action, event.data["fields"]) == ("amend", ["speaker_name"])
    assert "李建军" not in json.dumps(event.data, ensure_ascii=False)


@pytest.mark.parametrize(
    "fields",
    [{"speaker_phone": "****8821"}, {"title": "［…］的路灯"}, {"topic": 99_999}],
)
def test_what_was_masked_or_is_no_choice_is_not_taken_back(fields):
    here = staff()
    case = spoken(here, speaker_phone=PHONE)

    answer = Api(here.duty).patch(
        f"cases/{case.number}/", {**fields, "version": case.version}
    )

    case.refresh_from_db()
    assert (answer.status_code, set(answer.json()["fields"])) == (400, set(fields))
    assert case.speaker_phone == PHONE


def test_whoever_does_not_see_the_speaker_does_not_correct_them():
    here = staff()
    case = accepted(here, confidentiality="hidden")

    answer = Api(here.secretary).patch(
        f"cases/{case.number}/", {"speaker_name": "", "version": case.version}
    )

    case.refresh_from_db()
    assert set(answer.json()["fields"]) == {"speaker_name"}
    assert case.speaker_name == "李建国"


def test_a_correction_of_a_stale_version_or_without_one_is_refused():
    here = staff()
    case = accepted(here)
    api = Api(here.duty)

    stale = api.patch(
        f"cases/{case.number}/", {"title": "新路灯"}, **{"If-Match": '"1"'}
    )
    without = api.patch(f"cases/{case.number}/", {"title": "新路灯"})

    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert set(without.json()["fields"]) == {"version"}


@pytest.mark.parametrize(
    "typed", ["8821", "zcs", "ZHANGCHANGSHENG", "zhangchangsheng", PHONE]
)
def test_who_spoke_as_well_is_a_neighbour_by_their_name_alone(typed):
    """The end of a number, a pinyin and initials find somebody at the counter; sent as
    a name they took the neighbour's number into the matter.
    """
    here = staff()
    person = ResidentFactory(
        household=HouseholdFactory(group=here.group), name="张长生", phone=PHONE
    )
    index_residents([person])

    refused = Api(here.duty).post("cases/", body(here, co_speakers=[typed]))
    Api(here.duty).post("cases/", body(here, co_speakers=["张长生 "]))

    (same,) = Case.objects.get().others
    assert set(refused.json()["fields"]) == {"co_speakers"}
    assert (same.resident, same.phone) == (person, PHONE)
