"""督办 by hand: each is a step of chasing, and an order to be signed where one is asked
for.
"""

from collections.abc import Iterable
from datetime import datetime

from cases.models import Case, Clock, Event
from cases.models.choices import SupervisionLevel
from cases.workflow import Action
from cases.workflow.event_data import data_of
from supervision.models import Chase, ChaseStep
from supervision.orders import Asked, claim_cases, draft_orders, standard_demand

REASON = 200


def chased_by_hand(events: Iterable[Event], at: datetime) -> dict[int, Chase]:
    """The step for each, by event; its order is what its words ask for, written by
    whoever said them.
    """
    acts = [
        event
        for event in events
        if event.action == Action.SUPERVISE and "order" not in data_of(event)
    ]
    if not acts:
        return {}
    clocks = {
        clock.case_id: clock
        for clock in Clock.objects.filter(
            case__in=[e.case_id for e in acts], stopped_at=None
        )
    }
    # closed meanwhile: nothing is left to chase
    acts = [event for event in acts if event.case_id in clocks]
    asking = {
        event.case: event
        for event in acts
        if data_of(event).get("supervision_level") == SupervisionLevel.ORDER
    }
    orders = draft_orders(_claimed(asking), at=at) if asking else {}
    rows = [
        Chase(
            case=event.case,
            clock=clocks[event.case_id],
            due_at=clocks[event.case_id].due_at,
            step=ChaseStep.BY_HAND,
            level=data_of(event).get("supervision_level", SupervisionLevel.REMIND),
            at=event.at,
            by=event.post,
            reason=event.note[:REASON],
            event=event,
            order=(
                orders.get(event.case_id) if asking.get(event.case) == event else None
            ),
        )
        for event in acts
    ]
    return {chase.event_id or 0: chase for chase in Chase.objects.bulk_create(rows)}


def _claimed(asking: dict[Case, Event]) -> dict[Case, Asked]:
    claimed = claim_cases(asking, wait=True)
    return {case: _asked(event) for case, event in asking.items() if case.pk in claimed}


def _asked(event: Event) -> Asked:
    """The words are the reason; where they are too long for one, they stand in what is
    demanded as well.
    """
    longer = f"{event.note}\n{standard_demand()}" if len(event.note) > REASON else ""
    return Asked(event.note[:REASON], longer, event.post)
