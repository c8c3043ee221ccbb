"""Meetings over the API: called, held, decided, closed; refused, and sent twice."""

import uuid

import pytest

from cases.meetings import add_attendee
from cases.models import AgendaItem, Meeting
from cases.workflow import Action, make_move
from tests import roles
from tests.api import Api
from tests.cases.council import called, passed, present, seats
from tests.cases.roads import NOON, accepted, officer, staff
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db
COMMITTEE = {"kind": "two_committees", "starts_at": "2026-03-02T11:00:00+08:00"}


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def reported_up(here, **fields):
    return make_move(
        accepted(here, **fields),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )


def sitting(here, *cases) -> tuple[Meeting, AgendaItem]:
    """Seven of seven are there."""
    seats(here)
    meeting = called(here, *cases)
    present(meeting, here, 7)
    return meeting, meeting.items.first()


def deciding(here, item, **fields):
    """The body that concludes an item: all seven agree to hand it to the office."""
    move = {
        "version": item.case.version,
        "handling": "led",
        "decision": "换灯",
        "lead": f"office:{here.office.pk}",
    }
    votes = {"votes_for": 7, "votes_against": 0, "votes_abstain": 0}
    return {
        "version": item.version,
        "verdict": "passed",
        "action": "decide",
        "move": move,
        **votes,
        **fields,
    }


# --- the road
def test_a_meeting_is_called_held_minuted_closed_and_corrected():
    here = staff()
    seats(here)
    case, api = accepted(here), Api(here.secretary)

    whole = api.post(
        "meetings/", {**COMMITTEE, "cases": [case.number], "subjects": ["修路"]}
    ).json()
    path = f"meetings/{whole['id']}/"
    matter, subject = whole["items"]
    assert (matter["case"], subject["title"]) == (case.number, "修路")

    roll = {
        "people": [
            {"attendee": person["id"], "present": True} for person in whole["people"]
        ]
    }
    assert all(
        person["is_present"]
        for person in api.post(f"{path}roll/", roll).json()["people"]
    )
    assert (
        len(
            api.post(f"{path}people/", {"name": "钱老师", "is_guest": True}).json()[
                "people"
            ]
        )
        == 8
    )
    moved = api.post(f"{path}items/{subject['id']}/place/", {"to": "up"}).json()[
        "items"
    ]
    assert [line["id"] for line in moved] == [subject["id"], matter["id"]]
    draft = {
        "version": 0,
        "opinions": "李强：先量",
        "votes_for": 7,
        "votes_against": 0,
        "votes_abstain": 0,
    }
    assert (
        api.put(f"{path}items/{matter['id']}/", draft).json()["items"][1]["version"]
        == 1
    )
    item = AgendaItem.objects.get(pk=matter["id"])
    done = api.post(
        f"{path}items/{item.pk}/conclude/", deciding(here, item, opinions="李强：先量")
    ).json()["items"][1]
    assert (done["state"], done["action"], done["concluded_at"]) == (
        "passed",
        "decide",
        "2026-03-02T12:00:00+08:00",
    )
    assert done["concluded_by"]["key"] == f"post:{here.secretary.pk}"
    assert done["rule"]
    assert (done["due"], done["present"], done["needed"]) == (7, 7, 4)
    assert (
        api.put(f"{path}minutes/", {"minutes": "三点开始", "version": 0}).json()[
            "minutes_version"
        ]
        == 1
    )
    assert api.post(f"{path}close/").json()["closed_at"] == "2026-03-02T12:00:00+08:00"
    correction = {"key": str(uuid.uuid4()), "wrong": "三点", "right": "两点"}
    assert [
        each["right"]
        for each in api.post(f"{path}corrections/", correction).json()["corrections"]
    ] == ["两点"]
    assert len(api.post(f"{path}corrections/", correction).json()["corrections"]) == 1

    case.refresh_from_db()
    assert (case.stage, case.decision) == ("handle", "换灯")
    assert api.get(path).json()["items"][0]["state"] == "put_off"


