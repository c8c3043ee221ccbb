"""Records of supervision: how cases were chased, the orders, and the notices sent on
each channel.
"""

from supervision.models.backup import BackupRun, BackupStep
from supervision.models.call import Call
from supervision.models.chase import (
    Chase,
    ChaseStep,
    Rung,
    Told,
    holder_after,
    holder_of,
    ordered_of,
    why_by_hand,
)
from supervision.models.figure import DailyFigure, FigureMark, SpanOfFigures
from supervision.models.notice import (
    EventFailure,
    EventSeen,
    Notice,
    NoticeText,
    Robot,
    Watermark,
)
from supervision.models.notice_kinds import NoticeChannel, NoticeKind, NoticeState
from supervision.models.order import (
    OrderCounter,
    OrderState,
    OrderTalk,
    SentBack,
    SupervisionOrder,
)
from supervision.models.publication import Publication
from supervision.models.report import MonthlyReport, MonthlyReportRow
from supervision.models.run import JobRun
from supervision.models.seal import HistoryCheck, Log, Seal
from supervision.models.tracking import TrackedCase, TrackingMeeting, TrackingVerdict
from supervision.models.wall import Wall

__all__ = [
    "BackupRun",
    "BackupStep",
    "Call",
    "Chase",
    "ChaseStep",
    "DailyFigure",
    "EventFailure",
    "EventSeen",
    "FigureMark",
    "HistoryCheck",
    "JobRun",
    "Log",
    "MonthlyReport",
    "MonthlyReportRow",
    "Notice",
    "NoticeChannel",
    "NoticeKind",
    "NoticeState",
    "NoticeText",
    "OrderCounter",
    "OrderState",
    "OrderTalk",
    "Publication",
    "Robot",
    "Rung",
    "Seal",
    "SentBack",
    "SpanOfFigures",
    "SupervisionOrder",
    "Told",
    "TrackedCase",
    "TrackingMeeting",
    "TrackingVerdict",
    "Wall",
    "Watermark",
    "holder_after",
    "holder_of",
    "ordered_of",
    "why_by_hand",
]
