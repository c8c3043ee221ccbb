"""The pages of meetings: the list, the meeting, one item of it, the screen, the
print.
"""

from cases.views.meetings.item import ItemAct, ItemPage
from cases.views.meetings.lists import CallMeeting, MeetingList
from cases.views.meetings.meeting import MeetingAct, MeetingPage
from cases.views.meetings.paper import (
    MeetingPrint,
    MeetingScreen,
    SheetFile,
    SheetUpload,
)

__all__ = [
    "CallMeeting",
    "ItemAct",
    "ItemPage",
    "MeetingAct",
    "MeetingList",
    "MeetingPage",
    "MeetingPrint",
    "MeetingScreen",
    "SheetFile",
    "SheetUpload",
]
