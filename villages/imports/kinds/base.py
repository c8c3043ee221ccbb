"""What a kind of list must say of itself: its columns, who imports it, how a row is
judged, put in and taken out again.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from minshi.errors import Text
from minshi.workdays import local_day
from villages.imports.cells import Stored
from villages.imports.columns import Column
from villages.imports.entries import Entry
from villages.models import ImportRow, ImportRun, Town, User, Village
from villages.rights import Roles


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
    # rows put in together: a second's work, for as long others wait
    at_once: ClassVar[int] = 1000
    # what the page says once a list is entered
    after_template: ClassVar[str] = "villages/imports/_after.html"
    columns: tuple[Column, ...]

    def columns_for(self, village: Village | None) -> tuple[Column, ...]:
        """Return the columns of a list: of one village it need not name the village."""
        if village is None:
            return self.columns
        return tuple(each for each in self.columns if each.key != "village")

    def default_from_sheet(self, name: str) -> dict[str, Stored]:
        """Return what the name of a sheet says of its rows, by column."""
        return {}

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


def village_named(text: str, villages: Sequence[Village]) -> Village | None:
    """Return the village of a town that a text names, with or without 村."""
    from villages.naming import short_village_name

    plain = short_village_name(text)
    for village in villages:
        names = {village.name, village.official_name, village.name.removesuffix("村")}
        if text in names or plain in names or text == village.code:
            return village
    return None
