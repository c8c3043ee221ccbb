"""The same step for several matters over the API, each with its own result."""

import uuid

import pytest

from cases.models import Event
from cases.workflow import Action, make_move
from tests import roles
from tests.api import Api
from tests.cases.roads import NOON, accepted, decided, officer, spoken, staff
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def deciding(here, cases, **inputs):
    inputs = {
        "handling": "led",
        "decision": "三天办好",
        "lead": f"office:{here.office.pk}",
        **inputs,
    }
    lines = [{"number": case.number, "version": case.version} for case in cases]
    return {"action": "decide", "cases": lines, "inputs": inputs}


def refusals(answer):
    return {row["number"]: row["refusal"] for row in answer.json()}


def test_several_matters_are_decided_at_once():
    here = staff()
    cases = [accepted(here) for _nth in range(3)]

    answer = Api(here.secretary).post("batch/", deciding(here, cases))

    assert answer.status_code == 200
    assert [(row["number"], row["done"], row["refusal"]) for row in answer.json()] == [
        (case.number, True, "") for case in cases
    ]
    for case in cases:
        case.refresh_from_db()
        assert (case.stage, case.decision) == ("handle", "三天办好")


@pytest.mark.parametrize(
    ("action", "inputs"),
    [
        ("defer", {"reason": "等雨停", "until_on": "2026-03-09"}),
        ("send_back", {"reason": "村里能办"}),
    ],
)
def test_what_else_is_done_together(action, inputs):
    here = staff()
    case = make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    line = {"number": case.number, "version": case.version}

    answer = Api(here.reviewer).post(
        "batch/", {"action": action, "cases": [line], "inputs": inputs}
    )

    assert [row["done"] for row in answer.json()] == [True]
    assert case.events.last().action == action


def test_whoever_fails_says_why_and_stops_no_other():
    here = staff()
    fine, stale, early = accepted(here), accepted(here), spoken(here)
    body = deciding(here, [fine, stale, early])
    make_move(stale, Action.AMEND, by=officer(here.secretary), at=NOON, place="村口")

    answer = Api(here.secretary).post("batch/", body)

    said = refusals(answer)
    assert answer.status_code == 200
    assert said[fine.number] == ""
    assert "别人" in said[stale.number]
    assert said[early.number] == "在目前环节，您的岗位没有这一步的权限。"
    assert Event.objects.filter(action="decide").count() == 1


def test_whose_post_does_not_decide_moves_none():
    here = staff()
    case = accepted(here)

    answer = Api(here.duty).post("batch/", deciding(here, [case]))

    assert [row["done"] for row in answer.json()] == [False]
    assert not case.events.filter(action="decide").exists()


@pytest.mark.parametrize("who", ["stranger", "handler", "auditor"])
def test_a_matter_out_of_sight_stops_the_whole_as_one_that_does_not_exist(who):
    here = staff()
    case = accepted(here)
    posts = {
        "stranger": roles.secretary_of(VillageFactory(town=here.town)),
        "handler": here.handler,
    }
    api, body = Api(posts.get(who) or roles.auditor()), deciding(here, [case])

    foreign = api.post("batch/", body)
    missing = api.post(
        "batch/", {**body, "cases": [{"number": "AA-2026-9999", "version": 1}]}
    )

    assert (foreign.status_code, foreign.json()) == (
        missing.status_code,
        missing.json(),
    )
    assert (foreign.status_code, set(foreign.json()["fields"])) == (400, {"cases"})
    assert not case.events.filter(action="decide").exists()


def test_one_foreign_matter_among_ones_own_moves_none():
    here, there = staff(), staff()
    case, foreign = accepted(here), accepted(there)

    answer = Api(here.secretary).post("batch/", deciding(here, [case, foreign]))

    assert set(answer.json()["fields"]) == {"cases"}
    assert not case.events.filter(action="decide").exists()


def test_what_is_wrong_is_named():
    here = staff()
    body, api = deciding(here, [accepted(here)]), Api(here.secretary)

    for name, wrong in (("action", "rate"), ("cases", []), ("inputs", "led")):
        assert set(api.post("batch/", {**body, name: wrong}).json()["fields"]) == {name}
    for name, value in (
        ("handling", "somehow"),
        ("lead", "office:99999"),
        ("due_on", "then"),
    ):
        answer = api.post("batch/", {**body, "inputs": {**body["inputs"], name: value}})
        assert (answer.status_code, set(answer.json()["fields"])) == (400, {name})
    missing = {
        name: value for name, value in body["inputs"].items() if name != "decision"
    }
    assert set(api.post("batch/", {**body, "inputs": missing}).json()["fields"]) == {
        "decision"
    }


def test_a_batch_sent_again_gives_the_same_results_and_moves_nothing_twice():
    here = staff()
    cases = [accepted(here), spoken(here)]
    body, api, key = (
        deciding(here, cases),
        Api(here.secretary),
        {"Idempotency-Key": str(uuid.uuid4())},
    )

    first, again = (api.post("batch/", body, **key) for _time in range(2))

    assert (first.status_code, again.json()) == (200, first.json())
    assert Event.objects.filter(action="decide").count() == 1


def test_a_used_key_hides_no_other_words_and_moves_nothing():
    here = staff()
    case, other = accepted(here), accepted(here)
    api, key = Api(here.secretary), {"Idempotency-Key": str(uuid.uuid4())}
    api.post("batch/", deciding(here, [case]), **key)

    answer = api.post(
        "batch/", deciding(here, [case, other], decision="五天办好"), **key
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    other.refresh_from_db()
    assert other.stage == "deliberate"


def test_what_was_decided_before_is_refused_to_a_batch_of_its_own():
    here = staff()
    case = accepted(here)
    body = deciding(here, [case])
    decided(here, case)

    assert refusals(Api(here.secretary).post("batch/", body))[case.number]
