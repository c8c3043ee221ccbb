"""上会 before the meeting and after it: no page, ledger or letter tells of a meeting that
was not held; and what was given back is nobody's until it is decided anew.
"""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from cases.meetings import conclude
from cases.models import Event
from cases.templatetags.lamps import stepper
from cases.workflow import Action, make_move
from minshi.clock import now
from supervision.models import Notice, NoticeKind
from supervision.notices.words import words_of
from tests.api import Api
from tests.cases.council import called, present
from tests.cases.ledger_desk import logged_in, records, rows
from tests.cases.roads import DAY, NOON, accepted, decided, officer, staff
from tests.cases.test_put_before_committee import NO_AGENDA, handed
from tests.cases.test_reserved import seats_of_town

pytestmark = pytest.mark.django_db
AFTER = NOON + 3 * DAY
ASSIGNED = ("handling", "met", "decision", "unit", "responsible", "due_on")


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    here = staff()
    seats_of_town(here)
    return here


def heard(here, case, verdict="passed"):
    """The committee hears the matter that it was handed, as late as it is now."""
    meeting = called(
        here,
        case,
        kind="town_committee",
        where=here.town,
        by=here.reviewer,
        group=None,
        starts_at=now(),
    )
    present(meeting, here, 5, by=here.reviewer)
    votes = {"passed": (5, 0, 0), "not_passed": (0, 5, 0), "put_off": (None,) * 3}
    conclude(
        meeting.items.get(),
        verdict,
        by=officer(here.reviewer),
        at=meeting.starts_at,
        votes=votes[verdict],
        resolution="列入明年项目",
    )
    return meeting


def row_of(here, key="general"):
    with override("en"):
        (row,) = rows(here.reviewer, key)
    return row


# --- ledgers
def test_a_ledger_names_no_meeting_before_one_was_held(here):
    handed(here)

    assert row_of(here)["met"] == "Awaiting the committee's meeting"
    assert not row_of(here, "handling")["decided_on"]


def test_a_ledger_names_the_meeting_that_heard_it(here, time_machine):
    case = handed(here)
    time_machine.move_to(AFTER, tick=False)
    heard(here, case)

    assert row_of(here)["met"] == "town party committee meeting · 2026-03-05"
    assert str(row_of(here, "handling")["decided_on"]) == "2026-03-05"


def test_what_a_meeting_did_not_pass_is_to_be_decided_anew(here, time_machine):
    case = handed(here)
    time_machine.move_to(AFTER, tick=False)
    heard(here, case, "not_passed")

    row = row_of(here)
    assert [row[key] for key in ASSIGNED] == [None] * len(ASSIGNED)
    assert rows(here.reviewer, "handling") == []


def test_put_off_it_awaits_a_meeting_still(here, time_machine):
    case = handed(here)
    time_machine.move_to(AFTER, tick=False)
    heard(here, case, "put_off")

    assert row_of(here)["met"] == "Awaiting the committee's meeting"


# --- given back
def given_back(here):
    case = decided(here, accepted(here), lead=here.handler.office)
    return make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="不归我们管"
    )


def test_what_was_given_back_is_nobodys_in_the_ledgers(here):
    given_back(here)

    (row,) = rows(here.secretary, "general")
    assert [row[key] for key in ASSIGNED] == [None] * len(ASSIGNED)
    assert rows(here.secretary, "handling") == []
    (talked,) = rows(here.secretary, "talk-room")
    assert talked["went_to"] == ""


def test_decided_anew_it_stands_there_again(here):
    case = decided(here, given_back(here), lead=here.leader)

    (row,) = rows(here.secretary, "general")
    assert row["responsible"] == str(here.leader.user)
    assert row["decision"] == case.decision
    assert all(row[key] for key in ASSIGNED)
    assert len(records(here.secretary, "handling")) == 1


def test_withdrawn_after_it_was_given_back_nobody_answers_for_it(here):
    make_move(
        given_back(here),
        Action.WITHDRAW,
        by=officer(here.duty),
        at=NOON,
        reason="不用办了",
        how="counter",
        said_at=NOON,
    )

    (row,) = rows(here.secretary, "results")
    assert (row["unit"], row["responsible"]) == (None, None)


def test_the_page_says_that_the_decision_was_of_before(here):
    case = given_back(here)

    client = Client(headers={"accept-language": "en"})
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    labels = [str(line.label) for line in page.context["course"]]
    assert "Decision before" in labels


# --- the page of the matter, the API, the villager's page, and letters
def present_step(case):
    steps = stepper(case, NOON, with_lamp=False)["steps"]
    (present,) = [step["stage"] for step in steps if step["current"]]
    return present


def marks(case):
    return {step["stage"]: step["mark"] for step in stepper(case, NOON)["steps"]}


def test_the_steps_pass_deliberation_once_the_committee_has_heard_it(here):
    case = handed(here)
    before = marks(case)
    heard(here, case)

    assert before["deliberate"] == ""
    assert marks(case)["deliberate"] == "✓"


def test_the_page_says_that_a_meeting_is_awaited(here):
    case = handed(here)
    client = logged_in(here.secretary)
    before = client.get(case.get_absolute_url())
    heard(here, case)
    after = client.get(case.get_absolute_url())

    assert before.context["awaits_committee"]
    assert f"当前由{here.office}承办" not in before.text
    assert not after.context["awaits_committee"]


def test_the_villager_reads_that_it_is_being_talked_over(here):
    case = handed(here)
    address = reverse("cases:track", args=[case.number])
    client = Client(headers={"accept-language": "zh-hans"})
    before = client.get(address, {"k": case.tracking_code})
    stood_at = present_step(case)
    heard(here, case)
    after = client.get(address, {"k": case.tracking_code})

    assert before.context["told"].state_in_words.startswith("收下了")
    assert str(here.office) not in before.context["with_whom"]
    assert (stood_at, present_step(case)) == ("deliberate", "handle")
    assert after.context["told"].state_in_words == "正在办"
    assert after.context["with_whom"] == str(here.office)


def test_a_letter_to_the_lead_tells_of_the_meeting_to_come(here):
    handed(here)
    event = Event.objects.get(action=Action.DECIDE)
    letter = Notice(kind=NoticeKind.YOURS, event=event, case=event.case)
    letter.created_at = NOON

    with override("en"):
        words = words_of(letter)
    assert words.startswith("The committee's meeting is to hear it")


def test_the_api_tells_what_awaits_the_committee(here):
    case = handed(here)
    before = Api(here.reviewer).get(f"cases/{case.number}/").json()
    heard(here, case)
    after = Api(here.reviewer).get(f"cases/{case.number}/").json()

    assert (before["awaits_committee"], after["awaits_committee"]) == (True, False)


def test_what_a_meeting_did_not_pass_is_told_so_on_the_page_and_in_the_queue(here):
    case = handed(here)
    heard(here, case, "not_passed")
    client = logged_in(here.reviewer)

    page = client.get(case.get_absolute_url())
    queue = client.get(reverse("cases:queue"))

    for shown in (page, queue):
        assert "议过，没通过" in shown.text
        assert NO_AGENDA not in shown.text
