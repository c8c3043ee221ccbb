"""The monthly report: made once a month, recounted by plain SQL, and what it says."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.translation import override

from cases.models import Case
from cases.workflow import Action, Spoken, make_move, register
from minshi.history import Frozen
from minshi.jobs import SomeFailed
from minshi.workdays import due_at
from supervision.figures.definitions import COUNTS
from supervision.models import Chase, MonthlyReport
from supervision.reports.ledger import COLUMNS, RowRecord
from supervision.reports.making import make_report, make_reports_due
from supervision.reports.wording import parts_of_report
from tests.cases.roads import DAY, accepted, officer, rated
from tests.supervision.figures.world import in_sql
from tests.supervision.reports.desk import APRIL, MARCH, client_of

pytestmark = pytest.mark.django_db


def test_a_report_is_made_once_for_each_town_with_matters(world):
    assert make_reports_due(APRIL) == 2
    assert make_reports_due(APRIL + DAY) == 0
    assert make_reports_due(APRIL + 30 * DAY) == 2

    months = MonthlyReport.objects.values_list("month", flat=True)
    assert set(months) == {date(2026, 3, 1), date(2026, 4, 1)}


def test_a_fault_in_one_town_leaves_the_other_towns_their_report(world):
    refusing = Frozen(
        "supervision_monthlyreport",
        f"{{row}}.town_id = {world.here.town.pk}",
        ("INSERT",),
    )
    with connection.cursor() as cursor:
        refusing.freeze(lambda sql: cursor.execute(sql, None))

    with pytest.raises(SomeFailed):
        make_reports_due(APRIL)

    assert MonthlyReport.objects.filter(town=world.there.town).exists()


def test_every_number_of_a_report_is_what_plain_sql_counts(world, report):
    within = f"c.town_id = {world.here.town.pk}"
    at_the_end = MARCH.end - timedelta(microseconds=1)
    for code in COUNTS:
        counted = in_sql(code, MARCH, within, at_the_end)
        assert report.numbers["this"].get(code, 0) == counted, code

    rows = report.rows.order_by("pk")
    total, village, *_rest = [RowRecord(row) for row in rows]
    assert total.row.is_total
    assert village.row.place == world.here.village.code
    within = f"c.village_id = {world.here.village.pk}"
    for column, code in (
        ("case_received_count", "case.received.count"),
        ("case_online_count", "case.online.count"),
        ("case_open_count", "case.open.count"),
        ("rating_satisfied_count", "rating.satisfied.count"),
    ):
        (value,) = [each.value for each in COLUMNS if each.key == column]
        assert value(village) == in_sql(code, MARCH, within, APRIL)


def test_in_hand_is_what_was_open_at_the_end_of_the_month(world):
    """It is drawn up in the days after, and again as it is signed."""
    within = f"c.town_id = {world.here.town.pk}"
    at_the_end = in_sql("case.open.count", MARCH, within, APRIL)
    of_april = Spoken(verbatim="桥栏杆断了", village=world.here.village)
    register(of_april, by=officer(world.here.duty), at=APRIL)
    closed = rated(world.here, world.cases["answered"], at=APRIL)
    by = officer(world.here.supervisor)
    closed_before = world.cases["praised"]
    make_move(closed_before, Action.REOPEN, by=by, at=APRIL, reason="又坏了")

    make_reports_due(APRIL + DAY)

    report = MonthlyReport.objects.get(town=world.here.town)
    assert not closed.is_open
    assert report.numbers["this"]["case.open.count"] == at_the_end
    total = RowRecord(report.rows.order_by("pk")[0])
    assert total.figures.count("case.open.count") == at_the_end
    with override("zh-hans"):
        text = parts_of_report(report)[0].text
    assert f"月底在办（含以前月份的）{at_the_end}件" in text


def paused(since, until, due_before):
    return {
        "kind": "suspended",
        "from": since,
        "until": until,
        "due_before": due_before,
    }


@pytest.mark.parametrize(
    ("last_day", "pauses", "is_overdue"),
    [
        (date(2026, 3, 30), [], True),
        (date(2026, 3, 31), [], False),
        (date(2026, 4, 9), [paused("2026-04-01", "2026-04-08", "2026-03-30")], True),
        (date(2026, 3, 20), [paused("2026-03-25", "2026-04-08", "2026-03-20")], False),
        (date(2026, 3, 20), [paused("2026-03-21", "2026-03-25", "2026-03-20")], True),
    ],
)
def test_overdue_is_what_was_overdue_at_the_end_of_the_month(
    world, last_day, pauses, is_overdue
):
    until_then = make_report(world.here.town, MARCH.first, at=APRIL)
    before = until_then.numbers["this"].get("case.overdue.count", 0)
    case = accepted(world.here)
    clock = case.clocks.get(stopped_at=None)
    clock.due_at = due_at(last_day)
    clock.pauses = pauses
    clock.save()

    report = make_report(
        world.here.town, MARCH.first, at=APRIL + DAY, edition=2, why_again="数错了"
    )

    overdue = report.numbers["this"].get("case.overdue.count", 0)
    assert overdue - before == is_overdue


def test_the_rows_have_the_columns_of_the_ledger_in_their_order():
    with override("zh-hans"):
        headings = [str(column.heading) for column in COLUMNS]

    assert headings == [
        "村",
        "征集总数",
        "线上",
        "线下",
        "村里事",
        "邻里事",
        "家里事",
        "直办",
        "领办",
        "联办",
        "上会",
        "办结",
        "办结率（办结占受理）",
        "在办",
        "逾期",
        "督办",
        "满意（最近评价）",
        "基本满意（最近评价）",
        "不满意（最近评价）",
        "满意率",
        "参评率",
        "备注",
    ]


def test_kinds_and_ways_of_the_ledger_add_up(report):
    for row in report.rows.all():
        record = RowRecord(row)
        values = {column.key: column.value(record) for column in COLUMNS}
        received = values["case_received_count"]
        assert values["case_online_count"] + values["case_offline_count"] == received
        none = record.figures.split("category").get("none", 0)
        kinds = sum(
            values[f"category_{key}"] for key in ("village", "neighbour", "family")
        )
        assert kinds + none == received


def test_the_text_has_the_seven_parts_and_the_numbers_of_the_snapshot(report):
    with override("zh-hans"):
        parts = parts_of_report(report)

    assert [part.title[0] for part in parts] == list("一二三四五六七")
    text = parts[0].text
    received = report.numbers["this"]["case.received.count"]
    assert re.search(rf"征集(事项)? ?{received} ?件", text), text
    assert not re.search("[A-Za-z]{3}", "".join(part.text for part in parts))


def test_the_text_says_which_rating_makes_a_matter_dissatisfied(report):
    with override("zh-hans"):
        text = parts_of_report(report)[5].text

    number = report.numbers["this"].get("rating.dissatisfied.count", 0)
    assert f"最近一次评价为不满意的{number}件" in text


def test_shares_whose_names_look_alike_say_what_is_shared(report):
    with override("zh-hans"):
        parts = parts_of_report(report)

    assert "办结销号比（销号占征集）" in parts[0].text
    assert "办结率（办结占受理）" in parts[2].text


def test_a_share_whose_name_does_not_say_it_says_what_is_shared(report):
    with override("zh-hans"):
        text = parts_of_report(report)[2].text

    assert "联系率（答复前联系过的占已答复的）" in text


def test_the_report_leads_to_what_each_figure_counts(world, report, client):
    client.force_login(world.here.supervisor.user)

    page = client.get(report.get_absolute_url()).text

    assert f'href="{reverse("supervision:figure_definitions")}"' in page


def test_a_month_of_which_nothing_is_recorded_is_compared_with_nothing(world, report):
    assert report.numbers["unrecorded"] == ["before", "a_year_before"]
    with override("zh-hans"):
        text = parts_of_report(report)[0].text

    assert "上月无记录" in text
    assert "上年同月无记录" in text
    assert "（0件）" not in text


def test_a_month_without_matters_after_the_first_one_counts_as_none(world):
    may = APRIL + 40 * DAY
    make_reports_due(may)

    quiet = MonthlyReport.objects.get(town=world.here.town)

    assert quiet.month == date(2026, 4, 1)
    assert quiet.numbers["unrecorded"] == ["a_year_before"]


def test_what_happens_later_changes_no_report(world, report):
    before = dict(report.numbers["this"])

    rated(world.here, world.cases["answered"], at=APRIL)
    report.refresh_from_db()

    assert report.numbers["this"] == before


# --- what it may say
def text_of(report, nth):
    with override("zh-hans"):
        return parts_of_report(report)[nth].text


def test_matters_without_a_topic_are_not_said_to_be_none(world):
    report = MonthlyReport(month=MARCH.first, town=world.here.town)
    report.names = {"topic": {}, "office": {}}

    said = []
    for split in ({}, {"topic|none": 2}, {"topic|none": 1, "topic|secret": 1}):
        received = {"case.received.count": sum(split.values())} if split else {}
        numbers = {"this": received | split, "before": {}, "a_year_before": {}}
        report.numbers = numbers
        said.append(text_of(report, 3))

    assert said == [
        "这段时间没有征集到事项。",
        "征集的事项都没有填议题。",
        "征集的事项没有填议题，或者是保密事项，不列议题。",
    ]


def test_chasing_is_told_by_the_month_in_which_it_happened(world):
    case = Case.objects.filter(town=world.here.town).about_nobody().open().first()
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(world.here.supervisor),
        at=APRIL,
        supervision_level="urge",
        note="抓紧",
    )
    clock = case.clocks.latest("pk")
    Chase.objects.create(
        case=case, clock=clock, due_at=APRIL, step="by_hand", level="urge", at=APRIL
    )

    march = make_report(world.here.town, date(2026, 3, 1), at=APRIL + DAY)
    april = make_report(world.here.town, date(2026, 4, 1), at=APRIL + 30 * DAY)

    assert "当月催办0次" in text_of(march, 5)
    assert "当月催办1次，发督办单0份，通报0次" in text_of(april, 5)


def test_months_missed_while_the_program_was_off_are_made_up_for(world):
    make_reports_due(APRIL)

    make_reports_due(APRIL + 95 * DAY)

    months = MonthlyReport.objects.filter(town=world.here.town)
    assert [each.month.month for each in months.order_by("month")] == [3, 4, 5, 6]


def test_a_list_without_a_report_says_when_one_comes(world):
    page = client_of(world.here.supervisor).get(reverse("supervision:reports"))

    assert "上个月的月报由系统自动生成" in page.text


@pytest.mark.parametrize(
    ("who", "is_offered"),
    [("secretary", False), ("handler", False), ("supervisor", True)],
)
def test_whoever_reads_no_report_is_offered_no_ledger_of_them(
    world, report, who, is_offered
):
    client = client_of(getattr(world.here, who))
    page = reverse("cases:ledger", args=["monthly"])

    general = client.get(reverse("cases:ledger", args=["general"]))
    monthly = client.get(page)

    assert (page in general.text) == is_offered
    offered = general.context["form"].fields["also"].choices
    assert ("monthly" in dict(offered)) == is_offered
    assert ("月报由镇里和县里的审核人、督办员看" in monthly.text) != is_offered
    assert "还没有月报" not in monthly.text
