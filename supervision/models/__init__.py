"""What watching leaves behind: how a matter was chased, by which order, and who was told of what on which channel."""

from supervision.models.call import Call
from supervision.models.chase import Chase, ChaseStep, Rung, Told
from supervision.models.notice import (
    Channel,
    EventSeen,
    Notice,
    NoticeKind,
    NoticeState,
    NoticeText,
    Robot,
    Watermark,
)
from supervision.models.order import OrderCounter, OrderState, SentBack, SupervisionOrder
from supervision.models.run import JobRun
from supervision.models.tracking import TrackedCase, TrackingMeeting, Verdict

__all__ = [
    "Call",
    "Channel",
    "Chase",
    "ChaseStep",
    "EventSeen",
    "JobRun",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "NoticeText",
    "OrderCounter",
    "OrderState",
    "Robot",
    "Rung",
    "SentBack",
    "SupervisionOrder",
    "Told",
    "TrackedCase",
    "TrackingMeeting",
    "Verdict",
    "Watermark",
]
