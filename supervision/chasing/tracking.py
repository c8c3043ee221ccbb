"""跟踪督办: the list of cases that a town goes through in turn, and the verdict on each
(the method's article, 规范程序).
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import SupervisionLevel
from cases.workflow import Action, Officer, make_move
from cases.workflow.standing import is_with
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from minshi.seen import mark_of, refuse_unseen
from minshi.text import is_blank
from supervision.models import (
    SupervisionOrder,
    TrackedCase,
    TrackingMeeting,
    TrackingVerdict,
    why_by_hand,
)
from supervision.models.order import LIVE
from supervision.models.tracking import ACTED
from supervision.orders import (
    chasing_post,
    demand_in_words,
    latest_reply_on,
    raise_order,
)
from villages.models import Post, Town, User
from villages.rights import OVERSEE, first_post


def meetings_seen_by(user: User, at: datetime) -> QuerySet[TrackingMeeting]:
    """Return the meetings of the towns that a user oversees, from the town or from the
    county; none that goes through nothing they may know of: it would tell them that
    something drags on.
    """
    on = workdays.local_day(at)
    towns = Town.objects.in_reach_of(user, on, OVERSEE)
    counted = Case.objects.counted_for(user, on)
    of_theirs = TrackedCase.objects.filter(
        meeting=OuterRef("pk"), case__in=counted.values("pk")
    )
    meetings = TrackingMeeting.objects.filter(
        Exists(of_theirs), town__in=towns.values("pk")
    )
    return meetings.select_related("town", "began_by__user")


def presiding_post(user: User, town: Town, at: datetime) -> Post | None:
    """Return the post from which a user holds a town's tracking meeting: that of its
    reviewer or supervisor.
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
    """Return the open cases of a town that are overdue, wait for an order, or have one
    under way; the oldest due first.
    """
    orders = SupervisionOrder.objects.filter(state__in=LIVE, case__town=town)
    cases = Case.objects.filter(town=town)

    is_overdue = Q(pk__in=cases.overdue(at).values("pk"))
    waits_for_order = Q(needs_order=True)
    has_order = Q(pk__in=orders.values("case"))

    drags_on = is_overdue | waits_for_order | has_order
    return cases.open().filter(drags_on).order_by("due_at", "pk")


@transaction.atomic
def begin_tracking(town: Town, *, by: User, at: datetime) -> TrackingMeeting:
    """Begin a meeting with its list of cases, and return it; where one is under way,
    return that one, with what drags on since on its list where it had nothing that the
    user may know of.

    NoSuchRight: not a reviewer or supervisor of the town. MoveRefused: nothing drags
    on, or only what is about the user.
    """
    post = _must_preside(by, town, at)

    # two who begin at the same moment begin one after the other
    Town.objects.select_for_update().get(pk=town.pk)
    under_way = TrackingMeeting.objects.filter(town=town, ended_at=None).first()
    seen = meetings_seen_by(by, at)
    if under_way and seen.filter(pk=under_way.pk).exists():
        return under_way

    cases = list(dragging_on(town, at))
    counted = Case.objects.counted_for(by, workdays.local_day(at))
    if not counted.filter(pk__in=[case.pk for case in cases]).exists():
        raise MoveRefused(
            _("Nothing is overdue or under order; there is nothing to go through.")
        )

    meeting = under_way
    if meeting is None:
        meeting = TrackingMeeting.objects.create(town=town, began_at=at, began_by=post)
    listed = set(meeting.items.values_list("case", flat=True))
    TrackedCase.objects.bulk_create(
        TrackedCase(meeting=meeting, case=case)
        for case in cases
        if case.pk not in listed
    )
    return meeting


@transaction.atomic
def say_of(
    item: TrackedCase,
    verdict: TrackingVerdict,
    note: str,
    *,
    seen: str | None = None,
    by: User,
    at: datetime,
) -> TrackedCase:
    """Enter the verdict on a case, and return the entry.

    Urging and ordering happen with it, in one transaction. The same verdict entered
    twice by the same user counts once; another's is not compared, for that would answer
    a guess at a name that is blanked in it.

    1. Lock the entry.
    2. Check that it may still be changed, the words, and the post.
    3. Urge the case or write the order, where that is the verdict.
    4. Write the verdict.
    NoSuchRight: not of the town, or not over the case. MoveRefused: the meeting has
    ended, the case was urged or ordered here already, or the act itself is refused.
    InputRefused: no words. StaleVersion: somebody else entered a verdict since it was
    `seen` (`mark_of_entry`).
    """
    rows = TrackedCase.objects.select_for_update(of=("self",))
    locked = rows.select_related("meeting__town", "case__town").get(pk=item.pk)
    is_own = locked.said_by is not None and locked.said_by.user_id == by.pk
    if is_own and (locked.verdict, locked.note) == (verdict, note):
        return locked

    _check_open(locked)
    if verdict != TrackingVerdict.GOES_ON and is_blank(note):
        raise InputRefused(
            _("Say what is expected."), {"note": _("Please fill this in.")}
        )
    presiding = _must_preside(by, locked.meeting.town, at)
    post = chasing_post(locked.case, by, at)
    if post is None and is_with(locked.case, by):
        post = _who_chases_not_oneself(verdict, presiding)
    if post is None:
        raise NoSuchRight(
            _("Only a reviewer or supervisor over this matter does this.")
        )
    words = _("Somebody else has entered something here meanwhile; it stands above.")
    refuse_unseen(mark_of_entry(locked), seen, words)

    _act(locked.case, verdict, note, Officer(by, post), at)

    locked.verdict = verdict
    locked.note = note
    locked.said_at = at
    locked.said_by = post
    locked.save()
    return locked


def _who_chases_not_oneself(verdict: TrackingVerdict, presiding: Post) -> Post:
    """Return the post of one who says how it stands with what they have themself.

    MoveRefused: they would urge or order themself.
    """
    if verdict in ACTED:
        raise MoveRefused(_("It is with you; nobody orders themself."))
    return presiding


def mark_of_entry(item: TrackedCase) -> str:
    return mark_of(item, ("said_at", "said_by_id")) if item.said_at else ""


def _check_open(item: TrackedCase) -> None:
    """Refuse to change the verdict of a meeting that ended, or one acted on already."""
    if item.meeting.ended_at is not None:
        raise MoveRefused(_("This meeting has ended."))
    if item.verdict in ACTED:
        raise MoveRefused(
            _("It was acted on already: %(verdict)s.")
            % {"verdict": item.get_verdict_display()}
        )


def _act(
    case: Case, verdict: TrackingVerdict, note: str, by: Officer, at: datetime
) -> None:
    """Carry out a verdict: urge the case, or write an order for it."""
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
        raise_order(
            case,
            reason=why_by_hand(case.due_at, at),
            reply_on=latest_reply_on(case, at),
            demand=demand_in_words(note),
            key=None,
            by=by,
            at=at,
        )


@transaction.atomic
def end_tracking(meeting: TrackingMeeting, *, by: User, at: datetime) -> None:
    """End a meeting, once. Cases that were not reached stay without a verdict, and are
    on the next list if they drag on still.

    NoSuchRight: not a reviewer or supervisor of the town.
    """
    _must_preside(by, meeting.town, at)
    TrackingMeeting.objects.filter(pk=meeting.pk, ended_at=None).update(ended_at=at)
