"""Cells as a spreadsheet holds them: stored as JSON, read as text, as a day, as a
number.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from minshi.crypto import normal_phone, office_phone
from minshi.text import clean_line, searchable
from minshi.text.lookalikes import normal
from villages.naming import without_blanks

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Stored = str | int | float | dict[str, str] | None

# A spreadsheet keeps fifteen digits of a number; of a longer one the last are gone.
MOST_DIGITS = 15
# A day of a spreadsheet is the number of days since then; these are 1954 to 2064.
DAY_ZERO = date(1899, 12, 30)
SERIAL_DAYS = range(20_000, 60_001)
YEARS = range(1900, 2101)
FULL_DAY = re.compile(
    r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*(?:[-./月]\s*(\d{1,2})\s*日?|月)?"
)
DENSE_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR = re.compile(r"(\d{4})\s*年?")
SHORT_DAY = re.compile(r"\d{2}\s*[-./年]\s*\d{1,2}(?:\s*[-./月]\s*\d{1,2}\s*日?)?")
LUNAR = re.compile(
    "[正腊冬闰]月|初[一二三四五六七八九十]|廿|农历|阴历|属|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]"
)
POINT_ZERO = re.compile(r"(\d+)\.0+")
# what stands there for whoever has none: 无, 没有电话, a dash, nothing
NO_PHONE = re.compile(r"(?:暂?无|没有?)(?:电话|手机|号码)?|[-—/]*")
WRITTEN_SHORT = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")


class Unclear(Exception):
    """A cell that cannot be understood, in words that say how to mend it."""


def stored(cell: Cell) -> Stored:
    """Return a cell as JSON holds it."""
    if isinstance(cell, bool):
        return _("Yes") if cell else _("No")
    if isinstance(cell, datetime):
        if cell.time() == time():
            return {"day": cell.date().isoformat()}
        return {"moment": cell.isoformat(timespec="minutes")}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    if isinstance(cell, time):
        return {"time": cell.isoformat(timespec="minutes")}
    if isinstance(cell, timedelta):
        return {"time": str(cell)}
    if isinstance(cell, float) and not isfinite(cell):
        return str(cell)
    return cell


def is_empty(cell: Stored) -> bool:
    return cell is None or (isinstance(cell, str) and not clean_line(cell))


def is_empty_row(cells: Iterable[Stored]) -> bool:
    return all(is_empty(cell) for cell in cells)


def text_of(cell: Stored) -> str:
    """Return a cell as text: half width, nothing unseen, whole numbers without a point.

    Unclear: a number of more than fifteen digits, of which the last are lost.
    """
    if cell is None:
        return ""
    if isinstance(cell, dict):
        if "formula" in cell:
            raise Unclear(never_worked_out())
        return next(iter(cell.values())).replace("T", " ")
    if isinstance(cell, str):
        text = clean_line(normal(cell))
        if WRITTEN_SHORT.fullmatch(text):
            raise _lost_digits()
        whole = POINT_ZERO.fullmatch(text)
        return whole[1] if whole and len(whole[1]) > SHORT_NUMBER else text

    if abs(cell) >= 10**MOST_DIGITS:
        raise _lost_digits()
    return str(int(cell)) if float(cell).is_integer() else str(cell)


def never_worked_out() -> str:
    return _(
        "This is a formula that was never worked out. Open the file in WPS or Excel,"
        " save it once, and send it again."
    )


# digits: 13893912345.0 is a telephone number, 3.0 may be a version
SHORT_NUMBER = 4


def shown(cell: Stored) -> str:
    """Return a cell to be looked at, whatever is in it."""
    try:
        return text_of(cell)
    except Unclear:
        return "" if isinstance(cell, dict) else str(cell)


def _lost_digits() -> Unclear:
    return Unclear(
        _(
            "This was stored as a number, and its last digits are lost. In the source,"
            " set the column to “text” and type the number again."
        )
    )


# --- what a column may hold


def as_text(cell: Stored) -> str:
    return text_of(cell)


def as_name(cell: Stored) -> str:
    """Return a name without the blanks by which 李 明 is set to the width of 李小明."""
    return without_blanks(text_of(cell))


def as_phone(cell: Stored) -> str:
    """Return a telephone number in its one form; empty where the cell says that there
    is none, such as 无. Unclear: it is no number.
    """
    text = text_of(cell)
    if NO_PHONE.fullmatch(text):
        return ""
    try:
        return normal_phone(text)
    except ValidationError as error:
        raise Unclear(" ".join(error.messages)) from error


def as_office_phone(cell: Stored) -> str:
    """Return the telephone of an office as it can be dialled. Unclear: it is none."""
    try:
        return office_phone(text_of(cell), or_public_line=True)
    except ValidationError as error:
        raise Unclear(" ".join(error.messages)) from error


def as_number(cell: Stored) -> int | None:
    """Return a whole number, of 12, 12号, 第三组 or 三社. Unclear: it is none."""
    text = searchable(text_of(cell)).replace(" ", "")
    if not text:
        return None

    found = re.fullmatch(
        r"第?(\d{1,9})(?:\.0)?(?:村民小组|小组|组|社|队|号|户|个|人)?", text
    )
    if found is None:
        raise Unclear(_("Write a whole number here."))
    return int(found[1])


def as_day(cell: Stored) -> date | None:
    """Return a day: of a date, a number of days as spreadsheets count them,
    2026.11.3, 2026年11月3日 or 20261103.

    Unclear: a year of two digits, a day of the lunar calendar, or no day at all.
    """
    if isinstance(cell, dict) and ("day" in cell or "moment" in cell):
        return date.fromisoformat(next(iter(cell.values()))[:10])
    if isinstance(cell, int | float) and int(cell) in SERIAL_DAYS:
        return DAY_ZERO + timedelta(days=int(cell))

    text = text_of(cell)
    if not text:
        return None
    found = DENSE_DAY.fullmatch(text) or FULL_DAY.fullmatch(text)
    if found and found[3]:
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            raise Unclear(_("There is no such day.")) from None
    raise _no_day(text)


def as_year(cell: Stored) -> int | None:
    """Return a year, of a day or alone. Unclear: as `as_day`, or before 1900."""
    if isinstance(cell, int | float) and int(cell) in YEARS:
        return int(cell)
    if isinstance(cell, dict) or not isinstance(cell, str):
        day = as_day(cell)
        return day.year if day else None

    text = text_of(cell)
    if not text:
        return None
    found = (
        YEAR.fullmatch(text) or FULL_DAY.fullmatch(text) or DENSE_DAY.fullmatch(text)
    )
    if found is None:
        raise _no_year(text)
    if found.re is not YEAR and found[3]:
        as_day(text)
    if int(found[1]) not in YEARS:
        raise Unclear(_("Write a year from 1900 on."))
    return int(found[1])


def _no_year(text: str) -> Unclear:
    if LUNAR.search(text) or SHORT_DAY.fullmatch(text):
        return _no_day(text)
    return Unclear(_("Write the year with four digits, such as 1968."))


def _no_day(text: str) -> Unclear:
    if LUNAR.search(text):
        return Unclear(
            _("Is this a day of the lunar calendar? Write the day as 2026-11-03.")
        )
    if SHORT_DAY.fullmatch(text):
        return Unclear(
            _("Which century is meant? Write the year with four digits: 2026-11-03.")
        )
    return Unclear(_("Write the day as 2026-11-03."))


def as_choice(cell: Stored, choices: dict[str, Any], words: str) -> Any:
    """Return what a word stands for; None for an empty cell. Unclear: not one of the
    words, which `words` lists.
    """
    text = as_name(cell)
    if not text:
        return None
    if text not in choices:
        raise Unclear(_("Write one of these: %(words)s.") % {"words": words})
    return choices[text]
