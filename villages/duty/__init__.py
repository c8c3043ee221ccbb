"""The duty roster (domain §2): who is on duty now, and how shifts are arranged,
swapped, left and handed over.
"""

from villages.duty.arranging import (
    arrange_shift,
    cancel_shift,
    change_shift,
    check_shift,
    name_leader,
    put_shift,
    time_of_shift,
)
from villages.duty.handing_over import (
    hand_over,
    hand_over_of,
    mark_of_hand_over,
    take_over,
    takers_of,
)
from villages.duty.leaving import LeftOpen, end_leave, left_open_by, note_leave
from villages.duty.rights import (
    arranging_post,
    may_arrange,
    may_note_leave,
    officiates,
    posts_of,
    talk_room_post,
)
from villages.duty.rotating import Round, Turn, arrange_round, plan_round
from villages.duty.standing import (
    Roster,
    eligible_posts,
    on_duty_in,
    on_shift_in,
    post_held_by,
    read_roster,
    standing_among,
    who_is_on_duty,
    who_stands,
    with_standing,
)
from villages.duty.swapping import (
    agree,
    ask_swap,
    decline,
    held_by_those_on_them,
    withdraw_swap,
)
from villages.duty.talk_room import describe_talk_room, mark_of_talk_room

__all__ = [
    "LeftOpen",
    "Roster",
    "Round",
    "Turn",
    "agree",
    "arrange_round",
    "arrange_shift",
    "arranging_post",
    "ask_swap",
    "cancel_shift",
    "change_shift",
    "check_shift",
    "decline",
    "describe_talk_room",
    "eligible_posts",
    "end_leave",
    "hand_over",
    "hand_over_of",
    "held_by_those_on_them",
    "left_open_by",
    "mark_of_hand_over",
    "mark_of_talk_room",
    "may_arrange",
    "may_note_leave",
    "name_leader",
    "note_leave",
    "officiates",
    "on_duty_in",
    "on_shift_in",
    "plan_round",
    "post_held_by",
    "posts_of",
    "put_shift",
    "read_roster",
    "standing_among",
    "take_over",
    "takers_of",
    "talk_room_post",
    "time_of_shift",
    "who_is_on_duty",
    "who_stands",
    "with_standing",
    "withdraw_swap",
]
