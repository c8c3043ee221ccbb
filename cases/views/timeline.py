"""The timeline of a case in words: each step, what was chosen in it, and its note."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case, Event
from cases.models.choices import (
    ActorKind,
    Confidentiality,
    Grade,
    Handling,
    How,
    Outcome,
    RequestState,
    Satisfaction,
    Solved,
    Stage,
    SupervisionLevel,
)
from cases.models.reserved import ReservedMatter
from cases.privacy.redactor import NOTHING, Redactor
from cases.speaking.story import told_of_delay
from cases.templatetags.days import day, moment
from cases.views.corrected import corrected
from cases.workflow import Action, Facts, holder_name
from cases.workflow.actors import ROSTER
from cases.workflow.asking_up import wish_in
from cases.workflow.event_data import data_of
from cases.workflow.merged import number_told
from cases.workflow.speakers import SAID_BY
from cases.workflow.standing import holder_key

# choices that an event's data names by their key, in the order they are shown
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
SAID_BY_THE_STEP = (Outcome.DONE, Outcome.EXPLAINED)
CHANGED: Mapping[str, type[TextChoices]] = MappingProxyType(
    {  # from old to new
        Action.REGRADE: Grade,
        Action.PROTECT: Confidentiality,
        Action.RECEIVE_MERGED: Confidentiality,
        Action.RESERVE: ReservedMatter,
    }
)


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline, redacted for its reader."""

    event: Event
    label: str
    note: str
    said_by: str = ""  # who added the words, if not the first speaker
    other: str = ""  # number of the matter merged with this one, as far as it is told

    @property
    def who(self) -> str:
        """Name the user who took the step or the neighbour who spoke, or else the kind
        of actor.
        """
        by = self.event.user or self.said_by or self.event.get_actor_kind_display()
        return str(by)

    @property
    def follows_roster(self) -> bool:
        return self.event.action == Action.REHOME and self.event.via == ROSTER

    @property
    def round(self) -> int:
        """The round that the step was about.

        A rating by which the next round began was given for the one before.
        """
        goes_on = self.event.target not in (Stage.SUPERVISE, Stage.CLOSED)
        if self.event.action == Action.RATE and goes_on:
            return self.event.round - 1
        return self.event.round


def entry_of(
    case: Case,
    event: Event,
    *,
    redact: Redactor,
    names: Mapping[str, str] = MappingProxyType({}),
    in_sight: Collection[str] = (),
) -> TimelineEntry:
    """Return an event in words.

    A note that named the speaker is shown in full only to a reader who may see the
    speaker, and to whoever wrote it; what a correction changed, as `corrected` says.
    `names` are those of posts and offices by their key in the data, as
    `names_of_holders` gives them; `in_sight` the numbers of matters merged with this
    one that the reader may read.
    """
    words = _order_sent(event)
    if not words:
        route = redact.of_event(event, "route", data_of(event).get("route", ""))
        chosen = [*_chosen(event, names), wish_in(event), route]
        words = " · ".join([_label_of(event), *filter(None, chosen)])

    changed = "；".join(corrected(event, redact))
    texts = [changed, redact.note(event), _told_speaker(event, redact)]
    note = "\n".join(text for text in texts if text)
    said_by = _said_by(event, redact)
    return TimelineEntry(event, words, note, said_by, number_told(event, in_sight))


def _told_speaker(event: Event, redact: Redactor) -> str:
    """Return what a step that takes longer told the speaker of it; "" where nothing."""
    words = told_of_delay(event, redact)
    return _("Told the speaker: “%(words)s”") % {"words": words} if words else ""


def _said_by(event: Event, redact: Redactor) -> str:
    """Name the neighbour who added words to a matter known before; "" where the first
    speaker did, and to readers who may not know who spoke. No query where the
    revisions were read.
    """
    if event.action != Action.SUPPLEMENT or redact is not NOTHING:
        return ""
    for revision in event.revisions.all():
        if revision.field == SAID_BY:
            return revision.new or ""
    return ""


def _order_sent(event: Event) -> str:
    """Say that a supervision order went out, by which day it is to be answered; "": the
    event is another.
    """
    data = data_of(event)
    is_order = data.get("supervision_level") == SupervisionLevel.ORDER
    if not (is_order and data.get("order_number") and data.get("until_on")):
        return ""
    return _("sent supervision order %(number)s, answer by %(day)s") % {
        "number": data["order_number"],
        "day": day(date.fromisoformat(data["until_on"])),
    }


