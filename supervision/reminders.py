"""Which reminders somebody sees: their own, and an overseer those of the whole territory."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from cases.models import Case
from cases.models.scope import Sight
from minshi import workdays
from supervision.models import Reminder
from villages.models import User

SHOWN = 20


def reminders_for(user: User, at: datetime) -> QuerySet[Reminder]:
    """The latest reminders of clocks that still run and whose due has not moved, within the user's sight.

    A reviewer or supervisor sees everybody's in the territory, anybody else their own. One query and the posts'.
    """
    on = workdays.local_day(at)
    cases = Case.objects.visible_to(user, on)
    mine = Q() if not Sight.of(user, on).overseer.is_empty else Q(recipient=user)
    live = Reminder.objects.filter(mine, clock__stopped_at=None, due_at=F("clock__due_at"), clock__case__in=cases)
    return live.select_related("clock__case", "recipient")[:SHOWN]
