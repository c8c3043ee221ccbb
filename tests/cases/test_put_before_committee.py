"""上会: a matter handed to the committee is put on an agenda, or stands on the desk of
whoever calls its meetings until it is.
"""

import pytest
from django.urls import reverse

from cases.lists.queue import deciding_places, queue_at
from cases.meetings import add_item, cancel_meeting, conclude
from cases.models import Case
from cases.speaking.progress import told_to_speaker
from cases.workflow import Action, make_move
from cases.workflow.committee import is_unheard
from minshi.errors import InputRefused
from tests.api import Api
from tests.cases.council import called, present
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, accepted, officer, staff
from tests.cases.test_reserved import escalated, seats_of_town

pytestmark = pytest.mark.django_db
NO_AGENDA = "还没排到哪次会上"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    here = staff()
    seats_of_town(here)
    return here


def at_town(here):
    return escalated(here, accepted(here))


def handed(here, case=None):
    """Decided at the desk: the committee is to hear it."""
    return make_move(
        case or at_town(here),
        Action.DECIDE,
        by=officer(here.reviewer),
        at=NOON,
        handling="meeting",
        decision="请镇党委研究",
        lead=here.office,
    )


def town_meeting(here, *cases):
    return called(
        here,
        *cases,
        kind="town_committee",
        where=here.town,
        by=here.reviewer,
        group=None,
    )


def in_tabs(here, case):
    (place,) = deciding_places([here.reviewer], NOON)
    tabs = queue_at(place, here.reviewer.user, NOON)
    return [str(tab) for tab, rows in tabs.items() if rows.filter(pk=case.pk).exists()]


def decided_by_form(here, case, **typed):
    client = logged_in(here.reviewer)
    address = reverse("cases:act", args=[case.number, "decide"])
    form = client.get(address).context["form"]
    return client.post(
        address,
        {
            "version": case.version,
            "key": form["key"].value(),
            "category": "village",
            "grade": "complex",
            "handling": "meeting",
            "decision": "请镇党委研究",
            "lead": f"office:{here.office.pk}",
            **typed,
        },
        follow=True,
    )


def test_the_form_of_a_decision_offers_the_meetings_to_come(here):
    meeting = town_meeting(here)
    client = logged_in(here.reviewer)
    address = reverse("cases:act", args=[at_town(here).number, "decide"])

    agendas = client.get(address).context["agendas"]

    assert [offered.meeting for offered in agendas.coming] == [meeting]
    assert agendas.chosen == meeting.pk


@pytest.mark.parametrize(
    ("of_meeting", "told"), [(True, "正在办"), (False, "正在商量怎么办")]
)
def test_the_preview_of_what_a_meeting_resolves_has_it_heard_already(
    here, of_meeting, told
):
    case = at_town(here)
    meeting = town_meeting(here, case)
    address = reverse("cases:preview", args=[case.number, "decide"])
    if of_meeting:
        address += f"?meeting={meeting.pk}"
    sent = {
        "version": case.version,
        "category": "village",
        "grade": "complex",
        "handling": "meeting",
        "decision": "列入明年项目",
        "lead": f"office:{here.office.pk}",
        "key": "5f0c9f3e-3a55-4a53-9b1c-0d7d4f6f1f11",
    }

    shown = logged_in(here.reviewer).post(address, sent).text

    assert told in shown


def test_a_village_is_offered_none(here):
    client = logged_in(here.secretary)
    address = reverse("cases:act", args=[accepted(here).number, "decide"])

    assert client.get(address).context["agendas"] is None


def test_what_is_handed_to_a_meeting_stands_on_its_agenda_at_once(here):
    meeting = town_meeting(here)
    case = at_town(here)

    page = decided_by_form(here, case, agenda=str(meeting.pk)).content.decode()

    case.refresh_from_db()
    assert (case.stage, case.handling) == ("handle", "meeting")
    assert [item.case for item in meeting.items.all()] == [case]
    assert in_tabs(here, case) == ["agenda"]
    assert NO_AGENDA not in page


