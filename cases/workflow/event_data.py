"""The data of events, typed by the family of actions that write it.

Keys are stored and hashed: they never change. A personal value never stands here. A
holder or owner is written as "post:12" or "office:3", a day as 2026-03-31, a moment as
an ISO date and time.
"""

from collections.abc import Iterable
from typing import NotRequired, TypedDict, cast

from cases.models import Case, Event
from cases.models.choices import CloseReason
from cases.privacy.personal import WHO_SPOKE
from cases.workflow.actions import Action

# Of it whoever reads a matter sees these. Digests are none of them: of words that are
# blanked they would answer a guess. Nor is the number of the other matter of a merge
# (OTHER_MATTERS): not everybody who reads this one may know that there is that one.
SHOWN_OF_DATA = frozenset(
    {
        "version",
        "category",
        "grade",
        "route",
        "handling",
        "holders",
        "owner",
        "outcome",
        "public",
        "until_on",
        "ruling",
        "asks_escalation",
        "old",
        "new",
        "fields",
        "satisfaction",
        "solved",
        "how",
        "village",
        "supervision_level",
        "told_at",
        "explained_at",
        "said_at",
        "channel",
        "told_why",
    }
)
OTHER_MATTERS = ("into", "merged")
# of `fields` those that say who spoke: to whoever may not know that, not even that they
# were corrected
ABOUT_WHO_SPOKE = frozenset({*WHO_SPOKE, "speaker_sex", "resident", "others"})


class EveryEvent(TypedDict, total=False):
    version: int  # of the case, after the move
    owner: str  # whom the case is with from then on; absent where it was closed
    promised_on: str  # the day promised to the speaker, where the move changed it
    sent: str  # fingerprint of the words that came with an idempotency key
    reply: str  # digest of what the speaker was answered
    told_why: str  # what the speaker is told of a delay, without personal values
    # the post that typed the words: for the speaker at the counter, or an order
    entered_by: int
    revisions: dict[str, str]  # digest of each CaseRevision, by field


class TakenDown(TypedDict, total=False):
    """register, adopt; amend (as_typed, group_chosen)."""

    as_typed: bool  # the officer said that the speaker is no neighbour of that name
    # by somebody; or taken from the speaker's household. Absent before it was noted
    group_chosen: bool
    channel: str
    verbatim: str  # digest of the speaker's words
    adopted_from: str
    registered_at: str


class Classified(TypedDict, total=False):
    """settle, accept, decide."""

    category: str
    grade: str


class Decided(TypedDict, total=False):
    """decide."""

    handling: str
    four_two: bool  # the villagers resolved it by 四议两公开


class HolderAsked(TypedDict):
    holder: str
    due_on: str  # empty: as the case itself
    adds: NotRequired[bool]  # the words stay those of their writer


class Parts(TypedDict, total=False):
    """decide, reassign: the lead, then the assistants; waive, rule_hand_back: whose
    parts it was about; afterword, ask_reopening: whom the word is with.
    """

    holders: list[str]
    asks: list[HolderAsked]  # those asked for something new


class Due(TypedDict, total=False):
    """decide, return: the last day of the 办 clock."""

    due_on: str


class Until(TypedDict, total=False):
    """defer, ask_extension, ask_suspension and their rulings, of more time granted the
    day due by it; supervise: when the reply to the order is due.
    """

    until_on: str


class Ruled(TypedDict, total=False):
    """rule_hand_back, rule_extension, rule_suspension."""

    ruling: str


class Returned(TypedDict, total=False):
    """return."""

    asks_escalation: bool


class Completed(TypedDict, total=False):
    """complete."""

    outcome: str


class Progressed(TypedDict, total=False):
    """progress, show_file."""

    public: bool  # the speaker may read it


class Answered(TypedDict, total=False):
    """rate, call_back; withdraw, afterword (how)."""

    satisfaction: str
    solved: str
    how: str


class Withdrawn(TypedDict, total=False):
    """withdraw."""

    said_at: str


class Voided(TypedDict, total=False):
    """void: by mistake or twice, as the reason of the closing."""

    void_as: str


class Diverted(TypedDict, total=False):
    """divert."""

    route: str


class Explained(TypedDict, total=False):
    """explain."""

    explained_at: str
    explained_by: str


class Merged(TypedDict, total=False):
    """merge (into), receive_merged (merged): the number of the other case."""

    into: str
    merged: str


class Concerned(TypedDict, total=False):
    """recuse, and register in conflict (concerns); lift_recusal (lifted): users."""

    concerns: list[int]
    lifted: list[int]


class Changed(TypedDict, total=False):
    """regrade, reserve, protect; receive_merged, where the protection grew."""

    old: str
    new: str


class Amended(TypedDict, total=False):
    """amend; protect, receive_merged (the group): the names of the fields."""

    fields: list[str]


class Joined(TypedDict, total=False):
    """join: the code of the village and its name."""

    village: str
    village_name: str


class RedLine(TypedDict, total=False):
    """mandatory_report (told_at, received); receipt (report, its key)."""

    told_at: str
    received: bool
    report: int


class FileChanged(TypedDict, total=False):
    """remove_file, show_file (public): what the file is known by."""

    file: str
    sha256: str


class Chased(TypedDict, total=False):
    """supervise; the order where it was one."""

    supervision_level: str
    order: int
    order_number: str


class Resolved(TypedDict, total=False):
    """Any move that a meeting has resolved."""

    meeting: int
    item: int
    meeting_kind: str
    meeting_on: str


class EventData(
    EveryEvent,
    TakenDown,
    Classified,
    Decided,
    Parts,
    Due,
    Until,
    Ruled,
    Returned,
    Completed,
    Progressed,
    Answered,
    Withdrawn,
    Voided,
    Diverted,
    Explained,
    Merged,
    Concerned,
    Changed,
    Amended,
    Joined,
    RedLine,
    FileChanged,
    Chased,
    Resolved,
    total=False,
):
    """All keys that an event's data may have."""


def data_of(event: Event) -> EventData:
    return cast(EventData, event.data)


def fields_told(event: Event, *, knows_speaker: bool) -> list[str]:
    """Return the fields that an event changed, as a reader may be told; empty of any
    event that is no correction.
    """
    fields = data_of(event).get("fields", [])
    return [name for name in fields if knows_speaker or name not in ABOUT_WHO_SPOKE]


def sent_elsewhere(case: Case, events: Iterable[Event]) -> Event | None:
    """Return the event by which a closed case was shown the proper route, of `events`
    oldest first; None where it was closed otherwise or opened again.
    """
    if case.close_reason != CloseReason.DIVERTED:
        return None

    found = None
    for event in events:
        if event.action == Action.DIVERT:
            found = event
    return found


def route_in(event: Event) -> str:
    """Return where a matter is handled instead, as the event has it: without names."""
    return data_of(event).get("route", "")


def lead_of(event: Event) -> str:
    """Return who leads from a decide or reassign on; empty for any other action."""
    holders = data_of(event).get("holders", [])
    return holders[0] if holders else ""


def assistants_of(event: Event) -> list[str]:
    """Return who assists from a decide or reassign on."""
    return data_of(event).get("holders", [])[1:]
