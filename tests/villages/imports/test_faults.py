"""The faults of lists as they come, each a real file, with words by which whoever made
it can mend it. What is not understood is left out and said, never guessed.
"""

import io
import re
import time
import zipfile
from datetime import UTC, date, datetime

import msoffcrypto
import pytest
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook, load_workbook

from minshi.errors import InputRefused
from tests.cases.roads import NOON
from tests.roles import secretary_of
from tests.villages.factories import GroupFactory, VillageFactory
from tests.villages.imports.files import (
    FAMILY,
    HEAD,
    checked,
    entered,
    said_of,
    saved,
    uploaded,
    xlsx,
)
from villages.imports import starting
from villages.models import Resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary():
    village = VillageFactory(name="柳河村")
    for number in (1, 2, 3):
        GroupFactory(village=village, number=number)
    return secretary_of(village)


def read(content, secretary):
    return checked(content, secretary, secretary.village)


def names(run) -> list[str]:
    """The people that a list would bring in."""
    entered(run, good_only=True)
    return sorted(Resident.objects.values_list("name", flat=True))


def refusal_of(content, secretary) -> str:
    with pytest.raises(InputRefused) as refusal:
        uploaded(content, secretary, secretary.village)
    assert list(refusal.value.fields) == ["file"]
    return str(refusal.value)


def words_of(run) -> dict[int, dict[str, str]]:
    """What is said of each row, by column."""
    return {number: dict(said) for number, said in said_of(run).items()}


# --- 1 and 2: titles, heads in two rows, what is merged


def test_1_a_title_over_all_columns_and_a_head_in_two_rows(secretary):
    book = Workbook()
    sheet = book.active
    sheet.append(["柳河村村民花名册"])
    sheet.append(["填报单位：柳河村委会", None, None, None, None, "单位：人"])
    sheet.append(["组", "户号", "家庭成员", None, None, "联系"])
    sheet.append([None, None, "姓名", "与户主关系", "性别", "电话"])
    sheet.append([1, 3, "李建国", "户主", "男", "13893912345"])
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("B3:B4")
    sheet.merge_cells("C3:E3")

    run = uploaded(saved(book), secretary, secretary.village)

    assert list(run.mapping.items())[:6] == [
        ("组", "group"),
        ("户号", "door"),
        ("姓名", "name"),
        ("与户主关系", "relation"),
        ("性别", "sex"),
        ("电话", "phone"),
    ]
    assert names(read(saved(book), secretary)) == ["李建国"]


def test_1_a_sheet_without_a_head_asks_for_its_row(secretary):
    content = xlsx(["名单"], ["甲", "乙", "丙"], [1, 3, "李建国"])
    run = uploaded(content, secretary, secretary.village)
    assert not run.sheets[0]["is_known"]

    run = starting.reread(run, {}, {0: 1}, by=secretary.user, at=NOON)

    assert run.sheets[0]["headings"] == ["甲", "乙", "丙"]
    assert run.sheets[0]["rows"] == 1


def test_2_what_is_merged_is_filled_down_there_and_nowhere_else(secretary):
    book = Workbook()
    sheet = book.active
    sheet.append(["组", "户号", "户主", "姓名"])
    for row in ([1, 3, "李建国", "李建国"], [None, None, None, "王桂兰"]):
        sheet.append(row)
    sheet.append([1, 4, "赵敏", "赵敏"])
    sheet.append([None, None, None, "赵小敏"])
    for column in "ABC":
        sheet.merge_cells(f"{column}2:{column}3")

    run = read(saved(book), secretary)

    assert run.counts["new"] == 3
    assert words_of(run) == {5: {"group": "必填。", "door": "必填。"}}
    assert names(run) == ["李建国", "王桂兰", "赵敏"]
    assert Resident.objects.get(is_head=True, name="李建国")


# --- 3 to 6: numbers, telephones, blanks, days


def test_3_a_number_that_lost_its_last_digits_is_never_repaired(secretary):
    head = [*HEAD, "身份证号"]
    run = read(
        xlsx(head, [1, 3, "李建国", None, None, None, 6.21226195202e17, None]),
        secretary,
    )

    assert "末几位已经丢失" in words_of(run)[2]["phone"]
    assert "设为“文本”" in words_of(run)[2]["phone"]


