"""督办 by hand: each is a step of chasing, and an order to be signed where one is asked
for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from cases.models import Clock, Event
from cases.models.choices import Stage, SupervisionLevel
from cases.workflow import Action
from cases.workflow.event_data import data_of
from supervision.models import (
    Chase,
    ChaseStep,
    SupervisionOrder,
    holder_after,
    why_by_hand,
)
from supervision.orders import (
    DraftReason,
    claim_cases,
    demand_in_words,
    draft_orders,
)


def chased_by_hand(events: Iterable[Event], at: datetime) -> dict[int, Chase]:
    """Write the step of chasing for each act by hand, and return them by event.

    Where its words ask for an order, one is drafted by whoever wrote them; none for a
    matter that was closed meanwhile.
    """
    acts = [event for event in events if _is_by_hand(event)]
    if not acts:
        return {}

    clocks = _clocks_then(acts)
    acts = [event for event in acts if event.pk in clocks]
    orders = _orders_asked_for(acts, clocks, at)

    chases = []
    for event in acts:
        clock = clocks[event.pk]
        chases.append(
            Chase(
                case=event.case,
                clock=clock,
                due_at=clock.due_at,
                step=ChaseStep.BY_HAND,
                level=data_of(event).get("supervision_level", SupervisionLevel.REMIND),
                at=event.at,
                by=event.post,
                event=event,
                order=orders.get(event.pk),
                **holder_after(event),
            )
        )

    return {chase.event_id or 0: chase for chase in Chase.objects.bulk_create(chases)}


def _is_by_hand(event: Event) -> bool:
    """Tell whether an event is an act by hand: an order that goes out is one of the
    same action, and has its step already.
    """
    return event.action == Action.SUPERVISE and "order" not in data_of(event)


def _clocks_then(acts: Sequence[Event]) -> dict[int, Clock]:
    """Return the clock that ran at each act, by event: the matter may be a step
    further by now, or closed.
    """
    of_cases: dict[int, list[Clock]] = defaultdict(list)
    cases = {event.case_id for event in acts}
    for clock in Clock.objects.filter(case__in=cases).order_by("started_at", "pk"):
        of_cases[clock.case_id].append(clock)

    then = {}
    for event in acts:
        begun = [
            clock for clock in of_cases[event.case_id] if clock.started_at <= event.at
        ]
        if begun:
            then[event.pk] = begun[-1]
    return then


def _orders_asked_for(
    acts: Sequence[Event], clocks: Mapping[int, Clock], at: datetime
) -> dict[int, SupervisionOrder]:
    """Draft the orders asked for, one a case, for the last act that asks; by event."""
    asking = {}
    for event in acts:
        asks = data_of(event).get("supervision_level") == SupervisionLevel.ORDER
        if asks and event.case.stage != Stage.CLOSED:
            asking[event.case] = event
    if not asking:
        return {}

    claimed = claim_cases(asking, wait=True)
    reasons = {
        case: _draft_reason(event, clocks[event.pk])
        for case, event in asking.items()
        if case.pk in claimed
    }
    drafts = draft_orders(reasons, at=at)

    orders = {}
    for case, event in asking.items():
        if case.pk in drafts:
            orders[event.pk] = drafts[case.pk]
    return orders


def _draft_reason(event: Event, clock: Clock) -> DraftReason:
    """The words typed are what is demanded; why is what the clock says."""
    reason = why_by_hand(clock.due_at, event.at)
    # their own words, as they read them: what is blanked would tell them who spoke
    demand = demand_in_words(event.in_full("note", event.note))
    return DraftReason(reason, demand, event.post, holder_after(event))
