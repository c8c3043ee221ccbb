"""Cases and everything that belongs to one."""

from cases.models.attachment import Attachment
from cases.models.case import (
    Case,
    CaseAccess,
    Concern,
    CoSpeaker,
    JoinedVillage,
    NumberCounter,
    Topic,
)
from cases.models.clock import CalendarDay, Clock
from cases.models.event import CaseRevision, Event
from cases.models.handling import Assignment, MandatoryReport, Reply, TimeRequest
from cases.models.rating import CallBack, Rating
from cases.models.standard_text import StandardText

__all__ = [
    "Assignment",
    "Attachment",
    "CalendarDay",
    "CallBack",
    "Case",
    "CaseAccess",
    "CaseRevision",
    "Clock",
    "CoSpeaker",
    "Concern",
    "Event",
    "JoinedVillage",
    "MandatoryReport",
    "NumberCounter",
    "Rating",
    "Reply",
    "StandardText",
    "TimeRequest",
    "Topic",
]
