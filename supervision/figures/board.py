"""A place's page of figures: six numbers, what they were before, the weeks, the topics,
how long what is open has been, what is at risk, and the parts of the place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import Case, Topic
from cases.models.choices import Light
from cases.models.scope import Sight, has_light
from cases.privacy.redactor import title_for
from minshi.errors import Text
from supervision.figures.definitions import (
    COUNTS,
    IN_SHORT,
    PER_THOUSAND,
    SHARES,
    SPLITS,
    SPREADS,
)
from supervision.figures.kinds import NONE, SECRET
from supervision.figures.people import inhabitants_by_part
from supervision.figures.periods import Days
from supervision.figures.places import Place, parts_of
from supervision.figures.reading import AGE_BOUNDS, AGE_MARK, AGES, Figures, Reading
from supervision.figures.shown import (
    per_thousand,
    share_in_short,
    share_in_words,
    spread_in_words,
)
from supervision.figures.small import (
    REST,
    Cell,
    first_of,
    may_name_few,
    together_by_name,
    topics_of,
)
from supervision.figures.tallying import BETWEEN, split_key
from supervision.figures.trend import Week, by_week, weeks_until
from villages.models import Group, Office

AT_RISK = 8
TOPICS = 12  # rows of topics; all others stand together in one more
# the figures of the table, in its order
COMPARED = (
    "case.received.count",
    "case.online.count",
    "case.accepted.count",
    "case.completed.count",
    "case.concluded.count",
    "case.closed.count",
    *SHARES,
    *SPREADS,
    "case.chased.count",
    "case.reopened.count",
    "case.redone.count",
    "case.handed_back.count",
    "case.extended.count",
    "case.suspended.count",
    "case.repeated.count",
)


@dataclass(frozen=True)
class Links:
    """Addresses of the rows behind figures of a place and a period."""

    place: str
    query: Mapping[str, str]

    def rows(self, code: str, part: str = "", place: str = "") -> str:
        query = {"place": place or self.place, **self.query}
        if part:
            query["part"] = part
        return f"{reverse('supervision:figure_rows', args=[code])}?{urlencode(query)}"

    def page(self, place: str) -> str:
        query = {"place": place, **self.query}
        return f"{reverse('supervision:figures')}?{urlencode(query)}"


@dataclass(frozen=True)
class Number:
    """A figure as a page shows it; `address` of its rows, where it has any."""

    label: Text
    shown: str
    address: str = ""
    note: Text = ""
    part_address: str = ""  # of a share: the rows above the line
    part: int = 0
    whole: int = 0

    @property
    def is_share(self) -> bool:
        return bool(self.part_address)


@dataclass(frozen=True)
class Compared:
    """One figure of a period, of the one before, and of the same a year ago."""

    code: str
    label: Text
    meaning: Text
    now: Number
    before: str
    a_year_before: str


@dataclass(frozen=True)
class PartRow:
    """A town of a county, or a village of a town."""

    name: str
    address: str
    received: Number
    open: Number
    overdue: Number
    concluded: Number
    satisfied: str
    rated: int
    per_thousand: str


@dataclass(frozen=True)
class SplitRow:
    label: Text
    shown: str
    number: int
    address: str
    is_rest: bool = False  # everything that has no row of its own


@dataclass(frozen=True)
class RiskRow:
    """An open matter that is due soon or overdue."""

    case: Case
    title: str
    address: str


@dataclass
class Board:
    """Everything that the page of a place shows."""

    reading: Reading
    days: Days
    links: Links

    def __post_init__(self) -> None:
        spans = [self.days, self.days.before(), self.days.a_year_before()]
        self._weeks = weeks_until(self.days.last)
        until_today = Days(self._weeks.first, max(self.reading.on, self.days.last))

        self._read = self.reading.read(spans, until_today)
        each = [Figures.together(parts.values()) for parts in self._read.parts]
        self.now, self.before, self.a_year_before = each
        self.parts = parts_of(self.place)
        self.heads = inhabitants_by_part(self.place)

    @property
    def place(self) -> Place:
        return self.reading.place

    @property
    def villages(self) -> int:
        return sum(part.is_village for part in self.parts)

    # --- the six numbers
    def six(self) -> list[Number]:
        online = self.now.count("case.online.count")
        return [
            self._count(
                "case.received.count",
                _("%(number)s of them online") % {"number": online},
            ),
            self._count("case.concluded.count"),
            self._share("ratio.concluded"),
            self._count("case.open.count"),
            self._count("case.overdue.count"),
            self._share("rate.satisfied"),
        ]

    def _count(self, code: str, note: str = "") -> Number:
        figure = COUNTS[code]
        number = self.now.count(code)
        return Number(figure.label, str(number), self.links.rows(code), note)

    def _share(self, code: str) -> Number:
        share = SHARES[code]
        found = self.now.share(code)
        return Number(
            share.label,
            share_in_words(found),
            self.links.rows(share.whole),
            IN_SHORT.get(code, ""),
            part_address=self.links.rows(share.part),
            part=found.part,
            whole=found.whole,
        )

    # --- beside what was before
    def compared(self) -> list[Compared]:
        rows = []
        for code in COMPARED:
            figure = COUNTS.get(code) or SHARES.get(code) or SPREADS[code]
            row = Compared(
                code,
                figure.label,
                figure.meaning,
                self._number(code),
                in_words(code, self.before),
                in_words(code, self.a_year_before),
            )
            rows.append(row)

        heads = sum(self.heads.values())
        rows.append(self._per_thousand(heads))
        return rows

    def _number(self, code: str) -> Number:
        if code in COUNTS:
            return self._count(code)
        if code in SHARES:
            return self._share(code)
        return Number(SPREADS[code].label, in_words(code, self.now))

    def _per_thousand(self, heads: int) -> Compared:
        each = []
        for figures in (self.now, self.before, self.a_year_before):
            each.append(thousands_in_words(figures, heads))
        now, before, a_year_before = each
        return Compared(
            PER_THOUSAND.code,
            PER_THOUSAND.label,
            PER_THOUSAND.meaning,
            Number(PER_THOUSAND.label, now),
            before,
            a_year_before,
        )

    # --- parts
    def part_rows(self) -> list[PartRow]:
        """Return a row for each part, in the order of the grid; the counter of a town
        only where it received or has anything.
        """
        rows = []
        for part in self.parts:
            figures = self._read.parts[0].get(part.code, Figures.none())
            is_counter = not part.is_village and not part.is_town
            if is_counter and not figures.numbers.total():
                continue
            rows.append(self._part_row(part, figures, is_counter=is_counter))
        return rows

    def _part_row(self, part: Place, figures: Figures, *, is_counter: bool) -> PartRow:
        def linked(code: str) -> Number:
            address = self.links.rows(code, place=part.code)
            return Number(COUNTS[code].label, str(figures.count(code)), address)

        name = part.name
        if is_counter:
            name = _("%(town)s, at its own counter") % {"town": part.name}
        satisfied = figures.share("rate.satisfied")
        return PartRow(
            name=name,
            address=self.links.page(part.code),
            received=linked("case.received.count"),
            open=linked("case.open.count"),
            overdue=linked("case.overdue.count"),
            concluded=linked("case.concluded.count"),
            satisfied=share_in_short(satisfied),
            rated=satisfied.whole,
            per_thousand=thousands_in_words(figures, self.heads.get(part.code, 0)),
        )

    # --- the weeks
    def weeks(self) -> list[Week]:
        open_now = self.now.count("case.open.count")
        return by_week(self._read.by_day, self._weeks, open_now)

    # --- open matters
    def ages(self) -> list[SplitRow]:
        rows = []
        for nth, most in enumerate(AGE_BOUNDS):
            key = split_key(AGE_MARK, most)
            number = self.now.numbers[key]
            address = self.links.rows("case.open.count", key)
            rows.append(SplitRow(_age_in_words(nth), str(number), number, address))
        return rows

    def at_risk(self, sight: Sight) -> list[RiskRow]:
        """Return the matters that are overdue or due soon, the first due first."""
        at = self.reading.at
        cases = Case.objects.counted_for(sight.user, sight.on).open()
        is_at_risk = has_light(Light.RED, at) | has_light(Light.YELLOW, at)
        due = cases.filter(self.place.within, is_at_risk).order_by("due_at", "pk")

        rows = []
        for case in due.with_row()[:AT_RISK]:
            is_redacted = vars(case)["redacted"]
            title = _("Secret matter") if is_redacted else title_for(case, sight)
            address = "" if is_redacted else case.get_absolute_url()
            rows.append(RiskRow(case, title, address))
        return rows

    # --- what was received, parted
    def topics(self) -> list[SplitRow]:
        may_name_all = may_name_few(self.place, self.reading.sight)
        cells = topics_of(self.now, leaves_village=not may_name_all)
        names = _names(Topic, cells)
        if self.place.is_county:
            cells = together_by_name(cells, names)
        return [self._topic(cell, names) for cell in first_of(cells, TOPICS)]

    def _topic(self, cell: Cell, names: Mapping[str, str]) -> SplitRow:
        if cell.value == REST:
            label = pgettext("topics", "All others together")
            return SplitRow(label, cell.shown, cell.number, "", is_rest=True)
        if not cell.value:
            few = _("Delicate topics, fewer than 5 each")
            return SplitRow(few, cell.shown, cell.number, "")
        address = self.links.rows("case.received.count", split_key("topic", cell.value))
        first = cell.value.partition(BETWEEN)[0]
        name = _label_of(first, names, SPLITS["topic"].without)
        return SplitRow(name, cell.shown, cell.number, address)

    def splits(self) -> list[tuple[Text, list[SplitRow]]]:
        """Return the other ways in which what was received is parted."""
        found = []
        for key, split in SPLITS.items():
            if key == "topic" or (key == "group" and not self.place.is_village):
                continue
            rows = self._split(key)
            if rows:
                found.append((split.label, rows))
        return found

    def _split(self, key: str) -> list[SplitRow]:
        split = SPLITS[key]
        numbers = self.now.split(key)
        names: Mapping[str, Text] = split.labels or self._names_of_rows(key, numbers)

        values = [value for value in names if value in numbers]
        values += [value for value in (SECRET, NONE) if value in numbers]
        rows = []
        for value in values:
            address = self.links.rows("case.received.count", split_key(key, value))
            number = numbers[value]
            label = _label_of(value, names, split.without)
            rows.append(SplitRow(label, str(number), number, address))
        return rows

    def _names_of_rows(self, key: str, numbers: Mapping[str, int]) -> dict[str, Text]:
        keys = [value for value in numbers if value not in (SECRET, NONE)]
        model = Office if key == "office" else Group
        rows = model.objects.filter(pk__in=keys)
        return {str(row.pk): str(row) for row in rows}


def in_words(code: str, figures: Figures) -> str:
    """Return a count, a share or a spread as a page writes it."""
    if code in COUNTS:
        return str(figures.count(code))
    if code in SHARES:
        return share_in_words(figures.share(code))
    return spread_in_words(figures.spread(code))


def thousands_in_words(figures: Figures, heads: int) -> str:
    number = per_thousand(figures.count(PER_THOUSAND.part), heads)
    return "—" if number is None else f"{number:.1f}"


def _names(model: type[Topic], cells: list[Cell]) -> dict[str, str]:
    keys = [cell.value for cell in cells if cell.value not in ("", SECRET, NONE)]
    return {str(row.pk): str(row) for row in model.objects.filter(pk__in=keys)}


def _label_of(value: str, names: Mapping[str, Text], without: Text) -> Text:
    if value == SECRET:
        return _("Secret matters, not parted")
    if value == NONE:
        return without
    return names.get(value, value)


def _age_in_words(nth: int) -> str:
    if nth == len(AGES):
        return _("more than %(days)s days") % {"days": AGES[-1]}
    if nth == 0:
        return _("up to %(days)s days") % {"days": AGES[0]}
    bounds = {"from": AGES[nth - 1] + 1, "days": AGES[nth]}
    return _("%(from)s to %(days)s days") % bounds
