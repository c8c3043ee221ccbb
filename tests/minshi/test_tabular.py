"""Ledgers: the same rows everywhere, the layout of the spreadsheet, and text that stays
text.
"""

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from minshi import tabular
from minshi.row_heights import HIGHEST_ROW, LINE_HEIGHT
from minshi.tabular import (
    Column,
    Ledger,
    csv_chunks,
    headings,
    inert,
    rows_of,
)

pytestmark = pytest.mark.any_database
RATINGS = ("满意", "基本满意", "不满意")
COLUMNS = (
    Column("on", "登记日期", lambda case: case["on"], kind="date"),
    Column("speaker", "说事人", lambda case: case["speaker"]),
    Column("phone", "联系电话", lambda case: case["phone"], width=15),
    Column("words", "原话", lambda case: case["words"], width=40),
    Column("people", "人数", lambda case: case["people"], kind="number"),
    Column(
        "rating", "满意度", lambda case: case["rating"], kind="choice", choices=RATINGS
    ),
)
LEDGER = Ledger("main", "民事直说总台账", COLUMNS, wide=True)
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\x01",
    " =1",
    "＝1+1",
    "\u200b=1",
]


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def case(**changes):
    said = {"on": date(2023, 5, 6), "speaker": "李建国", "phone": "13993908821"}
    return said | {"words": "水管坏了", "people": 3, "rating": "满意"} | changes


def ledger_of(*values, **options):
    columns = (
        Column(f"c{n}", "列", lambda _, v=v: v, **options) for n, v in enumerate(values)
    )
    return Ledger("any", "任意", tuple(columns))


def sheet_of(records, ledger=LEDGER, **options):
    out = io.BytesIO()
    said = {
        "unit": "白关镇",
        "period": "2023年5月",
        "filled_by": "王芳",
        "on": date(2023, 5, 31),
    }
    tabular.write_xlsx(out, ledger, records, **said, **options)
    return load_workbook(out).worksheets[0]


def values_of(row):
    return [cell.value for cell in row]


def csv_of(records, ledger=LEDGER, **options):
    return "".join(csv_chunks(ledger, records, **options))


def test_rows_are_numbered_and_dates_are_plain():
    rows = list(rows_of(LEDGER, [case(), case(speaker="李四", phone="", rating=None)]))

    assert headings(LEDGER)[:3] == ["No.", "登记日期", "说事人"]
    assert rows == [
        [1, "2023-05-06", "李建国", "13993908821", "水管坏了", 3, "满意"],
        [2, "2023-05-06", "李四", "", "水管坏了", 3, None],
    ]


def test_codes_stay_text_numbers_stay_numbers_and_answers_are_words():
    texts = ledger_of(621226118, Decimal("97.3"), True, False, _("Total"), None)
    numbers = ledger_of(3, Decimal("97.3"), "样本少", kind="number")

    assert next(rows_of(texts, [None])) == [
        1,
        "621226118",
        "97.3",
        "Yes",
        "No",
        "Total",
        None,
    ]
    assert next(rows_of(numbers, [None])) == [1, 3, Decimal("97.3"), "样本少"]


def test_a_moment_is_told_in_shanghai_by_the_minute_or_by_the_day():
    late = datetime(2023, 5, 5, 16, 30, tzinfo=UTC)

    assert next(rows_of(ledger_of(late), [None]))[1] == "2023-05-06 00:30"
    assert next(rows_of(ledger_of(late, kind="date"), [None]))[1] == "2023-05-06"


def test_csv_begins_with_a_bom_and_has_the_rows_of_the_page():
    text = csv_of([case(words='他说"不行",\n走了')])

    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["\ufeffNo.", *headings(LEDGER)[1:]]
    assert [row[4] for row in read[1:]] == ['他说"不行",\n走了']


def test_csv_comes_in_pieces_and_the_pieces_are_the_file():
    records = [case() for _ in range(1000)]
    out = io.StringIO(newline="")

    tabular.write_csv(out, LEDGER, records)

    assert out.getvalue() == csv_of(records)
    assert len(list(csv_chunks(LEDGER, records))) > 4


@pytest.mark.parametrize("text", FORMULAS)
def test_what_starts_a_formula_is_inert_in_csv(text):
    read = list(csv.reader(io.StringIO(csv_of([case(words=text)]), newline="")))

    assert read[1][4] == inert(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "水管=坏了", "“不行”", "3-5户", "13993908821", "'=1"]
)
def test_other_text_is_left_alone(text):
    assert inert(text) == text


@pytest.mark.parametrize(
    "text", ["09394421234", "0012", "3E5", "3-1", "6222021234567890"]
)
def test_a_spreadsheet_keeps_numbers_that_are_names_as_text(text):
    assert inert(text) == "'" + text


@given(st.text())
def test_text_is_made_inert_once(text):
    assert inert(inert(text)) == inert(text)
    assert inert(text).endswith(text)


@pytest.mark.parametrize(
    "text", [*FORMULAS[:4], " =1", "＝1+1", "{=1}", "https://x.cn", "007"]
)
def test_a_spreadsheet_keeps_the_words_as_text(text):
    cell = sheet_of([case(words=text)])["E4"]

    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert bool(cell.quotePrefix) is bool(tabular.LIVE.match(text))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<r><t>x</t></r>", "<r><t>x</t></r> "),
        ("<r></c></row></sheetData></r>", "<r></c></row></sheetData></r> "),
        ("一\r\n二", "一\n二"),
        ("水" * 40_000, "水" * 32_766 + "…"),
    ],
)
def test_text_that_would_break_a_cell_is_kept_but_for_its_end(text, kept):
    assert sheet_of([case(words=text)])["E4"].value == kept


