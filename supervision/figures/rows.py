"""The rows behind a figure: exactly those it counts."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cases.models import Case
from cases.models.choices import Confidentiality
from cases.models.scope import Sight
from minshi.errors import InputRefused
from supervision.figures.definitions import COUNTS, SPLITS
from supervision.figures.kinds import NONE, NOW, RECEIVED, SECRET, Count
from supervision.figures.periods import Days
from supervision.figures.reading import (
    AGE_BOUNDS,
    AGE_MARK,
    Reading,
    condition_now,
    condition_of_age,
)
from supervision.figures.tallying import BETWEEN, SPLIT_MARK, counted, on_days
from villages.requests import whole_number

MOST_KEYS = 300  # of one part: a county has some twenty towns
# What a row of a secret matter shows anyway: that it is there, its dates and its light.
# In the rows of any other figure it would show more.
TOLD_OF_SECRET = frozenset(
    {
        "case.received.count",
        "case.closed.count",
        "case.open.count",
        "case.overdue.count",
        "case.due_soon.count",
    }
)


@dataclass(frozen=True)
class Behind:
    """A figure whose rows are asked for, or a part of it: "topic|12", "age|30".

    InputRefused, made by `of`: there is no such figure or part.
    """

    count: Count
    part: str = ""

    @classmethod
    def of(cls, code: str, part: str = "") -> "Behind":
        count = COUNTS.get(code)
        if count is None:
            raise InputRefused("There are no rows of this figure.")

        kind, _mark, value = part.partition(SPLIT_MARK)
        if kind == AGE_MARK and count.code == "case.open.count":
            is_known = value in AGE_BOUNDS
        else:
            is_known = not part or _is_value(count, kind, value)
        if not is_known:
            raise InputRefused("There is no such part.")
        return cls(count, part)

    @property
    def tells_secret(self) -> bool:
        """True where the rows may show that a secret matter is among them."""
        is_whole = not self.part or self.part.startswith(AGE_MARK)
        return is_whole and self.count.code in TOLD_OF_SECRET

    @property
    def order(self) -> tuple[str, str]:
        if self.count.day == NOW:
            return ("due_at", "id")
        return (f"-{self.count.day}", "-id")

    def rows(self, reading: Reading, days: Days) -> QuerySet[Any]:
        """Return the matters counted, or the clocks of their rounds."""
        if self.count.day == NOW:
            where = condition_now(self.count.code, reading.at)
            if self.part:
                most = self.part.removeprefix(AGE_MARK + SPLIT_MARK)
                where &= condition_of_age(most, reading.at)
            return reading.cases().open().filter(where)

        rows = counted(self.count.day, reading.within)
        rows = rows.filter(on_days(self.count.day, [days]), self.count.condition)
        return self._of_part(rows) if self.part else rows

    def listed(self, rows: QuerySet[Any], sight: Sight) -> QuerySet[Any]:
        """Narrow the rows to those the reader may be shown: secret ones of others only
        where nothing more is told of them.
        """
        cases = Case.objects.counted_for(sight.user, sight.on)
        if not self.tells_secret:
            cases = cases.filter(Q(redacted=False))
        if self.count.is_of_rounds:
            return rows.filter(case__in=cases.values("pk"))
        return cases.filter(pk__in=rows.values("pk"))

    def _of_part(self, rows: QuerySet[Case]) -> QuerySet[Case]:
        kind, _mark, value = self.part.partition(SPLIT_MARK)
        split = SPLITS[kind]
        is_secret = Q(confidentiality=Confidentiality.SECRET)

        if value == SECRET:
            return rows.filter(is_secret)
        if split.is_telling:
            rows = rows.exclude(is_secret)

        rows = rows.annotate(parted_by=split.column)
        if value != NONE:
            return rows.filter(parted_by__in=value.split(BETWEEN))
        if split.labels:
            return rows.filter(parted_by="")
        return rows.filter(parted_by=None)


def _is_value(count: Count, kind: str, value: str) -> bool:
    """Tell whether a split of the matters received has such a value."""
    split = SPLITS.get(kind)
    if split is None or count.code != "case.received.count" or count.day != RECEIVED:
        return False
    if value == NONE or (split.is_telling and value == SECRET):
        return True
    if split.labels:
        return value in split.labels

    keys = value.split(BETWEEN)
    are_numbers = all(whole_number(key) is not None for key in keys)
    return are_numbers and len(keys) <= MOST_KEYS