def test_with_no_meeting_called_it_is_said_and_stays_on_the_desk(here):
    case = at_town(here)

    page = decided_by_form(here, case, agenda="").content.decode()

    case.refresh_from_db()
    assert NO_AGENDA in page
    assert in_tabs(here, case) == ["waiting"]
    desk = logged_in(here.reviewer).get(reverse("cases:home")).context["further"]
    assert [work.count for work in desk if "queue" in work.address] == [1]
    queue = logged_in(here.reviewer).get(reverse("cases:queue")).content.decode()
    assert case.number in queue
    assert NO_AGENDA in queue


def test_a_meeting_that_takes_no_more_loses_nothing(here, monkeypatch):
    meeting = town_meeting(here)
    monkeypatch.setattr("cases.meetings.agenda.MOST_ITEMS", 0)

    page = decided_by_form(here, at_town(here), agenda=str(meeting.pk))

    case = Case.objects.get(handling="meeting")
    assert NO_AGENDA in page.content.decode()
    assert in_tabs(here, case) == ["waiting"]


def test_the_page_of_the_matter_puts_it_on_an_agenda(here):
    case = handed(here)
    meeting = town_meeting(here)
    client = logged_in(here.reviewer)
    before = client.get(case.get_absolute_url()).content.decode()

    client.post(
        reverse("cases:queue_batch"),
        {
            "do": "agenda",
            "cases": f"{case.number}:{case.version}",
            "meeting": meeting.pk,
        },
    )

    assert NO_AGENDA in before
    assert [item.case for item in meeting.items.all()] == [case]
    after = client.get(case.get_absolute_url()).content.decode()
    assert NO_AGENDA not in after


def test_who_calls_no_meeting_reads_it_without_a_button(here):
    case = handed(here)

    agendas = logged_in(here.handler).get(case.get_absolute_url()).context["agendas"]

    assert agendas.words
    assert agendas.place is None


def test_the_committee_hears_it_and_it_goes_on_where_it_is(here):
    case = handed(here)
    meeting = town_meeting(here, case)
    present(meeting, here, 5, by=here.reviewer)
    item = meeting.items.get()
    page = logged_in(here.reviewer).get(
        reverse("cases:meeting_item", args=[meeting.pk, item.pk])
    )
    verdicts = [str(button.value) for button in page.context["verdicts"]]

    conclude(
        item,
        "passed",
        by=officer(here.reviewer),
        at=NOON,
        votes=(5, 0, 0),
        resolution="列入明年项目",
    )

    case.refresh_from_db()
    assert verdicts[0] == "passed"
    assert (case.stage, is_unheard(case)) == ("handle", False)
    assert in_tabs(here, case) == ["decided"]
    shown = logged_in(here.reviewer).get(case.get_absolute_url())
    assert [each.resolution for each in shown.context["meetings"]] == ["列入明年项目"]


def test_by_its_page_the_committee_writes_what_it_resolved(here):
    case = handed(here)
    meeting = town_meeting(here, case)
    present(meeting, here, 5, by=here.reviewer)
    item = meeting.items.get()
    address = reverse("cases:meeting_item", args=[meeting.pk, item.pk])
    client = logged_in(here.reviewer)
    form = client.get(address).context["form"]

    client.post(
        address,
        {
            "item_version": item.version,
            "key": form["key"].value(),
            "verdict": "passed",
            "votes_for": 5,
            "votes_against": 0,
            "votes_abstain": 0,
            "resolution": "列入明年项目",
        },
    )

    item.refresh_from_db()
    assert (item.state, item.resolution) == ("passed", "列入明年项目")


def concluded(here, verdict, votes=(None, None, None)):
    """Handed to the committee, which did not settle it."""
    case = handed(here)
    meeting = town_meeting(here, case)
    present(meeting, here, 5, by=here.reviewer)
    conclude(
        meeting.items.get(), verdict, by=officer(here.reviewer), at=NOON, votes=votes
    )
    return Case.objects.get(pk=case.pk)