def test_3_numbers_of_identity_cards_are_left_out(secretary):
    head = ["组", "户号", "姓名", "身份证号"]
    content = xlsx(head, [1, 3, "李建国", 6.21226195202e17])

    run = uploaded(content, secretary, secretary.village)

    assert run.mapping["身份证号"] == ""
    assert names(read(content, secretary)) == ["李建国"]


def test_4_a_telephone_stored_as_a_number(secretary):
    run = read(
        xlsx(
            HEAD,
            [1, 3, "李建国", None, None, None, 13893912345.0],
            [1, 4, "赵敏", None, None, None, "13893912346.0"],
            [1, 5, "张强", None, None, None, 1389391],
        ),
        secretary,
    )

    assert list(words_of(run)) == [4]
    names(run)
    assert {each.phone for each in Resident.objects.all()} == {
        "13893912345",
        "13893912346",
    }


def test_5_full_width_blanks_and_marks_that_nobody_sees(secretary):
    run = read(
        xlsx(
            ["组 别", "户号：", "姓　名", "联系电话（手机）"],
            ["１", "　3号", "李　 建\u200b国", "１３８９３９１２３４５"],
            ["第二组", "15户", "阿依古丽·买买提", "138 9391 2346"],
        ),
        secretary,
    )

    assert names(run) == ["李建国", "阿依古丽·买买提"]
    li = Resident.objects.get(name="李建国")
    assert (li.household.group.number, li.household.number) == (1, 3)
    assert li.phone == "13893912345"


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        (date(1968, 11, 3), 1968),
        (datetime(1968, 11, 3, tzinfo=UTC).replace(tzinfo=None), 1968),
        (25145, 1968),
        ("1968.11.3", 1968),
        ("1968年11月3日", 1968),
        ("1968-11", 1968),
        ("19681103", 1968),
        (1968, 1968),
        ("1968", 1968),
    ],
)
def test_6_the_forms_in_which_days_are_understood(secretary, cell, year):
    run = read(
        xlsx(["组", "户号", "姓名", "出生日期"], [1, 3, "李建国", cell]), secretary
    )

    names(run)
    assert Resident.objects.get().birth_year == year


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("68.11.3", "年份请写四位"),
        ("冬月初三", "农历"),
        ("戊申年", "农历"),
        ("不详", "四位数"),
        ("1868年", "1900"),
        ("1968.13.40", "没有这一天"),
    ],
)
def test_6_a_day_that_is_not_understood_becomes_a_question(secretary, cell, words):
    run = read(
        xlsx(["组", "户号", "姓名", "出生日期"], [1, 3, "李建国", cell]), secretary
    )

    assert run.counts == {"faulty": 1, "entered": 0, "kept": 0}
    assert words in words_of(run)[2]["birth_year"]


# --- 7 to 9: formulas, sums, several sheets


def test_7_a_formula_that_was_never_worked_out_is_said_by_column(secretary):
    content = xlsx(["组", "户号", "姓名", "性别"], ["=1+1", 3, "李建国", "男"])

    run = uploaded(content, secretary, secretary.village)

    assert run.sheets[0]["unvalued"] == ["组"]
    assert "没有算出结果" in words_of(read(content, secretary))[2]["group"]


def test_8_sums_signatures_and_heads_in_the_middle_are_left_out_and_shown(secretary):
    run = read(
        xlsx(
            HEAD,
            FAMILY[0],
            ["合 计", None, "1人"],
            HEAD,
            FAMILY[2],
            ["小计：1户"],
            [],
            ["填表人：王会计", None, "审核人：", None, "2026年11月"],
            ["注：以上为常住人口"],
        ),
        secretary,
    )

    assert run.counts["left_out"] == 5
    assert [words for row in words_of(run).values() for words in row.values()] == [
        "合计行",
        "重复的表头",
        "合计行",
        "填表、签字",
        "注",
    ]
    assert names(run) == ["张有才", "李建国"]


