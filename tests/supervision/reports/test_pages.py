"""The pages, papers and files of reports, and two people who write at the same time."""

import csv
import io
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from minshi.tabular import HEADING_ROW
from supervision.models import MonthlyReport, MonthlyReportRow
from supervision.reports.signing import sign
from supervision.reports.wording import parts_of_report
from tests.supervision.reports.desk import APRIL, client_of

pytestmark = pytest.mark.django_db


# --- the pages


def test_reports_are_read_by_reviewers_and_supervisors_of_the_place(world, report):
    page = report.get_absolute_url()
    here = world.here

    with time_machine.travel(APRIL, tick=False):
        for post, status in (
            (here.reviewer, 200),
            (here.supervisor, 200),
            (here.county_reviewer, 200),
            (here.secretary, 404),
            (here.handler, 404),
            (world.there.supervisor, 404),
        ):
            assert client_of(post).get(page).status_code == status
            listed = client_of(post).get(reverse("supervision:reports"))
            assert listed.status_code == (
                404 if post in (here.secretary, here.handler) else 200
            )


def test_a_report_is_worded_signed_and_printed_on_its_page(world, report):
    client = client_of(world.here.supervisor)

    def act(name: str) -> str:
        return reverse("supervision:report_act", args=[report.pk, name])

    with time_machine.travel(APRIL, tick=False):
        home = client.get("/").content.decode()
        client.post(act("word"), {"typical": "路灯连夜修好"})
        refused = client.post(act("sign"), {"typical": world.cases["secret"].number})
        signed = client.post(act("sign"), {"typical": "路灯连夜修好"})
        paper = client.post(reverse("supervision:report_print", args=[report.pk]))
        again = client.post(act("correct"), {"why": ""})
        corrected = client.post(act("correct"), {"why": "漏了一件"})

    assert "待签发的月报" in home
    assert refused.status_code == again.status_code == 422
    assert signed.status_code == corrected.status_code == 302
    text = paper.content.decode()
    assert "2026年3月" in text
    assert "路灯连夜修好" in text
    assert f"<p>{world.here.town}人民政府</p>" in text
    assert str(world.here.supervisor.user) in text
    assert MonthlyReport.objects.filter(town=report.town).count() == 2


def test_a_reviewer_reads_without_buttons(world, report):
    client = client_of(world.here.reviewer)
    act = reverse("supervision:report_act", args=[report.pk, "sign"])

    with time_machine.travel(APRIL, tick=False):
        assert client.post(act, {"typical": "路灯"}).status_code == 404
        assert act not in client.get(report.get_absolute_url()).content.decode()


@pytest.mark.parametrize("who", ["supervisor", "county_supervisor", "secretary"])
def test_the_ledger_of_reports_shows_those_in_sight(world, report, who):
    post = getattr(world.here, who)
    page = reverse("cases:ledger", args=["monthly"])
    numbers = {"supervisor": 3, "county_supervisor": 6, "secretary": 0}

    with time_machine.travel(APRIL, tick=False):
        answer = client_of(post).get(page, {"period": "all"})
        rows = client_of(post).get("/api/v1/ledgers/monthly/?period=all").json()

    expected = MonthlyReportRow.objects.filter(report__town=world.here.town).count()
    if who == "county_supervisor":
        expected = MonthlyReportRow.objects.count()
    if who == "secretary":
        expected = 0
    assert numbers[who] >= expected
    assert answer.context["count"] == len(rows["results"]) == expected


def test_the_summary_is_taken_away_as_a_spreadsheet(world, report):
    page = reverse("cases:ledger_export", args=["monthly", "xlsx"])

    with time_machine.travel(APRIL, tick=False):
        answer = client_of(world.here.supervisor).post(
            page + "?period=all", {"reason": "上报县里"}
        )

    assert answer.status_code in (200, 302)
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def places_by_number(rows):
    """The number of each row, with the place that stands beside it."""
    return [(row[0], row[1]) for row in rows]


@pytest.mark.parametrize("form", ["page", "print", "csv", "xlsx", "report"])
def test_the_total_carries_no_running_number_and_takes_none(world, report, form):
    client = client_of(world.here.supervisor)
    village = world.here.village.name

    with time_machine.travel(APRIL, tick=False):
        if form == "page":
            page = reverse("cases:ledger", args=["monthly"])
            shown = client.get(page, {"period": "all", "first": "oldest"}).context
            rows = []
            for number, _record, cells in shown["rows"]:
                rows.append((number, dict(cells)["place"]))
            assert shown["next_row"] == len(rows)
        elif form == "print":
            paper = reverse("cases:ledger_print", args=["monthly"])
            answer = client.post(paper + "?period=all", {"reason": "上报县里"})
            rows = places_by_number(answer.context["rows"])
        elif form == "report":
            answer = client.get(report.get_absolute_url())
            assert "None" not in answer.content.decode()
            rows = places_by_number(answer.context["rows"])
        else:
            taken = reverse("cases:ledger_export", args=["monthly", form])
            answer = client.post(taken + "?period=all", {"reason": "上报县里"})
            rows = rows_of_file(b"".join(answer.streaming_content), form)

    assert rows[0] == (None, "合计")
    assert rows[1] == (1, village)
    assert [number for number, _place in rows[1:]] == [*range(1, len(rows))]


