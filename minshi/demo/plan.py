"""Plans the demo's year before anything is written: 183 matters, 50 of them online,
five still open.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from cases.models.choices import (
    Category,
    Channel,
    Confidentiality,
    Handling,
    Level,
    Stage,
)
from minshi.demo import roads, words
from minshi.demo.diary import Diary
from minshi.demo.roads import Days, Pace
from minshi.demo.samples import Sample, in_group, read_samples, repeated
from minshi.workdays import ONE_DAY, SHANGHAI
from villages.models import Group, Resident

CASES, ONLINE = 183, 50
TURNED = (
    *["extended"] * 3,
    *["late"] * 4,
    *["rejected"] * 3,
    *["second_round"] * 3,
    *["unreached"] * 3,
    "withdrawn",
)
HIDDEN_SHARE = 0.06
AT_HOME = "白关村"  # three of the open five are here
ONLINE_INSTEAD = (
    Channel.WECHAT_GROUP,
    Channel.WECHAT_GROUP,
    Channel.QR_CODE,
    Channel.MINI_PROGRAM,
)
OFFLINE_INSTEAD = (Channel.TALK_ROOM, Channel.HOME_VISIT, Channel.PHONE)
MEETING_DAYS = 60
# samples: the collective's income, the 产业路 that the rain cut
INCOME, CUT_ROAD = (
    12,
    3,
)


@dataclass
class Story:
    """One matter: who tells it where, and every step with its moment."""

    sample: Sample
    group: Group
    speaker: Resident
    steps: list[tuple[str, datetime]]
    due_on: date | None = None
    example: str = ""  # of a road that the demo tells in full: see examples.py

    @property
    def title(self) -> str:
        return in_group(self.sample.title, self.group.number)

    @property
    def verbatim(self) -> str:
        return in_group(self.sample.verbatim, self.group.number)


class Plan:
    """Deals matters out over villages and days; `at` is the moment the year ends."""

    def __init__(
        self, groups: list[Group], speakers: list[Resident], diary: Diary, at: datetime
    ) -> None:
        self.diary, self.rng = diary, diary.rng
        self.at = at.astimezone(SHANGHAI)
        self.today = self.at.date()
        self.first = self.today - timedelta(days=364)
        self.groups = groups
        self.speakers: dict[int, list[Resident]] = {}
        for person in speakers:
            self.speakers.setdefault(person.household.group_id, []).append(person)

    def stories(self) -> list[Story]:
        samples = read_samples()
        closed = self._in_channels(samples)
        open_ones = [self._open(sample) for sample in samples if sample.stays_open]
        stories = [*self._spread(closed), *open_ones]
        self._choose_examples(stories)
        return stories

    def _in_channels(self, samples: list[Sample]) -> list[Sample]:
        """The closed matters, their channels weighted anew so that the year has its 50
        online ones.
        """
        first = [sample for sample in samples if not sample.stays_open]
        again = list(repeated(samples, CASES - len(samples), self.rng))
        wanted = ONLINE - sum(sample.is_online for sample in samples)
        # likely ones first
        again.sort(
            key=lambda sample: (
                not sample.is_online,
                sample.channel == Channel.TALK_DAY,
            )
        )
        return first + [
            replace(sample, channel=self._channel(sample, online=nth < wanted))
            for nth, sample in enumerate(again)
        ]

    def _channel(self, sample: Sample, *, online: bool) -> str:
        if sample.is_online == online:
            return sample.channel
        return str(self.rng.choice(ONLINE_INSTEAD if online else OFFLINE_INSTEAD))

    # --- closed ones
    def _spread(self, samples: list[Sample]) -> list[Story]:
        """Over the year, latest day first: near its end only matters that are over by
        yesterday fit.
        """
        waiting = [
            (sample, turn, Pace.drawn(self.rng))
            for sample, turn in self._with_turns(samples)
        ]
        self.rng.shuffle(waiting)
        told = []
        span = (self.today - self.first).days
        for nth in reversed(range(len(waiting))):
            day = self.diary.on_or_before(
                self.first + timedelta(days=span * (nth + 1) // len(samples) - 1)
            )
            fitting = (
                item for item in waiting if self._road(item, day)[-1][1] < self.today
            )
            chosen = next(fitting, None) or waiting[0]
            waiting.remove(chosen)
            told.append(
                self._told(chosen[0], self._road(chosen, self._earlier(chosen, day)))
            )
        return told

    def _with_turns(self, samples: list[Sample]) -> list[tuple[Sample, str]]:
        """A few of the matters led in the village take a turn on their road."""
        led = [
            nth
            for nth, sample in enumerate(samples)
            if sample.path == "decide" and sample.handling == "led"
        ]
        turned = dict(zip(self.rng.sample(led, len(TURNED)), TURNED, strict=True))
        return [(sample, turned.get(nth, "")) for nth, sample in enumerate(samples)]

    def _road(self, item: tuple[Sample, str, Pace], day: date) -> Days:
        sample, turn, pace = item
        return roads.road_of(sample, day, pace, self.diary, turn)

    def _earlier(self, item: tuple[Sample, str, Pace], day: date) -> date:
        """The day itself, the talk day before it, or the last day from which the matter
        is over by yesterday.
        """
        while self._road(item, day)[-1][1] >= self.today:
            day = self.diary.before(day, 1)
        talk_day = self.diary.talk_day(day)
        return (
            talk_day
            if item[0].channel == Channel.TALK_DAY and talk_day >= self.first
            else day
        )

    # --- open ones
    def _open(self, sample: Sample) -> Story:
        pace = Pace(decide=2, acknowledge=1, verify=1, rate=1)
        if sample.open_stage == Stage.SPEAK:
            return self._told(
                sample, [], at_home=True, steps=[("register", self._just_now())]
            )
        if sample.open_stage == Stage.DELIBERATE:
            day = self.diary.before(self.today, 1)
            days = [
                ("register", day),
                ("accept", day),
                ("mandatory_report", day),
                ("escalate", day),
            ]
            return self._told(sample, days)
        if sample.open_stage == Stage.SUPERVISE:
            return self._told(sample, self._overdue(sample, pace))
        return self._in_hand(sample, pace)

    def _just_now(self) -> datetime:
        """Two hours ago; at night, the evening before: a villager's own telephone keeps
        no office hours.
        """
        moment = self.at - timedelta(hours=2)
        morning = datetime.combine(self.today, time(7), SHANGHAI)
        return moment if moment >= morning else morning - timedelta(hours=11)

    def _overdue(self, sample: Sample, pace: Pace) -> Days:
        done = self.diary.before(self.today, 6)
        decided = self.diary.on_or_before(done - timedelta(days=sample.days))
        start = roads.start_for_decision(sample, decided, pace, self.diary)
        days = list(roads.up_to_decision(sample, start, pace, self.diary))
        work = roads.handling(sample, decided, pace, self.diary)
        return [
            *days,
            *((step, min(day, done)) for step, day in work[:2]),
            ("report", done),
            ("complete", done),
        ]

    def _in_hand(self, sample: Sample, pace: Pace) -> Story:
        """Two in 办: one with weeks to go, one due on the next working day."""
        near = sample.no == NEARLY_DUE
        if near:
            decided = self.diary.calendar.on_or_after(
                self.today - timedelta(days=MEETING_DAYS - 2)
            )
        else:
            decided = self.diary.before(self.today, 10)
        start = roads.start_for_decision(sample, decided, pace, self.diary)
        days = list(roads.up_to_decision(sample, start, pace, self.diary))
        work = roads.handling(
            sample, decided, pace, self.diary, days=(self.today - decided).days - 1
        )
        story = self._told(sample, [*days, *work[:2]], at_home=True)
        story.due_on = (
            self.diary.calendar.on_or_after(self.today + ONE_DAY) if near else None
        )
        return story

    # --- both
    def _told(
        self,
        sample: Sample,
        days: Days,
        *,
        at_home: bool = False,
        steps: list[tuple[str, datetime]] | None = None,
    ) -> Story:
        here = [
            group
            for group in self.groups
            if (group.village.name == AT_HOME) == at_home or not sample.stays_open
        ]
        group = self.rng.choice(here)
        if (
            sample.level == Level.VILLAGE
            and sample.category != Category.VILLAGE
            and self.rng.random() < HIDDEN_SHARE
        ):
            sample = replace(sample, confidentiality=Confidentiality.HIDDEN)
        steps = steps or self._timed(days)
        return Story(sample, group, self.rng.choice(self.speakers[group.pk]), steps)

    def _timed(self, days: Days) -> list[tuple[str, datetime]]:
        moments = self.diary.moments([day for _step, day in days])
        return [
            (step, moment) for (step, _day), moment in zip(days, moments, strict=True)
        ]

    # --- one of each road, chosen last: the year around them stays as it is
    def _choose_examples(self, stories: list[Story]) -> None:
        next(
            story for story in stories if story.sample.no == INCOME
        ).example = "by_villagers"
        quarrel = next(story for story in stories if _is_plain_quarrel(story))
        quarrel.example, quarrel.sample = (
            "quarrel",
            replace(quarrel.sample, channel=Channel.PHONE),
        )
        self._move(
            quarrel, [group for group in self.groups if group.village.name == AT_HOME]
        )
        self._two_roads(
            *[story for story in stories if story.sample.no == CUT_ROAD][:2]
        )

    def _two_roads(self, cut: Story, beside: Story) -> None:
        """The same rain in two villages on one day: what the town takes up together,
        one of both for its committee.
        """
        cut.example, beside.example = "cut_road", "beside"
        cut.sample = replace(
            cut.sample, handling=Handling.MEETING, result=words.ROAD_MENDED
        )
        pace = Pace(decide=1, acknowledge=0, verify=1, rate=1)
        start = self._earlier(
            (cut.sample, "to_committee", pace), cut.steps[0][1].date()
        )
        cut.steps = self._timed(self._road((cut.sample, "to_committee", pace), start))
        beside.steps = self._timed(self._road((beside.sample, "beside", pace), start))
        if beside.group.village_id == cut.group.village_id:
            self._move(
                beside,
                [
                    group
                    for group in self.groups
                    if group.village_id != cut.group.village_id
                ],
            )

    def _move(self, story: Story, groups: list[Group]) -> None:
        story.group = self.rng.choice(groups)
        story.speaker = self.rng.choice(self.speakers[story.group.pk])


def _is_plain_quarrel(story: Story) -> bool:
    """Between neighbours, led by one cadre, told offline by somebody who may be named,
    without a turn on its road.
    """
    sample = story.sample
    is_quarrel = (sample.category, sample.path, sample.handling) == (
        Category.NEIGHBOUR,
        "decide",
        Handling.LED,
    )
    is_open = sample.confidentiality == Confidentiality.NORMAL and not sample.is_online
    return (
        is_quarrel
        and is_open
        and tuple(step for step, _at in story.steps) == roads.PLAIN
    )


NEARLY_DUE = 36
