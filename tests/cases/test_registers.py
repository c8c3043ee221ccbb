"""Requests for time and red-line reports as lists: what a row says, who sees it, what
it costs; noting a receipt.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import Concern, MandatoryReport
from cases.time_to_report import time_to_report
from cases.workflow import Action, make_move, moves_open_to, read_facts
from minshi.errors import InputRefused, MoveRefused
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, accepted, decided, officer, spoken, staff
from tests.cases.test_case_page import opened_step
from tests.roles import supervisor_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON + DAY, tick=False)


@pytest.fixture
def here():
    return staff()


def asked(here, case=None, *, at=NOON, kind="ask_extension", **values):
    case = case or decided(here)
    words = {"reason": "缺料", "until_on": (NOON + 20 * DAY).date(), **values}
    return make_move(case, Action(kind), by=officer(here.handler), at=at, **words)


def reported(here, case=None, *, by=None, at=NOON, **values):
    words = {"told": "镇派出所", "happened": "孩子身上有伤", **values}
    return make_move(
        case or spoken(here),
        Action.MANDATORY_REPORT,
        by=officer(by or here.duty),
        at=at,
        **words,
    )


def listed(post, name, **query):
    return logged_in(post).get(reverse(f"cases:{name}"), query)


# --- red lines
@pytest.mark.parametrize(
    ("minutes", "words", "late"),
    [
        (0, "登记后 0 分钟报告", False),
        (59, "登记后 59 分钟报告", False),
        (60, "登记后 1 小时 0 分钟报告", False),
        (61, "登记后 1 小时 1 分钟报告", True),
        (150, "登记后 2 小时 30 分钟报告", True),
    ],
)
def test_a_red_line_says_how_long_it_took_to_be_reported(here, minutes, words, late):
    """未成年人保护法 11, 反家庭暴力法 14: at once."""
    told_at = NOON + timedelta(minutes=minutes)
    case = reported(here, at=told_at, told_at=told_at)

    page = listed(here.reviewer, "red_lines").content.decode()
    of_case = logged_in(here.duty).get(case.get_absolute_url()).content.decode()
    (row,) = Api(here.reviewer).get("red-lines/").json()["results"]

    assert words in page
    assert words in of_case
    assert ("第十一条" in page) is late
    assert ("第十一条" in of_case) is late
    assert (row["minutes"], row["late"]) == (minutes, late)


def test_what_was_reported_before_it_was_taken_down_took_no_time(here):
    case = reported(here, told_at=NOON - DAY)

    assert time_to_report(case.mandatory_reports.get()).minutes == 0


def test_a_town_hall_may_set_another_time(here, settings):
    settings.RED_LINE_MINUTES = 30
    told_at = NOON + timedelta(minutes=31)
    case = reported(here, at=told_at, told_at=told_at)

    assert time_to_report(case.mandatory_reports.get()).is_late


# --- requests for time
def test_what_waits_the_longest_comes_first_and_what_was_ruled_on_stands_apart(here):
    later, first, ruled = asked(here, at=NOON + DAY / 24), asked(here), asked(here)
    make_move(
        ruled,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="refused",
        reason="不必",
    )

    waiting, past = (
        listed(here.secretary, "requests"),
        listed(here.secretary, "requests", state="ruled"),
    )

    assert [row["case"] for row in waiting.context["rows"]] == [first, later]
    assert [row["case"] for row in past.context["rows"]] == [ruled]
    assert [count for _name, _label, count in waiting.context["tabs"]] == [2, 1]


def test_a_row_says_who_asks_for_how_long_and_leads_whoever_decides_to_the_ruling(here):
    case = asked(here)
    ruling = reverse("cases:act", args=[case.number, "rule_extension"])

    pages = {
        name: listed(getattr(here, name), "requests").content.decode()
        for name in ("secretary", "handler")
    }

    for words in (
        str(here.handler.user),
        "延期",
        "11天",
        "缺料",
        case.number,
        "3月11日",
        str(here.office),
    ):
        assert words in pages["handler"]
    assert ruling in pages["secretary"]
    assert ruling not in pages["handler"]


def test_an_unknown_state_or_place_is_the_first_page_of_what_waits(here):
    asked(here)

    for query in (
        {"state": "x"},
        {"after": "x"},
        {"after": "2026-03-02T00:00:00+00:00_99999999999999999999"},
    ):
        assert len(listed(here.secretary, "requests", **query).context["rows"]) == 1


def test_the_desk_leads_to_the_requests_of_its_level(here):
    asked(here)
    desk = logged_in(here.secretary).get(reverse("cases:home"))
    address = next(
        queue.address
        for queue, count in desk.context["queues"]
        if "asked" in queue.query and count == 1
    )

    page = logged_in(here.secretary).get(address)

    assert address.startswith(reverse("cases:requests"))
    assert len(page.context["rows"]) == 1
    assert listed(here.secretary, "requests", level="town").context["rows"] == []


def test_a_request_is_seen_by_those_who_read_its_matter(here):
    plain, secret = (
        asked(here),
        asked(here, decided(here, accepted(here, confidentiality="secret"))),
    )

    seen = {
        name: {
            row["case"]
            for row in listed(getattr(here, name), "requests").context["rows"]
        }
        for name in ("secretary", "supervisor", "handler")
    }
    elsewhere = listed(staff().secretary, "requests").context["rows"]

    assert seen == {
        "secretary": {plain, secret},
        "supervisor": {plain},
        "handler": {plain, secret},
    }
    assert elsewhere == []


def test_a_reason_names_no_hidden_speaker(here):
    case = decided(here, accepted(here, confidentiality="hidden", title="李建国家路灯"))
    asked(here, case, reason="李建国不在家")

    page = listed(here.secretary, "requests").content.decode()
    told = Api(here.secretary).get("time-requests/").json()["results"][0]

    assert "李建国" not in page
    assert "李建国" not in told["reason"] + told["title"]


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_list_costs_six_queries_at_any_length(
    here, rows, django_assert_num_queries
):
    for _ in range(rows):
        asked(here)
    make_move(
        asked(here),
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
    )
    client = logged_in(here.supervisor)

    with django_assert_num_queries(
        5
    ):  # session, account with posts, counts, rows, who asked
        client.get(reverse("cases:requests"))
    with django_assert_num_queries(6):  # who ruled
        client.get(reverse("cases:requests"), {"state": "ruled"})


def test_the_pages_follow_one_another(here, monkeypatch):
    monkeypatch.setattr("cases.lists.paging.page_of.__defaults__", ("", 2, None))
    made = [asked(here, at=NOON + nth * DAY / 100) for nth in range(3)]

    first = listed(here.secretary, "requests")
    rest = listed(here.secretary, "requests", after=first.context["after"])

    assert [
        row["case"] for page in (first, rest) for row in page.context["rows"]
    ] == made


def test_the_api_lists_them_in_the_same_order(here):
    first, later = asked(here), asked(here, at=NOON + DAY / 24)
    api = Api(here.secretary)

    rows = api.get("time-requests/").json()["results"]

    assert [row["number"] for row in rows] == [first.number, later.number]
    assert (rows[0]["days"], rows[0]["case_due_on"], rows[0]["due_on"]) == (
        11,
        "2026-03-11",
        "2026-03-11",
    )
    assert rows[0]["asked_by"]["name"] == str(here.handler.user)
    assert api.get("time-requests/?state=ruled").json()["results"] == []
    assert api.get("time-requests/?state=x").status_code == 400


# --- red-line reports
def test_reviewers_and_supervisors_alone_have_the_list(here):
    reported(here)

    for name, status in {
        "reviewer": 200,
        "supervisor": 200,
        "county_reviewer": 200,
        "county_supervisor": 200,
        "secretary": 404,
        "duty": 404,
        "leader": 404,
        "member": 404,
        "handler": 404,
    }.items():
        page = listed(getattr(here, name), "red_lines")
        assert page.status_code == status
        assert len(Api(getattr(here, name)).get("red-lines/").json()["results"]) == (
            status == 200
        )
        assert (
            reverse("cases:red_lines")
            in listed(getattr(here, name), "home").content.decode()
        ) is (status == 200)


def test_a_report_without_a_receipt_stands_out(here):
    awaiting = reported(here, at=NOON)
    received = reported(here, at=NOON + DAY / 24, receipt="所收字第 3 号")

    page = listed(here.supervisor, "red_lines")
    waiting = listed(here.supervisor, "red_lines", state="awaited")

    assert [row["case"] for row in page.context["rows"]] == [received, awaiting]
    assert page.content.decode().count("对方还没有回") == 1
    assert [row["case"] for row in waiting.context["rows"]] == [awaiting]
    assert [count for _name, _label, count in page.context["tabs"]] == [2, 1, 1]
    for words in (
        "镇派出所",
        str(here.duty.user),
        str(here.village),
        awaiting.number,
        "所收字第 3 号",
    ):
        assert words in page.content.decode()


def test_secret_matters_of_others_those_that_concern_them_and_other_towns_stay_out(
    here,
):
    secret = reported(here, spoken(here, confidentiality="secret"))
    about = reported(here)
    make_move(
        about,
        Action.RECUSE,
        by=officer(here.county_supervisor),
        at=NOON,
        concerns=[here.supervisor.user],
    )
    there = staff()
    reported(there)

    rows = [
        listed(post, "red_lines").context["rows"]
        for post in (here.supervisor, here.reviewer, there.reviewer)
    ]

    assert [{row["case"] for row in each} for each in rows[:1]] == [set()]
    assert secret in {row["case"] for row in rows[1]}
    assert len(rows[2]) == 1


def test_reports_of_secret_matters_are_counted_and_nothing_of_them_is_shown(here):
    secret = reported(here, spoken(here, confidentiality="secret"))
    reported(here, secret)
    spoken(here, confidentiality="secret")
    about = reported(here, spoken(here, confidentiality="secret"))
    Concern.objects.create(case=about, user=here.supervisor.user)

    page = listed(here.supervisor, "red_lines")
    of_reviewer = listed(here.reviewer, "red_lines")
    of_neighbours = listed(staff().supervisor, "red_lines")

    words = page.content.decode()
    assert "有强制报告的保密事项 1 件，您看不到内容。" in words
    assert "还没有强制报告" not in words
    assert secret.number not in words
    assert "镇派出所" not in words
    assert "您看不到内容" not in of_reviewer.content.decode()
    assert "您看不到内容" not in of_neighbours.content.decode()
    assert "还没有强制报告" in of_neighbours.content.decode()


def test_what_an_overseer_sees_under_another_post_is_not_listed(here):
    there = staff()
    reported(there)
    supervisor_of(here.town, user=there.secretary.user)

    assert listed(there.secretary, "red_lines").context["rows"] == []


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_list_of_reports_costs_the_same_at_any_length(
    here, rows, django_assert_num_queries
):
    case = spoken(here)
    for _ in range(rows):
        reported(here, case)
    client = logged_in(here.supervisor)

    # session, account with posts, counts, rows, who reported, what happened and what
    # of it names somebody, and the secret ones counted
    with django_assert_num_queries(8):
        client.get(reverse("cases:red_lines"))


# --- the receipt
def test_a_receipt_is_noted_once_and_leaves_an_event(client, here):
    case = reported(here)
    client.force_login(here.supervisor.user)
    address, sent = opened_step(client, case, "receipt", receipt="所收字第 7 号")
    report = MandatoryReport.objects.get()
    assert client.get(address).context["form"]["report"].value() == report.pk

    answer = client.post(address, {**sent, "report": report.pk})

    report.refresh_from_db()
    assert answer.status_code == 302
    assert report.receipt == "所收字第 7 号"
    event = case.events.get(action="receipt")
    assert event.user == here.supervisor.user
    assert "所收字" not in f"{event.note}{event.data}"


def test_what_was_received_is_never_written_over(here):
    case = reported(here, receipt="第 1 号")
    reported(here, case)
    first, second = case.mandatory_reports.order_by("pk")

    with pytest.raises(InputRefused):
        make_move(
            case,
            Action.RECEIPT,
            by=officer(here.duty),
            at=NOON,
            report=first,
            receipt="第 2 号",
        )
    make_move(
        case,
        Action.RECEIPT,
        by=officer(here.duty),
        at=NOON,
        report=second,
        receipt="第 2 号",
    )
    with pytest.raises(MoveRefused):
        make_move(
            case,
            Action.RECEIPT,
            by=officer(here.duty),
            at=NOON,
            report=second,
            receipt="第 3 号",
        )

    assert sorted(case.mandatory_reports.values_list("receipt", flat=True)) == [
        "第 1 号",
        "第 2 号",
    ]


def test_a_report_of_another_matter_takes_no_receipt_here(here):
    case, other = reported(here), reported(here)

    with pytest.raises(InputRefused):
        make_move(
            case,
            Action.RECEIPT,
            by=officer(here.duty),
            at=NOON,
            report=other.mandatory_reports.get(),
            receipt="1",
        )
    answer = Api(here.duty).move(
        case, "receipt", report=other.mandatory_reports.get().pk, receipt="第 1 号"
    )

    assert answer.status_code == 400


def test_the_receipt_is_offered_only_while_one_is_awaited(here):
    case = spoken(here)

    def offered():
        case.refresh_from_db()
        return "receipt" in {
            o.action
            for o in moves_open_to(here.duty.user, case, NOON, read_facts(case, NOON))
        }

    before = offered()
    reported(here, case)
    between = offered()
    make_move(
        case,
        Action.RECEIPT,
        by=officer(here.duty),
        at=NOON,
        report=case.mandatory_reports.get(),
        receipt="第 1 号",
    )

    assert (before, between, offered()) == (False, True, False)
