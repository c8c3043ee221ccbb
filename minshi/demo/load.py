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
from minshi.demo.draws import draws_from
from minshi.demo.names import Names
from minshi.demo.samples import Sample, in_group, read_samples
from villages.models import Group, Post, Role, Town
from villages.models.grid import Sex

SOURCE = "压力测试"
UNRATED_SHARE = 0.05  # of the closed matters
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
    """Adopt matters until the town has `count` of them, and return how many came to it.

    In transactions of 20,000, so that an interrupted run goes on where it stopped.
    `shown` is called with how many there are after each.
    """
    today = workdays.local_day(at)
    posts = Post.objects.current(today).select_related("user", "town")
    post = posts.get(role=Role.REVIEWER, town=town)
    by = Officer(post.user, post)

    before = Case.objects.filter(town=town, adopted_from=SOURCE).count()
    writer = Writer(town, count, at)
    have = before
    while have < count:
        upto = min(count, have + AT_ONCE)
        rng = draws_from(f"{seed}/{have}")
        have += adopt(writer.matters(have, upto, rng), by, at)

        reset_queries()  # DEBUG keeps every statement, and these are long
        shown(have)

    return have - before


class Writer:
    """The writer of matters in the order of time, spread evenly over five years."""

    def __init__(self, town: Town, count: int, at: datetime) -> None:
        self.at = at
        self.count = count

        self.samples = []
        for sample in read_samples():
            if sample.may_be_repeated and sample.level == Level.VILLAGE:
                self.samples.append(sample)

        self.topics = {topic.name: topic for topic in Topic.objects.filter(town=town)}
        groups = Group.objects.filter(village__town=town)
        self.groups = list(groups.select_related("village__town"))

        posts = Post.objects.current(workdays.local_day(at))
        members = posts.filter(role=Role.COMMITTEE_MEMBER, village__town=town)
        self.leads = {
            post.village_id: post for post in members.select_related("user", "village")
        }

    def matters(self, first: int, end: int, rng: Random) -> Iterator[Matter]:
        names = Names(rng)
        for nth in range(first, end):
            told_at = self.at - YEARS * (1 - (nth + 1) / (self.count + 1))

            # drawn in this order: the same seed gives the same matters
            still_open = told_at > self.at - STILL_OPEN and rng.random() < OPEN_SHARE
            stage = rng.choice(OPEN_STAGES) if still_open else Stage.CLOSED
            sample = rng.choice(self.samples)
            group = rng.choice(self.groups)
            yield self._matter(sample, group, told_at, stage, rng, names)

    def _matter(
        self,
        sample: Sample,
        group: Group,
        told_at: datetime,
        stage: Stage,
        rng: Random,
        names: Names,
    ) -> Matter:
        # drawn in this order: the same seed gives the same matters
        sex = rng.choice((Sex.MALE, Sex.FEMALE))
        speaker_name = names.person(sex, rng.randint(1940, 2000))
        speaker_phone = f"1620000{rng.randrange(10_000):04d}"
        channel = rng.choice(Channel.values)
        progress = self._progress(sample, group, told_at, stage, rng)

        return Matter(
            source=SOURCE,
            title=in_group(sample.title, group.number),
            verbatim=in_group(sample.verbatim, group.number),
            registered_at=told_at,
            village=group.village,
            group=group,
            speaker_name=speaker_name,
            speaker_phone=speaker_phone,
            category=sample.category,
            topic=self.topics.get(sample.topic),
            grade=sample.grade,
            channel=channel,
            stage=stage,
            **progress,
        )

    def _progress(
        self, sample: Sample, group: Group, told_at: datetime, stage: Stage, rng: Random
    ) -> dict[str, Any]:
        """Return the dates and words of the stages that the matter has been through."""
        stages = list(Stage)
        upto = stages.index(stage)
        left = self.at - told_at

        progress: dict[str, Any] = {}
        if upto >= stages.index(Stage.DELIBERATE):
            progress["accepted_at"] = told_at + min(2 * HOUR, left / 8)
        if upto >= stages.index(Stage.HANDLE):
            progress["decided_at"] = told_at + min(DAY, left / 6)
            progress["handling"] = sample.handling or "led"
            progress["decision"] = "历史台账"
            progress["lead"] = self.leads[group.village_id]
        if upto >= stages.index(Stage.SUPERVISE):
            days = rng.randint(2, 20)
            progress["completed_at"] = told_at + min(days * DAY, left / 4)
            progress["outcome"] = Outcome.DONE
            progress["result"] = sample.result
        if stage == Stage.CLOSED:
            progress |= self._answer(sample, told_at, left, rng)

        return progress

    def _answer(
        self, sample: Sample, told_at: datetime, left: timedelta, rng: Random
    ) -> dict[str, Any]:
        days = rng.randint(21, 30)
        closed_at = told_at + min(days * DAY, left / 2)
        if rng.random() < UNRATED_SHARE:
            return {"closed_at": closed_at, "close_reason": CloseReason.UNRATED}

        satisfaction = rng.choices(Satisfaction.values, (80, 17, 3))[0]
        if satisfaction == Satisfaction.DISSATISFIED:
            solved: str = Solved.NO
        else:
            solved = sample.solved or Solved.YES
        return {
            "closed_at": closed_at,
            "close_reason": CloseReason.RATED,
            "satisfaction": satisfaction,
            "solved": solved,
        }
