"""跟踪督办: the list a town goes through in turn, and what is said of each matter (the
method's article, 规范程序).
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import SupervisionLevel
from cases.workflow import Action, Officer, make_move
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from supervision.models import (
    SupervisionOrder,
    TrackedCase,
    TrackingMeeting,
    TrackingVerdict,
)
from supervision.models.order import LIVE
from supervision.models.tracking import ACTED
from supervision.orders import (
    chasing_post,
    latest_reply_on,
    raise_order,
    standard_demand,
)
from villages.models import Post, Town, User
from villages.rights import OVERSEE, first_post


def meetings_seen_by(user: User, at: datetime) -> QuerySet[TrackingMeeting]:
    """Those of the towns a user oversees, from the town or from the county."""
    towns = Town.objects.overseen_by(user, workdays.local_day(at), OVERSEE)
    return TrackingMeeting.objects.filter(town__in=towns.values("pk")).select_related(
        "town", "began_by__user"
    )


def presiding_post(user: User, town: Town, at: datetime) -> Post | None:
    """The post from which a user holds a town's tracking meeting: of its reviewer or
    supervisor.
    """
    posts = user.posts_on(workdays.local_day(at))
    return first_post(posts, OVERSEE, town_id=town.pk)


def _must_preside(user: User, town: Town, at: datetime) -> Post:
    post = presiding_post(user, town, at)
    if post is None:
        raise NoSuchRight(
            _("Only the town's reviewer and supervisors hold this meeting.")
        )
    return post


def dragging_on(town: Town, at: datetime) -> QuerySet[Case]:
    """What a town goes through: overdue, waiting for an order, or with an order under
    way; the oldest due first.
    """
    ordered = SupervisionOrder.objects.filter(state__in=LIVE, case__town=town).values(
        "case"
    )
    here = Case.objects.filter(town=town)
    drags = (
        Q(pk__in=here.overdue(at).values("pk"))
        | Q(needs_order=True)
        | Q(pk__in=ordered)
    )
    return here.open().filter(drags).order_by("due_at", "pk")


@transaction.atomic
def begin_tracking(town: Town, *, by: User, at: datetime) -> TrackingMeeting:
    """A meeting with its list; where one is under way, that one.

    NoSuchRight: not a reviewer or supervisor of the town. MoveRefused: nothing drags
    on.
    """
    post = _must_preside(by, town, at)
    # two who begin at the same moment begin one after the other
    Town.objects.select_for_update().get(pk=town.pk)
    if held := TrackingMeeting.objects.filter(town=town, ended_at=None).first():
        return held
    cases = list(dragging_on(town, at))
    if not cases:
        raise MoveRefused(
            _("Nothing is overdue or under order; there is nothing to go through.")
        )
    meeting = TrackingMeeting.objects.create(town=town, began_at=at, began_by=post)
    TrackedCase.objects.bulk_create(
        TrackedCase(meeting=meeting, case=case) for case in cases
    )
    return meeting


@transaction.atomic
def say_of(
    item: TrackedCase, verdict: TrackingVerdict, note: str, *, by: User, at: datetime
) -> TrackedCase:
    """What is to happen with a matter; urging and ordering happen with it, in one
    transaction.

    The same said twice is said once. NoSuchRight: not of the town, or not over the
    matter. MoveRefused: the meeting has ended, the matter was urged or ordered here
    already, or the act itself is refused. InputRefused: no words.
    """
    held = (
        TrackedCase.objects.select_for_update(of=("self",))
        .select_related("meeting__town", "case__town")
        .get(pk=item.pk)
    )
    if (held.verdict, held.note) == (verdict, note):
        return held
    if held.meeting.ended_at is not None:
        raise MoveRefused(_("This meeting has ended."))
    if held.verdict in ACTED:
        raise MoveRefused(
            _("It was acted on already: %(verdict)s.")
            % {"verdict": held.get_verdict_display()}
        )
    if verdict != TrackingVerdict.GOES_ON and not note.strip():
        raise InputRefused(
            _("Say what is expected."), {"note": _("Please fill this in.")}
        )
    _must_preside(by, held.meeting.town, at)
    post = chasing_post(held.case, by, at)
    if post is None:
        raise NoSuchRight(
            _("Only a reviewer or supervisor over this matter does this.")
        )
    _act(held.case, verdict, note, Officer(by, post), at)
    held.verdict, held.note, held.said_at, held.said_by = verdict, note, at, post
    held.save()
    return held


def _act(
    case: Case, verdict: TrackingVerdict, note: str, by: Officer, at: datetime
) -> None:
    if verdict == TrackingVerdict.URGED:
        make_move(
            case,
            Action.SUPERVISE,
            by=by,
            at=at,
            supervision_level=SupervisionLevel.URGE,
            note=note,
        )
    elif verdict == TrackingVerdict.ORDERED:
        reply_on = latest_reply_on(case, at)
        raise_order(
            case,
            reason=note,
            demand=standard_demand(),
            reply_on=reply_on,
            key=None,
            by=by,
            at=at,
        )


@transaction.atomic
def end_tracking(meeting: TrackingMeeting, *, by: User, at: datetime) -> None:
    """Ended once; what was not reached stays without a word, and is on the next list if
    it drags on still.

    NoSuchRight: not a reviewer or supervisor of the town.
    """
    _must_preside(by, meeting.town, at)
    TrackingMeeting.objects.filter(pk=meeting.pk, ended_at=None).update(ended_at=at)
