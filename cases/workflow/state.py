"""The state of a case, sealed with each event: what its columns hold afterwards.

A column that SQL has changed since no longer fits the seals of the last event.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from cases.models import Case
from minshi.crypto import moment_in_seal, sealed

LENGTH = 16  # hex digits of a seal: 64 bits, which nobody without the key can aim at
# stands for the seal of a group that SQL had changed before a move: nothing fits it
CHANGED_BEFORE = "changed before"
# Names and columns of a group are sealed and stored: they never change. A column that
# is added makes a new group; events from before have no seal of it.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "words": (
            "title",
            "verbatim",
            "request_text",
            "place",
            "remark",
            "speaker_name",
            "speaker_sex",
            "speaker_phone",
            "speaker_phone_hash",
            "speaker_address",
            "proxy_speaker",
        ),
        "origin": (
            "number",
            "tracking_code",
            "key",
            "town_id",
            "village_id",
            "group_id",
            "resident_id",
            "channel",
            "said_at",
            "registered_at",
            "recorded_by_id",
            "adopted_from",
        ),
        "kind": (
            "category",
            "topic_id",
            "grade",
            "confidentiality",
            "conflict_floor",
        ),
        "stage": (
            "stage",
            "level",
            "round",
            "needs_order",
            "owner_post_id",
            "owner_office_id",
            "accepted_at",
            "decided_at",
            "closed_at",
            "close_reason",
            "merged_into_id",
            "version",
        ),
        "result": (
            "handling",
            "decision",
            "outcome",
            "measures",
            "result",
            "completed_at",
            "replied_at",
        ),
        "reserved": ("reserved",),
        "investigated": ("findings", "basis"),
        "rating": ("satisfaction", "solved"),
        "due": ("due_at", "yellow_at", "grey_until", "promised_on"),
        "blanked": ("also_personal",),
        "hidden": ("name_stays_hidden",),
        "registered": ("of_register",),
        "further": ("also_hidden",),
    }
)
# The row's key stands in every event, and the head of the chain is compared with the
# last. What is searched is made from what is sealed, and made anew to compare it.
NOT_SEALED = frozenset(
    {
        "id",
        "event_count",
        "event_hash",
        "last_event_at",
        "open_words",
        "hidden_words",
    }
)


def state_of(case: Case, names: Iterable[str] = GROUPS) -> dict[str, str]:
    """Return the seal of each of these groups of the case's columns."""
    return {
        name: sealed([case.pk, *_values(case, GROUPS[name])], f"case {name}")[:LENGTH]
        for name in names
    }


def _values(case: Case, columns: tuple[str, ...]) -> list[object]:
    return [as_sealed(getattr(case, column)) for column in columns]


def as_sealed(value: object) -> object:
    """Return a value as it is whether it comes from the database or goes there."""
    if isinstance(value, datetime):
        return moment_in_seal(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | str):
        return str(value)
    return value
