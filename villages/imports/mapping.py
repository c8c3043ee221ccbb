"""Sheets and columns of an upload: what they seem to be, and what somebody says they
are.
"""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from minshi.crypto import masked_phone
from minshi.errors import InputRefused
from villages.imports.cells import is_empty_row, shown
from villages.imports.columns import Column, is_number_of_papers
from villages.imports.heads import guessed, head_of
from villages.imports.kinds.base import VILLAGE, Kind
from villages.imports.left_out import why_left_out
from villages.imports.reading import Sheet
from villages.imports.reading.sheets import Row
from villages.models import ImportRun, Town, Village
from villages.models.imports import IS_IN, ImportState

DAY = re.compile(r"(19|20)\d\d-\d{1,2}-\d{1,2}")
NUMBER_OF_A_YEAR = re.compile(r"(19|20)\d\d-\d{1,4}")  # of a matter, BG-2026-0183
LONG_NUMBER = re.compile(r"\d[\d -]{5,}\d")
SAMPLED = 3  # values shown of each column
READ = (ImportState.CHECKED, ImportState.ENTERING, *IS_IN)


def described(
    sheets: Sequence[Sheet],
    kind: Kind,
    village: Village | None,
    heads: Mapping[int, int] | None = None,
) -> tuple[list[dict[str, Any]], list[list[list[str]]]]:
    """Return for each sheet what a page and a job need to know of it, and its first
    rows as texts.

    `heads` names the row of the head, from 0, of sheets where somebody said it. The
    first sheet with a known head is chosen, and with it all that have the same head.
    """
    columns = kind.columns_for(village)
    found: list[dict[str, Any]] = []
    samples = []
    for nth, sheet in enumerate(sheets):
        row = (heads or {}).get(nth)
        if row is not None and row >= len(sheet.rows):
            words = _("The sheet has only %(rows)s rows.") % {"rows": len(sheet.rows)}
            raise InputRefused.at(**{f"head-{nth}": words})
        head = head_of(sheet, columns, row)
        filled = [row for row in sheet.rows[head.first_row :] if not is_empty_row(row)]
        listed = (row for row in filled if not why_left_out(row, head.headings))
        first = list(islice(listed, SAMPLED))

        found.append(
            {
                "name": sheet.name,
                "rows": len(filled),
                "head": head.first_row,
                "headings": head.headings,
                "is_known": head.is_known or row is not None,
                "hidden": len(
                    [each for each in sheet.hidden if each >= head.first_row]
                ),
                "unvalued": _unvalued(sheet, head.headings),
                "defaults": kind.default_from_sheet(sheet.name),
                "chosen": False,
            }
        )
        samples.append([_as_texts(row) for row in first])

    _choose(found)
    return found, samples


def _as_texts(row: Row) -> list[str]:
    return [shown(cell) for cell in row]


def _unvalued(sheet: Sheet, headings: Sequence[str]) -> list[str]:
    """Return the headings of columns with formulas that were never worked out."""
    columns = sorted({column for _row, column in sheet.unvalued})
    return [headings[column] for column in columns if column < len(headings)]


def _choose(sheets: list[dict[str, Any]]) -> None:
    first = next((each for each in sheets if each["is_known"]), sheets[0])
    for each in sheets:
        each["chosen"] = each is first or (
            each["is_known"] and set(each["headings"]) == set(first["headings"])
        )


def first_mapping(
    sheets: Sequence[Mapping[str, Any]], kind: Kind, town: Town, village: Village | None
) -> dict[str, str]:
    """Return which column each heading seems to be: as it was said in the last list of
    the town that had it, else by the known names. That the village is left out is said
    anew each time: rows of another one would go in unseen.
    """
    headings = headings_of(sheets)
    mapping = guessed(headings, kind.columns_for(village))

    last = ImportRun.objects.filter(kind=kind.key, town=town, state__in=READ).first()
    remembered = last.mapping if last else {}
    keys = {column.key for column in kind.columns_for(village)}
    for heading in headings:
        key = remembered.get(heading)
        if key is None:
            continue
        is_free = key not in mapping.values() or mapping[heading] == key
        is_left_out = key == "" and mapping[heading] != VILLAGE
        if is_left_out or (key in keys and is_free):
            mapping[heading] = key
    return mapping