def test_9_a_sheet_for_each_group_its_name_the_group_and_hidden_rows_are_read(
    secretary,
):
    book = Workbook()
    book.remove(book.active)
    for title, name in (("一组", "李建国"), ("第2组", "张有才"), ("说明", None)):
        sheet = book.create_sheet(title)
        if name is None:
            sheet.append(["本表由各组上报"])
            continue
        sheet.append(["户号", "姓名", "性别", "电话"])
        sheet.append([3, name, "男", None])
        sheet.append([4, f"{name}某", "男", None])
    book["一组"].row_dimensions[3].hidden = True

    run = uploaded(saved(book), secretary, secretary.village)

    assert [(each["name"], each["rows"], each["chosen"]) for each in run.sheets] == [
        ("一组", 2, True),
        ("第2组", 2, True),
        ("说明", 0, False),
    ]
    assert run.sheets[0]["hidden"] == 1
    assert len(names(read(saved(book), secretary))) == 4
    groups = Resident.objects.values_list("household__group__number", flat=True)
    assert sorted(groups) == [1, 1, 2, 2]


# --- 10: who stands twice


def test_10_whoever_stands_twice_is_reported_and_never_merged(secretary):
    phone = "13893912345"
    run = read(
        xlsx(
            HEAD,
            [1, 3, "李建国", "户主", "男", 1968, phone],
            [1, 3, "李建国", None, None, None, None],
            [2, 8, "李建国", None, None, None, phone],
            [2, 3, "李建国", "户主", None, None, None],
            [1, 3, "赵敏", "户主", None, None, None],
        ),
        secretary,
    )

    assert words_of(run) == {
        3: {"name": "同一户里已有这个名字，在第 2 行。"},
        4: {"name": "可能和第 2 行是同一个人，请核实。"},
        5: {"door": "这个户号在另一个组也有，在第 2 行，请核实。"},
        6: {"relation": "这一户已有户主，在第 2 行。"},
    }
    assert (run.counts["new"], run.counts["faulty"]) == (3, 2)


# --- 11 to 14: other programs, other encodings, passwords


