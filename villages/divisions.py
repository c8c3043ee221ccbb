"""Towns and villages from a file of statistical division codes: code, name, level,
parent_code.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from minshi.errors import InputRefused
from villages.models import Town, Village
from villages.naming import free_abbreviation, short_village_name

COLUMNS = ("code", "name", "level", "parent_code")
DIGITS = {"province": 2, "city": 4, "county": 6, "town": 9, "village": 12}
LONGEST_NAME = 40
SHOWN_ERRORS = 10
BATCH = 500

Node = TypeVar("Node", Town, Village)


class Division(NamedTuple):
    line: int
    code: str
    name: str
    level: str
    parent_code: str


@dataclass(frozen=True)
class Counts:
    """How many rows a load added and changed; a second load of the same file gives
    zeros.
    """

    towns_added: int = 0
    towns_changed: int = 0
    villages_added: int = 0
    villages_changed: int = 0


def load_divisions(lines: Iterable[str], under: str = "") -> Counts:
    """Bring towns and villages up to the file, all or nothing; `under` is a division
    code to stay below.

    Safe to repeat. A town's abbreviation is given once and never changed, because case
    numbers begin with it (domain §2). InputRefused: anything wrong with the file, by
    line, nothing written.
    """
    divisions = _read(lines)
    wanted = {code: row for code, row in divisions.items() if _is_under(code, under)}
    if under and not any(row.level in ("town", "village") for row in wanted.values()):
        raise InputRefused(
            _("The file has no town or village under the code %(code)s.")
            % {"code": under}
        )
    with transaction.atomic():
        towns_added, towns_changed = _save_towns(_of_level(wanted, "town"), divisions)
        villages_added, villages_changed = _save_villages(_of_level(wanted, "village"))
    return Counts(towns_added, towns_changed, villages_added, villages_changed)


def _is_under(code: str, under: str) -> bool:
    return code.startswith(under) or under.startswith(code)


def _of_level(divisions: dict[str, Division], level: str) -> list[Division]:
    return sorted(row for row in divisions.values() if row.level == level)


def _read(lines: Iterable[str]) -> dict[str, Division]:
    reader = csv.reader(_without_bom(lines))
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        if header != COLUMNS:
            raise InputRefused(
                _("Line 1: the columns must be %(columns)s.")
                % {"columns": ", ".join(COLUMNS)}
            )
        rows = [
            (reader.line_num, [cell.strip() for cell in row])
            for row in reader
            if any(row)
        ]
    except csv.Error as error:
        raise InputRefused(
            _("Line %(line)s: this is not CSV (%(error)s).")
            % {
                "line": reader.line_num,
                "error": error,
            }
        ) from error
    return _checked(rows)


def _without_bom(lines: Iterable[str]) -> Iterable[str]:
    for number, line in enumerate(lines):
        yield line if number else line.removeprefix("\ufeff")


def _checked(rows: list[tuple[int, list[str]]]) -> dict[str, Division]:
    divisions: dict[str, Division] = {}
    errors = []
    for line, cells in rows:
        fault = _fault_of(cells, divisions)
        if fault:
            errors.append(
                _("Line %(line)s: %(fault)s") % {"line": line, "fault": fault}
            )
        else:
            divisions[cells[0]] = Division(line, *cells)
    errors += [
        _("Line %(line)s: the division it belongs to, %(parent)s, is not in the file.")
        % {"line": row.line, "parent": row.parent_code}
        for row in divisions.values()
        if row.level in ("town", "village") and row.parent_code not in divisions
    ]
    if errors:
        raise InputRefused("\n".join(_shortened(errors)))
    return divisions


def _fault_of(cells: list[str], earlier: dict[str, Division]) -> str:
    """What is wrong with one row, in plain words; empty when nothing is."""
    if len(cells) != len(COLUMNS):
        return _("it has %(found)s cells instead of 4.") % {"found": len(cells)}
    code, name, level, parent_code = cells
    digits = DIGITS.get(level)
    if digits is None:
        return _(
            "the level “%(level)s” is not one of province, city, county, town, village."
        ) % {"level": level}
    if len(code) != digits or not (code.isascii() and code.isdigit()):
        return _("the code of this level has %(digits)s digits, not “%(code)s”.") % {
            "digits": digits,
            "code": code,
        }
    if not name or len(name) > LONGEST_NAME:
        return _("the name must have 1 to %(longest)s characters.") % {
            "longest": LONGEST_NAME
        }
    if code in earlier:
        return _("the code %(code)s was already used in line %(line)s.") % {
            "code": code,
            "line": earlier[code].line,
        }
    if level in ("town", "village") and not code.startswith(parent_code):
        return _(
            "the code %(code)s does not begin with that of its parent, %(parent)s."
        ) % {
            "code": code,
            "parent": parent_code,
        }
    return ""


def _shortened(errors: list[str]) -> list[str]:
    more = len(errors) - SHOWN_ERRORS
    return errors[:SHOWN_ERRORS] + (
        [_("… and %(count)s more.") % {"count": more}] if more > 0 else []
    )


def _save_towns(
    rows: list[Division], divisions: dict[str, Division]
) -> tuple[int, int]:
    known = {town.code: town for town in Town.objects.all()}
    taken = {town.abbreviation for town in known.values()}

    def as_town(row: Division) -> Town:
        county = divisions[row.parent_code]
        town = known.get(row.code) or Town(code=row.code)
        town.name, town.county_code, town.county_name = (
            row.name,
            county.code,
            county.name,
        )
        if not town.abbreviation:
            town.abbreviation = free_abbreviation(row.name, county.name, taken)
            taken.add(town.abbreviation)
        return town

    return _save(Town, rows, known, as_town, ("name", "county_code", "county_name"))


def _save_villages(rows: list[Division]) -> tuple[int, int]:
    known = {village.code: village for village in Village.objects.all()}
    towns = dict(Town.objects.values_list("code", "pk"))

    def as_village(row: Division) -> Village:
        village = known.get(row.code) or Village(code=row.code)
        village.official_name, village.name = row.name, short_village_name(row.name)
        village.town_id = towns[row.parent_code]
        return village

    return _save(Village, rows, known, as_village, ("name", "official_name", "town_id"))


def _save(
    model: type[Node],
    rows: list[Division],
    known: dict[str, Node],
    build: Callable[[Division], Node],
    fields: tuple[str, ...],
) -> tuple[int, int]:
    """Adds the new and rewrites the changed, in batches; returns both counts."""
    before = {
        code: [getattr(node, field) for field in fields] for code, node in known.items()
    }
    nodes = [build(row) for row in rows]
    added = [node for node in nodes if node.pk is None]
    changed = [
        node
        for node in nodes
        if node.pk and before[node.code] != [getattr(node, field) for field in fields]
    ]
    model._default_manager.bulk_create(added, batch_size=BATCH)
    model._default_manager.bulk_update(
        changed, [field.removesuffix("_id") for field in fields], batch_size=BATCH
    )
    return len(added), len(changed)
