"""Many invented matters of the past years, adopted in bulk, to measure with."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import reset_queries

from cases.bulk import Matter, adopt
from cases.models import Case, Topic
from cases.models.choices import (
    Channel,
    CloseReason,
    Level,
    Outcome,
    Satisfaction,
    Solved,
    Stage,
)
from cases.workflow import Officer
from minshi import workdays
from minshi.demo.names import Names
from minshi.demo.samples import Sample, in_group, read_samples
from villages.models import Group, Post, Role, Town
from villages.models.grid import Sex

SOURCE = "压力测试"
YEARS = timedelta(days=5 * 365)
STILL_OPEN = timedelta(days=25)  # told later than this before the end: nearly all open
OPEN_SHARE = 0.9
AT_ONCE = 20_000  # matters a transaction
OPEN_STAGES = (
    Stage.SPEAK,
    Stage.DELIBERATE,
    Stage.HANDLE,
    Stage.HANDLE,
    Stage.HANDLE,
    Stage.SUPERVISE,
    Stage.RATE,
)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def load(
    town: Town,
    count: int,
    *,
    seed: int,
    at: datetime,
    shown: Callable[[int], object] = print,
) -> int:
    """Adopt matters until the town has `count` of them; returns how many came to it.

    In transactions of 20,000, so that an interrupted run goes on where it stopped.
    `shown` is told how many there are after each.
    """
    post = (
        Post.objects.current(workdays.local_day(at))
        .select_related("user", "town")
        .get(role=Role.REVIEWER, town=town)
    )
    by = Officer(post.user, post)
    have = before = Case.objects.filter(town=town, adopted_from=SOURCE).count()
    writer = Writer(town, count, at)
    while have < count:
        upto = min(count, have + AT_ONCE)
        have += adopt(writer.matters(have, upto, Random(f"{seed}/{have}")), by, at)  # noqa: S311 - nothing is secret
        reset_queries()  # DEBUG keeps every statement, and these are long
        shown(have)
    return have - before


class Writer:
    """Writes matters in the order of time, spread evenly over five years."""

    def __init__(self, town: Town, count: int, at: datetime) -> None:
        self.at, self.count = at, count
        self.samples = [
            sample
            for sample in read_samples()
            if sample.may_be_repeated and sample.level == Level.VILLAGE
        ]
        self.topics = {topic.name: topic for topic in Topic.objects.filter(town=town)}
        self.groups = list(
            Group.objects.filter(village__town=town).select_related("village__town")
        )
        members = Post.objects.current(workdays.local_day(at)).filter(
            role=Role.COMMITTEE_MEMBER, village__town=town
        )
        self.leads = {
            post.village_id: post for post in members.select_related("user", "village")
        }

    def matters(self, first: int, end: int, rng: Random) -> Iterator[Matter]:
        names = Names(rng)
        for nth in range(first, end):
            told = self.at - YEARS * (1 - (nth + 1) / (self.count + 1))
            still_open = told > self.at - STILL_OPEN and rng.random() < OPEN_SHARE
            stage = rng.choice(OPEN_STAGES) if still_open else Stage.CLOSED
            yield self._matter(
                rng.choice(self.samples),
                rng.choice(self.groups),
                told,
                stage,
                rng,
                names,
            )

    def _matter(
        self,
        sample: Sample,
        group: Group,
        told: datetime,
        stage: Stage,
        rng: Random,
        names: Names,
    ) -> Matter:
        return Matter(
            source=SOURCE,
            title=in_group(sample.title, group.number),
            verbatim=in_group(sample.verbatim, group.number),
            registered_at=told,
            village=group.village,
            group=group,
            speaker_name=names.person(
                rng.choice((Sex.MALE, Sex.FEMALE)), rng.randint(1940, 2000)
            ),
            speaker_phone=f"1620000{rng.randrange(10_000):04d}",
            category=sample.category,
            topic=self.topics.get(sample.topic),
            grade=sample.grade,
            channel=rng.choice(Channel.values),
            stage=stage,
            **self._progress(sample, group, told, stage, rng),
        )

    def _progress(
        self, sample: Sample, group: Group, told: datetime, stage: Stage, rng: Random
    ) -> dict[str, Any]:
        """What has come of it by now: every stage has the dates and words of those
        before it.
        """
        upto = list(Stage).index(stage)
        left = self.at - told
        known: dict[str, Any] = {}
        if upto >= list(Stage).index(Stage.DELIBERATE):
            known |= {"accepted_at": told + min(2 * HOUR, left / 8)}
        if upto >= list(Stage).index(Stage.HANDLE):
            known |= {
                "decided_at": told + min(DAY, left / 6),
                "handling": sample.handling or "led",
                "decision": "旧账",
                "lead": self.leads[group.village_id],
            }
        if upto >= list(Stage).index(Stage.SUPERVISE):
            known |= {
                "completed_at": told + min(rng.randint(2, 20) * DAY, left / 4),
                "outcome": Outcome.DONE,
                "result": sample.result,
            }
        return known | (
            self._answer(sample, told, left, rng) if stage == Stage.CLOSED else {}
        )

    def _answer(
        self, sample: Sample, told: datetime, left: timedelta, rng: Random
    ) -> dict[str, Any]:
        closed = {"closed_at": told + min(rng.randint(21, 30) * DAY, left / 2)}
        if rng.random() < 0.05:  # noqa: PLR2004
            return {**closed, "close_reason": CloseReason.UNRATED}
        answer = rng.choices(Satisfaction.values, (80, 17, 3))[0]
        solved = (
            Solved.NO
            if answer == Satisfaction.DISSATISFIED
            else sample.solved or Solved.YES
        )
        return {
            **closed,
            "close_reason": CloseReason.RATED,
            "satisfaction": answer,
            "solved": solved,
        }
