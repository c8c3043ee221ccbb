"""A village's two committees with seats, and the meetings tests hold with them."""

from datetime import date, datetime
from typing import Any

from cases.meetings import call_meeting, call_roll, conclude
from cases.models import AgendaItem, Case, Meeting
from tests.cases.roads import NOON, Staff, officer
from villages.models import Body, Post, Seat

NAMES = ("孙主任", "李强", "赵敏", "张有才", "周会计", "吴桂芳", "郑文书")


def seats(
    here: Staff, names: tuple[str, ...] = NAMES, body: Body = Body.TWO_COMMITTEES
) -> list[Seat]:
    """The first is in the chair."""
    return [
        Seat.objects.create(
            body=body,
            village=here.village,
            name=name,
            is_chair=nth == 0,
            from_on=date(2024, 1, 1),
        )
        for nth, name in enumerate(names)
    ]


def called(
    here: Staff,
    *cases: Case,
    kind: str = "two_committees",
    by: Post | None = None,
    **fields: Any,
) -> Meeting:
    fields = {"starts_at": NOON, "at": NOON, **fields}
    where = fields.pop("where", here.village)
    fields.setdefault("group", here.group)
    return call_meeting(
        kind, where, by=officer(by or here.secretary), cases=cases, **fields
    )


def present(
    meeting: Meeting, here: Staff, count: int, *, by: Post | None = None
) -> None:
    """The first so many of the roll are there."""
    people = list(meeting.attendees.order_by("-is_chair", "is_guest", "pk"))
    ticked = {person.pk: nth < count for nth, person in enumerate(people)}
    call_roll(meeting, ticked, by=officer(by or here.secretary), at=NOON)


def passed(
    item: AgendaItem,
    here: Staff,
    votes: tuple[int, int, int],
    *,
    at: datetime = NOON,
    **chosen: Any,
) -> AgendaItem:
    """Resolved as led by the office, unless chosen otherwise."""
    values = {
        "action": "decide",
        "handling": "led",
        "decision": "双方各让一步",
        "lead": here.office,
        **chosen,
    }
    by = values.pop("by", here.secretary)
    return conclude(item, "passed", by=officer(by), at=at, votes=votes, **values)
