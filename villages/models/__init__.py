"""The grid and the people who serve in it."""

from villages.models.audit import AuditRecord
from villages.models.bodies import Body, MeetingKind, Procedure, Seat
from villages.models.duty import (
    DutyLeave,
    DutyShift,
    HandOver,
    SwapRequest,
    SwapState,
    TalkRoom,
)
from villages.models.field_history import FieldHistory
from villages.models.grid import (
    Group,
    Household,
    Office,
    Resident,
    ResidentKey,
    Town,
    Village,
)
from villages.models.imports import ImportRow, ImportRun
from villages.models.logins import LookupCount, OpenLogin, PasswordUsed
from villages.models.people import User
from villages.models.posts import ContactLink, Post
from villages.models.roles import Node, Role

__all__ = [
    "AuditRecord",
    "Body",
    "ContactLink",
    "DutyLeave",
    "DutyShift",
    "FieldHistory",
    "Group",
    "HandOver",
    "Household",
    "ImportRow",
    "ImportRun",
    "LookupCount",
    "MeetingKind",
    "Node",
    "Office",
    "OpenLogin",
    "PasswordUsed",
    "Post",
    "Procedure",
    "Resident",
    "ResidentKey",
    "Role",
    "Seat",
    "SwapRequest",
    "SwapState",
    "TalkRoom",
    "Town",
    "User",
    "Village",
]
