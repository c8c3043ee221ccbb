"""Doors in a text: a house by its group and number, or by its lane and number, found in
whatever form people write them: 三组19号, 3社十九户, 三组的第19号, 19号红旗巷.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from minshi.text.folding import HAN, searchable
from minshi.text.letters import Letters, Span
from minshi.text.papers import LONGEST_GAP, is_inside_number

# --- what a number stands before, to name a part of a village or of a house
GROUP_UNIT = "(?:村民小组|村民组|生产队|小组|组|社|队)"
BUILDING_UNIT = "(?:号楼|栋|幢|座|楼)"
ENTRANCE_UNIT = "(?:单元)"
# of one kind they stand for one another: 三组19号 is 三社19号
UNITS = (GROUP_UNIT, BUILDING_UNIT, ENTRANCE_UNIT)
UNIT = f"(?:{'|'.join(UNITS)})"
LANE = "(?:巷子|巷|路|街道|大街|街|弄|胡同|大道)"
UNIT_OR_LANE = re.compile(f"{UNIT}|{LANE}")
# said between a group and the number of the house: 三组的第19号, 三组门牌号19
BETWEEN = "(?:[的里住是为家第]|住在|门牌号?码?){0,3}"
HOUSE = "(?:号|户|室)"
NUMBER = r"\d{1,4}(?:-\d{1,4})*"

# --- a value that is a door, and nothing else
DOOR_OF_UNITS = re.compile(
    rf"(?P<units>(?:第?\d{{1,4}}{UNIT})+)[-,、]?{BETWEEN}(?P<number>{NUMBER}){HOUSE}?#?"
)
DOOR_AFTER_UNITS = re.compile(
    rf"(?P<units>(?:第?\d{{1,4}}{UNIT})+).*?(?P<number>{NUMBER}){HOUSE}?#?"
)
# no part of what a village is called: 红旗巷 of 柳河村红旗巷
OF_LANE = rf"(?:(?![村镇乡县区市州省组社队户])[{HAN}]){{1,6}}?{LANE}"
DOOR_OF_LANE = re.compile(
    rf"(?P<lane>{OF_LANE}){BETWEEN}(?P<number>{NUMBER}){HOUSE}?#?"
)
# within an address, and no building of it: 东街3栋2单元
LANE_AND_HOUSE = re.compile(
    rf"(?P<lane>{OF_LANE}){BETWEEN}(?P<number>{NUMBER})(?:号(?!楼)|[户室#]|$|(?=[^\w-]))"
)
HOUSE_BEFORE_LANE = re.compile(rf"(?P<number>{NUMBER})号(?P<lane>{OF_LANE})")
NUMBERED_UNIT = re.compile(rf"(?P<number>\d{{1,4}})(?P<unit>{UNIT})")

# --- what is no door behind its number: 三组19人, 三组19.5亩
COUNTED = re.compile(
    r"\s*(?:[人名位个亩米里斤吨元块日月年点次棵根盏岁天届度条头只袋车万亿千百%％]"
    r"|公[里斤分顷]|[.．:：]\d)"
)
COMMA = re.compile("[,，、﹐﹑:：]")
SENTENCE_ENDS = re.compile(r"[。！？!?；;\n\r]")


@dataclass(frozen=True)
class Door:
    """The number of a house, and what stands before it, as a pattern: group or lane."""

    place: str
    digits: str  # of the number, without what parts them: 153 of 15-3
    is_of_lane: bool

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield the parts of a text that name this door, with 号 or 户 or without."""
        read = text.in_digits
        if self.digits not in read.plain:
            return
        for pattern in _patterns(self.place, self.digits, self.is_of_lane):
            for found in pattern.finditer(read.plain):
                if self._is_meant(read, found):
                    yield read.span(found.start(), len(found[0]))

    def _is_meant(self, text: Letters, found: re.Match[str]) -> bool:
        begin, end = found.span("number")
        first, _last = found.span("door")
        is_part = is_inside_number(text, first - 1) or is_inside_number(text, end - 1)
        if is_part or not self._is_together(text, found):
            return False
        if found.end() != end:
            return True  # 号 or a lane behind it
        _begin, after = text.span(begin, end - begin)
        return not COUNTED.match(text.text[after:])

    def _is_together(self, text: Letters, found: re.Match[str]) -> bool:
        """Return True where a few signs stand between, and no comma in a number."""
        letters = found[0]
        for nth, gap in enumerate(text.gaps(found.start(), len(letters))):
            if len(gap.strip()) > LONGEST_GAP or SENTENCE_ENDS.search(gap):
                return False
            if letters[nth : nth + 2].isdigit() and COMMA.search(gap):
                return False
        return True


@lru_cache(maxsize=1024)
def _patterns(place: str, digits: str, is_of_lane: bool) -> tuple[re.Pattern[str], ...]:
    lane = "" if is_of_lane else rf"(?:[{HAN}]{{1,6}}?{LANE})?"
    number = f"0{{0,3}}(?P<number>{digits})"
    patterns = [
        f"第?(?P<door>{place}){lane}{BETWEEN}{number}{HOUSE}?",
        f"第?(?P<door>{number}号{BETWEEN}{place})",  # 19号（三组）, 19号红旗巷
    ]
    return tuple(map(re.compile, patterns))


def door_of_value(value: str) -> Door | None:
    """Return the door that a value is, and nothing else; None for any other."""
    if not UNIT_OR_LANE.search(value):
        return None
    plain = searchable(value).replace(" ", "")

    found = DOOR_OF_UNITS.fullmatch(plain)
    if found:
        places = []
        for unit in NUMBERED_UNIT.finditer(found["units"]):
            places.append(unit["number"] + _kind_of(unit["unit"]))
        return Door("".join(places), _digits(found), is_of_lane=False)

    found = DOOR_OF_LANE.fullmatch(plain) or HOUSE_BEFORE_LANE.fullmatch(plain)
    if found:
        return Door(re.escape(found["lane"]), _digits(found), is_of_lane=True)
    return None


def door_after_units(part: str) -> str:
    """Return group and house of a part of an address that has a lane or more between
    them: 3组19号 of 三组红旗巷19号; "" where there is nothing between.
    """
    if door_of_value(part):
        return ""
    found = DOOR_AFTER_UNITS.fullmatch(searchable(part).replace(" ", ""))
    return f"{found['units']}{found['number']}号" if found else ""


def doors_of_lanes(address: str) -> Iterator[str]:
    """Yield the lanes of an address with their houses: 红旗巷19号."""
    if not UNIT_OR_LANE.search(address):
        return
    plain = searchable(address).replace(" ", "")
    for pattern in (LANE_AND_HOUSE, HOUSE_BEFORE_LANE):
        for found in pattern.finditer(plain):
            yield f"{found['lane']}{found['number']}号"


def _digits(door: re.Match[str]) -> str:
    return door["number"].replace("-", "")


def _kind_of(unit: str) -> str:
    """Return the pattern of all units that stand for this one."""
    return next(kind for kind in UNITS if re.fullmatch(kind, unit))
