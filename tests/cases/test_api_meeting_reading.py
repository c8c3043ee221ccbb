"""What a meeting tells over the API, to whom, and what that costs; the photos of what
was signed at it.
"""

import json

import pytest

from cases.meetings import set_aside
from cases.models import AgendaItem, Attendee, Case, SignedSheet
from cases.workflow import Action, make_move
from tests import roles
from tests.api import V1, Api
from tests.cases.council import called
from tests.cases.roads import DAY, NOON, accepted, officer, staff
from tests.cases.test_api_meetings import deciding, reported_up, sitting
from tests.cases.test_api_parts import photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOON, tick=False)


# --- what is hidden
def test_of_a_matter_that_concerns_the_reader_a_meeting_tells_its_state_alone():
    here = staff()
    case, concerned = reported_up(here), roles.reviewer_of(here.town)
    meeting = called(
        here, case, kind="town_committee", by=here.reviewer, where=here.town
    )
    item = meeting.items.get()
    make_move(
        case,
        Action.RECUSE,
        by=officer(here.reviewer),
        at=NOON,
        concerns=[concerned.user],
    )
    set_aside(item, {}, by=officer(here.reviewer), at=NOON)
    item.opinions, item.votes_for, item.resolution = "先核实", 1, "交县里"
    item.save()

    whole = Api(here.reviewer).get(f"meetings/{meeting.pk}/").json()["items"][0]
    hidden = Api(concerned).get(f"meetings/{meeting.pk}/").json()["items"][0]

    assert (whole["case"], whole["votes_for"]) == (case.number, 1)
    assert [aside["is_automatic"] for aside in whole["asides"]] == [True]
    told = {name for name, value in hidden.items() if value not in (None, "", [])}
    assert told == {"id", "position", "part", "state", "hidden"}
    assert case.number not in json.dumps(hidden)


def test_whoever_holds_a_meeting_touches_no_item_whose_matter_they_may_not_see():
    here = staff()
    meeting, item = sitting(here, accepted(here))
    make_move(
        item.case,
        Action.RECUSE,
        by=officer(here.reviewer),
        at=NOON,
        concerns=[here.member.user],
    )
    api, path = Api(here.secretary), f"meetings/{meeting.pk}/items/{item.pk}/"

    for part, body in (("conclude/", deciding(here, item)), ("place/", {"to": "up"})):
        assert api.post(f"{path}{part}", body).status_code == 404
    for part, body in (("", {"version": 0}), ("asides/", {})):
        assert api.put(f"{path}{part}", body).status_code == 404
    assert api.delete(path).status_code == 404
    assert api.get(f"meetings/{meeting.pk}/").json()["items"][0]["hidden"]


def test_what_was_said_of_a_matter_does_not_name_who_spoke_once_that_is_hidden():
    here = staff()
    meeting, item = sitting(here, accepted(here))
    api, path = Api(here.secretary), f"meetings/{meeting.pk}/"
    api.put(f"{path}items/{item.pk}/", {"version": 0, "opinions": "李建国家门口最黑"})
    Case.objects.update(confidentiality="hidden")

    told = json.dumps(api.get(path).json(), ensure_ascii=False)

    assert "家门口最黑" in told
    assert "李建国" not in told
    # as all at the table read it
    assert "李建国" not in json.dumps(
        Api(here.duty).get(path).json(), ensure_ascii=False
    )


# --- signed sheets
def sheet(post, meeting, file):
    return Api(post).client.post(f"{V1}meetings/{meeting.pk}/sheets/", {"file": file})


def test_a_signed_sheet_is_added_listed_and_read_back_also_once_the_meeting_is_closed():
    here = staff()
    meeting, _item = sitting(here, accepted(here))
    api = Api(here.secretary)
    api.post(f"meetings/{meeting.pk}/close/")

    added = sheet(here.secretary, meeting, photo())

    file = Api(here.supervisor).client.get(added.json()["url"])
    assert added.status_code == 201
    assert api.get(f"meetings/{meeting.pk}/sheets/").json()["results"] == [added.json()]
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == (
        "image/jpeg",
        "nosniff",
    )
    assert file["Content-Disposition"].startswith("attachment")
    assert b"".join(file.streaming_content).startswith(b"\xff\xd8")
    assert SignedSheet.objects.get().post == here.secretary


def test_a_sheet_is_kept_once_and_refused_where_it_is_none_or_the_sender_may_not(
    time_machine,
):
    here, there = staff(), staff()
    meeting, _item = sitting(here, accepted(here))
    kept = sheet(here.secretary, meeting, photo())
    time_machine.move_to(NOON + DAY, tick=False)

    again = sheet(here.secretary, meeting, photo())
    assert (again.status_code, again.json()["uuid"]) == (200, kept.json()["uuid"])
    nothing = Api(here.secretary).client.post(f"{V1}meetings/{meeting.pk}/sheets/", {})
    assert (nothing.status_code, set(nothing.json()["fields"])) == (400, {"file"})
    assert sheet(here.supervisor, meeting, photo("blue")).status_code == 403
    for post in (there.secretary, here.handler, roles.auditor()):
        assert sheet(post, meeting, photo("blue")).status_code == 404
        assert Api(post).get(f"meetings/{meeting.pk}/sheets/").status_code == 404
        assert Api(post).client.get(kept.json()["url"]).status_code == 404


# --- what it costs
@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_page_of_meetings_costs_four_queries_whatever_it_holds(
    count, django_assert_num_queries
):
    here = staff()
    for nth in range(count):
        called(here, starts_at=NOON + nth * DAY)
    api = Api(here.secretary)

    # session, account with its posts, meetings, matters in confidence on their agendas
    with django_assert_num_queries(4):
        rows = api.get("meetings/").json()["results"]

    assert [row["starts_at"] for row in rows] == sorted(
        (row["starts_at"] for row in rows), reverse=True
    )
    assert len(rows) == count


@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_meeting_costs_the_same_however_long_its_agenda_and_roll(
    count, django_assert_num_queries
):
    here = staff()
    meeting = called(here, *(accepted(here) for _nth in range(count)))
    Attendee.objects.bulk_create(
        Attendee(meeting=meeting, name=f"代表{nth}") for nth in range(count)
    )
    passed_one = meeting.items.first()
    AgendaItem.objects.filter(pk=passed_one.pk).update(
        state="noted", concluded_at=NOON, concluded_by=here.secretary
    )
    api = Api(here.secretary)

    with django_assert_num_queries(11):
        whole = api.get(f"meetings/{meeting.pk}/").json()

    assert len(whole["items"]) == count
    assert len(whole["people"]) >= count


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_sheets_of_a_meeting_cost_four_queries(count, django_assert_num_queries):
    here = staff()
    meeting = called(here)
    SignedSheet.objects.bulk_create(
        SignedSheet(
            meeting=meeting,
            file="x.jpg",
            content_type="image/jpeg",
            size=1,
            received_sha256=f"{nth}",
            at=NOON,
        )
        for nth in range(count)
    )
    api = Api(here.secretary)

    with django_assert_num_queries(4):
        assert len(api.get(f"meetings/{meeting.pk}/sheets/").json()["results"]) == count