def test_an_agenda_takes_matters_and_subjects_and_lets_them_go():
    here = staff()
    meeting, item = sitting(here, accepted(here))
    other, api, path = accepted(here), Api(here.secretary), f"meetings/{meeting.pk}/"

    longer = api.post(
        f"{path}agenda/", {"cases": [other.number], "subject": "修路"}
    ).json()["items"]
    assert [line["case"] for line in longer] == [item.case.number, other.number, None]
    # nothing is above it
    assert (
        api.post(f"{path}items/{item.pk}/place/", {"to": "up"}).json()["items"]
        == longer
    )
    assert api.delete(f"{path}items/{item.pk}/").status_code == 204
    assert [line["case"] for line in api.get(path).json()["items"]] == [
        other.number,
        None,
    ]


def test_whoever_steps_aside_counts_no_more():
    here = staff()
    meeting, item = sitting(here, accepted(here))
    person, api = meeting.attendees.first(), Api(here.secretary)
    path = f"meetings/{meeting.pk}/items/{item.pk}/asides/"

    line = api.put(
        path, {"asides": [{"attendee": person.pk, "reason": "亲属"}]}
    ).json()["items"][0]

    assert line["asides"] == [
        {
            "attendee": person.pk,
            "reason": "亲属",
            "is_automatic": False,
            "is_lifted": False,
        }
    ]
    assert (line["due"], line["present"]) == (6, 6)
    refused = api.put(path, {"asides": [{"attendee": person.pk, "reason": ""}]})
    assert (refused.status_code, set(refused.json()["fields"])) == (400, {"asides"})


def test_a_meeting_is_changed_and_cancelled():
    here = staff()
    meeting = called(here, accepted(here))
    api, path = Api(here.secretary), f"meetings/{meeting.pk}/"

    changed = api.put(
        path, {"starts_at": "2026-03-03T15:00:00+08:00", "place": "村委会"}
    ).json()
    assert (changed["starts_at"], changed["place"]) == (
        "2026-03-03T15:00:00+08:00",
        "村委会",
    )
    assert (
        api.post(f"{path}cancel/").json()["cancelled_at"] == "2026-03-02T12:00:00+08:00"
    )
    assert (
        api.post(f"{path}agenda/", {"subject": "修路"}).json()["code"] == "move_refused"
    )


def test_a_reviewer_calls_the_meeting_of_the_town():
    here = staff()
    case = reported_up(here)

    whole = (
        Api(here.reviewer)
        .post(
            "meetings/", {**COMMITTEE, "kind": "town_committee", "cases": [case.number]}
        )
        .json()
    )

    assert (whole["town"], whole["village"]) == (here.town.pk, None)
    assert [line["case"] for line in whole["items"]] == [case.number]


# --- refusals
def test_what_a_rule_refuses_is_409_and_what_is_wrong_is_named():
    here = staff()
    meeting, item = sitting(here, accepted(here))
    api, path = Api(here.secretary), f"meetings/{meeting.pk}/"
    conclude = f"{path}items/{item.pk}/conclude/"

    few = api.post(conclude, deciding(here, item, votes_for=3, votes_against=4))
    assert (few.status_code, few.json()["code"]) == (409, "move_refused")
    miscounted = api.post(conclude, deciding(here, item, votes_for=5))
    assert (miscounted.status_code, set(miscounted.json()["fields"])) == (
        400,
        {"votes_for"},
    )
    nothing = {
        name: value
        for name, value in deciding(here, item).items()
        if name not in ("action", "move")
    }
    assert set(api.post(conclude, nothing).json()["fields"]) == {"action"}
    lost = deciding(
        here, item, move={**deciding(here, item)["move"], "lead": "office:99999"}
    )
    assert set(api.post(conclude, lost).json()["fields"]) == {"lead"}
    assert set(
        api.post(f"{path}agenda/", {"cases": [item.case.number]}).json()["fields"]
    ) == {"cases"}
    assert set(
        api.post(f"{path}items/{item.pk}/place/", {"to": "left"}).json()["fields"]
    ) == {"to"}
    assert set(api.post("meetings/", {"kind": "party"}).json()["fields"]) == {
        "kind",
        "starts_at",
    }
    early = api.post(
        f"{path}corrections/",
        {"key": str(uuid.uuid4()), "wrong": "三点", "right": "两点"},
    )
    assert (early.status_code, early.json()["code"]) == (409, "move_refused")
    item.refresh_from_db()
    assert (item.state, item.case.stage) == ("waiting", "deliberate")


