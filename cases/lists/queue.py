"""待议, the queue of a place, for page and API: matters that wait for a decision, are
on an agenda, or were decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from django.db import models
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cases.lists.desk import DeskWork
from cases.lists.last_heard import last_heard_of
from cases.lists.paging import capped_counts
from cases.meetings import cases_at, to_be_heard_at, waiting_for
from cases.meetings.sitting import HoldingPlace, holding_places
from cases.models import AgendaItem, Case, Event, Meeting
from cases.models.choices import Level, Stage
from cases.models.meeting import ItemState
from cases.models.scope import CaseQuerySet, Sight
from cases.privacy.redactor import NOTHING, reader_redactor
from cases.workflow import Action
from cases.workflow.asking_up import wish_in
from cases.workflow.committee import is_heard_in_work
from minshi import workdays
from villages.models import Post, User
from villages.rights import DECIDE


class QueueTab(models.TextChoices):
    WAITING = "waiting", gettext_lazy("Waiting for a decision")
    AGENDA = "agenda", gettext_lazy("On an agenda")
    DECIDED = "decided", gettext_lazy("Decided")


DUE_FIRST = ("due_at", "id")
ORDERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        QueueTab.WAITING: DUE_FIRST,
        QueueTab.AGENDA: DUE_FIRST,
        QueueTab.DECIDED: ("-registered_at", "-id"),
    }
)


def deciding_places(posts: list[Post], at: datetime) -> list[HoldingPlace]:
    """List the places that the posts decide for, the highest first.

    Such a place is a secretary's village, or a reviewer's town or county.
    """
    deciding = [post for post in posts if post.role in DECIDE]
    places = holding_places(deciding, at)
    return sorted(places, key=lambda place: -place.level.rank)


def deciding_place(posts: list[Post], key: str, at: datetime) -> HoldingPlace | None:
    """Return the place of `deciding_places` with that key; for no key the highest.

    None where the posts decide for no such place.
    """
    for place in deciding_places(posts, at):
        if place.key == key or not key:
            return place
    return None


def queue_at(place: HoldingPlace, user: User, at: datetime) -> dict[str, CaseQuerySet]:
    """Return the cases that a place has to decide or has decided, by tab, as far as the
    user sees them.

    Each case is in one tab at most: what waits leaves out what is on an agenda.
    """
    # not stored: it only says whose cases are meant
    meeting = place.empty_meeting()
    visible = Case.objects.visible_to(user, workdays.local_day(at))
    of_this_place = cases_at(meeting, visible).filter(level=place.level)

    items_to_come = AgendaItem.objects.filter(
        state=ItemState.WAITING, meeting__closed_at=None, meeting__cancelled_at=None
    )
    to_be_heard = to_be_heard_at(place.level)
    on_agenda = of_this_place.filter(to_be_heard, pk__in=items_to_come.values("case"))
    # a case that came back to 说 or 议 keeps the day it was decided before
    was_decided = of_this_place.filter(decided_at__isnull=False)
    decided = was_decided.exclude(stage__in=(Stage.SPEAK, Stage.DELIBERATE))
    decided = decided.filter(~to_be_heard)

    return {
        QueueTab.WAITING: waiting_for(meeting, user, at),
        QueueTab.AGENDA: on_agenda,
        QueueTab.DECIDED: decided,
    }


def heard_in(
    tab: str, cases: Sequence[Case], user: User, on: date
) -> Mapping[int, str]:
    """Return by case what a row of that tab says of its meetings: what the last one
    said, or that the committee it was handed to is yet to hear it. One query.
    """
    words = dict(last_heard_of(cases, user, on))
    if tab == QueueTab.DECIDED:
        return words

    is_on_agenda = tab == QueueTab.AGENDA
    for case in cases:
        if is_heard_in_work(case) and (is_on_agenda or case.pk not in words):
            words[case.pk] = unheard_in_words(is_on_agenda=is_on_agenda)
    return words


def unheard_in_words(*, is_on_agenda: bool) -> str:
    """Say of a matter handed to the committee where it stands."""
    if is_on_agenda:
        return _("Handed to the committee's meeting, which is yet to hear it.")
    return _("Handed to the committee's meeting, but on no agenda yet.")


def committee_of(case: Case, posts: list[Post], at: datetime) -> HoldingPlace | None:
    """Return the place whose committee hears a case, where the posts decide for it;
    None for a case of a village.
    """
    if case.level == Level.VILLAGE:
        return None
    return place_that_hears(case, posts, at)


def place_that_hears(
    case: Case, posts: list[Post], at: datetime
) -> HoldingPlace | None:
    """Return the place whose meetings hear a case, where the posts decide for it."""
    where: object = case.town.county_code
    if case.level == Level.TOWN:
        where = case.town
    if case.level == Level.VILLAGE:
        where = case.village

    for place in deciding_places(posts, at):
        meeting = place.empty_meeting()
        if meeting.level == case.level and meeting.where == where:
            return place
    return None


def work_for_committee(user: User, at: datetime) -> list[DeskWork]:
    """Return the matters that were handed to the committee and stand on no agenda, for
    whoever calls its meetings. One query for a place above the village.
    """
    waiting = []
    for place in deciding_places(user.posts_on(workdays.local_day(at)), at):
        if place.level == Level.VILLAGE:
            continue
        handed = waiting_for(place.empty_meeting(), user, at).filter(stage=Stage.HANDLE)
        count = capped_counts({"handed": handed})["handed"]
        if count:
            label = _("Handed to the committee's meeting, on no agenda yet")
            address = f"{reverse('cases:queue')}?at={place.key}"
            waiting.append(DeskWork(label, address, count))
    return waiting


def meetings_to_come(place: HoldingPlace) -> models.QuerySet[Meeting]:
    """Return the place's meetings to come, the next first."""
    here = place.empty_meeting()
    coming = Meeting.objects.to_come().filter(
        village=here.village, town=here.town, county_code=here.county_code
    )
    return coming.order_by("starts_at", "pk")


