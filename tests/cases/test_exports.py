"""The files and the print of a ledger: who gets them, what is in them, what trace they
leave.
"""

import csv
import io
import re
import subprocess
import tracemalloc
from dataclasses import dataclass

import openpyxl
import pytest
from django.urls import reverse
from django.utils.formats import date_format

from cases.ledgers import BOOKS
from cases.ledgers.conditions import Conditions
from cases.ledgers.exports import Export, exportable
from cases.ledgers.loading import BATCH
from cases.models import Case
from cases.workflow import Action, make_move
from minshi import tabular
from minshi.clock import now, today
from minshi.errors import InputRefused, NoSuchRight
from tests import roles
from tests.cases.ledger_desk import bulk, logged_in, page, shown_rows, table_of, take
from tests.cases.roads import NOON, decided, officer, rated, spoken, staff
from tests.villages.factories import VillageFactory
from villages.models import AuditRecord, Post
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db


# --- who takes one away
@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("duty", True), ("secretary", True), ("reviewer", True), ("supervisor", True), ("county_reviewer", True),
        ("county_supervisor", True), ("handler", True), ("leader", False), ("member", False),
    ],
)  # fmt: skip
def test_only_the_posts_named_take_a_ledger_away_in_any_form(role, may):
    here = staff()
    decided(here)
    post = getattr(here, role)

    shown = page(post)
    answers = [take(post, form=form).status_code for form in ("csv", "xlsx", "print")]

    assert ("formaction" in shown.content.decode()) is may
    assert answers == [200 if may else 404] * 3
    left = AuditRecord.objects.filter(kind__in=[AuditKind.EXPORT, AuditKind.PRINT])
    assert sorted(record.kind for record in left) == (
        [AuditKind.EXPORT, AuditKind.EXPORT, AuditKind.PRINT] if may else []
    )


def test_an_office_takes_away_its_own_work_alone():
    here = staff()
    case = decided(here)
    spoken(here)

    assert [row[1] for row in table_of(take(here.handler))[1:]] == [case.number]


def test_what_one_sees_under_a_post_that_may_not_export_stays():
    here = staff()
    spoken(here)
    case = decided(here)
    roles.committee_member_of(here.village, user=here.handler.user)

    counted = Case.objects.counted_for(here.handler.user, today())

    assert counted.count() == 2
    assert [
        kept.number for kept in exportable(counted, here.handler.user, today())
    ] == [case.number]


def test_a_village_takes_away_nothing_of_its_neighbour():
    here = staff()
    mine = spoken(here)
    beside = VillageFactory(town=here.town)
    Case.objects.filter(pk=spoken(here).pk).update(village=beside, group=None)

    assert [row[1] for row in table_of(take(here.secretary))[1:]] == [mine.number]
    assert (
        take(here.secretary, query=f"period=all&village={beside.pk}").status_code == 422
    )


def test_taking_away_is_no_link_that_can_be_followed():
    here = staff()
    spoken(here)

    response = logged_in(here.secretary).get(
        reverse("cases:ledger_export", args=["general", "csv"])
    )

    assert response.status_code == 302
    assert response["Location"] == reverse("cases:ledger", args=["general"])
    assert not AuditRecord.objects.filter(kind=AuditKind.EXPORT).exists()


# --- what is in it
def test_page_csv_xlsx_and_print_hold_the_same_cells():
    here = staff()
    rated(here)
    decided(here)
    by = officer(here.supervisor)
    make_move(
        decided(here),
        Action.SUPERVISE,
        by=by,
        at=NOON,
        supervision_level="urge",
        text="抓紧",
    )
    for key in BOOKS:
        shown, printed = (
            shown_rows(page(here.secretary, key)),
            shown_rows(take(here.secretary, key, "print")),
        )
        if not shown:
            assert take(here.secretary, key).status_code == 422
            continue
        headings, *lines = table_of(take(here.secretary, key))
        sheet = openpyxl.load_workbook(
            io.BytesIO(take(here.secretary, key, "xlsx").file)
        ).worksheets[0]
        filled, *cells = [
            list(row) for row in sheet.iter_rows(min_row=3, values_only=True)
        ]

        assert headings == filled == tabular.headings(BOOKS[key].ledger)
        assert (
            [[cell.replace("\n", "") for cell in row] for row in lines]
            == shown
            == printed
        )
        assert [[as_text(cell) for cell in row] for row in cells] == shown


def as_text(cell: object) -> str:
    return (
        str(cell.date()) if hasattr(cell, "date") else "" if cell is None else str(cell)
    )


def test_what_starts_a_formula_is_inert_in_both_files():
    here = staff()
    spoken(
        here,
        verbatim='=HYPERLINK("http://x","y")',
        request_text="+1",
        speaker_name="@王",
    )

    row = table_of(take(here.secretary, unmasked="on"))[1]
    data = io.BytesIO(take(here.secretary, form="xlsx", unmasked="on").file)
    cells = openpyxl.load_workbook(data).worksheets[0][4]

    assert [cell for cell in row if cell.startswith(("=", "+", "@"))] == []
    assert '\'=HYPERLINK("http://x","y")' in row
    assert [
        cell.data_type
        for cell in cells
        if isinstance(cell.value, str) and cell.value[0] in "=+@"
    ] == ["s"] * 3


