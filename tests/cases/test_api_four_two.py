"""四议两公开 over the API: begun, walked step by step, put right, given up."""

import uuid

import pytest

from cases.models import FourTwoProcess, FourTwoStep, SignedSheet
from cases.workflow import Action, make_move
from tests import roles
from tests.api import V1, Api
from tests.cases.roads import DAY, NOON, accepted, completed, decided, officer, staff
from tests.cases.test_api_parts import photo
from tests.cases.test_four_two import begun, major, through
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db
ABOUT = {"subject": "集体分红", "matter": "collective_income", "origin": "people"}
ALL_OF_30 = {
    "due": 30,
    "present": 30,
    "votes_for": 30,
    "votes_against": 0,
    "votes_abstain": 0,
}


@pytest.fixture(autouse=True)
def at_noon(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOON, tick=False)


def held(nth, **fields):
    numbers = ALL_OF_30 if nth <= 4 else {}
    return {
        "nth": nth,
        "held_on": "2026-03-02",
        "content": "同意按户分",
        **numbers,
        **fields,
    }


# --- the road
def test_the_six_steps_are_walked_to_their_end(time_machine):
    here = staff()
    case, api = major(here), Api(here.secretary)

    started = api.post("four-two/", {**ABOUT, "case": case.number})
    assert (
        started.status_code,
        started.json()["case"],
        started.json()["due_step"],
    ) == (201, case.number, 1)
    path = f"four-two/{started.json()['id']}/"
    for nth in (1, 2, 3, 4):
        whole = api.post(f"{path}steps/", held(nth)).json()
        assert (whole["steps"][-1]["passed"], whole["due_step"]) == (True, nth + 1)
        assert whole["steps"][-1]["rule"]
    whole = api.post(
        f"{path}steps/", held(5, public_until="2026-03-17", oversight="无异议")
    ).json()
    assert whole["due_step"] == 6
    completed(here, decided(here, case))
    time_machine.move_to(NOON + 17 * DAY, tick=False)
    api = Api(here.secretary)
    whole = api.post(
        f"{path}steps/", held(6, held_on="2026-03-18", public_until="2026-04-02")
    ).json()

    assert (whole["due_step"], [step["nth"] for step in whole["steps"]]) == (
        None,
        [1, 2, 3, 4, 5, 6],
    )
    assert api.get(path).json() == whole


def test_a_step_that_did_not_pass_is_held_again_and_put_right_beside_it():
    here = staff()
    process = begun(here, major(here))
    api, path = Api(here.secretary), f"four-two/{process.pk}/"

    lost = api.post(f"{path}steps/", held(1, votes_for=10, votes_against=20)).json()
    won = api.post(f"{path}steps/", held(1)).json()
    correction = {"nth": 1, "key": str(uuid.uuid4()), "wrong": "30", "right": "28"}
    corrected = [
        api.post(f"{path}corrections/", correction).json() for _time in range(2)
    ]

    assert ([step["passed"] for step in won["steps"]], lost["due_step"]) == (
        [False, True],
        1,
    )
    assert [len(step["corrections"]) for step in corrected[1]["steps"]] == [0, 1]


def test_it_is_given_up_with_a_reason_once():
    here = staff()
    process = begun(here, major(here))
    api, path = Api(here.secretary), f"four-two/{process.pk}/"

    assert set(api.post(f"{path}drop/", {}).json()["fields"]) == {"why"}
    dropped = api.post(f"{path}drop/", {"why": "意见不一"}).json()
    assert (dropped["dropped_why"], dropped["due_step"]) == ("意见不一", None)
    refused = api.post(f"{path}steps/", held(1))
    assert (refused.status_code, refused.json()["code"]) == (409, "move_refused")


# --- refusals
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (held(2), 409, None),
        (held(7), 400, "nth"),
        (held(1, present=31), 400, "present"),
        (held(1, present=10, votes_for=10), 400, "present"),
        (held(1, votes_for=29), 400, "votes_for"),
        (held(1, votes_for=None), 400, "votes_for"),
        (held(1, kind="assembly"), 400, "kind"),
        (held(1, held_on="2026-03-03"), 400, "held_on"),
        (held(1, held_on="then"), 400, "held_on"),
        (held(1, content=""), 400, "content"),
    ],
)
def test_a_step_that_does_not_fit_is_refused_by_its_field(body, status, field):
    here = staff()
    process = begun(here, major(here))

    answer = Api(here.secretary).post(f"four-two/{process.pk}/steps/", body)

    assert answer.status_code == status
    assert set(answer.json().get("fields", ())) == ({field} if field else set())
    assert not process.steps.exists()


