"""待议 as page and API read it: what waits for a level's decision at a place, is on an
agenda there, or was decided.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.meetings import cases_at, waiting_for
from cases.meetings.sitting import HoldingPlace, holding_places
from cases.models import AgendaItem, Case, Event, Meeting
from cases.models.choices import Stage
from cases.models.meeting import ItemState
from cases.models.scope import CaseQuerySet
from cases.workflow import Action
from minshi import workdays
from villages.models import Post, User
from villages.rights import DECIDE


class Tab(models.TextChoices):
    WAITING = "waiting", _("Waiting for a decision")
    AGENDA = "agenda", _("On an agenda")
    DECIDED = "decided", _("Decided")


DUE_FIRST = ("due_at", "id")
ORDERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        Tab.WAITING: DUE_FIRST,
        Tab.AGENDA: DUE_FIRST,
        Tab.DECIDED: ("-registered_at", "-id"),
    }
)


def deciding_places(posts: list[Post], at: datetime) -> list[HoldingPlace]:
    """The places the posts decide for, the highest first: a secretary's village, a
    reviewer's town or county.
    """
    places = [place for place in holding_places(posts, at) if place.post.role in DECIDE]
    return sorted(places, key=lambda place: -place.level.rank)


def deciding_place(posts: list[Post], key: str, at: datetime) -> HoldingPlace | None:
    """The one of `deciding_places` with that key, the highest for an empty one; None
    where they decide nowhere such.
    """
    return next(
        (place for place in deciding_places(posts, at) if place.key == key or not key),
        None,
    )


def queue_at(place: HoldingPlace, user: User, at: datetime) -> dict[str, CaseQuerySet]:
    """What a place's decider has before them, by tab, of what the user sees; each case
    in one tab at most.
    """
    meeting = place.empty_meeting()
    here = cases_at(
        meeting, Case.objects.visible_to(user, workdays.local_day(at))
    ).filter(level=place.level)
    coming = AgendaItem.objects.filter(
        state=ItemState.WAITING, meeting__closed_at=None, meeting__cancelled_at=None
    )
    return {
        Tab.WAITING: waiting_for(meeting, user, at),
        Tab.AGENDA: here.filter(pk__in=coming.values("case"), stage=Stage.DELIBERATE),
        Tab.DECIDED: (
            here.filter(decided_at__isnull=False).exclude(
                stage__in=(Stage.SPEAK, Stage.DELIBERATE)
            )
        ),
    }


def meetings_to_come(place: HoldingPlace) -> models.QuerySet[Meeting]:
    """The meetings to come at which it may be put on the agenda, the next first."""
    here = place.empty_meeting()
    coming = Meeting.objects.to_come().filter(
        village=here.village, town=here.town, county_code=here.county_code
    )
    return coming.order_by("starts_at", "pk")


def reasons_of(cases: Iterable[Case]) -> dict[int, str]:
    """Why each was reported up or returned last, by case, in one query; as written, so
    blank who spoke.
    """
    said = Event.objects.filter(
        case__in=cases, action__in=(Action.ESCALATE, Action.RETURN)
    )
    return dict(said.order_by("case", "sequence").values_list("case", "note"))
