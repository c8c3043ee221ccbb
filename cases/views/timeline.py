"""What happened, in words: who did what, what was chosen in it, and its note for who
may read it whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case, Event
from cases.models.choices import (
    Confidentiality,
    Grade,
    Handling,
    Outcome,
    RequestState,
    Satisfaction,
    Solved,
    SupervisionLevel,
)
from cases.privacy.redactor import NOTHING, Redactor
from cases.templatetags.minshi import day
from cases.workflow import Action, Facts, holder_name
from cases.workflow.actors import ROSTER
from cases.workflow.event_data import data_of
from cases.workflow.facts import holder_key

# What an event's data says by a key of these choices, in the order it is told.
CHOSEN: Mapping[str, type[TextChoices]] = MappingProxyType(
    {
        "supervision_level": SupervisionLevel,
        "handling": Handling,
        "outcome": Outcome,
        "satisfaction": Satisfaction,
        "solved": Solved,
        "ruling": RequestState,
    }
)
CHANGED: Mapping[str, type[TextChoices]] = MappingProxyType(
    {Action.REGRADE: Grade, Action.PROTECT: Confidentiality}  # from old to new
)


@dataclass(frozen=True)
class Told:
    """One line of the timeline, its words whole for those who may read them."""

    event: Event
    label: str
    note: str

    @property
    def who(self) -> str:
        """Name the user who took the step, or else the kind of actor."""
        return str(self.event.user or self.event.get_actor_kind_display())

    @property
    def follows_roster(self) -> bool:
        return self.event.action == Action.REHOME and self.event.via == ROSTER


def told(
    case: Case,
    event: Event,
    *,
    redact: Redactor,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Told:
    """An event in words; a note that named the speaker is shown whole only to who may
    see the speaker.

    `names` are those of posts and offices by their key in the data, as `names_known_to`
    gives them.
    """
    label = (
        str(Action(event.action).label)
        if event.action in Action.values
        else event.action
    )
    if event.action == Action.REHOME and event.via == ROSTER:
        label = _("Goes on with whoever is on duty")
    note = event.note
    if redact is NOTHING:
        note = _note_in_full(event) or note
    words = " · ".join([label, *_chosen(event, names)])
    return Told(event, words, redact(note))


def _note_in_full(event: Event) -> str | None:
    """The note as it was typed, where the event holds it without a name."""
    for revision in event.revisions.all():
        if revision.field == "note":
            return revision.new
    return None


def folded(lines: Iterable[Told]) -> list[Told]:
    """Newest first, with each run of steps from shift to shift as one line: the last of
    them, and how many.
    """
    kept: list[Told] = []
    for follows, run in groupby(lines, key=lambda line: line.follows_roster):
        same = list(run)
        if follows and len(same) > 1:
            words = ngettext(
                "%(count)s time since %(day)s",
                "%(count)s times since %(day)s",
                len(same),
            )
            since = words % {"count": len(same), "day": day(same[-1].event.at)}
            same = [replace(same[0], label=f"{same[0].label} · {since}")]
        kept += same
    return kept


def names_known_to(facts: Facts) -> dict[str, str]:
    """Of everybody who holds, held or may hold the case; no query."""
    holders = [*facts.posts, *(item.holder for item in facts.assignments)]
    return {holder_key(holder): holder_name(holder) for holder in holders}


def _chosen(event: Event, names: Mapping[str, str]) -> list[str]:
    data = data_of(event)
    words = []
    for key, kind in CHOSEN.items():
        value = data.get(key)
        if value in kind.values:
            words.append(str(kind(value).label))
    if choices := CHANGED.get(event.action):
        words.append(
            " → ".join(
                str(choices(value).label)
                for value in (data.get("old"), data.get("new"))
                if value
            )
        )
    words += [data.get("village_name", ""), data.get("order_number", "")]
    keys = (
        [data.get("owner", "")]
        if event.action == Action.REHOME
        else data.get("holders", ())
    )
    if held := "、".join(names[key] for key in keys if key in names):
        words.append(held)
    if "until_on" in data:
        words.append(day(date.fromisoformat(data["until_on"])))
    return [word for word in words if word]