def test_the_first_three_rows_are_title_filling_line_and_headings():
    sheet = sheet_of([case()])

    assert sheet["A1"].value == "白关镇2023年5月民事直说总台账"
    line = " ".join(sheet["A2"].value.split())
    assert (
        line
        == "Filling unit (seal): 白关镇 Filled by: 王芳 Checked by: Date: 2023-05-31"
    )
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A1:G1", "A2:G2"}
    assert values_of(sheet[3]) == headings(LEDGER)


def test_the_sheet_prints_on_one_page_width_with_its_headings():
    sheet = sheet_of([case()])

    assert sheet.title == "民事直说总台账"
    assert sheet.freeze_panes == "C4"
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.print_title_cols == "$A:$B"
    assert sheet.auto_filter.ref == "A3:G4"
    assert {cell.font.name for cell in sheet[4]} == {"宋体"}
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == (
        "landscape",
        8,
    )
    assert sheet_of([None], ledger_of("x")).page_setup.paperSize == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, int(sheet.page_setup.fitToHeight)) == (
        1,
        0,
    )
    assert sheet.column_dimensions["E"].width == pytest.approx(40, abs=1)


@pytest.mark.parametrize(
    ("columns", "abreast", "title"), [(12, 1, "A1:M1"), (24, 2, "C1:M1")]
)
def test_a_ledger_too_wide_to_be_read_is_printed_in_two_parts(columns, abreast, title):
    """The title stands over the first, not over the edge of the paper."""
    sheet = sheet_of([None], ledger_of(*"x" * columns))

    assert (sheet.page_setup.fitToWidth or 1) == abreast
    assert title in {str(cells) for cells in sheet.merged_cells.ranges}


def test_a_row_is_as_high_as_its_words_need():
    """Not every program makes a row higher by itself for words that wrap."""
    long_words = "村东头的路灯坏了三盏，" * 10  # 220 digits wide in a column of 40
    sheet = sheet_of([case(), case(words=long_words), case(words="一\n二\n三")])

    assert sheet.row_dimensions[5].height >= 6 * LINE_HEIGHT
    assert sheet.row_dimensions[6].height == 3 * LINE_HEIGHT


def test_the_headings_are_as_high_as_they_need():
    narrow = ledger_of("x", width=8)
    heading = Ledger(
        "any",
        "任意",
        tuple(
            Column(one.key, "事项类别(村里/邻里/家里)", one.value, width=8)
            for one in narrow.columns
        ),
    )

    assert sheet_of([None], heading).row_dimensions[3].height >= 4 * LINE_HEIGHT


def test_no_row_is_higher_than_a_spreadsheet_takes():
    sheet = sheet_of([case(words="长" * 9_000)])

    assert sheet.row_dimensions[4].height == HIGHEST_ROW


def test_cells_have_their_kinds_and_thin_borders():
    row = sheet_of([case(rating=None)])[4]

    said_on = datetime(2023, 5, 6)  # noqa: DTZ001 - a sheet's dates have no zone
    assert values_of(row) == [
        1,
        said_on,
        "李建国",
        "13993908821",
        "水管坏了",
        3,
        None,
    ]
    assert [cell.data_type for cell in row] == ["n", "d", "s", "s", "s", "n", "n"]
    assert row[1].number_format == "yyyy-mm-dd"
    assert {cell.border.left.style for cell in row} == {"thin"}


def test_choices_drop_down_on_every_record():
    (rule,) = sheet_of([case()] * 3).data_validations.dataValidation

    assert (str(rule.sqref), rule.formula1) == ("G4:G6", '"满意,基本满意,不满意"')


def test_choices_too_many_for_a_formula_are_listed_on_a_hidden_sheet():
    many = tuple(f"第{n}村民小组" for n in range(60))
    ledger = ledger_of("x", "y", kind="choice", choices=many)

    sheet = sheet_of([None], ledger)

    rules = sheet.data_validations.dataValidation
    assert [rule.formula1 for rule in rules] == [
        "choices!$A$2:$BH$2",
        "choices!$A$3:$BH$3",
    ]
    assert sheet.parent["choices"].sheet_state == "hidden"
    assert values_of(sheet.parent["choices"][3]) == list(many)


def test_a_ledger_without_records_is_a_form_with_headings():
    sheet = sheet_of([])

    assert sheet.max_row == 3
    assert str(sheet.data_validations.dataValidation[0].sqref) == "G4"


def test_a_title_that_no_tab_may_bear_is_shortened():
    ledger = Ledger("x", "[督办]/'台账'?" + "长" * 40, COLUMNS)

    assert sheet_of([case()], ledger).title == "督办台账" + "长" * 27


def test_memory_does_not_grow_with_the_records(tmp_path):
    path, said = (
        tmp_path / "ledger.xlsx",
        {"unit": "", "period": "", "filled_by": "王芳"},
    )

    def peak_of(count):
        records = (case() for _ in range(count))
        tracemalloc.start()
        tabular.write_xlsx(str(path), LEDGER, records, on=date(2023, 5, 6), **said)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_of(3000) - peak_of(300) < 1_000_000
    assert load_workbook(path).active.max_row == 303


def test_shares_of_a_sheet_follow_the_widths_and_fill_it():
    shares = tabular.widths(LEDGER)

    assert len(shares) == len(tabular.headings(LEDGER))
    assert sum(shares) == pytest.approx(100, abs=0.1)
