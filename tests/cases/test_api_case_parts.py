"""What else belongs to a case over the API: parts and hand-backs, its meetings, its six
steps, its named readers.
"""

import json

import pytest

from cases.meetings.four_two import start_process
from cases.models import AgendaItem, Meeting
from cases.workflow import Action, make_move
from cases.workflow.inputs import Ask
from tests import roles
from tests.api import Api
from tests.cases.council import called, passed, present, seats
from tests.cases.roads import DAY, NOON, accepted, decided, officer, spoken, staff
from tests.villages.factories import OfficeFactory

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def joint(here, *, ask="三天内通水", **fields):
    station = roles.handler_of(OfficeFactory(town=here.town))
    asks = [Ask(station.office, ask, TODAY + 3 * DAY)]
    case = accepted(here, **fields)
    return (
        decided(
            here,
            case,
            handling="joint",
            assistants=[station.office, here.leader],
            asks=asks,
        ),
        station,
    )


def read(post, case, part=""):
    return Api(post).get(f"cases/{case.number}/{part}").json()


# --- joint handling
def test_each_part_says_what_is_asked_by_when_and_how_it_was_given_back():
    here = staff()
    case, station = joint(here)
    case = make_move(
        case, Action.HAND_BACK, by=officer(station), at=NOON, reason="管线归县水务局"
    )
    ruling = {"part": station.office, "ruling": "refused", "reason": "先抢通"}
    make_move(
        case, Action.RULE_HAND_BACK, by=officer(here.secretary), at=NOON, **ruling
    )

    parts = {
        part["holder"]["key"]: part
        for part in read(here.secretary, case)["assignments"]
    }

    part = parts[f"office:{station.office.pk}"]
    assert (part["ask"], part["due_on"]) == ("三天内通水", "2026-03-05")
    assert [(back["ground"], back["state"]) for back in part["hand_backs"]] == [
        ("管线归县水务局", "refused")
    ]
    assert part["hand_backs"][0]["asked_by"]["key"] == f"post:{station.pk}"
    assert part["hand_backs"][0]["ruled_by"]["key"] == f"post:{here.secretary.pk}"
    assert (
        parts[f"post:{here.leader.pk}"]["ask"],
        parts[f"post:{here.leader.pk}"]["hand_backs"],
    ) == ("", [])


def test_what_is_asked_of_an_assistant_does_not_name_a_hidden_speaker_or_who_spoke_with_them():
    here = staff()
    case, station = joint(
        here,
        ask="上李建国和王二家看看",
        confidentiality="hidden",
        co_speakers=("王二",),
    )
    case = make_move(
        case, Action.HAND_BACK, by=officer(station), at=NOON, reason="李建国不让进门"
    )

    told = json.dumps(read(here.leader, case), ensure_ascii=False)
    whole = json.dumps(read(here.duty, case), ensure_ascii=False)

    assert "李建国" not in told
    assert "王二" not in told
    assert "家看看" in told
    assert "上李建国和王二家看看" in whole


@pytest.mark.parametrize("count", [1, 3])
def test_a_case_costs_the_same_however_many_assist(count, django_assert_num_queries):
    here = staff()
    stations = [
        roles.handler_of(OfficeFactory(town=here.town)) for _nth in range(count)
    ]
    case = decided(
        here, handling="joint", assistants=[station.office for station in stations]
    )
    for station in stations:
        case = make_move(
            case, Action.HAND_BACK, by=officer(station), at=NOON, reason="不归我们"
        )
    api = Api(here.secretary)

    with django_assert_num_queries(9):
        answer = api.get(f"cases/{case.number}/")

    assert len(answer.json()["assignments"]) == count + 1


# --- meetings and the six steps
def test_a_case_names_the_meetings_that_had_it_before_them_in_reach():
    here = staff()
    seats(here)
    case = accepted(here)
    meeting = called(here, case)
    present(meeting, here, 7)
    passed(meeting.items.get(), here, (7, 0, 0))

    row = read(here.secretary, case, "meetings/")["results"][0]

    assert (row["meeting"], row["item"]) == (meeting.pk, meeting.items.get().pk)
    assert (row["kind"], row["state"], row["action"]) == (
        "two_committees",
        "passed",
        "decide",
    )
    assert row["resolution"] == "双方各让一步"
    assert read(here.supervisor, case, "meetings/")["results"] == [row]
    # sees the case, not the village's meetings
    assert read(here.handler, case, "meetings/")["results"] == []


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_meetings_of_a_case_cost_five_queries(count, django_assert_num_queries):
    here = staff()
    case = accepted(here)
    for nth in range(count):
        item = AgendaItem(
            meeting=called(here, starts_at=NOON - nth * DAY), case=case, position=1
        )
        item.save()
    api = Api(here.secretary)

    # session, account with its posts, the case, its meetings, what else lay before them
    with django_assert_num_queries(5):
        rows = api.get(f"cases/{case.number}/meetings/").json()["results"]

    assert [row["starts_at"] for row in rows] == sorted(
        row["starts_at"] for row in rows
    )
    assert len(rows) == count


def test_a_cancelled_meeting_had_nothing_before_it():
    here = staff()
    case = accepted(here)
    called(here, case)
    Meeting.objects.update(cancelled_at=NOON)

    assert read(here.secretary, case, "meetings/")["results"] == []


def test_a_case_names_its_six_steps_and_they_the_case_to_whoever_sees_it():
    here = staff()
    case = accepted(here, spoken(here))
    start_process(
        here.village,
        case=case,
        matter="other",
        origin="people",
        subject="分红",
        by=officer(here.duty),
        at=NOON,
    )

    rows = read(here.secretary, case, "four-two/")["results"]

    assert [(row["case"], row["due_step"]) for row in rows] == [(case.number, 1)]
    assert read(here.handler, case, "four-two/")["code"] == "not_found"
    make_move(
        case, Action.RECUSE, by=officer(here.duty), at=NOON, concerns=[here.member.user]
    )
    assert (
        Api(here.reviewer).get("four-two/").json()["results"][0]["case"] == case.number
    )
    assert Api(here.member).get("four-two/").json()["results"] == []


# --- who may read it
def test_a_secret_case_says_who_may_read_it_and_why_and_no_other_does():
    here = staff()
    case = spoken(here, confidentiality="secret")

    readers = Api(here.secretary).get(f"cases/{case.number}/readers/").json()

    named = {reader["post"]["key"]: reader["why"] for reader in readers}
    assert set(named) >= {f"post:{here.duty.pk}", f"post:{here.secretary.pk}"}
    assert all(named.values())
    assert Api(here.secretary).get(f"cases/{spoken(here).number}/readers/").json() == []


@pytest.mark.parametrize("part", ["meetings/", "four-two/", "readers/"])
def test_what_is_foreign_or_secret_has_no_such_parts(part):
    here, there = staff(), staff()
    case = spoken(here, confidentiality="secret")

    for post in (there.secretary, here.supervisor, here.handler, roles.auditor()):
        assert read(post, case, part)["code"] == "not_found"


@pytest.mark.parametrize(
    ("part", "queries"), [("meetings/", 4), ("four-two/", 4), ("readers/", 13)]
)
def test_these_parts_cost_a_fixed_number_of_queries(
    part, queries, django_assert_max_num_queries
):
    here = staff()
    case = accepted(here)
    api = Api(here.secretary)

    with django_assert_max_num_queries(queries):
        assert api.get(f"cases/{case.number}/{part}").status_code == 200
