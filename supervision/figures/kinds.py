"""The kinds of figures, and the ways in which what was received is parted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.translation import pgettext_lazy

from cases.models.choices import Confidentiality
from minshi.errors import Text

NOT_SAID = pgettext_lazy("figure", "not said")
FEWEST = 5  # of fewer no share and no median is worked out, and no small cell leaves

# the day by which a figure belongs to a period
RECEIVED = "registered_at"
CLOSED = "closed_at"
ROUND_ENDED = "stopped_at"  # of a clock: its rows are rounds of matters
NOW = ""  # as things stand, whatever the period


@dataclass(frozen=True)
class Count:
    """A number of matters, or of rounds of them."""

    code: str
    label: Text
    meaning: Text
    day: str
    condition: Q = field(default_factory=Q)

    @property
    def is_of_rounds(self) -> bool:
        return self.day == ROUND_ENDED

    @property
    def unit(self) -> Text:
        if self.is_of_rounds:
            return pgettext_lazy("figure", "rounds")
        return pgettext_lazy("figure", "matters")


@dataclass(frozen=True)
class Share:
    """One count in hundredths of another; its n is the second of them."""

    code: str
    label: Text
    meaning: Text
    part: str
    whole: str

    @property
    def unit(self) -> Text:
        return pgettext_lazy("figure", "%")


@dataclass(frozen=True)
class Spread:
    """Median and nine tenths of the calendar days from taking down to a moment, the
    earliest of `until`.
    """

    code: str
    label: Text
    meaning: Text
    day: str
    until: tuple[str | Combinable, ...]

    @property
    def unit(self) -> Text:
        return pgettext_lazy("figure", "days")


@dataclass(frozen=True)
class PerThousand:
    """One count for each thousand inhabitants."""

    code: str
    label: Text
    meaning: Text
    part: str

    @property
    def unit(self) -> Text:
        return pgettext_lazy("figure", "per 1,000 inhabitants")


Figure = Count | Share | Spread | PerThousand


@dataclass(frozen=True)
class Split:
    """A way to part the matters received; `labels` of a set that is known, else the
    values are keys of rows.

    `is_telling`: the value tells of a secret matter what it is about or where, so such
    a matter is counted under a value of its own.
    """

    key: str
    label: Text
    column: str | Combinable
    labels: Mapping[str, Text] = field(default_factory=dict)
    without: Text = NOT_SAID
    is_telling: bool = False


SECRET = Confidentiality.SECRET.value  # under which secret matters stand
NONE = "none"