def test_what_somebody_else_wrote_meanwhile_is_412_and_stays():
    here = staff()
    meeting, item = sitting(here, accepted(here))
    api, path = Api(here.secretary), f"meetings/{meeting.pk}/"
    api.put(f"{path}minutes/", {"minutes": "三点", "version": 0})
    api.put(f"{path}items/{item.pk}/", {"version": 0, "opinions": "先量"})

    stale = [
        api.put(f"{path}minutes/", {"minutes": "四点", "version": 0}),
        api.put(f"{path}items/{item.pk}/", {"version": 0, "opinions": "先修"}),
        api.post(
            f"{path}items/{item.pk}/conclude/",
            deciding(here, item, version=0, opinions="先修"),
        ),
        api.post(
            f"{path}items/{item.pk}/conclude/",
            deciding(
                here,
                item,
                version=1,
                opinions="先量",
                move={**deciding(here, item)["move"], "version": item.case.version + 1},
            ),
        ),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in stale] == [
        (412, "stale_version")
    ] * 4
    whole = api.get(path).json()
    assert (
        whole["minutes"],
        whole["items"][0]["opinions"],
        whole["items"][0]["state"],
    ) == ("三点", "先量", "waiting")


def test_what_was_concluded_is_concluded_no_second_time_and_a_closed_meeting_stays():
    here = staff()
    meeting, item = sitting(here, accepted(here))
    body, api = deciding(here, item), Api(here.secretary)
    passed(item, here, (7, 0, 0))
    path = f"meetings/{meeting.pk}/"

    again = api.post(f"{path}items/{item.pk}/conclude/", {**body, "verdict": "put_off"})
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")
    assert api.delete(f"{path}items/{item.pk}/").status_code == 409
    assert api.post(f"{path}cancel/").status_code == 409
    api.post(f"{path}close/")
    for refused in (
        api.put(f"{path}minutes/", {"minutes": "四点", "version": 0}),
        api.post(f"{path}people/", {"name": "钱老师", "is_guest": True}),
        api.post(f"{path}close/"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "move_refused")


WRITES = (
    ("put", "", {"starts_at": COMMITTEE["starts_at"]}),
    ("post", "roll/", {"people": []}),
    ("post", "people/", {"name": "钱老师", "is_guest": True}),
    ("post", "agenda/", {"subject": "修路"}),
    ("put", "minutes/", {"minutes": "三点", "version": 0}),
    ("post", "close/", {}),
    ("post", "cancel/", {}),
    (
        "post",
        "corrections/",
        {"key": str(uuid.UUID(int=1)), "wrong": "三点", "right": "两点"},
    ),
    ("put", "items/ITEM/", {"version": 0, "opinions": "先量"}),
    ("put", "items/ITEM/asides/", {}),
    ("post", "items/ITEM/place/", {"to": "up"}),
    ("post", "items/ITEM/conclude/", {"version": 0, "verdict": "put_off"}),
)


@pytest.mark.parametrize(("method", "part", "body"), WRITES)
def test_who_oversees_a_meeting_only_reads_it_and_a_stranger_finds_none(
    method, part, body
):
    here = staff()
    meeting, item = sitting(here, accepted(here))
    path = f"meetings/{meeting.pk}/{part.replace('ITEM', str(item.pk))}"

    refused = getattr(Api(here.supervisor), method)(path, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "no_such_right")
    for post in (
        roles.secretary_of(VillageFactory(town=here.town)),
        here.handler,
        roles.auditor(),
    ):
        assert getattr(Api(post), method)(path, body).json()["code"] == "not_found"


def test_a_meeting_is_read_by_its_people_and_overseers_alone():
    here = staff()
    meeting, item = sitting(here, accepted(here))
    elsewhere = called(staff())
    foreign = roles.secretary_of(VillageFactory(town=here.town))

    for post in (here.member, here.reviewer, here.county_supervisor):
        assert (
            Api(post).get(f"meetings/{meeting.pk}/").json()["items"][0]["case"]
            == item.case.number
        )
    for post in (foreign, here.handler, roles.auditor()):
        assert Api(post).get(f"meetings/{meeting.pk}/").status_code == 404
        assert Api(post).get("meetings/").json()["results"] == []
    assert Api(here.secretary).get(
        f"meetings/{elsewhere.pk}/items/{item.pk}/"
    ).status_code in (404, 405)
    mixed = Api(here.secretary).post(
        f"meetings/{called(here).pk}/items/{item.pk}/place/", {"to": "up"}
    )
    assert mixed.status_code == 404
    assert (
        Api(foreign)
        .post("meetings/", {**COMMITTEE, "village": here.village.pk})
        .status_code
        == 403
    )
    assert set(
        Api(foreign)
        .post("meetings/", {**COMMITTEE, "cases": [item.case.number]})
        .json()["fields"]
    ) == {"cases"}


# --- sent twice
def test_a_call_sent_again_is_the_meeting_there_is_and_with_other_words_refused():
    here = staff()
    api, key = Api(here.secretary), {"Idempotency-Key": str(uuid.uuid4())}

    first, again = (api.post("meetings/", COMMITTEE, **key) for _time in range(2))
    other = api.post(
        "meetings/", {**COMMITTEE, "starts_at": "2026-03-03T11:00:00+08:00"}, **key
    )

    assert (first.status_code, again.json()["id"], Meeting.objects.count()) == (
        201,
        first.json()["id"],
        1,
    )
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert set(
        api.post("meetings/", COMMITTEE, **{"Idempotency-Key": "x"}).json()["fields"]
    ) == {"Idempotency-Key"}


def test_a_conclusion_sent_again_is_made_once_and_with_other_words_refused():
    here = staff()
    meeting, item = sitting(here, accepted(here))
    body, api, key = (
        deciding(here, item),
        Api(here.secretary),
        {"Idempotency-Key": str(uuid.uuid4())},
    )
    path = f"meetings/{meeting.pk}/items/{item.pk}/conclude/"

    first, again = (api.post(path, body, **key) for _time in range(2))
    other = api.post(path, {**body, "votes_for": 6, "votes_against": 1}, **key)

    assert (first.status_code, again.json()) == (200, first.json())
    assert item.case.events.filter(action="decide").count() == 1
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


def test_who_was_added_by_mistake_goes_off_the_roll_over_the_api():
    here = staff()
    seats(here)
    meeting = called(here)
    typo = add_attendee(
        meeting, "李健国", is_guest=False, by=officer(here.secretary), at=NOON
    )
    seated = meeting.attendees.first()
    api = Api(here.secretary)

    refused = api.delete(f"meetings/{meeting.pk}/people/{seated.pk}/")
    answer = api.delete(f"meetings/{meeting.pk}/people/{typo.pk}/")

    assert refused.status_code == 409
    assert answer.status_code == 200
    assert not meeting.attendees.filter(pk=typo.pk).exists()


def test_the_votes_of_a_large_assembly_are_kept():
    """PostgreSQL holds no more than 32,767 in its smallest numbers."""
    here = staff()
    _meeting, item = sitting(here, accepted(here))
    draft = {
        "version": 0,
        "opinions": "",
        "votes_for": 57_796,
        "votes_against": 40_000,
        "votes_abstain": 0,
    }

    answer = Api(here.secretary).put(
        f"meetings/{item.meeting_id}/items/{item.pk}/", draft
    )

    assert answer.status_code == 200
    assert AgendaItem.objects.get(pk=item.pk).votes_for == 57_796


def test_whether_somebody_added_to_a_roll_votes_is_never_taken_for_granted():
    here = staff()
    seats(here)
    meeting = called(here)
    path = f"meetings/{meeting.pk}/people/"
    before = meeting.attendees.count()

    refused = Api(here.secretary).post(path, {"name": "钱老师"})

    assert refused.status_code == 400
    assert set(refused.json()["fields"]) == {"is_guest"}
    assert meeting.attendees.count() == before
