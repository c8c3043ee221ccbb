"""One row of everything that watching leaves behind at a case, with the same words in
each.
"""

from cases.models import Case
from cases.workflow import Action, System, make_move
from supervision.models import (
    Call,
    Chase,
    Notice,
    OrderTalk,
    SentBack,
    SupervisionOrder,
)
from tests.cases.roads import DAY, NOON
from villages.models import Post


def chased(case: Case, note: str, other: Post) -> None:
    clock = case.clocks.get(stopped_at=None)
    to = (
        case.owner_post.user
        if case.owner_post
        else case.owner_office.posts.first().user
    )
    order = SupervisionOrder.objects.create(
        case=case,
        town=case.town,
        reason=note,
        demand=note,
        reply_on=(NOON + DAY).date(),
        raised_at=NOON,
    )
    SentBack.objects.create(
        order=order,
        reply=note,
        replied_at=NOON,
        replied_by=other,
        finding=note,
        checked_at=NOON,
        checked_by=other,
    )
    OrderTalk.objects.create(
        order=order,
        held_on=NOON.date(),
        whom=note,
        agreed=note,
        noted_at=NOON,
        noted_by=other,
    )
    case = make_move(
        case,
        Action.SUPERVISE,
        by=System("orders"),
        at=NOON,
        note=note,
        supervision_level="remind",
    )
    chase = Chase.objects.create(
        case=case,
        clock=clock,
        due_at=clock.due_at,
        step="yellow",
        level="remind",
        at=NOON,
        event=case.events.latest("sequence"),
        order=order,
    )
    Notice.objects.create(
        key=f"stranger:{case.pk}",
        kind="yellow",
        channel="inbox",
        recipient=to,
        case=case,
        chase=chase,
        state="sent",
        created_at=NOON,
        send_after=NOON,
        sent_at=NOON,
    )
    Call.objects.create(
        case=case, event=case.events.first(), kind="accepted", asked_at=NOON
    )
