"""Moves over the API: what is offered, what is done, what is refused."""

import uuid

import pytest

from cases.models import Case, Event
from cases.models.choices import Stage
from cases.serializers.moves import MADE_BY_PEOPLE, body_of
from cases.workflow import MOVES, Action, make_move
from tests.api import Api
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    spoken,
    staff,
    verified,
)
from tests.roles import (
    auditor,
    duty_officer_of,
    secretary_of,
    security_admin,
    system_admin,
)
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def offered(post, case) -> dict:
    return {
        move["action"]: move
        for move in Api(post).get(f"cases/{case.number}/moves/").json()["moves"]
    }


def inputs_of(move) -> dict:
    return {item["name"]: item for item in move["inputs"]}


# --- what is offered
def test_each_is_offered_what_they_may_do_with_the_inputs_it_needs():
    here = staff()
    case = accepted(here)

    decide = offered(here.secretary, case)["decide"]

    inputs = inputs_of(decide)
    assert decide["post"] == here.secretary.pk
    assert {name for name, item in inputs.items() if item["required"]} == {
        "handling",
        "decision",
        "lead",
    }
    assert {"value": f"office:{here.office.pk}", "label": here.office.name} in inputs[
        "lead"
    ]["choices"]
    assert f"post:{here.supervisor.pk}" not in [
        choice["value"] for choice in inputs["lead"]["choices"]
    ]
    assert [choice["value"] for choice in inputs["grade"]["choices"]] == [
        "minor",
        "complex",
        "major",
    ]
    assert inputs["decision"]["choices"] is None
    assert "decide" not in offered(here.duty, case)


def test_the_speaker_is_not_among_the_inputs_of_whom_they_are_hidden_from():
    here = staff()
    case = accepted(here, confidentiality="hidden")

    assert "speaker_name" not in inputs_of(offered(here.secretary, case)["amend"])
    assert "speaker_name" in inputs_of(offered(here.duty, case)["amend"])


def test_the_body_of_every_move_an_officer_may_make_is_made_from_its_inputs():
    for action in MADE_BY_PEOPLE:
        fields = set(body_of(action)().fields)
        assert fields == {
            "action",
            "version",
            "post",
            *(item.name for item in MOVES[action].inputs),
        }
    assert not {Action.URGE, Action.SUPPLEMENT, Action.REHOME} & set(MADE_BY_PEOPLE)


def test_whatever_is_offered_can_be_asked_for():
    here = staff()
    for case in (
        spoken(here),
        accepted(here),
        decided(here),
        completed(here),
        verified(here),
    ):
        for post in (
            here.secretary,
            here.handler,
            here.reviewer,
            here.supervisor,
            here.duty,
        ):
            answer = Api(post).get(f"cases/{case.number}/moves/")
            if answer.status_code == 200:
                assert {move["action"] for move in answer.json()["moves"]} <= {
                    action.value for action in MADE_BY_PEOPLE
                }


# --- what is done
def test_the_whole_road_is_walked_over_the_api():
    here = staff()
    case = Case.objects.get(
        number=Api(here.duty)
        .post(
            "cases/",
            {
                "verbatim": "路灯坏了",
                "village": here.village.pk,
                "group": here.group.pk,
            },
        )
        .json()["number"]
    )
    office = f"office:{here.office.pk}"

    for post, action, values in (
        (here.duty, "accept", {"category": "village", "grade": "complex"}),
        (
            here.secretary,
            "decide",
            {"handling": "led", "decision": "换灯", "lead": office},
        ),
        (here.handler, "acknowledge", {}),
        (here.handler, "complete", {"outcome": "done", "result": "换了蓄电池"}),
        (here.secretary, "verify", {"reply": "灯修好了"}),
        (
            here.duty,
            "rate",
            {"satisfaction": "satisfied", "solved": "yes", "how": "call"},
        ),
    ):
        answer = Api(post).move(case, action, **values)
        assert answer.status_code == 200, answer.json()
        case.refresh_from_db()
        assert answer.json()["version"] == case.version
        assert answer["ETag"] == f'"{case.version}"'

    assert case.stage == Stage.CLOSED


SAVEPOINT = 2  # opened and released; outside a test a transaction, which no query opens


