"""强制报告 says what happened: asked for, kept as typed, sealed with the event, and read
by those it goes to without the name of whoever spoke in confidence.
"""

import pytest
from django.urls import reverse

from cases.workflow import Action, make_move
from minshi.errors import InputRefused
from supervision.chasing.sweeping import sweep
from supervision.models import Notice, NoticeKind
from supervision.notices.words import words_of
from tests import roles
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, officer, spoken, staff

pytestmark = pytest.mark.django_db
HAPPENED = "孩子身上有伤，人在村委会"


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    return staff()


def reported(here, case=None, *, by=None, happened=HAPPENED):
    return make_move(
        case or spoken(here),
        Action.MANDATORY_REPORT,
        by=officer(by or here.duty),
        at=NOON,
        told="镇派出所",
        happened=happened,
    )


def inbox_of(post):
    return logged_in(post).get(reverse("supervision:inbox")).content.decode()


def red_lines_of(post):
    return logged_in(post).get(reverse("cases:red_lines")).content.decode()


def test_a_report_without_it_is_refused_and_what_was_typed_stays(here):
    case = spoken(here)
    client = logged_in(here.duty)
    address = reverse("cases:act", args=[case.number, "mandatory_report"])
    form = client.get(address).context["form"]

    answer = client.post(
        address,
        {
            "version": case.version,
            "key": form["key"].value(),
            "told": "镇派出所",
            "happened": "。",
        },
    )

    assert answer.status_code == 422
    assert "镇派出所" in answer.content.decode()
    assert not case.mandatory_reports.exists()
    with pytest.raises(InputRefused) as refused:
        reported(here, case, happened="")
    assert "happened" in refused.value.fields


def test_it_is_sealed_in_the_event_and_read_where_the_report_is(here):
    case = reported(here)

    assert case.events.get(action="mandatory_report").note == HAPPENED
    assert HAPPENED in red_lines_of(here.supervisor)
    of_case = logged_in(here.secretary).get(case.get_absolute_url())
    assert HAPPENED in of_case.content.decode()
    (row,) = Api(here.reviewer).get("red-lines/").json()["results"]
    assert row["happened"] == HAPPENED


def test_two_reports_of_one_moment_each_say_their_own(here):
    case = reported(here, happened="先看到孩子身上有伤")
    reported(here, case, happened="后来又动了手")

    rows = Api(here.reviewer).get("red-lines/").json()["results"]

    by_key = sorted(rows, key=lambda row: row["id"])
    assert [row["happened"] for row in by_key] == ["先看到孩子身上有伤", "后来又动了手"]


def test_whoever_gets_the_notice_reads_it_there(here):
    reported(here)
    sweep(NOON)

    for post in (here.secretary, here.supervisor):
        assert HAPPENED in inbox_of(post)
        latest = logged_in(post).get(reverse("supervision:latest"))
        assert HAPPENED in latest.content.decode()


def test_the_notice_itself_has_no_word_of_it(here):
    """Letters, short messages and chat groups are made of these words."""
    reported(here)
    sweep(NOON)

    notices = Notice.objects.filter(kind=NoticeKind.RED_LINE).worded()
    assert notices
    assert not [notice for notice in notices if HAPPENED in words_of(notice)]
    rows = Api(here.secretary).get("inbox/").json()["results"]
    assert rows
    assert not [row for row in rows if HAPPENED in str(row)]


def test_who_spoke_in_confidence_is_named_to_nobody_by_it(here):
    case = spoken(here, confidentiality="hidden", speaker_name="李建国")
    reported(here, case, happened="李建国的孩子身上有伤")
    sweep(NOON)

    for page in (red_lines_of(here.supervisor), inbox_of(here.supervisor)):
        assert "孩子身上有伤" in page
        assert "李建国" not in page
    (row,) = Api(here.supervisor).get("red-lines/").json()["results"]
    assert "李建国" not in row["happened"]


def test_of_a_secret_matter_its_notice_says_nothing_to_whoever_is_not_named(here):
    case = spoken(here, confidentiality="secret")
    reported(here, case)
    sweep(NOON)

    assert HAPPENED not in inbox_of(here.supervisor)
    assert HAPPENED not in red_lines_of(here.supervisor)
    list_of_reports = logged_in(here.supervisor).get(reverse("cases:red_lines"))
    assert [count for _name, _label, count in list_of_reports.context["tabs"]] == [
        0
    ] * 3


def test_another_village_reads_nothing_of_it(here):
    case = reported(here)
    sweep(NOON)
    neighbour = roles.secretary_of(staff().village)

    assert HAPPENED not in inbox_of(neighbour)
    assert logged_in(neighbour).get(case.get_absolute_url()).status_code == 404


def test_the_speaker_reads_nothing_of_it(client, here):
    case = reported(here)

    address = reverse("cases:track", args=[case.number])
    page = client.get(address, {"k": case.tracking_code}).content.decode()

    assert case.number in page
    assert HAPPENED not in page
