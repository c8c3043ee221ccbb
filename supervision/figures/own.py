"""我的工作: one's own month, seen by oneself alone.

No table of officers is made anywhere (国办函〔2026〕12号).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Assignment, Case, Clock, Event
from cases.models.scope import CaseQuerySet, Sight
from cases.workflow import Action
from supervision.figures import conditions as of
from supervision.figures.kinds import ROUND_ENDED
from supervision.figures.periods import Days
from supervision.figures.reading import ShareOf
from supervision.figures.tallying import on_days


@dataclass(frozen=True)
class OwnWork:
    """What one person handled in a period, and what waits for them at a moment.

    What concerns them is in none of it: a count that stays would tell them of the
    complaint.
    """

    sight: Sight
    days: Days
    at: datetime

    def rounds(self) -> QuerySet[Clock]:
        """Return the rounds completed in the period that the person handled: as lead or
        assistant, for an office everybody with a post in it, or by settling it (domain
        §3).
        """
        reach = self.sight.reach
        parts = Assignment.objects.filter(
            Q(post__in=self.sight.posts_ever) | Q(office__in=reach.offices),
            case=OuterRef("case"),
            round=OuterRef("round"),
        )
        settled = Event.objects.filter(
            case=OuterRef("case"),
            round=OuterRef("round"),
            action=Action.SETTLE,
            user=self.sight.user,
        )
        handled = Q(Exists(parts)) | Q(Exists(settled))
        counted = Case.objects.filter(~self.sight.in_conflict())
        completed = Clock.objects.filter(
            of.ROUND_COMPLETED, handled, case__in=counted.values("pk")
        )
        return completed.filter(on_days(ROUND_ENDED, [self.days]))

    @cached_property
    def in_time(self) -> ShareOf:
        """How many of the rounds were completed before the deadline was over."""
        rounds = self.rounds()
        return ShareOf(rounds.filter(of.ROUND_IN_TIME).count(), rounds.count())

    def taken_down(self) -> CaseQuerySet:
        return Case.objects.heard().filter(
            ~self.sight.in_conflict(),
            on_days("registered_at", [self.days]),
            recorded_by__in=self.sight.posts_ever,
        )

    def waiting(self) -> CaseQuerySet:
        """Return the open matters that are with the person or their office now."""
        visible = Case.objects.visible_by(self.sight)
        return visible.owned_by(self.sight.reach)

    def listed(self) -> QuerySet[Clock]:
        """Return the rounds handled whose matter the person still sees, the latest
        first.
        """
        visible = Case.objects.visible_by(self.sight)
        seen = self.rounds().filter(case__in=visible.values("pk"))
        with_row = seen.select_related(
            "case__town", "case__village", "case__group", "case__owner_office"
        )
        with_owner = with_row.select_related("case__owner_post__user")
        return with_owner.order_by(f"-{ROUND_ENDED}", "-pk")
