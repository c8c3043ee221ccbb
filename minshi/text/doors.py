"""Doors in a text: a house by its group and number, or by its lane and number, found in
whatever form people write them: 三组19号, 3社十九户, 三组的第19号, 19号红旗巷. And its
number by itself, beside a word of a dwelling: 那个19号院, 门牌十九.
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
# said between a group or a lane and the number of the house: 三组的第19号,
# 三组门牌号19, 红旗巷No.19, and 红旗巷#19, where # is read as 号
NUMBER_SIGN = "(?:号码?|编号|门牌号?码?|牌号|no|nr?|num(?:ber)?|hao)"
BETWEEN = f"(?:[的里住是为家第]|住在|{NUMBER_SIGN}){{0,3}}"
HOUSE = "(?:号|户|室)"
HOUSE_SIGNS = str.maketrans("#＃", "号号")  # 19# is 19号
# by which a number is a dwelling's: 19号院, 第19家, 门牌19, 户号19
BEHIND_HOUSE = "(?:号|户|室|院|栋|幢)"
BEFORE_HOUSE = "(?:门牌号?码?|[户院房门屋宅编]号)[是为第]?"
LONGEST_WAY = 12  # letters between a group and the house: 三组靠河边的那个19号院
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
# every number of an address but its group's and its telephones': 15 of 3组15,电话…
HOUSE_IN_ADDRESS = re.compile(
    rf"(?<![\d-])0*(?P<number>{NUMBER})(?![\d-])(?!{GROUP_UNIT}|{ENTRANCE_UNIT})"
)
# building, entrance and flat, which are written 3-2-301 too
FLAT = re.compile(
    rf"(\d{{1,4}}){BUILDING_UNIT}(?:(\d{{1,4}}){ENTRANCE_UNIT})?(\d{{1,4}})(?!{UNIT})"
)
NUMBERED_UNIT = re.compile(rf"(?P<number>\d{{1,4}})(?P<unit>{UNIT})")

# --- what is no door behind its number: 三组19人, 三组19.5亩
COUNTED = re.compile(
    r"\s*(?:[人名位个亩米里斤吨元块日月年点次棵根盏岁天届度条头只袋车万亿千百%％]"
    r"|公[里斤分顷]|[.．:：]\d)"
)
COMMA = re.compile("[,，、﹐﹑:：]")
SENTENCE_ENDS = re.compile(r"[。！？!?；;]")


@dataclass(frozen=True)
class Door:
    """The number of a house, and what stands before it, as a pattern: group or lane."""

    place: str
    digits: str  # of the number, without what parts them: 153 of 15-3
    is_of_lane: bool

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield the parts of a text that name this door, with 号 or 户 or without.

        Where more stands between group and house, the house alone: half the village
        lives in the group.
        """
        if self.digits in text.in_digits.plain:
            patterns = _patterns(self.place, self.digits, self.is_of_lane)
            yield from _doors_found(text, patterns)


@dataclass(frozen=True)
class House:
    """The number of a house in the words of whoever lives there, without its group."""

    digits: str
    is_of_several: bool = False  # building, entrance and flat: 3-2-301

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield where it stands beside a word of a dwelling; so does a day: 15号."""
        if self.digits in text.in_digits.plain:
            patterns = _patterns_of_house(self.digits, self.is_of_several)
            yield from _doors_found(text, patterns)


class AnyDoor:
    """The doors of a text that are told by their groups: 五组77号, whoever's."""

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield them; counted people and months behind a group are none."""
        if UNIT_OR_LANE.search(text.plain):
            patterns = _patterns(rf"\d{{1,4}}{UNIT}", r"\d{1,4}", is_of_lane=False)
            yield from _doors_found(text, patterns)


@lru_cache(maxsize=1024)
def _patterns(place: str, digits: str, is_of_lane: bool) -> tuple[re.Pattern[str], ...]:
    lane = "" if is_of_lane else rf"(?:[{HAN}]{{1,6}}?{LANE})?"
    number = f"(?P<number>0{{0,3}}{digits})"
    way = rf"\D{{0,{LONGEST_WAY}}}?"
    patterns = [
        f"(?P<door>第?{place}{lane}{BETWEEN}{number}{HOUSE}?)",
        f"第?{place}{way}(?P<door>{number}{BEHIND_HOUSE})",  # 三组靠河边的15号院
        rf"(?P<door>{number}{BEHIND_HOUSE}\D?{place})",  # 19号（三组）, 19号红旗巷
        f"(?P<door>{NUMBER_SIGN}{number}{place})",  # No.19红旗巷
    ]
    return tuple(map(re.compile, patterns))


@lru_cache(maxsize=1024)
def _patterns_of_house(digits: str, is_of_several: bool) -> tuple[re.Pattern[str], ...]:
    number = f"(?P<number>0{{0,3}}{digits})"
    if is_of_several:
        return (re.compile(f"(?P<door>{number}{BEHIND_HOUSE}?)"),)

    patterns = [
        f"(?P<door>{number}{BEHIND_HOUSE})",
        f"(?P<door>{BEFORE_HOUSE}{number})",
        f"(?P<door>第{number}家)",
    ]
    return tuple(map(re.compile, patterns))


def _doors_found(
    text: Letters, patterns: tuple[re.Pattern[str], ...]
) -> Iterator[Span]:
    read = _read_doors(text)
    for pattern in patterns:
        for found in pattern.finditer(read.plain):
            if _is_door(read, found):
                begin, end = found.span("door")
                yield read.span(begin, end - begin)


def _read_doors(text: Letters) -> Letters:
    """Return a text in digits and with 号 for #; each character keeps its place."""
    plain = text.text.translate(HOUSE_SIGNS)
    return text.in_digits if plain == text.text else Letters(plain).in_digits


def _is_door(text: Letters, found: re.Match[str]) -> bool:
    """Return True for a number that is all there is, in one sentence with its group,
    and counts nothing: not 三组19人.
    """
    begin, end = found.span("number")
    edges = (found.start() - 1, begin - 1, end - 1)
    if any(is_inside_number(text, edge) for edge in edges):
        return False
    for gap in text.gaps(begin, end - begin):
        if len(gap.strip()) > LONGEST_GAP or COMMA.search(gap):
            return False
    if any(map(SENTENCE_ENDS.search, text.gaps(found.start(), len(found[0])))):
        return False

    has_word_behind = found.end() != end
    _begin, after = text.span(begin, end - begin)
    return has_word_behind or not COUNTED.match(text.text[after:])


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


def houses_in(address: str) -> Iterator[House]:
    """Yield the houses that an address names: 15 of 白关村2组15（东头）, of
    阳光小区3-2-301 that and 301.
    """
    plain = searchable(address.translate(HOUSE_SIGNS))
    for found in HOUSE_IN_ADDRESS.finditer(plain):
        parts = found["number"].split("-")
        yield House(parts[-1])
        if len(parts) > 1:
            yield House(_digits(found), is_of_several=True)
    for flat in FLAT.finditer(plain):
        yield House("".join(filter(None, flat.groups())), is_of_several=True)


def _digits(door: re.Match[str]) -> str:
    return door["number"].replace("-", "")


def _kind_of(unit: str) -> str:
    """Return the pattern of all units that stand for this one."""
    return next(kind for kind in UNITS if re.fullmatch(kind, unit))
