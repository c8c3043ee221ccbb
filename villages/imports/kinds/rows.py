"""Kinds of lists with a row of one table for each of their rows, some hundreds at most:
offices, seats, shifts. Each row is put in, changed and removed by what does so by hand.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from minshi.errors import RuleBroken
from villages.finals import Final, change_recorded, seal_final, seal_removed
from villages.imports.entries import Entry
from villages.imports.kinds.base import Around, Kind, check_group, village_named
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
    # by which a change is recorded, where its rows are sealed
    final: ClassVar[Final | None] = None

    @abstractmethod
    def find(self, entry: Entry, around: Any) -> models.Model | None:
        """Return what a row stands for, where it is there already.

        Notes a fault where the row cannot be put in, and in `entry.values["key"]` by
        what it is known.
        """

    def look_on(self, entry: Entry, around: Any) -> None:
        """Note what else is wrong in a row with a cell at fault, as far as the others
        tell: whoever mends it must not learn of the next only then.
        """

    @abstractmethod
    def make(self, entry: Entry, around: Any) -> models.Model:
        """Make what a row stands for. RuleBroken: a rule says no."""

    def change(self, entry: Entry, row: Any, around: Any) -> models.Model:
        """Give a row that is there what an entry says of it, and return it. RuleBroken:
        a rule says no.
        """
        self._write(row, self._wanted(entry), around)
        changed: models.Model = row
        return changed

    def restore(self, row: Any, before: Mapping[str, Any], around: Any) -> None:
        """Give a row the values that it had before. RuleBroken: a rule says no."""
        self._write(row, before, around)

    def _write(self, row: Any, values: Mapping[str, Any], around: Any) -> None:
        for name, value in values.items():
            setattr(row, name, value)

        if not self.final:
            row.save()
            return
        with change_recorded(self.final, row, at=around.at, user=around.by):
            row.save()

    def remove(self, row: Any, around: Any) -> None:
        """Remove what a row made."""
        if self.final:
            seal_removed(self.final, row, at=around.at, user=around.by)
        row.delete()

    def record(self, row: models.Model, around: Any) -> None:
        """Record a new row as it is stored, where its kind is sealed."""
        if self.final:
            seal_final(self.final, row, at=around.at, user=around.by)

    def judge(self, entries: Sequence[Entry], around: Any) -> None:
        for entry in entries:
            if entry.has_fault:
                self.look_on(entry, around)
            else:
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
                note_refusal(entry, refusal)

    def _put_in(self, entry: Entry, around: Any) -> None:
        # a row before this one may have made it
        row = entry.values["row"] or self.find(entry, around)
        if entry.has_fault:
            return
        if row is None:
            made = self.make(entry, around)
            entry.undo["row"] = made.pk
            entry.undo["after"] = self.state_of(made)
            return

        entry.undo["row"] = row.pk
        entry.undo["before"] = self.state_of(row)
        changed = self.change(entry, row, around)
        entry.undo["after"] = self.state_of(changed)

    def state_of(self, row: models.Model) -> dict[str, Any]:
        """Return all of a row that somebody could change, as JSON holds it."""
        state = {}
        for field in row._meta.concrete_fields:
            if not field.primary_key:
                state[field.attname] = _plain(getattr(row, field.attname))
        return state

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
            elif "before" not in undo and row.pk in used:
                # not by what: of a secret matter that would be told too
                kept[imported.pk] = _("it is in use")
            elif refusal := self._undo(row, undo, around):
                kept[imported.pk] = refusal
        return kept

    def _undo(self, row: models.Model, undo: Mapping[str, Any], around: Any) -> str:
        """Restore or remove a row; return the words of a rule that says no, if any."""
        try:
            with transaction.atomic():
                if "before" in undo:
                    self.restore(row, self._before(undo["before"]), around)
                else:
                    self.remove(row, around)
        except RuleBroken as refusal:
            return str(refusal)
        return ""

    def _before(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a row could have changed, as it was before."""
        before = {}
        for name in self.changeable:
            field: Any = self.model._meta.get_field(name)
            before[name] = field.to_python(stored[field.attname])
        return before


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it, a moment in one form."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    is_plain = value is None or isinstance(value, str | int | bool)
    return value if is_plain else str(value)


def note_refusal(entry: Entry, refusal: RuleBroken) -> None:
    """Note what a rule says of a row, beside the columns it names."""
    for name, words in refusal.fields.items():
        entry.fault(name if name in entry.values else "", str(words))
    if not refusal.fields:
        entry.fault("", str(refusal))


def term_of(
    entry: Entry, terms: "models.QuerySet[Any]", around: Around, early_end: str
) -> Any:
    """Return the term that a row stands for, of those there are of one holder at one
    place: a post, a seat, a contact link; None where it is a new one.

    Notes when a new one begins in `entry.values["begins"]`, and `early_end` as a fault
    where the term would end before it begins.
    """
    first_day = entry.values.get("from_on")
    last_day = entry.values.get("until_on")
    begins = first_day or around.on
    entry.values["begins"] = begins

    there = list(terms.order_by("-from_on", "-pk"))
    term = _same_term(there, first_day, last_day, begins)
    if term:
        begins = max(first_day or term.from_on, term.from_on)
    if last_day and last_day < begins:
        entry.fault("until_on", early_end)
    return term


def _same_term(
    terms: Sequence[Any], first_day: date | None, last_day: date | None, begins: date
) -> Any:
    """Return the term that begins on the first day of a row; else the latest that has a
    day in common with it; else, where it names no first day, one that ends on its last.
    """
    for term in terms:
        if term.from_on == begins:
            return term

    for term in terms:
        ends_later = term.until_on is None or term.until_on >= begins
        if ends_later and (last_day is None or term.from_on <= last_day):
            return term

    for term in terms:
        if not first_day and last_day and term.until_on == last_day:
            return term
    return None


def village_of(entry: Entry, around: Around) -> Village | None:
    """Return the village of a row: that of the list, or the one it names. A name that
    the town has not is a fault, and in the list of a village another village's is.
    """
    village = around.village or _village_named_in(entry, around)
    name = entry.values.get("village")
    if around.village and name and village_named(name, around.villages) is None:
        words = _("Another village stands here than %(village)s.")
        entry.fault("village", words % {"village": village})
    if village:
        check_group(entry, village)
    return village


def _village_named_in(entry: Entry, around: Around) -> Village | None:
    name = entry.values.get("village")
    if not name:
        return None
    village = village_named(name, around.villages)
    if village is None:
        words = _("%(town)s has no village of this name.") % {"town": around.town}
        entry.fault("village", words)
    return village
