"""The grid and the people who serve in it."""

from villages.models.audit import AuditRecord
from villages.models.field_history import FieldHistory
from villages.models.grid import Group, Household, Office, Resident, ResidentKey, Town, Village
from villages.models.people import ContactLink, Node, Post, Role, User

__all__ = [
    "AuditRecord",
    "ContactLink",
    "FieldHistory",
    "Group",
    "Household",
    "Node",
    "Office",
    "Post",
    "Resident",
    "ResidentKey",
    "Role",
    "Town",
    "User",
    "Village",
]
