"""The 41 sample matters, and their repetition over the year."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cases.models.choices import ONLINE_CHANNELS, Channel, Confidentiality

FILE = Path(__file__).with_name("sample_cases.csv")
NUMERALS = "一二三四五六七八九十"
OF_A_GROUP = re.compile(r"[一二三四五六](?=[社组](?!区))")


@dataclass(frozen=True)
class Sample:
    no: int
    title: str
    verbatim: str
    category: str
    topic: str
    grade: str
    channel: str
    path: str  # settle, decide, divert
    handling: str
    level: str
    confidentiality: str
    days: int
    result: str
    satisfaction: str
    solved: str
    open_stage: str

    @property
    def stays_open(self) -> bool:
        return bool(self.open_stage)

    @property
    def may_be_repeated(self) -> bool:
        return not self.open_stage and self.confidentiality == Confidentiality.NORMAL

    @property
    def at_the_counter(self) -> bool:
        """True where the villager stands there while it is settled; any other settled
        matter gets its answer later.
        """
        return self.path == "settle" and self.channel == Channel.TALK_ROOM

    @property
    def is_online(self) -> bool:
        return self.channel in ONLINE_CHANNELS


def read_samples() -> list[Sample]:
    with FILE.open(encoding="utf-8") as lines:
        return [
            Sample(**{**row, "no": int(row["no"]), "days": int(row["days"])})  # type: ignore[arg-type]
            for row in csv.DictReader(lines)
        ]


def repeated(samples: list[Sample], count: int, rng: Random) -> Iterator[Sample]:
    """Return `count` samples, each of those that may be repeated equally often, in no
    order.
    """
    pool = [sample for sample in samples if sample.may_be_repeated]
    drawn: list[Sample] = []
    for _ in range(count // len(pool) + 1):
        drawn += rng.sample(pool, len(pool))

    return iter(drawn[:count])


def in_group(text: str, number: int) -> str:
    """The text about another villagers' group: 二社路灯不亮 → 四社路灯不亮."""
    return OF_A_GROUP.sub(NUMERALS[number - 1], text)