def headings_of(sheets: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the headings of the sheets with a known head, or of all where none has, in
    their order, each once, without empty ones.
    """
    known = [sheet for sheet in sheets if sheet["is_known"]]
    found: dict[str, None] = {}
    for sheet in known or sheets:
        found.update(dict.fromkeys(heading for heading in sheet["headings"] if heading))
    return list(found)


def sample_of(heading: str, run: ImportRun) -> list[str]:
    """Return the first values below a heading, of long numbers the end alone; none of
    numbers that are not kept.
    """
    if is_number_of_papers(heading):
        return []

    samples: list[list[list[str]]] = json.loads(run.samples or "[]")
    for sheet, rows in zip(run.sheets, samples, strict=False):
        if heading in sheet["headings"]:
            place = sheet["headings"].index(heading)
            texts = [row[place] for row in rows if place < len(row) and row[place]]
            return [LONG_NUMBER.sub(_masked, text) for text in texts]
    return []


def _masked(number: re.Match[str]) -> str:
    text = number[0].strip()
    if DAY.fullmatch(text) or NUMBER_OF_A_YEAR.fullmatch(text):
        return number[0]
    return masked_phone(number[0])


def check_mapping(
    mapping: Mapping[str, str],
    sheets: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
) -> None:
    """InputRefused: a column that is needed is missing in a chosen sheet, or two
    headings are said to be the same.
    """
    chosen = [sheet for sheet in sheets if sheet["chosen"]]
    if not chosen:
        raise InputRefused.at(sheets=_("Choose at least one sheet."))

    for sheet in chosen:
        keys = [mapping.get(heading, "") for heading in sheet["headings"]]
        for column in columns:
            if keys.count(column.key) > 1:
                words = _("Two columns are said to be “%(column)s”; leave one out.")
                raise InputRefused.at(columns=words % {"column": column.label})
            is_missing = column.key not in keys and column.key not in sheet["defaults"]
            if column.is_needed and is_missing:
                words = _("Say which column is “%(column)s”.")
                if len(sheets) > 1:
                    words = _("Sheet “%(sheet)s”: say which column is “%(column)s”.")
                words %= {"sheet": sheet["name"], "column": column.label}
                if column.key == VILLAGE:
                    words += _(" Or say of which village all of the list is.")
                    raise InputRefused.at(village=words)
                raise InputRefused.at(columns=words)


def papers_in(sheet: Mapping[str, Any], mapping: Mapping[str, str]) -> list[int]:
    """Return at which places of a row numbers of identity cards or the like stand that
    are no column of the list.
    """
    return [
        place
        for place, heading in enumerate(sheet["headings"])
        if is_number_of_papers(heading) and not mapping.get(heading)
    ]


def needs_village(run: ImportRun, kind: Kind) -> bool:
    """Tell whether each row of a list must say of which village it is."""
    return any(
        column.key == VILLAGE and column.is_needed
        for column in kind.columns_for(run.village)
    )


def is_all_of(village: Village | None, sheets: Sequence[dict[str, Any]]) -> None:
    """Note in the sheets of which village all rows are that name none themselves."""
    for sheet in sheets:
        sheet["defaults"].pop(VILLAGE, None)
        if village:
            sheet["defaults"][VILLAGE] = village.name


def places_of(sheet: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, int]:
    """Return at which place of a row each column stands."""
    places: dict[str, int] = {}
    for place, heading in enumerate(sheet["headings"]):
        key = mapping.get(heading, "")
        if key:
            places.setdefault(key, place)
    return places