def rows_of_file(content, form):
    """The rows of a file taken away, without its headings, as `places_by_number`."""
    if form == "csv":
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]
        return [(int(line[0]) if line[0] else None, line[1]) for line in lines]
    sheet = load_workbook(io.BytesIO(content)).active
    rows = list(sheet.iter_rows(values_only=True))
    return places_by_number(rows[HEADING_ROW + 1 :])


def test_the_ways_of_handling_in_the_text_add_up(report):
    with override("zh-hans"):
        text = parts_of_report(report)[1].text

    ways = re.search(
        r"直办(\d+)件，领办(\d+)件，联办(\d+)件，上会(\d+)件，尚未确定办理方式(\d+)件。",
        text,
    )
    assert sum(map(int, ways.groups())) == report.numbers["this"]["case.received.count"]


def test_saved_words_are_said_to_be_saved(world, report):
    client = client_of(world.here.supervisor)
    address = reverse("supervision:report_act", args=[report.pk, "word"])

    with time_machine.travel(APRIL, tick=False):
        page = client.post(address, {"typical": "路灯连夜修好"}, follow=True)

    text = page.content.decode()
    assert "已保存。" in text
    assert "签发以后不能再改" in text


# --- two who write at the same time


def opened(post, report):
    """Open a report; return who did, and what its form brings back."""
    client = client_of(post)
    form = client.get(report.get_absolute_url()).context["typical"]
    return client, {name: form[name].value() for name in form.fields}


def sent(client, report, act, answers):
    return client.post(
        reverse("supervision:report_act", args=[report.pk, act]), answers
    )


def kept(answer):
    return [typed.words for typed in answer.context["late"].typed]


@pytest.mark.parametrize("act", ["word", "sign"])
def test_words_for_a_report_that_was_signed_meanwhile_are_shown_to_copy(
    world, report, act
):
    with time_machine.travel(APRIL, tick=False):
        client, answers = opened(world.here.supervisor, report)
        sign(report, by=world.here.county_supervisor.user, at=APRIL)

        answer = sent(client, report, act, answers | {"typical": "路灯连夜修好"})

    assert answer.status_code == 409
    assert kept(answer) == ["路灯连夜修好"]
    assert "已保存" not in answer.text
    signer = world.here.county_supervisor.user
    assert f"{signer}已于4月1日 12:00签发，您写的没有保存。" in answer.text


def test_a_second_click_on_signing_has_nothing_to_copy(world, report):
    with time_machine.travel(APRIL, tick=False):
        client, answers = opened(world.here.supervisor, report)
        answers["typical"] = "路灯连夜修好"
        sent(client, report, "sign", answers)

        answer = sent(client, report, "sign", answers)

    assert answer.url == report.get_absolute_url()


@pytest.mark.parametrize("act", ["word", "sign"])
def test_another_supervisors_words_are_not_written_over_unseen(world, report, act):
    with time_machine.travel(APRIL, tick=False):
        county, answers = opened(world.here.county_supervisor, report)
        town, own = opened(world.here.supervisor, report)
        sent(town, report, "word", own | {"typical": "路灯连夜修好"})

        refused = sent(county, report, act, answers | {"typical": "水管修好"})
        form = refused.context["typical"]
        shown = {name: form[name].value() for name in form.fields}
        once_more = sent(county, report, act, shown)

    assert refused.status_code == 409
    assert "路灯连夜修好" in refused.text
    assert shown["typical"] == "水管修好"
    assert "别人在这里写过了" in refused.text
    assert once_more.status_code == 302
    report.refresh_from_db()
    assert report.typical == "水管修好"


def test_why_another_edition_is_kept_where_there_is_one_by_now(world, report):
    sign(report, by=world.here.county_supervisor.user, at=APRIL)
    with time_machine.travel(APRIL, tick=False):
        client = client_of(world.here.supervisor)
        sent(client, report, "correct", {"why": "漏了一件"})
        answer = sent(client, report, "correct", {"why": "又漏了一件"})

    assert answer.status_code == 409
    assert kept(answer) == ["又漏了一件"]
