"""待议 over the API: what waits, is on an agenda, or was decided at a place one decides
for.
"""

import json

import pytest

from cases.workflow import Action, make_move
from tests import roles
from tests.api import Api
from tests.cases.council import called
from tests.cases.roads import (
    NOON,
    accepted,
    decided,
    officer,
    reported_up,
    spoken,
    staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def numbers(post, query=""):
    return [row["number"] for row in Api(post).get(f"queue/{query}").json()["results"]]


def test_each_matter_stands_in_its_tab():
    here = staff()
    waits, on_agenda, done = accepted(here), accepted(here), decided(here)
    spoken(here)
    called(here, on_agenda)

    assert (
        numbers(here.secretary)
        == numbers(here.secretary, "?tab=waiting")
        == [waits.number]
    )
    assert numbers(here.secretary, "?tab=agenda") == [on_agenda.number]
    assert numbers(here.secretary, "?tab=decided") == [done.number]


def test_a_level_has_what_was_reported_up_to_it_with_the_reason():
    here = staff()
    below, up = accepted(here), reported_up(here)

    rows = Api(here.reviewer).get("queue/").json()["results"]

    assert [(row["number"], row["reason"], row["level"]) for row in rows] == [
        (up.number, "钱不够", "town")
    ]
    assert numbers(here.secretary) == [below.number]


def test_who_decides_at_two_places_names_one_and_begins_at_the_highest():
    here, there = staff(), staff()
    waits, foreign = accepted(here), reported_up(there)
    both = roles.secretary_of(here.village)
    roles.reviewer_of(there.town, user=both.user)
    api = Api(both)

    places = api.get("queue/places/").json()

    assert [(place["at"], place["level"]) for place in places] == [
        (f"t{there.town.pk}", "town"), (f"v{here.village.pk}", "village")
    ]  # fmt: skip
    assert numbers(both) == [foreign.number]
    assert numbers(both, f"?at=v{here.village.pk}") == [waits.number]
    assert api.get(f"queue/?at=t{here.town.pk}").json()["code"] == "not_found"


@pytest.mark.parametrize("who", ["duty", "member", "leader", "handler", "supervisor"])
def test_who_decides_nothing_has_no_queue(who):
    api = Api(getattr(staff(), who))

    assert api.get("queue/").json()["code"] == "not_found"
    assert api.get("queue/places/").json() == []


def test_a_tab_that_is_not_there_is_refused_by_name():
    answer = Api(staff().secretary).get("queue/?tab=ever")

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"tab"})


def test_neither_title_nor_reason_names_a_hidden_speaker():
    here = staff()
    case = accepted(here, confidentiality="hidden", title="李建国家的路灯")
    case.events.create(
        case=case,
        sequence=99,
        at=NOON,
        action="return",
        actor_kind="system",
        source="handle",
        target="deliberate",
        level="village",
        round=1,
        note="李建国不在家",
        previous_hash="x",
        hash="y",
    )

    text = json.dumps(Api(here.secretary).get("queue/").json(), ensure_ascii=False)

    assert "不在家" in text
    assert "李建国" not in text


def test_what_is_secret_from_a_decider_or_concerns_them_does_not_wait_for_them():
    here = staff()
    make_move(
        accepted(here),
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.member.user],
    )

    assert numbers(here.secretary) == []
    assert len(numbers(here.reviewer)) == 1


@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_page_of_the_queue_costs_six_queries_whatever_waits(
    count, django_assert_num_queries
):
    here = staff()
    for _nth in range(count):
        reported_up(here)
    api = Api(here.reviewer)

    # session, account with its posts, matters, their owners, the reasons, what was said
    with django_assert_num_queries(6):
        rows = api.get("queue/").json()["results"]

    assert [row["reason"] for row in rows] == ["钱不够"] * count


def test_pages_follow_one_another():
    here = staff()
    made = [accepted(here).number for _nth in range(3)]
    api = Api(here.secretary)

    first = api.get("queue/?page_size=2").json()
    rest = api.get(first["next"].partition("/api/v1/")[2]).json()

    assert [row["number"] for row in (*first["results"], *rest["results"])] == made
