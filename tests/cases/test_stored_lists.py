"""Lists that one reader drafts and others read, or hear read out: nothing in them is
about a cadre, whoever wrote them, and nobody is named.
"""

import pytest
from django.urls import reverse

from cases.models import Case
from cases.workflow import Action, make_move
from tests.api import Api
from tests.cases.council import called, seats
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.villages.duty_desk import EVENING, shift_of
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents

pytestmark = pytest.mark.django_db
A_MONTH_LATER = NOON + 31 * DAY
TITLE = "镇干部吃拿卡要"


@pytest.fixture
def here():
    return staff()


def diverted_about(here, concerned) -> Case:
    """A matter about a cadre of the town, sent on its proper way."""
    by = here.supervisor if concerned == here.reviewer else here.reviewer
    case = spoken(here, title=TITLE, verbatim="镇上干部来收礼", category="village")
    case = make_move(
        case, Action.RECUSE, by=officer(by), at=NOON, concerns=[concerned.user]
    )
    ruling = here.county_reviewer if case.level == "county" else by
    told = {"route": "礼县纪委", "told": "请去纪委"}
    return make_move(case, Action.DIVERT, by=officer(ruling), at=NOON + DAY, **told)


@pytest.mark.parametrize("role", ["supervisor", "reviewer", "handler"])
def test_a_talk_day_reads_out_nothing_about_a_cadre(here, time_machine, role):
    """Its list is drawn up by the secretary, who sees matters about the town's."""
    seats(here)
    concerned = getattr(here, role)
    case = diverted_about(here, concerned)
    time_machine.move_to(A_MONTH_LATER, tick=False)

    meeting = called(here, kind="talk_day", starts_at=A_MONTH_LATER, at=A_MONTH_LATER)

    said = " ".join(item.opinions for item in meeting.items.all())
    assert case.number not in said
    assert TITLE not in said
    assert "上月收到 0 件" in said, "not even a number tells of it"


def test_a_talk_day_names_no_neighbour_and_no_number(here, time_machine):
    seats(here)
    neighbour = ResidentFactory(
        household=HouseholdFactory(group=here.group), name="慕容铁柱"
    )
    index_residents([neighbour])
    case = accepted(here, title="慕容铁柱13912348264打骂老人", verbatim="打骂老人")
    rated(here, verified(here, completed(here, decided(here, case))))
    time_machine.move_to(A_MONTH_LATER, tick=False)

    meeting = called(here, kind="talk_day", starts_at=A_MONTH_LATER, at=A_MONTH_LATER)

    results = meeting.items.order_by("position")[1].opinions
    assert case.number in results
    assert "慕容铁柱" not in results
    assert "13912348264" not in results


@pytest.mark.parametrize("role", ["supervisor", "reviewer"])
def test_a_hand_over_drafts_nothing_about_a_cadre(here, time_machine, role):
    """The note stands in the duty ledger, which the town reads."""
    time_machine.move_to(EVENING, tick=False)
    concerned = getattr(here, role)
    shift = shift_of(here.duty)
    about = spoken(here, title=TITLE, category="village", concerns=(concerned.user,))
    other = spoken(here, title="路灯坏了", category="village")
    address = reverse("villages:hand_over", args=[shift.pk])
    client = logged_in(here.duty)

    draft = client.get(address).context["form"].initial
    client.post(address, draft)

    ledger = logged_in(concerned).get(reverse("cases:ledger", args=["duty"]))
    rows = Api(concerned).get("ledgers/duty/").content.decode()
    assert other.number in draft["note"]
    assert about.number not in draft["note"] + ledger.content.decode() + rows


def test_a_talk_day_reads_out_both_answers_and_no_hidden_matter(here, time_machine):
    seats(here)
    told = {"title": "王家的鸡吃菜", "verbatim": "王家的鸡吃菜"}
    hidden = accepted(here, confidentiality="hidden", **told)
    seen = accepted(here, title="路灯坏了")
    answers = {"satisfaction": "satisfied", "solved": "no"}
    for case in (hidden, seen):
        done = verified(here, completed(here, decided(here, case)))
        rated(here, done, **answers)
    time_machine.move_to(A_MONTH_LATER, tick=False)

    meeting = called(here, kind="talk_day", starts_at=A_MONTH_LATER, at=A_MONTH_LATER)

    results = meeting.items.order_by("position")[1].opinions
    assert hidden.number not in results
    assert "王家" not in results
    assert f"{seen.number} 路灯坏了：满意，没解决" in results
    assert len(results.splitlines()) == 2