def test_what_was_put_off_waits_for_the_next_meeting_and_says_so(here):
    case = concluded(here, "put_off")

    assert is_unheard(case)
    assert in_tabs(here, case) == ["waiting"]
    client = logged_in(here.reviewer)
    for address in (reverse("cases:queue"), case.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "3月2日镇党委会议过，留到下次会再议。" in page
        assert NO_AGENDA not in page


def test_what_was_not_passed_is_with_nobody_to_work_on_and_decided_anew(here):
    case = concluded(here, "not_passed", (1, 4, 0))

    assert (case.stage, case.owner) == ("deliberate", here.reviewer)
    assert not case.assignments.filter(ended_at=None).exists()
    assert in_tabs(here, case) == ["waiting"]
    client = logged_in(here.reviewer)
    said = "3月2日镇党委会议过，没通过（赞成1票、反对4票、弃权0票）"
    for address in (reverse("cases:queue"), case.get_absolute_url()):
        page = client.get(address).content.decode()
        assert said in page
        assert NO_AGENDA not in page
    panel = client.get(reverse("cases:queue_panel", args=[case.number])).text
    assert reverse("cases:act", args=[case.number, "decide"]) in panel
    assert "会上没通过，重新议定" in client.get(case.get_absolute_url()).text


def test_its_speaker_reads_that_it_is_being_talked_over(here):
    told = told_to_speaker(concluded(here, "not_passed", (1, 4, 0)))

    assert told.state_in_words == "收下了，正在商量怎么办"
    assert told.story[-1].heading == "会上商量过，当时没定下来，转回去重新商量了。"


def test_the_next_meeting_decides_it_with_another_lead(here):
    case = concluded(here, "not_passed", (1, 4, 0))
    meeting = town_meeting(here, case)
    present(meeting, here, 5, by=here.reviewer)
    client = logged_in(here.reviewer)
    address = reverse("cases:meeting_item", args=[meeting.pk, meeting.items.get().pk])

    assert "lead" in client.get(address).context["step"].fields


def test_the_form_of_a_decision_promises_no_change_of_lead_at_the_meeting(here):
    address = reverse("cases:act", args=[at_town(here).number, "decide"])
    page = logged_in(here.reviewer).get(address).text

    assert "会上可以改" not in page
    assert "没通过就退回来重新定" in page


def test_who_opens_the_matter_in_the_queue_reads_that_a_meeting_is_to_hear_it(here):
    case = handed(here)

    panel = logged_in(here.reviewer).get(
        reverse("cases:queue_panel", args=[case.number])
    )

    assert NO_AGENDA in panel.text
    assert "这件事现在不用您来定" not in panel.text


def test_decided_in_a_meeting_it_has_been_heard(here):
    case = at_town(here)
    meeting = town_meeting(here, case)
    present(meeting, here, 5, by=here.reviewer)
    conclude(
        meeting.items.get(),
        "passed",
        by=officer(here.reviewer),
        at=NOON,
        votes=(5, 0, 0),
        action="decide",
        handling="meeting",
        decision="列入明年项目",
        lead=here.office,
    )

    case.refresh_from_db()
    assert not is_unheard(case)
    assert in_tabs(here, case) == ["decided"]


def test_a_meeting_that_was_cancelled_gives_it_back(here):
    case = handed(here)
    meeting = town_meeting(here, case)
    assert in_tabs(here, case) == ["agenda"]

    cancel_meeting(meeting, by=officer(here.reviewer), at=NOON)

    assert in_tabs(here, case) == ["waiting"]


def test_no_meeting_of_the_village_hears_it(here):
    case = handed(here)

    with pytest.raises(InputRefused):
        called(here, case)


def test_over_the_api_it_waits_and_is_put_on_alike(here):
    case = handed(here)
    meeting = town_meeting(here)
    rows = Api(here.reviewer).get("queue/").json()["results"]

    add_item(meeting, cases=[case], by=officer(here.reviewer), at=NOON)

    assert [row["number"] for row in rows] == [case.number]
    assert NO_AGENDA in str(rows)
    assert Api(here.reviewer).get("queue/").json()["results"] == []
