"""The jobs of cases: each moves the cases that are due, and fails at the end if one of
them did.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from celery import shared_task
from django.db.models import Exists, OuterRef, Q

from cases.deadlines.calendar import load_calendar, years_without_data
from cases.ledgers import jobs
from cases.models import Afterword, Case, TimeRequest
from cases.models.choices import Level, RequestKind, RequestState, Stage
from cases.models.scope import CaseQuerySet
from cases.orphan_files import remove_orphans
from cases.stored_files import note_digests
from cases.workflow import Action, System, make_move, read_facts
from cases.workflow.actors import ROSTER
from cases.workflow.guards import afterword_left, roster_went_on
from cases.workflow.who import FOLLOWING, find_owner
from minshi import workdays
from minshi.celery import write_exports_soon
from minshi.clock import machine_now, now
from minshi.errors import RuleBroken
from minshi.jobs import SomeFailed, done_for
from villages.duty import on_duty_in
from villages.models import Post

BATCH = 200
DIGESTING = 600  # seconds a day
logger = logging.getLogger(__name__)


def move_each(due: CaseQuerySet, move: Callable[[Case], object]) -> int:
    """Move every due case, even where others fail, and return how many were moved.

    In batches by key, so that rows which fail are not taken again and again. A row that
    is due no longer when its turn comes was done by another worker; `move` returns
    False where nothing could be done. Raises SomeFailed at the end, with the numbers of
    the cases that failed.
    """

    def move_one(rows: Sequence[Case]) -> int:
        (case,) = rows
        try:
            is_moved = move(case) is not False
        except RuleBroken:
            if due.filter(pk=case.pk).exists():
                raise
            return 0
        return int(is_moved)

    moved = 0
    failed: list[str] = []
    last = 0

    while batch := list(due.filter(pk__gt=last).order_by("pk")[:BATCH]):
        for case in batch:
            count, bad = done_for([case], move_one)
            moved += count
            failed += [row.number for row in bad]
        last = batch[-1].pk

    if failed:
        raise SomeFailed(failed)
    return moved


def end_suspensions_due(at: datetime) -> int:
    """End the suspensions whose date has come (domain §3), and return how many.

    The due date is counted again from the time that was left.
    """

    def resume(case: Case) -> None:
        make_move(case, Action.RESUME, by=System("end_suspensions"), at=at)

    over = TimeRequest.objects.filter(
        kind=RequestKind.SUSPENSION,
        state=RequestState.GRANTED,
        ended_at=None,
        until_on__lte=workdays.local_day(at),
    )
    due = Case.objects.open().filter(pk__in=over.values("case"))
    return move_each(due, resume)


def close_unrated_due(at: datetime) -> int:
    """Close the cases that nobody rated in time after the reply, and return how many.

    Source: domain §3, close_unrated.
    """

    def close(case: Case) -> None:
        make_move(case, Action.CLOSE_UNRATED, by=System("close_unrated"), at=at)

    return move_each(Case.objects.left_unrated(at), close)


def orphans(at: datetime) -> CaseQuerySet:
    """Return the open cases whose owner's post has ended, or whose office has lost its
    last handler.
    """
    current = Post.objects.current(workdays.local_day(at))
    the_post = current.filter(pk=OuterRef("owner_post"))
    people_of_office = current.filter(office=OuterRef("owner_office"))

    gone = Q(owner_post__isnull=False) & ~Exists(the_post)
    empty = Q(owner_office__isnull=False) & ~Exists(people_of_office)
    return Case.objects.open().filter(gone | empty)


def afterwords_left(at: datetime) -> CaseQuerySet:
    """Return the closed cases with a word that waits for an answer by a post that has
    ended, or by nobody.
    """
    current = Post.objects.current(workdays.local_day(at))
    waiting = Afterword.objects.filter(answered_at=None)
    left = waiting.filter(~Exists(current.filter(pk=OuterRef("owner"))))
    return Case.objects.filter(stage=Stage.CLOSED, pk__in=left.values("case"))


def rehome_orphans_due(at: datetime) -> int:
    """Give the cases that lost their owner a new one, and return how many were moved.

    In 办 a case goes back to 议, its clock going on (domain §3, owner). Where nobody is
    left and the alarm was raised before, nothing is written again: somebody must be
    appointed.
    """

    def rehome(case: Case) -> None:
        facts = read_facts(case, at)
        if case.stage == Stage.HANDLE or find_owner(facts)[0] or not facts.alarmed():
            make_move(
                case, Action.REHOME, by=System("rehome_orphans"), at=at, facts=facts
            )

    def pass_on(case: Case) -> bool:
        facts = read_facts(case, at)
        if not afterword_left(facts):
            return False
        by = System("rehome_orphans")
        make_move(case, Action.REHOME, by=by, at=at, facts=facts)
        return True

    moved = move_each(orphans(at).select_related("town"), rehome)
    return moved + move_each(afterwords_left(at).select_related("town"), pass_on)


def left_behind(at: datetime) -> CaseQuerySet:
    """Return the village cases in 说 and 评 whose owner is off duty while somebody else
    of their village is on.
    """
    villages = []
    on_duty: set[int] = set()
    for village, posts in on_duty_in(None, at).items():
        if posts:
            villages.append(village)
            on_duty.update(post.pk for post in posts)

    following = Case.objects.open().filter(
        level=Level.VILLAGE, stage__in=FOLLOWING, village__in=villages
    )
    return following.exclude(owner_post__in=on_duty)


def follow_roster_due(at: datetime) -> int:
    """Give village cases in 说 and 评 to whoever is on duty, and return how many.

    Without a shift they stay. Somebody on duty who may not have a case (in 评, because
    they handled it) is no successor: nothing is written. Source: domain §3, owner.
    """

    def follow(case: Case) -> None:
        facts = read_facts(case, at)
        if roster_went_on(facts):
            make_move(case, Action.REHOME, by=System(ROSTER), at=at, facts=facts)

    return move_each(left_behind(at).select_related("town"), follow)


def bring_calendar_up_to_date(at: datetime) -> tuple[int, ...]:
    """Load the calendar again, and return the years that should be published by now
    and are missing.
    """
    load_calendar(None, at)
    return years_without_data(at)


@shared_task(ignore_result=True)
def end_suspensions() -> None:
    end_suspensions_due(now())


@shared_task(ignore_result=True)
def close_unrated() -> None:
    close_unrated_due(now())


@shared_task(ignore_result=True)
def rehome_orphans() -> None:
    rehome_orphans_due(now())


@shared_task(ignore_result=True)
def follow_roster() -> None:
    follow_roster_due(now())


@shared_task(ignore_result=True)
def write_exports() -> None:
    """Write one file, and ask for a turn of its own for the next: one worker alone must
    come to the other jobs in between.
    """
    if jobs.write_next(now) and jobs.to_write(now()).exists():
        write_exports_soon()


@shared_task(ignore_result=True)
def remove_exports() -> None:
    jobs.remove_expired(now())


@shared_task(ignore_result=True)
def remove_orphan_files() -> None:
    remove_orphans(machine_now())


@shared_task(ignore_result=True)
def digest_files() -> None:
    """Note the digests of files of before these were noted, some each day."""
    note_digests(now(), seconds=DIGESTING)


@shared_task(ignore_result=True)
def refresh_calendar() -> None:
    for year in bring_calendar_up_to_date(now()):
        logger.warning(
            "The calendar of %s has no make-up weekends yet; deadlines there count"
            " Monday to Friday.",
            year,
        )
