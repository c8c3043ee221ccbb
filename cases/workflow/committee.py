"""上会: matters handed to the committee that no meeting has heard yet.

Decided in a meeting, a matter has been heard. Decided at the desk it goes to 办 with
its lead and its clock (domain §3, decide), and the committee is to hear it there: until
then it stands on an agenda, or waits to be put on one.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import AgendaItem, Case, Event
from cases.models.choices import Handling, Stage
from cases.models.meeting import ItemState
from cases.workflow.actions import Action


def hearings() -> QuerySet[AgendaItem]:
    """Return the items by which meetings settled a case since it was decided, of the
    case of an outer query.
    """
    settled = (ItemState.PASSED, ItemState.NOTED, ItemState.NOT_PASSED)
    return AgendaItem.objects.filter(
        case=OuterRef("pk"),
        state__in=settled,
        concluded_at__gte=OuterRef("decided_at"),
    )


def unheard() -> Q:
    """Return the condition of the cases that the committee is yet to hear.

    What it did not pass, or put off, may come again. What came from an old ledger was
    heard before there was this house.
    """
    heard_since = hearings().exclude(state=ItemState.NOT_PASSED)
    decided_there = Event.objects.filter(
        case=OuterRef("pk"),
        action=Action.DECIDE,
        at=OuterRef("decided_at"),
        data__has_key="meeting",
    )

    handed_to_it = Q(stage=Stage.HANDLE, handling=Handling.MEETING, adopted_from="")
    return handed_to_it & ~Q(Exists(heard_since)) & ~Q(Exists(decided_there))


def is_heard_in_work(case: Case) -> bool:
    """Tell whether a meeting only hears of a case: it is in 办 already, and what the
    committee resolves moves it no more.
    """
    return case.stage == Stage.HANDLE and case.handling == Handling.MEETING


def is_unheard(case: Case) -> bool:
    """Tell whether the committee is yet to hear the case. One query, for a case that
    was handed to it alone.
    """
    if not is_heard_in_work(case):
        return False
    return Case.objects.filter(unheard(), pk=case.pk).exists()