@pytest.mark.parametrize(
    ("stage", "role", "action", "values"),
    [
        (spoken, "duty", "accept", {"category": "village", "grade": "minor"}),
        (
            accepted,
            "secretary",
            "decide",
            {"handling": "led", "decision": "换灯", "lead": "OFFICE"},
        ),
        (decided, "handler", "complete", {"outcome": "done", "result": "换了灯"}),
        (completed, "secretary", "verify", {"reply": "灯修好了"}),
        (
            verified,
            "duty",
            "rate",
            {"satisfaction": "satisfied", "solved": "yes", "how": "call"},
        ),
    ],
)
def test_a_move_costs_at_most_22_queries_login_and_all(
    stage, role, action, values, django_assert_max_num_queries, time_machine
):
    here = staff()
    time_machine.move_to(NOON + DAY, tick=False)
    case, api = stage(here), Api(getattr(here, role))
    values = {
        name: f"office:{here.office.pk}" if value == "OFFICE" else value
        for name, value in values.items()
    }

    with django_assert_max_num_queries(22 + SAVEPOINT):
        answer = api.move(case, action, **values)

    assert answer.status_code == 200


def test_whoever_gives_a_case_away_learns_no_more_of_it():
    here = staff()
    case = decided(here)

    answer = Api(here.handler).move(case, "return", reason="不归我们管")

    assert answer.json() == {
        "number": case.number,
        "version": case.version + 1,
        "stage": "deliberate",
        "level": "village",
        "round": 1,
    }
    assert Api(here.handler).get(f"cases/{case.number}/").status_code == 404


def test_a_repeated_key_moves_nothing_twice_even_out_of_sight():
    here = staff()
    case = decided(here)
    api, key = Api(here.handler), str(uuid.uuid4())

    first = api.move(case, "return", reason="不归我们管", **{"Idempotency-Key": key})
    second = api.move(case, "return", reason="不归我们管", **{"Idempotency-Key": key})

    assert (first.status_code, second.status_code) == (200, 200)
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert second.json() == first.json()
    assert Event.objects.filter(case=case, action="return").count() == 1


def test_a_key_of_one_move_does_not_stand_for_another():
    here = staff()
    case = decided(here)
    key = str(uuid.uuid4())
    Api(here.handler).move(case, "acknowledge", **{"Idempotency-Key": key})
    case.refresh_from_db()

    answer = Api(here.handler).move(
        case, "progress", text="在买灯", **{"Idempotency-Key": key}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "move_refused")


def test_other_words_under_a_key_used_before_are_refused():
    here = staff()
    case, once = decided(here), {"Idempotency-Key": str(uuid.uuid4())}

    answers = [
        Api(here.handler).move(case, "progress", text=text, **once)
        for text in ("料到了", "料到了", "开工了")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert answers[2].json()["code"] == "key_reused"
    assert [event.note for event in case.events.filter(action="progress")] == ["料到了"]


def test_the_key_of_somebody_else_replays_nothing_for_a_stranger():
    here, there = staff(), staff()
    case = decided(here)
    key = str(uuid.uuid4())
    Api(here.handler).move(case, "acknowledge", **{"Idempotency-Key": key})

    assert (
        Api(there.handler)
        .move(case, "acknowledge", **{"Idempotency-Key": key})
        .status_code
        == 404
    )


def test_the_post_acted_from_is_the_one_named_or_the_first_that_may():
    here = staff()
    case = accepted(here)
    other = secretary_of(here.village, user=here.duty.user)

    Api(here.duty).move(case, "defer", reason="等雨停", until_on="2026-03-10")
    named = Api(here.duty).move(
        case, "regrade", grade="major", post=here.duty.pk, version=case.version + 1
    )

    assert case.events.last().post == other
    assert (named.status_code, named.json()["code"]) == (403, "no_such_right")


def test_the_post_of_somebody_else_is_no_choice():
    here = staff()

    answer = Api(here.duty).move(
        accepted(here), "regrade", grade="major", post=here.secretary.pk
    )

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"post"})


