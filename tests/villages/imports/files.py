"""Lists as they come from villages, made for a test."""

import io
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from tests.cases.roads import NOON
from villages.imports import starting
from villages.imports.kinds import KINDS
from villages.imports.running import work_through
from villages.imports.starting import ListPlace
from villages.models import ImportRun, Post, Town, Village

HEAD = ["组", "户号", "姓名", "与户主关系", "性别", "出生年份", "电话"]
FAMILY = [
    [1, 3, "李建国", "户主", "男", 1968, "13893912345"],
    [1, 3, "王桂兰", "配偶", "女", 1970, None],
    [2, 15, "张有才", "户主", "男", 1955, None],
]
Cell = str | int | float | date | datetime | None


def xlsx(*rows: list[Cell], sheets: dict[str, list[list[Cell]]] | None = None) -> bytes:
    """A workbook of one sheet, or of those named."""
    book = Workbook()
    book.remove(book.active)
    for name, listed in (sheets or {"Sheet1": list(rows)}).items():
        sheet = book.create_sheet(name)
        for row in listed:
            sheet.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_upload(content: bytes, name: str = "花名册.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def place_of(where: Village | Town) -> ListPlace:
    if isinstance(where, Town):
        return ListPlace(where)
    return ListPlace(where.town, where)


def uploaded(
    content: bytes,
    post: Post,
    where: Village | Town,
    kind: str = "residents",
    **options: Any,
) -> ImportRun:
    """An upload whose columns are still to be confirmed."""
    file = io.BytesIO(content)
    return starting.upload(
        KINDS[kind],
        place_of(where),
        file,
        "花名册.xlsx",
        by=post.user,
        at=NOON,
        **options,
    )


def worked(run: ImportRun, at: datetime = NOON) -> ImportRun:
    """The import after a worker had it."""
    work_through(run.pk, lambda: at)
    return ImportRun.objects.get(pk=run.pk)


def checked(
    content: bytes,
    post: Post,
    where: Village | Town,
    kind: str = "residents",
    **options: Any,
) -> ImportRun:
    """An upload that was read and checked, its columns as they seemed to be."""
    run = uploaded(content, post, where, kind, **options)
    chosen = {nth for nth, sheet in enumerate(run.sheets) if sheet["chosen"]}
    return worked(
        starting.confirm_columns(run, run.mapping, chosen, by=post.user, at=NOON)
    )


def entered(
    run: ImportRun, *, good_only: bool = False, at: datetime = NOON
) -> ImportRun:
    return worked(starting.enter(run, good_only=good_only, by=run.by, at=at), at)


def taken_back(run: ImportRun, at: datetime = NOON) -> ImportRun:
    return worked(starting.take_back(run, by=run.by, at=at), at)


def said_of(run: ImportRun) -> dict[int, list[tuple[str, str]]]:
    """What is said of each row by its number: the column and the words."""
    from villages.imports.entries import problems_of

    found = {}
    for row in run.rows.order_by("nth"):
        if problems := problems_of(row):
            found[row.number] = [(each.column, each.words) for each in problems]
    return found