def xls(*rows) -> bytes:
    """A real BIFF8 workbook."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def in_gbk(rows) -> bytes:
    """A BIFF8 workbook whose words are bytes of GBK, and which says they are not."""
    return xls(*[[_bytes_of(cell) for cell in row] for row in rows])


def _bytes_of(cell):
    return cell.encode("gbk").decode("latin-1") if isinstance(cell, str) else cell


UTF_16 = b"\x42\x00\x02\x00\xb0\x04"  # the record of the code page
GBK = b"\x42\x00\x02\x00\xa8\x03"


def test_11_old_xls_and_et_of_wps_are_read_whatever_they_are_called(secretary):
    content = xls(HEAD, *FAMILY)
    assert content.startswith(b"\xd0\xcf\x11\xe0")  # what .xls and .et come in

    assert names(read(content, secretary)) == ["张有才", "李建国", "王桂兰"]


def test_11_words_in_a_wrong_code_page_are_asked_about_never_imported(secretary):
    """One that says it is in GBK is read, see test_forms."""
    garbled = in_gbk([HEAD, *FAMILY])
    greek = UTF_16[:4] + b"\xe5\x04"

    assert "乱码" in refusal_of(garbled, secretary)
    assert "乱码" in refusal_of(garbled.replace(UTF_16, greek), secretary)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><body><table><tr><td>1</td></tr></table>", "网页"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "网页"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "XML"),
        (b"%PDF-1.7", "不是表格"),
        (b"BM\x36\x10\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00", "不是表格"),
        (b"PK\x03\x04 and then nothing", "损坏"),
        (b"", "空的"),
        (b"\x09\x02\x06\x00\x00\x00", "太旧"),
    ],
)
def test_12_what_is_only_called_a_spreadsheet_is_told_by_its_first_bytes(
    secretary, content, words
):
    said = refusal_of(content, secretary)

    assert words in said
    assert said == "文件是空的。" or "另存为 .xlsx" in said


def test_12_a_packed_file_and_a_letter_are_no_lists(secretary):
    for name, words in (("花名册.xls", "压缩包"), ("word/document.xml", "不是表格")):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr(name, "x")
        assert words in refusal_of(out.getvalue(), secretary)


TEXT = '组,户号,姓名,电话\n1,3,李建国,13893912345\n2,="015",张有才,\'13893912346\n'


@pytest.mark.parametrize(
    ("content", "reading"),
    [
        (TEXT.encode("gb18030"), {"encoding": "gb18030", "separator": ","}),
        (TEXT.encode("utf-8-sig"), {"encoding": "utf-8", "separator": ","}),
        (TEXT.encode(), {"encoding": "utf-8", "separator": ","}),
        (
            TEXT.replace(",", "\t").encode("utf-16"),
            {"encoding": "utf-16", "separator": "\t"},
        ),
    ],
)
def test_13_text_in_every_encoding_that_offices_have(secretary, content, reading):
    run = uploaded(content, secretary, secretary.village)
    assert run.reading == reading

    assert names(read(content, secretary)) == ["张有才", "李建国"]
    zhang = Resident.objects.get(name="张有才")
    assert (zhang.household.number, zhang.phone) == (15, "13893912346")


def test_13_an_encoding_that_was_taken_wrongly_can_be_switched(secretary):
    run = uploaded(
        "组;户号;姓名,x\n1;3;李建国\n".encode("gb18030"), secretary, secretary.village
    )

    run = starting.reread(
        run, {"encoding": "gb18030", "separator": ";"}, {}, by=secretary.user, at=NOON
    )
    with pytest.raises(InputRefused):
        starting.reread(
            run, {"encoding": "utf-8", "separator": ";"}, {}, by=secretary.user, at=NOON
        )

    assert run.sheets[0]["headings"] == ["组", "户号", "姓名,x"]


def test_14_a_password_is_said_with_the_way_out(secretary):
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(xlsx(HEAD, *FAMILY))).encrypt("123456", out)
    assert msoffcrypto.OfficeFile(io.BytesIO(out.getvalue())).is_encrypted()

    said = refusal_of(out.getvalue(), secretary)

    assert "设了密码" in said
    assert "去掉密码" in said


# --- 15 and 16: what is too much


def test_15_reading_stops_after_two_hundred_empty_rows(secretary):
    book = Workbook()
    sheet = book.active
    for row in (HEAD, *FAMILY):
        sheet.append(row)
    sheet["A150"] = 1
    sheet["B150"] = 9
    sheet["C150"] = "赵敏"
    sheet["C900"] = "太远"

    run = read(saved(book), secretary)

    assert run.counts["new"] == 4


def test_15_fifty_thousand_formatted_rows_are_no_list(secretary):
    content = xlsx(HEAD, *FAMILY)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                rows = "".join(
                    f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(5, 50_005)
                )
                data = data.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            new.writestr(part.filename, data)

    run = uploaded(out.getvalue(), secretary, secretary.village)

    assert run.sheets[0]["rows"] == 3


def test_16_a_bomb_and_a_giant_are_refused_before_they_are_opened(secretary):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 22_000_000)
    assert len(out.getvalue()) < 100_000

    assert "展开后太大" in refusal_of(out.getvalue(), secretary)
    assert "超过 20 MB" in refusal_of(b"1,2\n" * 5_300_000, secretary)


# --- around them


def test_an_unknown_relation_is_said_and_the_person_goes_in(secretary):
    run = read(xlsx(HEAD, [1, 3, "李建国", "干亲", None, None, None]), secretary)

    assert "认不出来" in words_of(run)[2]["relation"]
    assert names(run) == ["李建国"]


def test_a_number_in_a_name_or_of_a_register_is_refused_in_words(secretary):
    run = read(
        xlsx(
            ["组", "户号", "姓名", "性别"],
            [1, 3, "李建国13893912345", "男"],
            [1, "621226301234", "赵敏", "不男"],
        ),
        secretary,
    )

    said = words_of(run)
    assert "名字" in said[2]["name"] or "电话" in said[2]["name"]
    assert "请写" in said[3]["door"]
    assert said[3]["sex"] == "请写其中一个：男、女。"


def test_what_is_said_of_a_file_stands_in_it_row_by_row(secretary):
    from villages.imports.mended import with_results

    run = read(xlsx(HEAD, [9, 3, "李建国"], ["合计", 1]), secretary)

    sheet = load_workbook(with_results(run)).active
    results = [row[-1].value for row in sheet.iter_rows(min_row=2)]
    assert results == [
        "组：柳河村还没有 9 组。村民小组由系统管理员添加。",
        "未导入：合计行",
    ]
    assert not re.search("[a-z]{4,}", "".join(results))


def test_two_faults_of_a_row_are_parted_by_one_mark(secretary):
    from villages.imports.mended import with_results

    run = read(xlsx(HEAD, [1, 3, "李建国", None, "不男", "猴年"]), secretary)

    sheet = load_workbook(with_results(run)).active
    result = sheet.cell(row=2, column=sheet.max_column).value
    assert result.startswith("性别：请写其中一个：男、女；出生年份：")
    assert result.endswith("。")
    assert "。；" not in result


# --- files made to do harm


def with_part(content: bytes, change) -> bytes:
    """The workbook with its first sheet's XML changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                data = change(data)
            new.writestr(part.filename, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><x:c r='GR1048576' t=\"n\"><v>1</v></x:c></row>",
        b"<row/>" * 1_000_000 + b"<row>" + b"<c/>" * 300 + b"<c><v>1</v></c></row>",
    ],
)
def test_cells_in_opposite_corners_are_refused_before_a_sheet_is_laid_out(
    secretary, row
):
    content = with_part(
        xlsx(HEAD, *FAMILY),
        lambda xml: xml.replace(b"</sheetData>", row + b"</sheetData>"),
    )

    assert "太远" in refusal_of(content, secretary)


