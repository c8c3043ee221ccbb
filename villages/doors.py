"""Doors of households as people say and write them: 二组十五号, ２组１５号, 15号."""

import re
from dataclasses import dataclass

from django.db.models import Q

from minshi.text import searchable
from minshi.text.doors import BETWEEN, GROUP_UNIT, HOUSE

DOOR = re.compile(
    rf"第?(?P<group>\d{{1,4}}){GROUP_UNIT}[-,、]?{BETWEEN}"
    rf"(?P<of_group>\d{{1,4}}){HOUSE}?#?"
    r"|第?(?P<number>\d{1,4})[号户]"
)


@dataclass(frozen=True)
class Door:
    """The number of a household, and of its group where that is said."""

    number: int
    group: int | None

    def of_households(self, path: str = "") -> Q:
        """Return the condition for rows whose household is reached by `path`."""
        condition = Q(**{f"{path}number": self.number})
        if self.group is not None:
            condition &= Q(**{f"{path}group__number": self.group})
        return condition


def door_of(text: str) -> Door | None:
    """Return the door that a text names and nothing else; None for any other text."""
    named = DOOR.fullmatch(searchable(text).replace(" ", ""))
    if named is None:
        return None
    if named["group"]:
        return Door(int(named["of_group"]), int(named["group"]))
    return Door(int(named["number"]), None)
