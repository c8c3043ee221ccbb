"""A plan of the demo's year, made before anything is written: 183 matters, 50 of them
online, five still open.
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

CASES = 183
ONLINE = 50
TURNED = (
    *["extended"] * 3,
    *["late"] * 2,
    *["ordered"] * 2,
    *["rejected"] * 3,
    *["second_round"] * 2,
    "redone",
    "explained",
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
# numbers of samples
INCOME = 12  # of the collective
CUT_ROAD = 3  # the 产业路 that the rain cut
NEARLY_DUE = 36

Planned = tuple[Sample, str, Pace]  # a closed matter, the turn it takes or "", its pace


@dataclass
class Story:
    """One matter: its sample, place and speaker, and every step with its moment."""

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
        self.diary = diary
        self.rng = diary.rng
        self.at = at.astimezone(SHANGHAI)
        self.today = self.at.date()
        self.first = self.today - timedelta(days=364)

        self.groups = groups
        self.speakers: dict[int, list[Resident]] = {}
        for person in speakers:
            self.speakers.setdefault(person.household.group_id, []).append(person)

    def stories(self) -> list[Story]:
        """Return the matters of the year, the open ones last.

        The order of these steps is the order of the random draws.
        """
        samples = read_samples()
        closed = self._in_channels(samples)
        open_ones = [self._open(sample) for sample in samples if sample.stays_open]
        stories = [*self._spread(closed), *open_ones]

        self._choose_examples(stories)
        return stories

    def _in_channels(self, samples: list[Sample]) -> list[Sample]:
        """Return the closed matters, their channels weighted anew so that the year has
        its 50 online ones.
        """
        first = [sample for sample in samples if not sample.stays_open]
        again = list(repeated(samples, CASES - len(samples), self.rng))
        again.sort(key=_likely_online_first)
        wanted = ONLINE - sum(sample.is_online for sample in samples)

        weighted = []
        for nth, sample in enumerate(again):
            channel = self._channel(sample, online=nth < wanted)
            weighted.append(replace(sample, channel=channel))
        return first + weighted

    def _channel(self, sample: Sample, *, online: bool) -> str:
        if sample.is_online == online:
            return sample.channel

        channels = ONLINE_INSTEAD if online else OFFLINE_INSTEAD
        return str(self.rng.choice(channels))

    # --- closed ones
    def _spread(self, samples: list[Sample]) -> list[Story]:
        """Spread matters over the year, latest day first: near its end only those fit
        that are over by yesterday.
        """
        waiting: list[Planned] = []
        for sample, turn in self._with_turns(samples):
            waiting.append((sample, turn, Pace.drawn(self.rng)))
        self.rng.shuffle(waiting)

        stories = []
        span = (self.today - self.first).days
        for nth in reversed(range(len(waiting))):
            days_in = span * (nth + 1) // len(samples) - 1
            day = self.diary.on_or_before(self.first + timedelta(days=days_in))

            chosen = self._first_that_fits(waiting, day)
            waiting.remove(chosen)

            steps = self._road(chosen, self._earlier(chosen, day))
            stories.append(self._story(chosen[0], steps))
        return stories

    def _first_that_fits(self, waiting: list[Planned], day: date) -> Planned:
        """Return the first matter that is over by yesterday if told on that day; where
        none is, the first of all.
        """
        for item in waiting:
            if self._road(item, day)[-1][1] < self.today:
                return item
        return waiting[0]

    def _with_turns(self, samples: list[Sample]) -> list[tuple[Sample, str]]:
        """Give a few of the matters led in the village a turn on their road."""
        led = []
        for nth, sample in enumerate(samples):
            if sample.path == "decide" and sample.handling == "led":
                led.append(nth)

        turned = dict(zip(self.rng.sample(led, len(TURNED)), TURNED, strict=True))
        return [(sample, turned.get(nth, "")) for nth, sample in enumerate(samples)]

    def _road(self, item: Planned, day: date) -> Days:
        sample, turn, pace = item
        return roads.road_of(sample, day, pace, self.diary, turn)

    def _earlier(self, item: Planned, day: date) -> date:
        """Return the day itself, the talk day before it, or the last day from which the
        matter is over by yesterday.
        """
        while self._road(item, day)[-1][1] >= self.today:
            day = self.diary.before(day, 1)

        talk_day = self.diary.talk_day(day)
        if item[0].channel == Channel.TALK_DAY and talk_day >= self.first:
            return talk_day
        return day

    # --- open ones
    def _open(self, sample: Sample) -> Story:
        pace = Pace(decide=2, acknowledge=1, verify=1, rate=1)

        if sample.open_stage == Stage.SPEAK:
            just_now = [("register", self._just_now())]
            return self._story(sample, [], at_home=True, steps=just_now)

        if sample.open_stage == Stage.DELIBERATE:
            return self._story(sample, [], steps=self._reported_at_once())

        if sample.open_stage == Stage.SUPERVISE:
            meeting_at = self.diary.at(self.diary.before(self.today, 1), 10)
            steps = self._timed(self._overdue(sample, pace))
            return self._story(sample, [], steps=[*steps, ("track", meeting_at)])

        return self._in_hand(sample, pace)

    def _reported_at_once(self) -> list[tuple[str, datetime]]:
        """强制报告: told of, taken up and reported within the hour."""
        day = self.diary.before(self.today, 1)
        return _minutes_apart(
            self.diary.at(day, 9, 20),
            ("register", 0),
            ("accept", 6),
            ("mandatory_report", 25),
            ("escalate", 40),
        )

    def _just_now(self) -> datetime:
        """Return the moment two hours ago; at night, one of the evening before: a
        villager's own telephone keeps no office hours.
        """
        moment = self.at - timedelta(hours=2)
        morning = datetime.combine(self.today, time(7), SHANGHAI)
        if moment >= morning:
            return moment
        return morning - timedelta(hours=11)

    def _overdue(self, sample: Sample, pace: Pace) -> Days:
        done = self.diary.before(self.today, 6)
        decided = self.diary.on_or_before(done - timedelta(days=sample.days))
        start = roads.start_for_decision(sample, decided, pace, self.diary)

        days = list(roads.up_to_decision(sample, start, pace, self.diary))
        work = roads.handling_road(sample, decided, pace, self.diary)
        for step, day in work[:2]:
            days.append((step, min(day, done)))
        return [*days, ("report", done), ("complete", done)]

    def _in_hand(self, sample: Sample, pace: Pace) -> Story:
        """Return one of the two in 办: one has weeks to go, one is due on the next
        working day.
        """
        calendar = self.diary.calendar
        is_near = sample.no == NEARLY_DUE
        if is_near:
            nearly_due = self.today - timedelta(days=MEETING_DAYS - 2)
            decided = calendar.on_or_after(nearly_due)
        else:
            decided = self.diary.before(self.today, 10)

        start = roads.start_for_decision(sample, decided, pace, self.diary)
        days = list(roads.up_to_decision(sample, start, pace, self.diary))
        until_yesterday = (self.today - decided).days - 1
        work = roads.handling_road(
            sample, decided, pace, self.diary, days=until_yesterday
        )

        if not is_near:
            return self._story(sample, [*days, *work[:2]], at_home=True)

        at_once = self._handled_at_once(decided)
        at_once += self._timed(work[1:2])
        story = self._story(sample, [], at_home=True, steps=at_once)
        story.due_on = calendar.on_or_after(self.today + ONE_DAY)
        return story

    def _handled_at_once(self, day: date) -> list[tuple[str, datetime]]:
        """A slope that may slide: said, decided and made safe on one day."""
        return _minutes_apart(
            self.diary.at(day, 9, 5),
            ("register", 0),
            ("accept", 4),
            ("escalate", 10),
            ("decide", 80),
            ("acknowledge", 90),
            ("make_safe", 440),
        )

    # --- both
    def _story(
        self,
        sample: Sample,
        days: Days,
        *,
        at_home: bool = False,
        steps: list[tuple[str, datetime]] | None = None,
    ) -> Story:
        """Draw the group, the confidentiality, the moments and the speaker, in this
        order.

        `steps` stand for `days` where their moments are settled.
        """
        groups = []
        for group in self.groups:
            is_home = group.village.name == AT_HOME
            if is_home == at_home or not sample.stays_open:
                groups.append(group)
        group = self.rng.choice(groups)

        if (
            sample.level == Level.VILLAGE
            and sample.category != Category.VILLAGE
            and self.rng.random() < HIDDEN_SHARE
        ):
            sample = replace(sample, confidentiality=Confidentiality.HIDDEN)

        steps = steps or self._timed(days)
        speaker = self.rng.choice(self.speakers[group.pk])
        return Story(sample, group, speaker, steps)

    def _timed(self, days: Days) -> list[tuple[str, datetime]]:
        moments = self.diary.moments([day for _step, day in days])

        steps = []
        for (step, _day), moment in zip(days, moments, strict=True):
            steps.append((step, moment))
        return steps

    # --- one of each road, chosen last: the year around them stays as it is
    def _choose_examples(self, stories: list[Story]) -> None:
        for story in stories:
            if story.sample.no == INCOME:
                story.example = "by_villagers"

        quarrel = next(story for story in stories if _is_plain_quarrel(story))
        quarrel.example = "quarrel"
        quarrel.sample = replace(quarrel.sample, channel=Channel.PHONE)
        at_home = [group for group in self.groups if group.village.name == AT_HOME]
        self._move(quarrel, at_home)

        about_roads = [story for story in stories if story.sample.no == CUT_ROAD]
        self._two_roads(*about_roads[:2])

        rated = [story for story in stories if _was_rated_at_home(story)]
        latest = max(rated, key=_last_moment)
        midnight = datetime.combine(self.today, time.min, SHANGHAI)
        last_evening = midnight - timedelta(hours=4)
        latest.steps.append(("say_more", last_evening))

    def _two_roads(self, cut: Story, beside: Story) -> None:
        """Tell of the same rain in two villages on one day: the town takes both up
        together, and puts one of them to its committee.
        """
        cut.example = "cut_road"
        cut.sample = replace(
            cut.sample, handling=Handling.MEETING, result=words.ROAD_MENDED
        )
        beside.example = "beside"

        pace = Pace(decide=1, acknowledge=0, verify=1, rate=1)
        first_day = cut.steps[0][1].date()
        to_committee = (cut.sample, "to_committee", pace)
        start = self._earlier(to_committee, first_day)
        cut.steps = self._timed(self._road(to_committee, start))
        beside.steps = self._timed(self._road((beside.sample, "beside", pace), start))

        if beside.group.village_id == cut.group.village_id:
            elsewhere = []
            for group in self.groups:
                if group.village_id != cut.group.village_id:
                    elsewhere.append(group)
            self._move(beside, elsewhere)

    def _move(self, story: Story, groups: list[Group]) -> None:
        story.group = self.rng.choice(groups)
        story.speaker = self.rng.choice(self.speakers[story.group.pk])


def _minutes_apart(
    begin: datetime, *steps: tuple[str, int]
) -> list[tuple[str, datetime]]:
    """Return the steps with their moments, given in minutes after the beginning."""
    return [(step, begin + timedelta(minutes=minutes)) for step, minutes in steps]


def _likely_online_first(sample: Sample) -> tuple[bool, bool]:
    return not sample.is_online, sample.channel == Channel.TALK_DAY


def _last_moment(story: Story) -> datetime:
    return story.steps[-1][1]


def _was_rated_at_home(story: Story) -> bool:
    """True for a matter of the village of the tour, closed by a rating, told by
    somebody who may be named.
    """
    if story.group.village.name != AT_HOME:
        return False
    if story.sample.confidentiality != Confidentiality.NORMAL:
        return False
    return story.steps[-1][0] == "rate"


def _is_plain_quarrel(story: Story) -> bool:
    """True for a quarrel between neighbours, led by one cadre, told offline by somebody
    who may be named, without a turn on its road.
    """
    sample = story.sample
    if sample.category != Category.NEIGHBOUR:
        return False
    if sample.path != "decide" or sample.handling != Handling.LED:
        return False
    if sample.confidentiality != Confidentiality.NORMAL or sample.is_online:
        return False

    return tuple(step for step, _at in story.steps) == roads.PLAIN
