"""Cases and everything that belongs to one."""

from cases.models.access import CaseAccess, Concern, JoinedVillage
from cases.models.afterword import Afterword
from cases.models.attachment import Attachment, SignedSheet
from cases.models.case import Case
from cases.models.clock import CalendarDay, Clock, DeadlineRule
from cases.models.co_speaker import CoSpeaker
from cases.models.event import CaseRevision, Event, StateAtUpdate
from cases.models.export_job import ExportJob
from cases.models.four_two import FourTwoProcess, FourTwoStep, StepCorrection
from cases.models.frozen import FrozenLedger, FrozenRow, RedEntry
from cases.models.handling import (
    Assignment,
    HandBack,
    MandatoryReport,
    Reply,
    TimeRequest,
)
from cases.models.meeting import (
    AgendaItem,
    Attendee,
    Correction,
    Meeting,
    MinutesCorrection,
    StepAside,
)
from cases.models.number_counter import NumberCounter
from cases.models.own_ledger import OwnLedger
from cases.models.rating import CallBack, Rating
from cases.models.standard_text import StandardText
from cases.models.topic import Topic

__all__ = [
    "Afterword",
    "AgendaItem",
    "Assignment",
    "Attachment",
    "Attendee",
    "CalendarDay",
    "CallBack",
    "Case",
    "CaseAccess",
    "CaseRevision",
    "Clock",
    "CoSpeaker",
    "Concern",
    "Correction",
    "DeadlineRule",
    "Event",
    "ExportJob",
    "FourTwoProcess",
    "FourTwoStep",
    "FrozenLedger",
    "FrozenRow",
    "HandBack",
    "JoinedVillage",
    "MandatoryReport",
    "Meeting",
    "MinutesCorrection",
    "NumberCounter",
    "OwnLedger",
    "Rating",
    "RedEntry",
    "Reply",
    "SignedSheet",
    "StandardText",
    "StateAtUpdate",
    "StepAside",
    "StepCorrection",
    "TimeRequest",
    "Topic",
]