def test_the_file_is_named_after_unit_ledger_days_and_exporter():
    here = staff()
    Case.objects.filter(pk=spoken(here).pk).update(registered_at=NOON)

    response = take(here.secretary, query="since=2026-03-01&until=2026-03-31")

    name = f"{here.village}_总台账_2026-03-01_2026-03-31_{here.secretary.user}.csv"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.filename == name


def test_an_empty_ledger_is_refused_in_words():
    here = staff()
    spoken(here)

    response = take(here.secretary, "results")

    assert response.status_code == 422
    assert "0 件" in response.content.decode()
    assert not AuditRecord.objects.filter(kind=AuditKind.EXPORT).exists()


@pytest.mark.office
def test_libreoffice_reads_the_same_cells(tmp_path):
    here = staff()
    rated(here)
    spoken(here, verbatim="=1+1", speaker_phone="13993912345")
    lines = table_of(take(here.secretary))
    file = tmp_path / "ledger.xlsx"
    file.write_bytes(take(here.secretary, form="xlsx").file)

    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",
            "--outdir",
            tmp_path,
            file,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    opened = list(
        csv.reader(io.StringIO((tmp_path / "ledger.csv").read_text(encoding="utf-8")))
    )
    assert opened[2:] == [[cell.removeprefix("'") for cell in row] for row in lines]


# --- what is opened, and the trace
def test_names_are_opened_with_a_reason_for_the_own_village_and_never_where_hidden():
    here = staff()
    spoken(here, speaker_name="李建国", speaker_phone="13993912345")
    spoken(here, speaker_name="孙淑芬", confidentiality="hidden")

    masked, opened = (
        table_of(take(here.secretary)),
        table_of(take(here.secretary, unmasked="on")),
    )

    assert [row[5] for row in masked[1:]] == ["李*国", "隐名"]
    assert [row[5] for row in opened[1:]] == ["李建国", "隐名"]
    assert opened[1][6] == "13993912345"
    record = AuditRecord.objects.get(kind=AuditKind.UNMASK)
    assert (record.user, record.reason) == (here.secretary.user, "月报")


@pytest.mark.parametrize("role", ["duty", "reviewer", "handler"])
def test_others_open_no_names(role):
    here = staff()
    decided(here)
    post = getattr(here, role)

    assert "unmasked" not in page(post).content.decode()
    assert take(post, unmasked="on").status_code == 404
    assert not AuditRecord.objects.filter(
        kind__in=[AuditKind.EXPORT, AuditKind.UNMASK]
    ).exists()


def test_a_secretary_opens_no_names_of_a_village_where_they_only_serve_as_duty_officer():
    here = staff()
    spoken(here, speaker_name="李建国")
    there = staff()
    spoken(there, speaker_name="孙淑芬")
    roles.duty_officer_of(there.village, user=here.secretary.user)

    rows = table_of(take(here.secretary, unmasked="on"))[1:]

    assert {row[5] for row in rows} == {"李建国", "孙*芬"}


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ("csv", "  "),
        ("xlsx", "  "),
        ("print", "  "),
        ("xlsx", "\u200b"),  # nobody sees these
        ("xlsx", "\u2800"),
        ("xlsx", "\u3164\u00ad"),
    ],
)
def test_without_a_reason_nothing_is_taken_away(form, reason):
    here = staff()
    spoken(here)

    response = take(here.secretary, form=form, reason=reason)

    assert response.status_code == 422
    assert "id_reason_error" in response.content.decode()
    assert not AuditRecord.objects.filter(
        kind__in=[AuditKind.EXPORT, AuditKind.PRINT]
    ).exists()


def test_the_title_of_a_villages_ledger_names_its_town_the_filling_line_does_not():
    here = staff()
    spoken(here)

    paper = take(here.secretary, form="print").text

    assert re.search(rf"<h1>{here.town}{here.village}[^<]*民事直说总台账</h1>", paper)
    assert re.search(rf"[：:] ?{here.village}</span>", paper)


def test_what_is_taken_away_is_logged_with_filter_count_and_reason_but_not_what_was_searched_for():
    here = staff()
    spoken(here, speaker_name="李建国")
    spoken(here, speaker_name="孙淑芬")

    take(here.secretary, form="xlsx", query="period=all&stage=speak&q=李建国")
    take(here.secretary, form="print")

    exported = AuditRecord.objects.get(kind=AuditKind.EXPORT)
    assert "总台账 xlsx" in exported.subject
    assert "1 行" in exported.subject
    assert "stage=speak&q=…" in exported.subject
    assert "李建国" not in exported.subject
    assert (exported.user, exported.reason) == (here.secretary.user, "月报")
    assert "2 行" in AuditRecord.objects.get(kind=AuditKind.PRINT).subject