@dataclass(frozen=True)
class MeetingOffered:
    """A meeting for what is ticked, and whether it is chosen beforehand."""

    meeting: Meeting
    is_chosen: bool


def meetings_offered(
    place: HoldingPlace, cases: Iterable[Case], most: int
) -> list[MeetingOffered]:
    """Return the meetings whose agenda takes cases of the place, the next first.

    Chosen beforehand is the first that has heard none of them: one that let a matter
    fail does not take it again. None chosen: a meeting yet to be called. One query.
    """
    keys = [case.pk for case in cases]
    heard = AgendaItem.objects.filter(meeting=models.OuterRef("pk"), case__in=keys)
    coming = meetings_to_come(place).annotate(has_heard=models.Exists(heard))[:most]

    fresh = [meeting.pk for meeting in coming if not meeting.has_heard]
    chosen = fresh[:1]
    return [MeetingOffered(meeting, meeting.pk in chosen) for meeting in coming]


@dataclass(frozen=True)
class Reason:
    """Why a matter waits: what was written as it was reported up or given back."""

    event: Event
    words: str  # as its reader may know them

    @property
    def label(self) -> str:
        return label_of_reason(self.event)


def label_of_reason(event: Event) -> str:
    """Say whether a matter was reported up, or who gave it back and what they asked
    for with it.
    """
    if event.action == Action.ESCALATE:
        return pgettext("reported up", "Reason")
    office = event.post.office if event.post else None
    who = office or event.user
    if wish := wish_in(event):
        words = _("%(who)s gave it back, and asks: “%(wish)s”. Why")
        return words % {"who": who, "wish": wish}
    return _("Why %(who)s gave it back") % {"who": who}


def reasons_of(cases: Iterable[Case]) -> dict[int, Event]:
    """Return the events by which cases were last reported up or returned, by the case's
    key. One query.

    The note is why, as it was written: redact it before it is shown.
    """
    events = Event.objects.filter(
        case__in=cases, action__in=(Action.ESCALATE, Action.RETURN)
    ).select_related("user", "post__office")
    # a later event of the same case replaces an earlier one
    return {event.case_id: event for event in events.order_by("case", "sequence")}


def reasons_for(cases: Sequence[Case], sight: Sight) -> dict[int, Reason]:
    """Return why cases were last reported up or returned, by key, as this reader may
    know it; two queries at most.
    """
    events = reasons_of(cases)
    redactors = {case.pk: reader_redactor(case, sight) for case in cases}
    own = [
        event
        for case, event in events.items()
        if redactors[case] is not NOTHING and sight.wrote(event)
    ]
    prefetch_related_objects(own, "revisions")

    reasons = {}
    for case, event in events.items():
        redact = redactors[case]
        words = event.note if redact is NOTHING else redact.note(event)
        reasons[case] = Reason(event, words)
    return reasons
