"""The ledger of shifts: one row each, the same on page, in files and over the API, for
those of the village.
"""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import translation

from cases.workflow import Action, make_move
from tests import roles
from tests.api import Api
from tests.cases.ledger_desk import EVERYTHING, logged_in, page, shown_rows, take
from tests.cases.roads import DAY, NOON, officer, spoken, staff
from tests.villages.duty_desk import EVENING, away, shift_of
from tests.villages.factories import GroupFactory, VillageFactory
from villages.duty import hand_over, take_over
from villages.models import AuditRecord, TalkRoom
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """A day on duty: two matters, one settled at once by whoever stood in, handed over
    and taken over.
    """
    with translation.override("zh-hans"):
        here = staff()
        TalkRoom.objects.create(
            village=here.village, place="村委会一楼", phone="0939-4421001"
        )
        shift = shift_of(here.member, backup=here.secretary, leader="赵镇长")
        shift_of(here.duty, days=1)
        away(here.member, here.duty)
        make_move(
            spoken(here),
            Action.SETTLE,
            by=officer(here.duty),
            at=NOON,
            category="village",
            result="换了灯泡",
        )
        spoken(here, by=here.secretary)
        handed = hand_over(
            shift, note="等电工回话", visitors=3, by=here.duty.user, at=EVENING
        )
        take_over(handed, by=here.duty.user, at=EVENING + DAY)
        yield here


def test_a_row_says_who_stood_in_and_what_came_of_the_shift(here):
    first, second = shown_rows(page(here.secretary, "duty"))

    handed = f"交班：{here.duty.user}，接班：{here.duty.user}"
    assert first == [
        "1",
        "2026-03-02",
        "星期一",
        str(here.duty.user),
        "赵镇长",
        "0939-4421001",
        "3",
        "2",
        "1",
        "等电工回话",
        "",
        f"{handed}；备班：{here.secretary.user}",
    ]
    assert second[6:] == ["", "0", "0", "", "", ""]


def test_what_was_done_outside_the_shift_is_not_counted(here):
    shift_of(here.secretary, days=5)

    assert shown_rows(page(here.secretary, "duty"))[2][7:9] == ["0", "0"]


def test_page_file_print_and_api_hold_the_same_cells(here):
    shown = shown_rows(page(here.secretary, "duty"))
    file = take(here.secretary, "duty").file.decode("utf-8-sig")
    printed = shown_rows(take(here.secretary, "duty", "print"))
    rows = Api(here.secretary).get("ledgers/duty/?period=all").json()["results"]

    assert list(csv.reader(io.StringIO(file)))[1:] == shown == printed
    assert [
        [str("" if cell is None else cell) for cell in row.values()] for row in rows
    ] == [r[1:] for r in shown]


def test_a_file_leaves_its_trace(here):
    take(here.secretary, "duty", "xlsx")

    assert "2 行" in AuditRecord.objects.get(kind=AuditKind.EXPORT).subject


def test_shifts_are_read_by_those_of_the_village_and_those_above(here):
    readers = [
        here.duty,
        here.member,
        here.reviewer,
        here.supervisor,
        here.county_supervisor,
    ]
    others = [
        here.handler, here.leader, roles.secretary_of(VillageFactory(town=here.town)),
        roles.group_leader_of(GroupFactory(village=here.village)),
    ]  # fmt: skip

    assert [len(shown_rows(page(post, "duty"))) for post in readers] == [2] * 5
    assert [len(shown_rows(page(post, "duty"))) for post in others] == [0] * 4


def test_a_committee_member_reads_and_takes_nothing_away(here):
    assert take(here.member, "duty").status_code == 404
    assert take(here.supervisor, "duty").status_code == 200


def test_the_village_and_the_period_narrow_it_and_other_filters_do_not(here):
    other = VillageFactory(town=here.town)

    assert shown_rows(page(here.supervisor, "duty", village=other.pk)) == []
    assert len(shown_rows(page(here.supervisor, "duty", village=here.village.pk))) == 2
    assert (
        len(
            shown_rows(
                page(here.supervisor, "duty", since="2026-03-03", until="2026-03-03")
            )
        )
        == 1
    )
    assert len(shown_rows(page(here.supervisor, "duty", category="family"))) == 2
    assert shown_rows(page(here.supervisor, "duty", village="x")) == []


def test_the_api_names_a_filter_it_does_not_know(here):
    api = Api(here.supervisor)

    assert (
        api.get(f"ledgers/duty/?village={here.village.pk}&period=all").status_code
        == 200
    )
    assert list(api.get("ledgers/duty/?category=family").json()["fields"]) == [
        "category"
    ]


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_page_costs_eight_queries_however_many_shifts_it_has(
    count, django_assert_num_queries
):
    here = staff()
    for nth in range(count):
        shift_of(here.member, days=nth)
    client = logged_in(here.secretary)

    with django_assert_num_queries(8):
        response = client.get(reverse("cases:ledger", args=["duty"]), EVERYTHING)

    assert len(shown_rows(response)) == count


def test_a_complaint_about_its_reader_is_in_no_number(here):
    before = shown_rows(page(here.secretary, "duty"))
    case = spoken(here, by=here.duty, verbatim="支书把自家的院墙砌到了路中间")
    make_move(
        case,
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.secretary.user],
    )

    assert shown_rows(page(here.secretary, "duty")) == before
