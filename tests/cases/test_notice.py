"""Ten days' notice of assemblies (村民委员会组织法 25, 农村集体经济组织法 27)."""

from uuid import uuid4

import pytest
from django.urls import reverse

from cases.meetings import change_meeting
from cases.models import Meeting
from minshi.errors import InputRefused
from tests.api import Api
from tests.cases.council import called
from tests.cases.roads import DAY, NOON, accepted, officer, staff

pytestmark = pytest.mark.django_db
WHY = "汛情紧急，当天就得定"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def assembly(here, days, kind="assembly", **fields):
    return called(here, kind=kind, starts_at=NOON + days * DAY, **fields)


@pytest.mark.parametrize("kind", ["assembly", "households"])
@pytest.mark.parametrize("days", [10, 11])
def test_ten_days_before_an_assembly_needs_no_reason(kind, days):
    here = staff()

    assert assembly(here, days, kind, short_notice="写了也不留").short_notice == ""


@pytest.mark.parametrize("kind", ["assembly", "households"])
@pytest.mark.parametrize("days", [0, 9])
def test_a_later_notice_needs_a_reason_that_is_kept(kind, days):
    here = staff()

    with pytest.raises(InputRefused) as refused:
        assembly(here, days, kind)
    assert set(refused.value.fields) == {"short_notice"}
    assert "第二十五条" in str(refused.value)
    assert not Meeting.objects.exists()

    assert assembly(here, days, kind, short_notice=WHY).short_notice == WHY


def test_only_a_villagers_assembly_is_asked_why_it_is_announced_late(client):
    here = staff()
    question = 'name="short_notice"'

    client.force_login(here.reviewer.user)
    assert question not in client.get(reverse("cases:meeting_call")).content.decode()

    client.force_login(here.secretary.user)
    assert question in client.get(reverse("cases:meeting_call")).content.decode()
    for kind, days, asked in [("two_committees", 0, False), ("assembly", 10, True)]:
        meeting = assembly(here, days, kind)
        page = client.get(meeting.get_absolute_url()).content.decode()
        assert (question in page) is asked


def test_a_town_calls_a_meeting_without_the_question(client):
    here = staff()
    client.force_login(here.reviewer.user)
    form = {
        "key": str(uuid4()),
        "kind": "town_committee",
        "starts_at": "2026-03-06T09:00",
        "no_items": "on",
    }

    client.post(reverse("cases:meeting_call"), form)

    assert Meeting.objects.get().kind == "town_committee"


@pytest.mark.parametrize(("days", "refused"), [(9, True), (10, False), (11, False)])
def test_members_are_told_ten_days_before_whatever_the_reason(days, refused):
    here = staff()
    said = {"place": "村部大院", "subjects": ["收益分配"], "short_notice": WHY}

    if refused:
        with pytest.raises(InputRefused) as error:
            assembly(here, days, "members_assembly", **said)
        assert set(error.value.fields) == {"starts_at"}
        assert "第二十七条" in str(error.value)
    else:
        assert assembly(here, days, "members_assembly", **said).short_notice == ""


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"subjects": ["收益分配"]}, "place"),
        ({"place": "村部大院"}, "subject"),
        ({"place": "村部大院", "subjects": [" "]}, "subject"),
    ],
)
def test_members_are_told_where_and_what_about(said, field):
    here = staff()

    with pytest.raises(InputRefused) as refused:
        assembly(here, 10, "members_assembly", **said)

    assert set(refused.value.fields) == {field}


def test_a_matter_on_the_agenda_is_what_members_are_told_about():
    here = staff()
    case = accepted(here)

    meeting = called(
        here,
        case,
        kind="members_assembly",
        place="村部",
        starts_at=NOON + 10 * DAY,
    )

    assert meeting.items.get().case == case


def test_other_meetings_are_called_at_once():
    here = staff()

    for kind in ("two_committees", "representatives", "group_meeting"):
        assert assembly(here, 0, kind).short_notice == ""


def moved(here, meeting, days, **fields):
    return change_meeting(
        meeting,
        starts_at=NOON + days * DAY,
        place="",
        chair="",
        recorder="",
        by=officer(here.secretary),
        at=NOON,
        **fields,
    )


def test_another_day_counts_anew():
    here = staff()
    meeting = assembly(here, 20)

    with pytest.raises(InputRefused) as refused:
        moved(here, meeting, 9)
    assert set(refused.value.fields) == {"short_notice"}

    assert moved(here, meeting, 9, short_notice=WHY).short_notice == WHY
    assert moved(here, meeting, 12).short_notice == ""


def test_another_hour_or_place_of_the_same_day_keeps_the_reason():
    here = staff()
    meeting = assembly(here, 3, short_notice=WHY)

    changed = change_meeting(
        meeting,
        starts_at=meeting.starts_at.replace(hour=15),
        place="村小学",
        chair="",
        recorder="",
        by=officer(here.secretary),
        at=NOON,
    )

    assert (changed.place, changed.short_notice) == ("村小学", WHY)


def test_the_page_asks_for_the_reason_and_shows_it(client):
    here = staff()
    client.force_login(here.secretary.user)
    address = reverse("cases:meeting_call")
    form = {
        "key": "5f6e0f8a-2f4e-4c9e-9d8e-0b6f1c2d3e4f",
        "kind": "assembly",
        "starts_at": "2026-03-05T12:00",
        "place": "村部",
        "chair": "",
        "recorder": "",
        "subject": "修路筹资",
    }

    refused = client.post(address, form)
    answer = client.post(address, {**form, "short_notice": WHY}, follow=True)

    assert refused.status_code == 422
    assert "第二十五条" in refused.content.decode()
    assert "提前 3 天" in answer.content.decode()
    assert WHY in answer.content.decode()


def test_the_api_asks_for_the_reason_and_shows_it():
    here = staff()
    api = Api(here.secretary)
    body = {"kind": "assembly", "starts_at": "2026-03-05T12:00:00+08:00"}

    refused = api.post("meetings/", body)
    made = api.post("meetings/", {**body, "short_notice": WHY})

    assert refused.status_code == 400
    assert set(refused.json()["fields"]) == {"short_notice"}
    assert made.json()["short_notice"] == WHY
