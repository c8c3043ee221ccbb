"""Every open stage, level, confidentiality and rule has one clock that somebody looks
at, and reaches somebody.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction

from cases.bulk import adopt
from cases.bulk.matter import Matter
from cases.models import Case, Clock
from cases.models.choices import Confidentiality, Level, Stage
from cases.workflow import (
    Action,
    Officer,
    candidates,
    make_move,
    moves_open_to,
    read_facts,
)
from cases.workflow.moves import MOVES
from minshi.workdays import local_day
from supervision.chasing.ladder import look_at_clocks
from supervision.models import ChaseStep, Notice, NoticeChannel, NoticeKind
from tests.cases.roads import DAY, NOON, Staff, officer, people_of, spoken, words
from villages.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
HANDLINGS = ("on_spot", "led", "joint", "meeting")


@dataclass(frozen=True)
class Wanted:
    stage: Stage
    rule: str
    level: Level
    confidentiality: Confidentiality
    suspended: bool = False

    def __str__(self) -> str:
        rest = ("suspended",) if self.suspended else ()
        return "-".join(
            (self.stage, self.rule, self.level, self.confidentiality, *rest)
        )


KINDS = [
    (Stage.SPEAK, "speak"),
    (Stage.DELIBERATE, "deliberate"),
    (Stage.SUPERVISE, "supervise"),
    (Stage.RATE, "rate"),
    *product((Stage.DELIBERATE, Stage.HANDLE), HANDLINGS),
]
EVERY = [
    Wanted(stage, rule, level, confidentiality)
    for (stage, rule), level, confidentiality in product(KINDS, Level, Confidentiality)
    if not (
        rule == "meeting" and level == Level.VILLAGE
    )  # the committee's meeting is the town's
]
EVERY += [
    Wanted(Stage.HANDLE, "led", *rest, suspended=True)
    for rest in product(Level, Confidentiality)
]
EVERY += [
    Wanted(Stage.DELIBERATE, "deliberate", *rest, suspended=True)
    for rest in product(Level, Confidentiality)
]


def by_anybody(
    here: Staff, case: Case, action: Action, at=NOON, **values: object
) -> Case:
    """By the first who may."""
    for post in people_of(here):
        if (
            not Case.objects.visible_to(post.user, local_day(at))
            .filter(pk=case.pk)
            .exists()
        ):
            continue
        for offer in moves_open_to(post.user, case, at):
            if offer.action == action:
                return make_move(
                    case,
                    action,
                    by=Officer(post.user, offer.post),
                    at=at,
                    **words(action, at, **values),
                )
    raise AssertionError(
        f"nobody may {action} {case.stage} {case.level} {case.confidentiality}"
    )


def told(here: Staff, wanted: Wanted) -> Case:
    """Taken down; where it is to be above the village already in 说, because it
    concerns a cadre.
    """
    concerned = {Level.TOWN: here.secretary, Level.COUNTY: here.reviewer}.get(
        wanted.level
    )
    if wanted.stage == Stage.SPEAK and concerned:
        return spoken(
            here, confidentiality=wanted.confidentiality, concerns=(concerned.user,)
        )
    return spoken(here, confidentiality=wanted.confidentiality)


def decided(here: Staff, case: Case, handling: str) -> Case:
    named = {item.name: item for item in MOVES[Action.DECIDE].inputs}
    possible = candidates(named["lead"], read_facts(case, NOON), None).values()
    lead, *others = [
        holder
        for holder in (here.office, here.member, here.leader)
        if holder in possible
    ]
    case = by_anybody(
        here, case, Action.DECIDE, handling=handling, lead=lead, assistants=others[:1]
    )
    for assistant in others[:1]:
        case = by_anybody(here, case, Action.WAIVE, holder=assistant)
    return case


def brought_to(here: Staff, wanted: Wanted) -> Case:
    case = told(here, wanted)
    if wanted.stage != Stage.SPEAK:
        case = by_anybody(here, case, Action.ACCEPT)
        while case.level != wanted.level:
            case = by_anybody(here, case, Action.ESCALATE)
    if (
        wanted.stage in (Stage.HANDLE, Stage.SUPERVISE, Stage.RATE)
        or wanted.rule in HANDLINGS
    ):
        case = decided(here, case, wanted.rule if wanted.rule in HANDLINGS else "led")
    for action in _further(wanted):
        case = by_anybody(here, case, action)
    return case


def _further(wanted: Wanted) -> tuple[Action, ...]:
    if wanted.stage == Stage.DELIBERATE:
        return ((Action.RETURN,) if wanted.rule in HANDLINGS else ()) + (
            (Action.DEFER,) if wanted.suspended else ()
        )
    if wanted.stage == Stage.HANDLE:
        return (
            (Action.ASK_SUSPENSION, Action.RULE_SUSPENSION) if wanted.suspended else ()
        )
    return {
        Stage.SUPERVISE: (Action.COMPLETE,),
        Stage.RATE: (Action.COMPLETE, Action.VERIFY),
    }.get(wanted.stage, ())


def running(case: Case) -> Clock:
    return Clock.objects.get(case=case, stopped_at=None)


def chased_at(case: Case, at) -> list[Notice]:
    """Who found what in the inbox by the ladder."""
    assert look_at_clocks(at)[1] == []
    found = Notice.objects.filter(
        case=case, chase__isnull=False, channel=NoticeChannel.INBOX
    )
    return list(found.select_related("recipient", "chase").order_by("pk"))


def alarmed_if_they_were_gone(case: Case) -> list[Notice]:
    """What the ladder would tell at the due had whoever has the matter left; taken back
    again.
    """
    with transaction.atomic():
        theirs = (
            case.owner_office.posts.all()
            if case.owner_office
            else Post.objects.filter(pk=case.owner_post_id)
        )
        theirs.update(until_on=local_day(NOON))
        notices = chased_at(case, case.due_at)
        assert all(is_for_them(notice, case.due_at) for notice in notices)
        transaction.set_rollback(True)
    return notices


def is_for_them(notice: Notice, at) -> bool:
    """They see the matter, at least as a row, and it does not concern them."""
    seen = (
        Case.objects.counted_for(notice.recipient, local_day(at))
        .filter(pk=notice.case_id)
        .exists()
    )
    return seen and not notice.case.concerns.filter(user=notice.recipient).exists()


@pytest.mark.parametrize("wanted", EVERY, ids=str)
def test_an_open_matter_has_one_clock_that_reaches_somebody(here, wanted):
    case = brought_to(here, wanted)
    clock = running(case)
    assert (case.stage, clock.rule, case.level, case.confidentiality) == (
        wanted.stage, wanted.rule, wanted.level, wanted.confidentiality,
    )  # fmt: skip
    assert bool(case.grey_until) == wanted.suspended
    assert clock.look_at == clock.yellow_at
    assert (case.due_at, case.yellow_at) == (clock.due_at, clock.yellow_at)

    assert {notice.kind for notice in alarmed_if_they_were_gone(case)} == {
        NoticeKind.ALARM
    }
    notices = chased_at(case, clock.due_at)

    assert {notice.chase.step for notice in notices} == {ChaseStep.OVERDUE}
    assert NoticeKind.ALARM not in {notice.kind for notice in notices}
    assert all(is_for_them(notice, clock.due_at) for notice in notices)
    later = chased_at(case, clock.due_at + 30 * DAY)[len(notices) :]
    assert bool(later) == (wanted.rule != "rate")  # the thirty days that only remind
    assert all(is_for_them(notice, clock.due_at) for notice in later)
    assert running(case).look_at is None  # every step was taken


@pytest.mark.parametrize("level", [Level.VILLAGE, Level.TOWN])
def test_a_matter_taken_over_that_awaits_its_reply_has_one_too(here, level):
    done = dict.fromkeys(("registered_at", "accepted_at", "completed_at"), NOON - DAY)
    matter = Matter(
        source="旧台账",
        title="路灯",
        verbatim="路灯坏了",
        village=here.village,
        level=level,
        stage=Stage.RATE,
        category="village",
        grade="minor",
        outcome="done",
        result="修好了",
        **done,
    )
    adopt([matter], by=officer(here.reviewer), at=NOON)
    case = Case.objects.get()
    assert (running(case).rule, running(case).look_at) == ("reply", case.yellow_at)

    notices = chased_at(case, case.due_at)

    assert {notice.chase.step for notice in notices} == {ChaseStep.OVERDUE}
    assert all(is_for_them(notice, case.due_at) for notice in notices)


def test_nobody_looks_at_a_suspended_matter_before_its_day_and_somebody_does_from_then_on(
    here,
):
    case = brought_to(
        here,
        Wanted(
            Stage.HANDLE, "led", Level.VILLAGE, Confidentiality.NORMAL, suspended=True
        ),
    )
    Clock.objects.filter(case=case, stopped_at=None).update(look_at=NOON)

    assert chased_at(case, case.grey_until - timedelta(microseconds=1)) == []
    assert running(case).look_at == case.grey_until
    assert chased_at(case, case.grey_until) == []
    assert running(case).look_at == case.yellow_at
    assert len(chased_at(case, case.yellow_at)) == 1
