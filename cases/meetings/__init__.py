"""议: calling a meeting, its roll, its votes, and the decision that moves the case
(domain §1, 议).
"""

from cases.meetings.agenda import (
    add_item,
    cases_at,
    move_item,
    on_no_agenda,
    remove_item,
    to_be_heard_at,
    waiting_for,
)
from cases.meetings.calling import PLACES, call_meeting, doubts_about, meeting_at
from cases.meetings.changing import (
    cancel_meeting,
    change_meeting,
    households_of,
    note_numbers,
)
from cases.meetings.concluding import ITEM_ACTIONS, Verdict, conclude
from cases.meetings.counting import (
    Count,
    count_of,
    counts_of,
    due_of,
    present_of,
    votes_in_words,
    votes_shown,
)
from cases.meetings.holding import (
    DueNotKnown,
    RollNotCalled,
    holding_posts,
    was_concluded,
    why_over,
)
from cases.meetings.minutes import (
    close_meeting,
    correct_minutes,
    save_item,
    save_minutes,
)
from cases.meetings.roll import add_attendee, call_roll, remove_attendee, set_aside
from cases.privacy.redactor import public_titles

__all__ = [
    "ITEM_ACTIONS",
    "PLACES",
    "Count",
    "DueNotKnown",
    "RollNotCalled",
    "Verdict",
    "add_attendee",
    "add_item",
    "call_meeting",
    "call_roll",
    "cancel_meeting",
    "cases_at",
    "change_meeting",
    "close_meeting",
    "conclude",
    "correct_minutes",
    "count_of",
    "counts_of",
    "doubts_about",
    "due_of",
    "holding_posts",
    "households_of",
    "meeting_at",
    "move_item",
    "note_numbers",
    "on_no_agenda",
    "present_of",
    "public_titles",
    "remove_attendee",
    "remove_item",
    "save_item",
    "save_minutes",
    "set_aside",
    "to_be_heard_at",
    "votes_in_words",
    "votes_shown",
    "waiting_for",
    "was_concluded",
    "why_over",
]