def test_what_no_village_may_begin_is_refused():
    here = staff()
    case, handled = major(here), decided(here)
    begun(here, case)
    api = Api(here.secretary)

    again = api.post("four-two/", {**ABOUT, "case": case.number})
    late = api.post("four-two/", {**ABOUT, "case": handled.number})

    assert [
        (answer.status_code, answer.json()["code"]) for answer in (again, late)
    ] == [(409, "move_refused")] * 2
    assert set(
        api.post("four-two/", {**ABOUT, "case": "AA-2026-9999"}).json()["fields"]
    ) == {"case"}
    assert set(api.post("four-two/", {"case": case.number}).json()["fields"]) == {
        "subject",
        "matter",
        "origin",
    }
    assert set(
        Api(staff().secretary)
        .post("four-two/", {**ABOUT, "case": case.number})
        .json()["fields"]
    ) == {"case"}
    assert (
        Api(here.reviewer)
        .post("four-two/", {**ABOUT, "case": case.number})
        .json()["code"]
        == "no_such_right"
    )
    early = api.post(
        f"four-two/{FourTwoProcess.objects.get().pk}/corrections/",
        {"nth": 1, "key": str(uuid.uuid4()), "wrong": "1", "right": "2"},
    )
    assert (early.status_code, set(early.json()["fields"])) == (400, {"nth"})


def test_what_the_villagers_resolved_is_not_given_up():
    here = staff()
    process = through(begun(here, major(here)), here, 4)

    answer = Api(here.secretary).post(f"four-two/{process.pk}/drop/", {"why": "算了"})

    assert (answer.status_code, answer.json()["code"]) == (409, "move_refused")


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("steps/", held(2)),
        (
            "corrections/",
            {"nth": 1, "key": str(uuid.UUID(int=1)), "wrong": "1", "right": "2"},
        ),
        ("drop/", {"why": "算了"}),
    ],
)
def test_who_oversees_it_only_reads_it_and_a_stranger_finds_none(part, body):
    here = staff()
    process = through(begun(here, major(here)), here, 1)
    path = f"four-two/{process.pk}/"

    for post in (here.reviewer, here.supervisor):
        assert Api(post).get(path).json()["id"] == process.pk
        refused = Api(post).post(f"{path}{part}", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "no_such_right")
    for post in (
        roles.secretary_of(VillageFactory(town=here.town)),
        here.handler,
        roles.auditor(),
    ):
        assert Api(post).get(path).json()["code"] == "not_found"
        assert Api(post).post(f"{path}{part}", body).json()["code"] == "not_found"
        assert Api(post).get("four-two/").json()["results"] == []


def test_the_six_steps_of_a_matter_one_may_not_see_do_not_exist_over_the_api():
    here = staff()
    process = begun(here, major(here))
    make_move(
        process.case,
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.member.user],
    )

    assert Api(here.secretary).get(f"four-two/{process.pk}/").status_code == 404
    assert (
        Api(here.reviewer).get(f"four-two/{process.pk}/").json()["case"]
        == process.case.number
    )


# --- sent twice
def test_a_beginning_sent_again_is_the_one_there_is_and_with_other_words_refused():
    here = staff()
    api, key = Api(here.secretary), {"Idempotency-Key": str(uuid.uuid4())}
    body = {**ABOUT, "case": major(here).number}

    first, again = (api.post("four-two/", body, **key) for _time in range(2))
    other = api.post("four-two/", {**body, "subject": "修路"}, **key)

    assert (again.json(), FourTwoProcess.objects.count()) == (first.json(), 1)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


def test_a_step_sent_again_is_written_once_and_with_other_words_refused():
    here = staff()
    process = begun(here, major(here))
    api, key = Api(here.secretary), {"Idempotency-Key": str(uuid.uuid4())}
    path = f"four-two/{process.pk}/steps/"

    first, again = (api.post(path, held(1), **key) for _time in range(2))
    other = api.post(path, held(1, content="不同意"), **key)

    assert (again.json(), FourTwoStep.objects.count()) == (first.json(), 1)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


# --- signed sheets
def sheet(post, process, nth, file):
    return Api(post).client.post(
        f"{V1}four-two/{process.pk}/steps/{nth}/sheets/", {"file": file}
    )


def test_the_sheet_of_a_step_is_added_listed_and_read_back():
    here, there = staff(), staff()
    process = through(begun(here, major(here)), here, 2)

    added = sheet(here.secretary, process, 1, photo())

    api = Api(here.supervisor)
    assert added.status_code == 201
    assert SignedSheet.objects.get().step.nth == 1
    assert api.get(f"four-two/{process.pk}/steps/1/sheets/").json()["results"] == [
        added.json()
    ]
    assert api.get(f"four-two/{process.pk}/steps/2/sheets/").json()["results"] == []
    assert b"".join(api.client.get(added.json()["url"]).streaming_content).startswith(
        b"\xff\xd8"
    )
    # the one there is
    assert sheet(here.secretary, process, 1, photo()).json() == added.json()
    assert sheet(here.secretary, process, 3, photo()).status_code == 404  # not held yet
    assert sheet(here.supervisor, process, 1, photo("blue")).status_code == 403
    assert sheet(there.secretary, process, 1, photo("blue")).status_code == 404
    assert Api(there.secretary).client.get(added.json()["url"]).status_code == 404


# --- what it costs
@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_page_of_processes_costs_six_queries_whatever_it_holds(
    count, django_assert_num_queries
):
    here = staff()
    for _nth in range(count):
        through(begun(here, accepted(here)), here, 1)
    api = Api(here.secretary)

    with django_assert_num_queries(
        6
    ):  # session, account with its posts, processes, steps, corrections, numbers
        rows = api.get("four-two/").json()["results"]

    assert len(rows) == count
    assert all(row["case"] for row in rows)