@pytest.mark.parametrize("name", ["content.xml", "xl/workbook.bin"])
def test_forms_whose_reach_is_not_known_beforehand_are_sent_back(secretary, name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(name, "x")

    assert "另存为 .xlsx" in refusal_of(out.getvalue(), secretary)


def test_thousands_of_empty_cells_behind_a_formula_take_no_time(secretary):
    empty = "".join(
        f'<row r="{n}">{"".join(f"<c r={chr(34)}{c}{n}{chr(34)} s={chr(34)}1{chr(34)}/>" for c in "ABCDEFG")}</row>'
        for n in range(10, 5010)
    ).encode()
    content = with_part(
        xlsx(HEAD, FAMILY[0], [1, "=1+2", "赵敏"]),
        lambda xml: xml.replace(b"</sheetData>", empty + b"</sheetData>"),
    )
    began = time.process_time()

    run = uploaded(content, secretary, secretary.village)

    assert time.process_time() - began < 2
    assert run.sheets[0]["unvalued"] == ["户号"]


@pytest.mark.parametrize("value", [b"NaN", b"1e400", b"-1e400", b"1e300"])
def test_a_number_that_is_none_is_a_fault_of_its_row(secretary, value):
    content = with_part(
        xlsx(HEAD, [1, 3, "李建国", "户主", "男", 1968777, None]),
        lambda xml: xml.replace(b"1968777", value),
    )

    run = read(content, secretary)

    assert (run.state, run.counts["faulty"]) == ("checked", 1)
    assert list(words_of(run)[2]) == ["birth_year"]


def test_a_line_of_equal_headings_takes_no_time(secretary):
    began = time.process_time()

    run = uploaded(
        ("组," * 3000 + "\n" + "1," * 3000).encode(), secretary, secretary.village
    )

    assert time.process_time() - began < 1
    assert len(run.sheets[0]["headings"]) == 200


def test_nothing_unseen_is_left_in_the_name_of_a_sheet(secretary):
    content = xlsx(sheets={"SHEETNAME": [HEAD, *FAMILY]})
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, old.read(part).replace(b"SHEETNAME", b"A\0B"))

    try:
        run = uploaded(out.getvalue(), secretary, secretary.village)
    except InputRefused:
        return
    assert run.sheets[0]["name"] == "AB"


def test_more_merged_cells_than_a_list_has_are_refused(secretary):
    merged = b'<mergeCells count="3">' + b'<mergeCell ref="A2:A100000"/>' * 3
    content = with_part(
        xlsx(HEAD, *FAMILY),
        lambda xml: xml.replace(
            b"</sheetData>", b"</sheetData>" + merged + b"</mergeCells>"
        ),
    )

    run = read(content, secretary)

    assert run.state == "failed"
    assert "合并的单元格太多" in run.trouble


def test_a_word_that_is_no_year_asks_for_four_digits(secretary):
    run = read(xlsx(HEAD, [1, 3, "李建国", None, None, "明年", None]), secretary)

    assert words_of(run)[2]["birth_year"] == "年份请写四位数，例如 1968。"


@pytest.mark.parametrize(
    ("cell", "is_refused"), [("2027", True), ("2050年3月1日", True), ("2026", False)]
)
def test_a_year_of_birth_that_is_still_to_come_is_refused(secretary, cell, is_refused):
    rows = xlsx(HEAD, [1, 3, "李建国", None, None, cell, None])

    run = read(rows, secretary)

    assert bool(run.counts.get("faulty")) is is_refused
    assert ("birth_year" in words_of(run).get(2, {})) is is_refused