# --- what is refused
def test_a_stale_version_is_412_and_writes_nothing():
    here = staff()
    case = accepted(here)

    by_body = Api(here.secretary).move(case, "escalate", reason="钱不够", version=1)
    by_header = Api(here.secretary).move(
        case, "escalate", reason="钱不够", **{"If-Match": '"1-green"'}
    )

    assert by_body.json().keys() == {"code", "detail"}
    assert (by_body.status_code, by_header.status_code) == (412, 412)
    assert case.events.count() == 2


def test_a_move_the_case_has_passed_is_409():
    here = staff()
    case = decided(here)

    answer = Api(here.secretary).move(case, "accept", category="village", grade="minor")

    assert (answer.status_code, answer.json()["code"]) == (409, "move_refused")


def test_a_move_that_is_not_ones_own_is_403():
    here = staff()

    answer = Api(here.duty).move(accepted(here), "escalate", reason="钱不够")

    assert (answer.status_code, answer.json()["code"]) == (403, "no_such_right")


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, {"handling", "decision", "lead"}),
        ({"handling": "x"}, {"handling", "decision", "lead"}),
        ({"handling": "led", "decision": "换灯", "lead": "mayor"}, {"lead"}),
        ({"handling": "led", "decision": "换灯", "lead": "post:999999"}, {"lead"}),
        (
            {
                "handling": "led",
                "decision": "换灯",
                "lead": "OFFICE",
                "assistants": ["post:999999"],
            },
            {"assistants"},
        ),
        ({"handling": "led", "decision": "换灯", "lead": "SUPERVISOR"}, {"lead"}),
        (
            {"handling": "led", "decision": "换灯", "lead": "OFFICE", "due_on": "soon"},
            {"due_on"},
        ),
        ({"handling": "led", "decision": "字" * 2001, "lead": "OFFICE"}, {"decision"}),
        ({"handling": "meeting", "decision": "换灯", "lead": "OFFICE"}, {"handling"}),
    ],
)
def test_inputs_that_are_missing_or_wrong_are_named(values, named):
    here = staff()
    case = accepted(here)
    keys = {
        "OFFICE": f"office:{here.office.pk}",
        "SUPERVISOR": f"post:{here.supervisor.pk}",
    }
    values = {
        name: keys.get(value, value) if isinstance(value, str) else value
        for name, value in values.items()
    }

    answer = Api(here.secretary).move(case, "decide", **values)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == named
    assert case.events.count() == 2


@pytest.mark.parametrize("action", ["register", "rehome", "urge", "adopt", "fly", ""])
def test_what_no_officer_does_is_no_action(action):
    here = staff()

    answer = Api(here.secretary).move(accepted(here), action)

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"action"})


def test_merging_names_a_case_within_sight_alone():
    here, there = staff(), staff()
    case, same, foreign = accepted(here), accepted(here), accepted(there)
    api = Api(here.secretary)

    assert set(api.move(case, "merge", into=foreign.number).json()["fields"]) == {
        "into"
    }
    assert api.move(case, "merge", into=same.number).status_code == 200
    case.refresh_from_db()
    assert api.get(f"cases/{case.number}/").json()["merged_into"] == same.number


def test_only_cadres_whom_it_may_concern_are_named_in_a_recusal():
    here, there = staff(), staff()
    case = spoken(here)

    answer = Api(here.duty).move(case, "recuse", concerns=[there.secretary.user.pk])

    assert set(answer.json()["fields"]) == {"concerns"}


def test_strangers_and_the_three_administrators_move_nothing():
    here = staff()
    case = spoken(here)
    secret = spoken(here, confidentiality="secret")
    about = make_move(
        spoken(here),
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.member.user],
    )
    values = {"category": "village", "grade": "minor"}

    for post in (
        duty_officer_of(VillageFactory(town=here.town)),
        system_admin(),
        security_admin(),
        auditor(),
    ):
        assert Api(post).move(case, "accept", **values).status_code == 404
    assert (
        Api(here.supervisor)
        .move(secret, "supervise", supervision_level="urge", text="快")
        .status_code
        == 404
    )
    for post in (here.member, here.secretary, here.duty):
        assert Api(post).move(about, "accept", **values).status_code == 404
    assert Event.objects.exclude(action__in=["register", "recuse"]).count() == 0
