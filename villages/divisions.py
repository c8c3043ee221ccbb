"""Towns and villages from a file of statistical division codes: code, name, level,
parent_code.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from minshi.errors import InputRefused
from villages.finals import Final, changes_recorded, seal_all
from villages.models import Town, Village
from villages.named import TOWN, VILLAGE
from villages.naming import free_abbreviation, short_village_name

COLUMNS = ("code", "name", "level", "parent_code")
DIGITS = {"province": 2, "city": 4, "county": 6, "town": 9, "village": 12}
LONGEST_NAME = 40
SHOWN_ERRORS = 10
BATCH = 500

Node = TypeVar("Node", Town, Village)


class Division(NamedTuple):
    """One row of the file, and the line it stands in."""

    line: int
    code: str
    name: str
    level: str
    parent_code: str


@dataclass(frozen=True)
class Counts:
    """The numbers of rows that a load added and changed; a second load of the same file
    gives zeros.
    """

    towns_added: int = 0
    towns_changed: int = 0
    villages_added: int = 0
    villages_changed: int = 0


def load_divisions(lines: Iterable[str], under: str = "", *, at: datetime) -> Counts:
    """Bring towns and villages up to the file, all or nothing; `under` is a division
    code to stay below.

    Safe to repeat. A town's abbreviation is given once and never changed, because case
    numbers begin with it (domain §2). InputRefused: anything wrong with the file, by
    line, nothing written.
    """
    divisions = _read(lines)
    wanted = {code: row for code, row in divisions.items() if _is_under(code, under)}
    town_rows = _of_level(wanted, "town")
    village_rows = _of_level(wanted, "village")

    if under and not town_rows and not village_rows:
        text = _("The file has no town or village under the code %(code)s.")
        raise InputRefused(text % {"code": under})

    with transaction.atomic():
        towns = _save_towns(town_rows, divisions, at)
        villages = _save_villages(village_rows, at)

    return Counts(
        towns_added=towns.added,
        towns_changed=towns.changed,
        villages_added=villages.added,
        villages_changed=villages.changed,
    )


def _is_under(code: str, under: str) -> bool:
    return code.startswith(under) or under.startswith(code)


def _of_level(divisions: dict[str, Division], level: str) -> list[Division]:
    return sorted(row for row in divisions.values() if row.level == level)


def _read(lines: Iterable[str]) -> dict[str, Division]:
    """Return the divisions of a file by their codes. InputRefused: another header, no
    CSV, or rows with faults.
    """
    reader = csv.reader(_without_bom(lines))
    rows = []

    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        if header != COLUMNS:
            text = _("Line 1: the columns must be %(columns)s.")
            raise InputRefused(text % {"columns": ", ".join(COLUMNS)})

        for row in reader:
            if any(row):
                cells = [cell.strip() for cell in row]
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        text = _("Line %(line)s: this is not CSV (%(error)s).")
        words = {"line": reader.line_num, "error": error}
        raise InputRefused(text % words) from error

    return _checked(rows)


def _without_bom(lines: Iterable[str]) -> Iterable[str]:
    for number, line in enumerate(lines):
        yield line if number else line.removeprefix("\ufeff")


def _checked(rows: list[tuple[int, list[str]]]) -> dict[str, Division]:
    """Return the rows as divisions by code. InputRefused: every fault by its line."""
    divisions: dict[str, Division] = {}
    errors = []

    for line, cells in rows:
        fault = _fault_of(cells, divisions)
        if fault:
            text = _("Line %(line)s: %(fault)s")
            errors.append(text % {"line": line, "fault": fault})
        else:
            divisions[cells[0]] = Division(line, *cells)

    for row in divisions.values():
        if row.level in ("town", "village") and row.parent_code not in divisions:
            text = _(
                "Line %(line)s: the division it belongs to, %(parent)s, is not in the"
                " file."
            )
            errors.append(text % {"line": row.line, "parent": row.parent_code})

    if errors:
        raise InputRefused("\n".join(_shortened(errors)))
    return divisions


def _fault_of(cells: list[str], earlier: dict[str, Division]) -> str:
    """Return the first fault of a row in plain words; empty where there is none."""
    if len(cells) != len(COLUMNS):
        return _("it has %(found)s cells instead of 4.") % {"found": len(cells)}

    code, name, level, parent_code = cells
    digits = DIGITS.get(level)
    if digits is None:
        text = _(
            "the level “%(level)s” is not one of province, city, county, town, village."
        )
        return text % {"level": level}

    if len(code) != digits or not (code.isascii() and code.isdigit()):
        text = _("the code of this level has %(digits)s digits, not “%(code)s”.")
        return text % {"digits": digits, "code": code}

    if not name or len(name) > LONGEST_NAME:
        text = _("the name must have 1 to %(longest)s characters.")
        return text % {"longest": LONGEST_NAME}

    if code in earlier:
        text = _("the code %(code)s was already used in line %(line)s.")
        return text % {"code": code, "line": earlier[code].line}

    if level in ("town", "village") and not code.startswith(parent_code):
        text = _(
            "the code %(code)s does not begin with that of its parent, %(parent)s."
        )
        return text % {"code": code, "parent": parent_code}

    return ""


def _shortened(errors: list[str]) -> list[str]:
    """Return the first errors, and in the last line how many more there are."""
    shown = errors[:SHOWN_ERRORS]
    more = len(errors) - len(shown)
    if more:
        shown.append(_("… and %(count)s more.") % {"count": more})
    return shown


class SavedRows(NamedTuple):
    """The numbers of rows added and changed."""

    added: int
    changed: int


def _save_towns(
    rows: list[Division], divisions: dict[str, Division], at: datetime
) -> SavedRows:
    stored = {town.code: town for town in Town.objects.all()}
    taken = {town.abbreviation for town in stored.values()}

    def as_town(row: Division) -> Town:
        county = divisions[row.parent_code]
        town = stored.get(row.code) or Town(code=row.code)

        town.name = row.name
        town.county_code = county.code
        town.county_name = county.name
        if not town.abbreviation:
            town.abbreviation = free_abbreviation(row.name, county.name, taken)
            taken.add(town.abbreviation)

        return town

    fields = ("name", "county_code", "county_name")
    return _save(Town, TOWN, rows, stored, as_town, fields, at)


def _save_villages(rows: list[Division], at: datetime) -> SavedRows:
    stored = {village.code: village for village in Village.objects.all()}
    towns = dict(Town.objects.values_list("code", "pk"))

    def as_village(row: Division) -> Village:
        village = stored.get(row.code) or Village(code=row.code)
        village.official_name = row.name
        village.name = short_village_name(row.name)
        village.town_id = towns[row.parent_code]
        return village

    fields = ("name", "official_name", "town_id")
    return _save(Village, VILLAGE, rows, stored, as_village, fields, at)


def _save(
    model: type[Node],
    final: Final,
    rows: list[Division],
    stored: dict[str, Node],
    build: Callable[[Division], Node],
    fields: tuple[str, ...],
    at: datetime,
) -> SavedRows:
    """Add the new nodes and rewrite the changed ones, in batches, and record them."""

    def values_of(node: Node) -> list[object]:
        return [getattr(node, field) for field in fields]

    # before `build` writes into the stored nodes
    before = {code: values_of(node) for code, node in stored.items()}

    added: list[Node] = []
    changed: list[Node] = []
    for row in rows:
        node = build(row)
        if node.pk is None:
            added.append(node)
        elif values_of(node) != before[node.code]:
            changed.append(node)

    columns = [field.removesuffix("_id") for field in fields]
    model._default_manager.bulk_create(added, batch_size=BATCH)
    seal_all(final, [node.pk for node in added], at=at)
    with changes_recorded(final, [node.pk for node in changed], at=at):
        model._default_manager.bulk_update(changed, columns, batch_size=BATCH)
    return SavedRows(len(added), len(changed))
