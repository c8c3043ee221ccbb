"""Heads of households in a list: each household has one, and a family whose head is
refused stays out with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from villages.imports.entries import Entry
from villages.imports.kinds.base import Around
from villages.models import Group, ImportRun, Resident
from villages.models.imports import Verdict

Door = tuple[int, int]  # key of the group, number of the household


@dataclass
class Neighbours(Around):
    """The groups of a list of residents, by village and number."""

    groups: dict[tuple[int, int], int] = field(default_factory=dict)
    # by door, the head that this file names first
    heads: dict[Door, str] = field(default_factory=dict)
    # doors that have another head, and from which row on nobody of them goes in
    disputed: dict[Door, int] = field(default_factory=dict)

    @classmethod
    def read(cls, run: ImportRun, at: datetime) -> "Neighbours":
        around = cls(run.town, run.village, run.by, at)
        for group in Group.objects.filter(village__in=around.villages):
            around.groups[group.village_id, group.number] = group.pk
        return around


def judge_heads(
    entries: Sequence[Entry],
    there: Mapping[Door, Mapping[str, Resident]],
    around: Neighbours,
) -> None:
    """Refuse a second head of a household, in the file or beside the one there is, and
    the family with the head: it would be put in with strangers.
    """
    staying = _heads_that_stay(entries, there)
    for entry in entries:
        door = entry.values.get("at")
        if door and entry.values.get("name"):
            _judge_head(entry, staying.get(door, ""), around)

    for entry in entries:
        _keep_from_strangers(entry, around)


def _heads_that_stay(
    entries: Sequence[Entry], there: Mapping[Door, Mapping[str, Resident]]
) -> dict[Door, str]:
    """Return the head of each household that has one, by door: without those of whom a
    row says that they are the head no longer.
    """
    leaving = {
        (entry.values["at"], entry.values["name"])
        for entry in entries
        if not entry.has_fault and entry.values["is_head"] is False
    }

    staying = {}
    for door, at_home in there.items():
        for resident in at_home.values():
            is_head = resident.is_head and resident.is_on_roll
            if is_head and (door, resident.name) not in leaving:
                staying[door] = resident.name
    return staying


def _judge_head(entry: Entry, staying: str, around: Neighbours) -> None:
    """Compare the head that a row is, or names, with the one that stays there and with
    the one that the file named before. Also of a row with another fault, for its family
    may have none.
    """
    values = entry.values
    door = values["at"]
    is_head = values["is_head"]
    head: str = values["name"] if is_head else values.get("head") or ""

    if staying and head and head != staying:
        around.disputed[door] = 0
        if is_head:
            words = _(
                "This household has another head. Say in the list what that one is now."
            )
            entry.fault("relation", words)
        return

    if is_head:
        before = around.met_before(("head", door), entry)
        if before and around.heads[door] != head:
            around.disputed.setdefault(door, entry.row.nth)
            words = _("This household has a head already, in row %(row)s.")
            entry.fault("relation", words % {"row": before})
        around.heads.setdefault(door, head)


def _keep_from_strangers(entry: Entry, around: Neighbours) -> None:
    """Refuse a row that would be written into a household with another head than the
    list says.
    """
    door: Door | None = entry.values.get("at")
    begins = around.disputed.get(door) if door else None
    is_written = entry.verdict in (Verdict.NEW, Verdict.CHANGED)
    if begins is None or entry.row.nth < begins or not is_written:
        return
    words = _(
        "The list gives this household another head than it has, or two of them. Until"
        " that is mended nobody of it goes in."
    )
    entry.fault("head" if entry.values.get("head") else "relation", words)
