"""A town's roll as it comes: a spreadsheet with a line for each resident of its
villages, drawn anew the same on every machine.
"""

import io
from collections.abc import Iterator, Sequence
from random import Random

from xlsxwriter import Workbook

from minshi.demo.draws import draws_from
from minshi.demo.names import GIVEN, SURNAMES, YOUNG_SINCE
from villages.models import Group
from villages.models.grid import Sex

HEAD = (
    "村名",
    "组别",
    "户号",
    "户主姓名",
    "姓名",
    "与户主关系",
    "性别",
    "出生日期",
    "民族",
    "身份证号",
    "联系电话",
    "备注",
)
# behind the doors that the town has already
FIRST_DOOR = 1001
SEED = 2
HAS_PHONE_SHARE = 0.6
IN_SEXES = {Sex.MALE: "男", Sex.FEMALE: "女"}
RELATIONS = {Sex.MALE: ("子", "孙子", "父亲"), Sex.FEMALE: ("女", "儿媳", "母亲")}
LARGEST_FAMILY = 6


def roll_of(groups: Sequence[Group], people: int) -> bytes:
    """Return a spreadsheet of so many people, families of up to six behind doors of all
    the groups in turn.
    """
    out = io.BytesIO()
    with Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row(0, 0, HEAD)
        for number, line in enumerate(_lines(groups, people), 1):
            sheet.write_row(number, 0, line)
    return out.getvalue()


def _lines(groups: Sequence[Group], people: int) -> Iterator[list[str | int]]:
    rng = draws_from(SEED)
    drawn = 0
    turn = 0
    while drawn < people:
        group = groups[turn % len(groups)]
        door = FIRST_DOOR + turn // len(groups)
        turn += 1

        size = min(rng.randint(2, LARGEST_FAMILY), people - drawn)
        names = _names(rng, size)
        for nth, (name, sex, born) in enumerate(names):
            drawn += 1
            relation = "户主" if nth == 0 else rng.choice(RELATIONS[sex])
            phone = f"1620{drawn:07d}" if rng.random() < HAS_PHONE_SHARE else ""
            yield [
                group.village.name,
                group.number,
                door,
                names[0][0],
                name,
                relation,
                IN_SEXES[sex],
                f"{born}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
                "汉族",
                f"621226{born}{drawn:08d}",
                phone,
                "",
            ]


def _names(rng: Random, size: int) -> list[tuple[str, Sex, int]]:
    """Draw so many people of one surname, each with another name."""
    surname = rng.choice(SURNAMES)
    people: dict[str, tuple[str, Sex, int]] = {}
    while len(people) < size:
        sex = rng.choice((Sex.MALE, Sex.FEMALE))
        born = rng.randint(1935, 2020)
        age = "young" if born >= YOUNG_SINCE else "old"
        given = rng.choice(GIVEN[sex, age])[-1] + rng.choice(GIVEN[sex, age])[-1]
        name = surname + given
        people.setdefault(name, (name, sex, born))
    return list(people.values())
