"""A matter of an old ledger: its row as read, and the case it becomes."""

from dataclasses import dataclass, fields
from datetime import datetime

from cases.models import Case, Topic
from cases.models.choices import (
    Category,
    Channel,
    CloseReason,
    Confidentiality,
    Grade,
    Handling,
    Level,
    Outcome,
    Satisfaction,
    Solved,
    Stage,
)
from minshi.crypto import blind_index, normal_phone
from villages.models import Group, Office, Post, Town, Village

IN_ORDER = ("registered_at", "accepted_at", "decided_at", "completed_at", "closed_at")


@dataclass(frozen=True)
class Matter:
    """One row of an old ledger.

    `source` names the ledger; `since` is when an open matter came to its stage.
    """

    source: str
    title: str
    verbatim: str
    registered_at: datetime
    village: Village | None = None
    town: Town | None = None  # needed only where no village is given
    group: Group | None = None
    speaker_name: str = ""
    speaker_phone: str = ""
    category: Category | str = ""
    topic: Topic | None = None
    grade: Grade | str = ""
    channel: Channel | str = Channel.TALK_ROOM
    confidentiality: Confidentiality | str = Confidentiality.NORMAL
    level: Level | str = ""
    stage: Stage | str = Stage.CLOSED
    since: datetime | None = None
    lead: Post | Office | None = None
    handling: Handling | str = ""
    decision: str = ""
    outcome: Outcome | str = ""
    result: str = ""
    satisfaction: Satisfaction | str = ""
    solved: Solved | str = ""
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    completed_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | str = ""
    remark: str = ""


# fields of a matter that a case does not have, or not as they are
CHANGED = ("source", "town", "level", "since", "lead", "speaker_phone")
COPIED = tuple(field.name for field in fields(Matter) if field.name not in CHANGED)


def case_of(matter: Matter) -> Case:
    """Return the unsaved case, still without number, owner and clock."""
    copied = {name: getattr(matter, name) for name in COPIED}
    phone = normal_phone(matter.speaker_phone) if matter.speaker_phone else ""

    return Case(
        **copied,
        reserved=matter.topic.reserved if matter.topic else "",
        adopted_from=matter.source,
        town=matter.village.town if matter.village else matter.town,
        level=matter.level or (Level.VILLAGE if matter.village else Level.TOWN),
        said_at=matter.registered_at,
        speaker_phone=phone,
        speaker_phone_hash=blind_index(phone, "phone"),
    )


def given_dates(matter: Matter) -> list[datetime]:
    """List the dates of a matter that are given, in the order they must have."""
    moments = [getattr(matter, name) for name in IN_ORDER]
    return [moment for moment in moments if moment]


def came_to_stage_at(matter: Matter) -> datetime:
    """Return when an open matter came to its stage: `since`, else its last date."""
    return matter.since or max(given_dates(matter))