def an_export(post: Post, key: str = "general", **fields: object) -> Export:
    book = BOOKS[key]
    cases = book.belongs(Case.objects.counted_for(post.user, today()))
    values = {"reason": "月报", "bounds": (today(), today()), **fields}
    return Export(book, cases, post.user, now(), **values)


def test_the_export_itself_refuses_whoever_the_page_would_not_have_let_through():
    here = staff()
    spoken(here)

    with pytest.raises(NoSuchRight):
        an_export(here.leader).file("csv")
    with pytest.raises(NoSuchRight):
        an_export(here.duty, unmasked=True).file("csv")
    with pytest.raises(InputRefused):
        an_export(here.secretary, reason="").rows()


# --- many rows
def test_a_print_of_too_many_rows_is_refused_in_words():
    here = staff()
    bulk(here, 2001)

    response = take(here.supervisor, form="print")

    assert response.status_code == 422
    assert "2000" in response.content.decode()


def test_only_what_is_taken_away_counts_for_a_print(monkeypatch):
    here = staff()
    case = decided(here)
    spoken(here)
    roles.committee_member_of(here.village, user=here.handler.user)
    monkeypatch.setattr("cases.ledgers.exports.MOST_PRINTED", 1)

    assert [row[1] for row in an_export(here.handler).rows()] == [case.number]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_more_than_twice_the_rows_are_written_in_the_same_little_memory(form):
    """Of two batches and of five; tests/bench writes 20,000 rows."""
    here = staff()
    bulk(here, 2 * BATCH)
    few = read_under_watch(an_export(here.supervisor), form)
    bulk(here, 3 * BATCH, first=2 * BATCH)

    many = read_under_watch(an_export(here.supervisor), form)

    assert (few.rows, many.rows) == (2 * BATCH, 5 * BATCH)
    assert few.size == many.size == 100
    assert many.peak < few.peak * 1.2
    assert many.peak < 24_000_000


@dataclass
class Written:
    rows: int
    size: int  # of the first 100 bytes
    peak: int  # bytes of memory


def read_under_watch(export: Export, form: str) -> Written:
    tracemalloc.start()
    try:
        with export.file(form) as file:
            size = len(file.read(100))
        return Written(export.count, size, tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


# --- a part of a ledger says so
def sheet_of(response) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(response.file)).active
    return [
        str(cell.value)
        for row in sheet.iter_rows(max_row=2)
        for cell in row
        if cell.value
    ]


def test_a_part_of_a_ledger_says_which_in_title_and_name():
    here = staff()
    spoken(here)
    query = f"period=all&village={here.village.pk}&stage=speak&mode=offline"

    printed = take(here.supervisor, form="print", query=query).content.decode()
    title, unit, *_rest = sheet_of(take(here.supervisor, form="xlsx", query=query))
    name = take(here.supervisor, query=query).filename

    day = date_format(today(), "Y年n月j日")
    words = f"{here.town}{here.village}截至{day}民事直说总台账（环节：说；线上／线下：线下）"
    assert title == words
    assert f"<h1>{words}</h1>" in printed
    # who fills it in is the town all the same
    assert str(here.town) in unit
    assert str(here.village) not in unit
    assert f"（章）：{here.town}<" in printed
    assert name.startswith(f"{here.town}_总台账_{here.village}-说-线下_截至_{today()}_")


def test_a_part_of_ones_own_village_is_filled_in_by_the_village():
    here = staff()
    other = roles.secretary_of(VillageFactory(town=here.town), user=here.secretary.user)
    spoken(here, village=other.village, group=None, by=other)

    printed = take(other, form="print", query=f"village={other.village_id}")

    assert f"（章）：{other.village}<" in printed.content.decode()


def test_what_was_searched_for_is_told_in_no_title_and_no_name():
    here = staff()
    spoken(here, speaker_name="李建国")

    title, *_rest = sheet_of(take(here.secretary, form="xlsx", query="q=李建国"))
    name = take(here.secretary, query="q=李建国").filename

    assert "（按字词查找的）" in title
    assert "按字词查找的" in name
    assert "李建国" not in title + name


def test_more_conditions_than_a_name_has_room_for_are_counted():
    here = staff()
    category = ("类别", "家里事")

    conditions = Conditions(here.town, here.village, (category,) * 6)

    assert conditions.in_short("") == f"{here.town}等8个条件"
    assert conditions.in_words().count("类别：家里事") == 6


def test_several_ledgers_in_one_file_are_counted_by_what_is_in_it():
    here = staff()
    spoken(here)

    response = take(here.secretary, form="xlsx", also=["results", "handling"])

    sheets = openpyxl.load_workbook(io.BytesIO(response.file)).sheetnames
    assert f"_{len(sheets)}本台账_" in response.filename