def _label_of(event: Event) -> str:
    if event.action == Action.REHOME and event.via == ROSTER:
        return _("Goes on with whoever is on duty")
    if event.action == Action.WITHDRAW and event.actor_kind == ActorKind.SPEAKER:
        return _("took it back")
    if event.action == Action.RATE and event.actor_kind == ActorKind.SPEAKER:
        return _("said how it was")
    if event.action == Action.SHOW_FILE:
        return _let_see(event)
    if event.action == Action.RESERVE:
        return _reserved(event)
    if _ends_explained(event):
        return _("It cannot be done, and was explained; please check it")
    if event.action in Action.values:
        return str(Action(event.action).label)
    return event.action


def _reserved(event: Event) -> str:
    if data_of(event).get("new"):
        return _("said that the villagers decide it")
    return _("said that the villagers do not decide it after all")


def _let_see(event: Event) -> str:
    if data_of(event).get("public"):
        return _("let the speaker see the photo")
    return _("does not let the speaker see the photo any more")


def _ends_explained(event: Event) -> bool:
    """Tell whether the work was reported at an end without having been done."""
    outcome = data_of(event).get("outcome")
    return event.action == Action.COMPLETE and outcome == Outcome.EXPLAINED


def folded(lines: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Return the lines with each run of steps from shift to shift as one line.

    The lines come newest first. The one line is the last step of the run, and says how
    many there were.
    """
    shown: list[TimelineEntry] = []
    for follows_roster, run in groupby(lines, key=lambda line: line.follows_roster):
        same = list(run)
        if follows_roster and len(same) > 1:
            same = [_summed_up(same)]
        shown += same
    return shown


def _summed_up(run: list[TimelineEntry]) -> TimelineEntry:
    words = ngettext(
        "%(count)s time since %(day)s",
        "%(count)s times since %(day)s",
        len(run),
    )
    since = words % {"count": len(run), "day": day(run[-1].event.at)}

    last = run[0]
    return replace(last, label=f"{last.label} · {since}")


def names_of_holders(facts: Facts) -> dict[str, str]:
    """Return the names of all past, present and possible holders of the case.

    By their key in an event's data. No query.
    """
    holders = [*facts.posts, *(item.holder for item in facts.assignments)]
    return {holder_key(holder): holder_name(holder) for holder in holders}


def _chosen(event: Event, names: Mapping[str, str]) -> list[str]:
    """List what was chosen in a step, in words."""
    data = data_of(event)

    words = []
    for key, kind in CHOSEN.items():
        value = data.get(key)
        if value in kind.values and value not in SAID_BY_THE_STEP:
            words.append(str(kind(value).label))

    if choices := CHANGED.get(event.action):
        values = (data.get("old"), data.get("new"))
        labels = [str(choices(value).label) for value in values if value]
        words.append(" → ".join(labels))

    words += _how_the_speaker_said_so(event)
    words += [data.get("village_name", ""), data.get("order_number", "")]
    words.append(_holders_in_words(event, names))
    # a day that was refused stands with the request alone
    if "until_on" in data and data.get("ruling") != RequestState.REFUSED:
        words.append(day(date.fromisoformat(data["until_on"])))

    return [word for word in words if word]


def _how_the_speaker_said_so(event: Event) -> list[str]:
    """Say how and when a speaker said what an officer wrote down for them: the proof
    that it was said. Nothing of what speakers do themselves.
    """
    if event.actor_kind == ActorKind.SPEAKER:
        return []
    data = data_of(event)

    words = []
    how = data.get("how")
    if how in How.values:
        words.append(str(How(how).label))
    if "said_at" in data:
        said = _("the speaker said so %(moment)s")
        said_at = datetime.fromisoformat(data["said_at"])
        words.append(said % {"moment": moment(said_at)})
    return words


def _holders_in_words(event: Event, names: Mapping[str, str]) -> str:
    """Name the new owner, or those a part was given to, as far as they are known."""
    data = data_of(event)
    keys = list(data.get("holders", ()))
    if event.action == Action.REHOME and not keys:
        keys = [data.get("owner", "")]
    return "、".join(names[key] for key in keys if key in names)
