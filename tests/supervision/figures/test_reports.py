"""The monthly report: frozen, recounted by plain SQL, worded and signed by a
supervisor, corrected by another edition.
"""

import csv
import io
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from cases.models import Case
from cases.models.scope import Sight
from cases.workflow import Action, Spoken, make_move, register
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from minshi.history import Frozen
from minshi.jobs import SomeFailed
from minshi.tabular import HEADING_ROW
from minshi.workdays import due_at
from supervision.figures.definitions import COUNTS
from supervision.figures.periods import Days
from supervision.figures.places import Place
from supervision.figures.reading import Reading
from supervision.figures.storing import store_touched
from supervision.models import Chase, DailyFigure, MonthlyReport, MonthlyReportRow
from supervision.reports.ledger import COLUMNS, RowRecord
from supervision.reports.making import make_report, make_reports_due, refresh_drafts
from supervision.reports.signing import CountedAnew, correct, sign, word_typical
from supervision.reports.wording import parts_of_report
from supervision.sealing.heads import keep_newest
from supervision.sealing.seals import seal_logs
from tests.cases.roads import DAY, NOON, accepted, officer, rated, spoken
from tests.roles import duty_officer_of
from tests.supervision.figures.world import in_sql, make_world

pytestmark = pytest.mark.django_db
APRIL = NOON + 30 * DAY  # the first of April, at noon
MARCH = Days(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(APRIL, tick=False):
            yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made, db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return made


@pytest.fixture
def report(world):
    make_reports_due(APRIL)
    return MonthlyReport.objects.get(town=world.here.town)


def client_of(post):
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(post.user)
    return client


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


# --- wording and signing


def test_a_supervisor_words_and_signs_with_the_newest_heads(world, report):
    seal_logs(APRIL)
    keep_newest(APRIL)
    by = world.here.supervisor.user

    word_typical(report, "三组路灯连夜修好", by=by, at=APRIL)
    signed = sign(report, by=by, at=APRIL)

    assert signed.signed_by == world.here.supervisor
    assert signed.parts[6][1] == "三组路灯连夜修好"
    assert signed.heads[0] == "2026-04-01 12:00"
    assert sign(report, by=by, at=APRIL + DAY).signed_at == APRIL


@pytest.mark.parametrize("who", ["reviewer", "secretary", "handler"])
def test_nobody_else_signs(world, report, who):
    user = getattr(world.here, who).user

    for act in (
        lambda: sign(report, by=user, at=APRIL),
        lambda: word_typical(report, "路灯", by=user, at=APRIL),
    ):
        with pytest.raises(NoSuchRight):
            act()


def test_a_supervisor_of_another_town_does_not_sign(world, report):
    with pytest.raises(NoSuchRight):
        sign(report, by=world.there.supervisor.user, at=APRIL)
    assert sign(report, by=world.here.county_supervisor.user, at=APRIL).is_signed


def test_a_secret_matter_is_named_nowhere(world, report):
    by = world.here.supervisor.user

    for name in ("secret", "elsewhere"):
        number = world.cases[name].number
        for written in (number, number.lower(), number.translate(WIDE)):
            with pytest.raises(InputRefused):
                word_typical(report, f"{written}办得好", by=by, at=APRIL)

    named = world.cases["praised"].number
    assert word_typical(report, f"{named}办得好", by=by, at=APRIL).typical


WIDE = {ord("-"): "－", ord("0"): "０", ord("2"): "２"}


@pytest.mark.parametrize("dash", ["–", "—", "——", "‐", " - ", " ", "\n", ""])
def test_a_secret_matter_is_named_in_no_way_of_writing_its_number(world, report, dash):
    number = world.cases["secret"].number.replace("-", dash)

    with pytest.raises(InputRefused):
        word_typical(report, number, by=world.here.supervisor.user, at=APRIL)


@pytest.mark.parametrize(
    "written",
    [
        "{town}-{year}-{short}",
        "{town}/{year}/{nth}",
        "{town}·{year}·{nth}",
        "{town}.{year}.{nth}",
        "{town}_{year}_{nth}",
        "{town}〔{year}〕{nth}号",
        "{town}（{year}）第{short}号",
        "{town}{year}年第{short}号",
        "{town}-二〇二六-{nth}",
        "{year}-{nth}号",
        "{year}/{short}号",
    ],
)
def test_a_secret_matter_is_named_in_no_way_that_a_number_is_read(
    world, report, written
):
    town, year, nth = world.cases["secret"].number.split("-")
    number = written.format(town=town, year=year, nth=nth, short=nth.lstrip("0"))
    text = f"典型事项：{number}，路灯一事办得好。"

    with pytest.raises(InputRefused):
        word_typical(report, text, by=world.here.supervisor.user, at=APRIL)


def test_days_and_amounts_of_a_report_are_no_numbers_of_matters(world, report):
    text = "2026年3月15日修好，2026-03-15通水，用了2026.5元；2026年1200户受益，3月25号验收。"

    assert word_typical(report, text, by=world.here.supervisor.user, at=APRIL).typical


def test_a_matter_about_a_cadre_is_named_nowhere(world, report):
    case = world.cases["heard"]
    recused(world.here, case, world.here.reviewer, APRIL)
    by = world.here.supervisor.user

    with pytest.raises(InputRefused):
        word_typical(report, f"{case.number}反映干部占地", by=by, at=APRIL)


def test_what_became_secret_since_it_was_worded_is_not_signed(world, report):
    by = world.here.supervisor.user
    case = world.cases["heard"]
    report = word_typical(report, f"{case.number}路灯", by=by, at=APRIL)
    Case.objects.filter(pk=case.pk).update(confidentiality="secret")

    with pytest.raises(InputRefused):
        sign(report, by=by, at=APRIL)


def recused(here, case, who, at):
    """The matter, after it came to concern somebody."""
    return make_move(
        Case.objects.get(pk=case.pk),
        Action.RECUSE,
        by=officer(here.county_reviewer),
        at=at,
        concerns=[who.user],
    )


def test_a_signed_report_is_corrected_by_another_edition(world, report):
    by = world.here.supervisor.user
    with pytest.raises(MoveRefused):
        correct(report, "漏了一件", by=by, at=APRIL)
    sign(report, by=by, at=APRIL)
    with pytest.raises(MoveRefused):
        word_typical(report, "路灯", by=by, at=APRIL)

    Case.objects.filter(pk=world.cases["heard"].pk).update(channel="phone")
    with pytest.raises(InputRefused):
        correct(report, " ", by=by, at=APRIL)
    second = correct(report, "更正一件的渠道", by=by, at=APRIL + timedelta(hours=1))

    report.refresh_from_db()
    assert (second.edition, second.is_signed) == (2, False)
    assert report.numbers["this"]["case.online.count"] == 1
    assert "case.online.count" not in second.numbers["this"]
    with pytest.raises(MoveRefused):
        correct(report, "再来一版", by=by, at=APRIL)


# --- figures of the day of signing


def tampered(report):
    """A draft in which SQL made three matters of each."""
    numbers = dict(report.numbers)
    numbers["this"] = {key: 3 * each for key, each in numbers["this"].items()}
    MonthlyReport.objects.filter(pk=report.pk).update(numbers=numbers)


def tampered_row(report):
    report.rows.filter(is_total=True).update(numbers={"case.received.count": 42})


@pytest.mark.parametrize("change", [tampered, tampered_row])
def test_figures_that_sql_put_into_a_draft_are_not_signed(world, report, change):
    by = world.here.supervisor.user
    right = received_in(report)
    change(report)

    with pytest.raises(MoveRefused):
        sign(report, by=by, at=APRIL)
    assert not MonthlyReport.objects.get(pk=report.pk).is_signed

    signed = sign(report, by=by, at=APRIL)
    assert received_in(report) == right
    assert f"{right}件" in re.sub(r"\s", "", signed.parts[0][1])
    assert report.rows.get(is_total=True).numbers["case.received.count"] == right


def test_stored_figures_that_sql_changed_get_into_no_report(world):
    store_touched(APRIL - DAY)
    right = received_by(world, world.here.reviewer)
    DailyFigure.objects.update(numbers={"case.received.count": 42})
    assert received_by(world, world.here.reviewer) != right

    report = make_report(world.here.town, date(2026, 3, 1), at=APRIL)

    assert received_in(report) == right


def test_what_happened_since_is_read_before_it_is_signed(world, report):
    address = reverse("supervision:report_act", args=[report.pk, "sign"])
    rated(world.here, world.cases["answered"], at=APRIL)

    with time_machine.travel(APRIL + DAY, tick=False):
        client = client_of(world.here.supervisor)
        refused = client.post(address, {"typical": "路灯连夜修好"})
        report.refresh_from_db()
        read = [part.text for part in refused.context["parts"]]
        signed = client.post(address, {"typical": "路灯连夜修好"})

    assert refused.status_code == 422
    assert report.typical == "路灯连夜修好"
    assert signed.status_code == 302
    report.refresh_from_db()
    assert report.made_at == APRIL + DAY
    assert [text for _title, text in report.parts] == read


def press_twice(world, report, between):
    """Sign a report that reads otherwise by now; something happens before the second
    click, which brings back what the page has by then.
    """
    address = reverse("supervision:report_act", args=[report.pk, "sign"])
    rated(world.here, world.cases["answered"], at=APRIL)

    with time_machine.travel(APRIL + DAY, tick=False):
        client = client_of(world.here.supervisor)
        refused = client.post(address, {"typical": ""})
    assert refused.status_code == 422
    read = [part.text for part in refused.context["parts"]]
    proof = refused.context["proof"]

    with time_machine.travel(APRIL + DAY + timedelta(minutes=5), tick=False):
        between()
        answer = client.post(address, {"typical": "", "proof": proof})
    report.refresh_from_db()
    return answer, read


def test_what_was_counted_and_read_is_signed_though_another_matter_came_in(
    world, report
):
    answer, read = press_twice(world, report, lambda: spoken(world.here))

    assert answer.status_code == 302
    assert [text for _title, text in report.parts] == read
    assert report.made_at == APRIL + DAY


@pytest.mark.parametrize("change", [tampered, tampered_row])
def test_what_sql_changed_since_it_was_counted_is_counted_again(world, report, change):
    answer, _read = press_twice(world, report, lambda: change(report))

    assert answer.status_code == 422
    assert not report.is_signed


def test_what_was_counted_long_ago_is_counted_again(world, report):
    spoken(world.here)
    with pytest.raises(CountedAnew) as refused:
        sign(report, by=world.here.supervisor.user, at=APRIL)
    spoken(world.here)

    with pytest.raises(CountedAnew):
        sign(
            report,
            by=world.here.supervisor.user,
            at=APRIL + timedelta(hours=2),
            proof=refused.value.proof,
        )


def test_figures_that_read_the_same_are_signed_at_once(world, report):
    later = APRIL + timedelta(hours=2)

    assert sign(report, by=world.here.supervisor.user, at=later).made_at == later


# --- what concerns a reader


def received_by(world, post):
    sight = Sight.of(post.user, APRIL.date())
    figures = Reading(Place.of_town(world.here.town), APRIL, sight).of(MARCH)
    return figures.count("case.received.count")


def received_in(report):
    report.refresh_from_db()
    return report.numbers["this"]["case.received.count"]


def test_what_is_hidden_by_a_readers_village_post_is_left_out(world):
    here = world.here
    duty_officer_of(here.village, user=here.supervisor.user)
    recused(here, world.cases["heard"], here.secretary, APRIL)

    report = make_report(here.town, date(2026, 3, 1), at=APRIL)

    assert received_in(report) == received_by(world, here.supervisor)
    assert received_in(report) == received_by(world, here.reviewer) - 1


@pytest.mark.parametrize("way", ["page", "ledger", "api", "print"])
def test_what_comes_to_concern_a_reader_is_taken_off_before_it_is_signed(
    world, report, way
):
    before = received_in(report)
    here = world.here
    recused(here, world.cases["heard"], here.supervisor, APRIL)

    with time_machine.travel(APRIL + DAY, tick=False):
        client = client_of(here.supervisor)
        if way == "page":
            client.get(report.get_absolute_url())
        elif way == "print":
            client.post(reverse("supervision:report_print", args=[report.pk]))
        elif way == "ledger":
            page = reverse("cases:ledger", args=["monthly"])
            shown = client.get(page, {"period": "all"}).text
            assert f">{before - 1}<" in re.sub(r"\s", "", shown)
            assert f">{before}<" not in re.sub(r"\s", "", shown)
        else:
            rows = client.get("/api/v1/ledgers/monthly/?period=all").json()["results"]
            assert max(row["case_received_count"] for row in rows) == before - 1

    assert received_in(report) == received_by(world, here.supervisor) == before - 1
    total = report.rows.get(is_total=True)
    assert total.numbers["case.received.count"] == before - 1


def test_it_is_taken_off_as_it_is_signed_and_stays_in_what_was_signed(world, report):
    before = received_in(report)
    here = world.here
    by = here.supervisor.user
    recused(here, world.cases["heard"], here.reviewer, APRIL)

    sign(report, by=by, at=APRIL + DAY)
    assert received_in(report) == before - 1

    recused(here, world.cases["taken up"], here.reviewer, APRIL + DAY)
    refresh_drafts(MonthlyReport.objects.all(), APRIL + DAY)
    assert received_in(report) == before - 1
    again = correct(report, "重新统计", by=by, at=APRIL + DAY)
    assert received_in(again) == before - 2


def test_a_draft_is_counted_anew_only_for_what_it_counts(world, report):
    here = world.here
    recused(here, world.cases["heard"], here.secretary, APRIL)
    recused(here, world.cases["taken up"], here.supervisor, APRIL)
    refresh_drafts(MonthlyReport.objects.all(), APRIL + DAY)
    refresh_drafts(MonthlyReport.objects.all(), APRIL + 2 * DAY)

    report.refresh_from_db()
    assert report.made_at == APRIL + DAY


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
