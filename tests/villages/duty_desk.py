"""A village with people who take turns on duty, and shifts on the days around NOON."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from minshi.workdays import SHANGHAI
from tests import roles
from tests.cases.roads import DAY, NOON
from tests.villages.factories import VillageFactory
from villages.models import DutyLeave, DutyShift, Post, Village

MORNING = NOON - timedelta(hours=4)  # 8:00 of a Monday, when a shift begins
EVENING = NOON + timedelta(hours=5)  # 17:00, when it ends


@dataclass
class Room:
    village: Village
    duty: Post
    secretary: Post
    member: Post
    second: Post


def talk_room() -> Room:
    village = VillageFactory()
    return Room(
        village,
        roles.duty_officer_of(village),
        roles.secretary_of(village),
        roles.committee_member_of(village),
        roles.committee_member_of(village),
    )


def shift_of(
    post: Post, days: int = 0, backup: Post | None = None, **fields: object
) -> DutyShift:
    """That day, 8:00–17:00; 0 is the day of NOON."""
    day = (NOON + days * DAY).date()
    times = {
        "starts_at": datetime.combine(day, time(8), SHANGHAI),
        "ends_at": datetime.combine(day, time(17), SHANGHAI),
    }
    return DutyShift.objects.create(
        village=post.village, primary=post, backup=backup, **{**times, **fields}
    )


def away(post: Post, substitute: Post | None = None, days: int = 0) -> DutyLeave:
    on = (NOON + days * DAY).date()
    return DutyLeave.objects.create(
        post=post,
        from_on=on,
        until_on=on,
        reason="看病",
        substitute=substitute,
        noted_by=post,
        noted_at=NOON - DAY,
    )
