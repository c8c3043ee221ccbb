"""Kinds of lists with a row of one table for each of their rows, some hundreds at most:
offices, seats, shifts. Each row is put in by what puts it in by hand.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from minshi.errors import RuleBroken
from villages.imports.entries import Entry
from villages.imports.kinds.base import Around, Kind, village_named
from villages.imports.kinds.references import used_rows
from villages.models import ImportRow, Village
from villages.models.imports import Verdict


class RowKind(Kind):
    """A kind whose rows are one row of a table each."""

    model: ClassVar[type[models.Model]]
    at_once = 50
    # what a row may change of one that is there
    changeable: ClassVar[tuple[str, ...]] = ()
    # tables that come and go with a row
    besides: ClassVar[tuple[type[models.Model], ...]] = ()

    @abstractmethod
    def find(self, entry: Entry, around: Any) -> models.Model | None:
        """Return what a row stands for, where it is there already.

        Notes a fault where the row cannot be put in, and in `entry.values["key"]` by
        what it is known.
        """

    @abstractmethod
    def make(self, entry: Entry, around: Any) -> models.Model:
        """Make what a row stands for. RuleBroken: a rule says no."""

    def judge(self, entries: Sequence[Entry], around: Any) -> None:
        for entry in entries:
            if not entry.has_fault:
                self._judge_one(entry, around)

    def _judge_one(self, entry: Entry, around: Any) -> None:
        row = self.find(entry, around)
        if entry.has_fault:
            return

        before = around.met_before(entry.values["key"], entry)
        if before:
            words = _("The same stands in row %(row)s already.")
            entry.fault("", words % {"row": before})
            return
        entry.values["row"] = row
        entry.verdict = self._verdict(entry, row)

    def _verdict(self, entry: Entry, row: models.Model | None) -> Verdict:
        if row is None:
            return Verdict.NEW
        is_same = all(
            getattr(row, name) == value for name, value in self._wanted(entry).items()
        )
        return Verdict.SAME if is_same else Verdict.CHANGED

    def _wanted(self, entry: Entry) -> dict[str, Any]:
        """Return the fields that a row gives, without those it leaves empty."""
        wanted = {name: entry.values.get(name) for name in self.changeable}
        return {
            name: value for name, value in wanted.items() if value not in (None, "")
        }

    def put_in(self, entries: Sequence[Entry], around: Any) -> None:
        for entry in entries:
            try:
                with transaction.atomic():
                    self._put_in(entry, around)
            except RuleBroken as refusal:
                _note_refusal(entry, refusal)

    def _put_in(self, entry: Entry, around: Any) -> None:
        # a row before this one may have made it
        row = entry.values["row"] or self.find(entry, around)
        if row is None:
            made = self.make(entry, around)
            entry.undo["row"] = made.pk
            entry.undo["after"] = self.state_of(made)
            return

        entry.undo["row"] = row.pk
        entry.undo["before"] = self.state_of(row)
        for name, value in self._wanted(entry).items():
            setattr(row, name, value)
        row.save()
        entry.undo["after"] = self.state_of(row)

    def state_of(self, row: models.Model) -> dict[str, Any]:
        """Return all of a row that somebody could change, as JSON holds it."""
        state = {}
        for field in row._meta.concrete_fields:
            if not field.primary_key and field.attname not in self.not_compared:
                state[field.attname] = _plain(getattr(row, field.attname))
        return state

    not_compared: ClassVar[frozenset[str]] = frozenset()

    def take_back(
        self, undone: Sequence[tuple[ImportRow, Mapping[str, Any]]], around: Any
    ) -> dict[int, str]:
        keys = [undo["row"] for _row, undo in undone]
        there = self.model._base_manager.in_bulk(keys)
        used = used_rows(self.model, keys, self.besides)

        kept = {}
        for imported, undo in undone:
            row = there.get(undo["row"])
            if row is None:
                kept[imported.pk] = _("somebody removed it since")
            elif self.state_of(row) != undo["after"]:
                kept[imported.pk] = _("somebody changed it since")
            elif "before" in undo:
                self._restore(row, undo["before"])
            elif row.pk in used:
                kept[imported.pk] = _("a matter names it")
            else:
                row.delete()
        return kept

    def _restore(self, row: models.Model, before: Mapping[str, Any]) -> None:
        """Give a row its old values."""
        for name in self.changeable:
            field: Any = self.model._meta.get_field(name)
            setattr(row, field.attname, field.to_python(before[field.attname]))
        row.save()


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it, a moment in one form."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    is_plain = value is None or isinstance(value, str | int | bool)
    return value if is_plain else str(value)


def _note_refusal(entry: Entry, refusal: RuleBroken) -> None:
    """Note what a rule says of a row, beside the columns it names."""
    for name, words in refusal.fields.items():
        entry.fault(name if name in entry.values else "", str(words))
    if not refusal.fields:
        entry.fault("", str(refusal))


def village_of(entry: Entry, around: Around) -> Village | None:
    """Return the village of a row: that of the list, or the one it names. A name that
    the town has not is a fault.
    """
    if around.village:
        return around.village

    name = entry.values.get("village")
    if not name:
        return None
    village = village_named(name, around.villages)
    if village is None:
        words = _("%(town)s has no village of this name.") % {"town": around.town}
        entry.fault("village", words)
    return village
