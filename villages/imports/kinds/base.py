"""What a kind of list must say of itself: its columns, who imports it, how a row is
judged, put in and taken out again.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minshi.errors import Text
from minshi.workdays import local_day
from villages.imports.cells import Stored
from villages.imports.columns import Column
from villages.imports.entries import Entry
from villages.models import ImportRow, ImportRun, Town, User, Village
from villages.rights import Roles

VILLAGE = "village"  # the column that a whole list may have in common


@dataclass
class Around:
    """What the rows of one run share: whose list it is, when, and what was met in it
    so far.
    """

    town: Town
    village: Village | None
    by: User
    at: datetime
    # by key, the row in which something was met first in this file, and its sheet
    met: dict[Any, tuple[int, int]] = field(default_factory=dict)
    # what was read once for several rows
    read_once: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, run: ImportRun, at: datetime) -> "Around":
        return cls(run.town, run.village, run.by, at)

    @cached_property
    def villages(self) -> list[Village]:
        """The villages whose rows may stand in the list."""
        if self.village:
            return [self.village]
        return list(self.town.villages.select_related("town"))

    @property
    def on(self) -> date:
        return local_day(self.at)

    def met_before(self, key: Any, entry: Entry) -> str:
        """Return the number of the row in which a key stood before, with its sheet
        where that is another; empty where it is the first.
        """
        here = (entry.row.sheet, entry.row.number)
        sheet, number = self.met.setdefault(key, here)
        if (sheet, number) == here:
            return ""
        if sheet == entry.row.sheet:
            return str(number)
        return _("%(number)s of sheet %(sheet)s") % {
            "number": number,
            "sheet": sheet + 1,
        }


class Kind(ABC):
    """A kind of list. One object serves all runs: what a run needs is in `Around`."""

    key: ClassVar[str]
    label: Text
    # what the page says above the upload
    guide: Text
    roles: ClassVar[Roles]
    # a list of one village, or of a whole town
    is_of_village: ClassVar[bool] = False
    is_of_town: ClassVar[bool] = True
    can_be_taken_back: ClassVar[bool] = True
    # what the page says before a list is taken back
    taking_back: ClassVar[Text] = gettext_lazy(
        "What this list made is removed, what it changed is as it was before. Rows that"
        " somebody has changed or used since stay, and are listed."
    )
    # rows put in together: a second's work, for as long others wait
    at_once: ClassVar[int] = 1000
    # what the page says once a list is entered
    after_template: ClassVar[str] = "villages/imports/_after.html"
    columns: tuple[Column, ...]

    def columns_for(self, village: Village | None) -> tuple[Column, ...]:
        """Return the columns that a list may have: of one village it need not name the
        village, but a row that names another one is refused.
        """
        if village is None:
            return self.columns
        return tuple(
            replace(each, is_needed=False) if each.key == VILLAGE else each
            for each in self.columns
        )

    def columns_asked(self, village: Village | None) -> tuple[Column, ...]:
        """Return the columns that whoever makes a list is asked for."""
        if village is None:
            return self.columns
        return tuple(each for each in self.columns if each.key != VILLAGE)

    def default_from_sheet(self, name: str) -> dict[str, Stored]:
        """Return what the name of a sheet says of its rows, by column."""
        return {}

    def judged_with(self, entry: Entry) -> Any:
        """Return by what rows belong together, of which a fault of one concerns the
        others: they are judged in one batch. None: the row stands by itself.
        """
        return None

    def around(self, run: ImportRun, at: datetime) -> Around:
        return Around.of(run, at)

    @abstractmethod
    def judge(self, entries: Sequence[Entry], around: Any) -> None:
        """Give each entry without faults its verdict, and note what is wrong with the
        others. Reads only.
        """

    @abstractmethod
    def put_in(self, entries: Sequence[Entry], around: Any) -> None:
        """Write entries judged new or changed, and note in each how to undo it."""

    @abstractmethod
    def take_back(
        self, undone: Sequence[tuple[ImportRow, Mapping[str, Any]]], around: Any
    ) -> dict[int, str]:
        """Undo rows, the last one first; return by key of the row why one is kept:
        somebody has changed or used what it made.
        """


def check_group(entry: Entry, village: Village) -> None:
    """Note a fault where the cell of the group names another village than the row."""
    name = getattr(entry.values.get("group"), "village_name", "")
    if name and village_named(name, [village]) is None:
        words = _("Another village stands here than %(village)s.")
        entry.fault("group", words % {"village": village})


def without_part_begun(
    kind: Kind, entries: list[Entry], next_one: Entry
) -> list[Entry]:
    """Return the entries of a batch without those at its end that belong together with
    the next one; all of them where nothing would be left.
    """
    part = kind.judged_with(next_one)
    if part is None:
        return entries

    end = len(entries)
    while end and kind.judged_with(entries[end - 1]) == part:
        end -= 1
    return entries[:end] or entries


def village_named(text: str, villages: Sequence[Village]) -> Village | None:
    """Return the village of a town that a text names, with or without 村."""
    from villages.naming import short_village_name

    plain = short_village_name(text)
    for village in villages:
        names = {village.name, village.official_name, village.name.removesuffix("村")}
        in_town = plain.removeprefix(village.town.name)
        if text in names or in_town in names or text == village.code:
            return village
    return None
