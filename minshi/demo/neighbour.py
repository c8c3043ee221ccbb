"""A second town of the county, smaller: so that whoever oversees the county has two to
compare.
"""

from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from cases.models.choices import Confidentiality, Handling, Level
from cases.workflow import Action
from minshi import workdays
from minshi.demo import places, roads
from minshi.demo.diary import Diary
from minshi.demo.draws import draws_from
from minshi.demo.making import YEAR, already_made, calendar_of_the_year
from minshi.demo.names import Names
from minshi.demo.people import Appointment, Cast, appoint_all, romanised
from minshi.demo.plan import Story
from minshi.demo.roads import Days, Pace
from minshi.demo.samples import Sample, read_samples
from minshi.demo.telling import StoryTelling
from supervision.chasing.ladder import look_at_clocks
from supervision.telling import pass_over_the_past
from villages.finals import seal_all
from villages.models import Group, Node, Office, Resident, Role, Town, Village
from villages.named import OFFICE

NEIGHBOUR = "621226120"  # 王坝镇
SLUG = "wangba"
SPEAKING = 5  # of its villages
HOUSEHOLDS = 120
CLOSED = 22
TURNED = ("late", "extended", "second_round")  # of the closed ones, the first
# of the open ones: how many working days ago each was told, and how many steps it took
OPEN = ((0, 1), (1, 2), (6, 4), (30, 5))


class Telling(StoryTelling):
    """Matters of the neighbours are decided without a meeting: no body sits there."""

    def decide(self) -> None:
        self.move(Action.DECIDE, **self.decided(self.sample.handling))


@transaction.atomic
def make_neighbour(password: str, *, seed: int, at: datetime) -> Town:
    """Fill the neighbour with people and a few dozen matters; all or nothing, and
    nothing the second time.

    The first town must be there, for the county's offices are made with it.
    """
    if already_made(NEIGHBOUR):
        return Town.objects.get(code=NEIGHBOUR)

    rng = draws_from(seed)
    names = Names(rng)
    town = places.load_town(NEIGHBOUR, at=at)
    villages = list(town.villages.select_related("town")[:SPEAKING])
    groups = places.add_groups(villages, rng, at=at)
    heads = places.add_residents(groups, rng, names, HOUSEHOLDS)

    since = workdays.local_day(at - YEAR)
    wanted = _appointments(town, villages, groups)
    posts = appoint_all(wanted, password, since, names, rng, at=at - YEAR)
    cast = Cast(town, _offices(town, at), posts)
    _tell(cast, groups, heads, at, rng)

    pass_over_the_past(at)
    look_at_clocks(at)
    return town


def _offices(town: Town, at: datetime) -> dict[str, Office]:
    created = Office.objects.bulk_create(
        Office(name=name, town=town) for name in places.TOWN_OFFICES
    )
    seal_all(OFFICE, [office.pk for office in created], at=at)
    of_town = Office.objects.filter(town=town)
    of_county = Office.objects.filter(county_code=town.county_code)
    return {office.name: office for office in (*of_town, *of_county)}


def _appointments(
    town: Town, villages: list[Village], groups: list[Group]
) -> list[Appointment]:
    found = [
        Appointment(f"reviewer.{SLUG}", Role.REVIEWER, Node.TOWN, town),
        Appointment(f"supervisor.{SLUG}", Role.SUPERVISOR, Node.TOWN, town),
    ]
    in_village = {
        "duty": Role.DUTY_OFFICER,
        "secretary": Role.SECRETARY,
        "committee": Role.COMMITTEE_MEMBER,
        "committee2": Role.COMMITTEE_MEMBER,
    }
    for village in villages:
        slug = f"{SLUG}.{romanised(village)}"
        for name, role in in_village.items():
            username = f"{name}.{slug}"
            found.append(Appointment(username, role, Node.VILLAGE, village))
    for group in groups:
        username = f"group.{SLUG}.{romanised(group.village)}{group.number}"
        found.append(Appointment(username, Role.GROUP_LEADER, Node.GROUP, group))
    return found


def _tell(
    cast: Cast,
    groups: list[Group],
    heads: list[Resident],
    at: datetime,
    rng: Random,
) -> None:
    """Tell all matters side by side in the order of time."""
    topics = places.add_topics(cast.town, at=at)
    diary = Diary(calendar_of_the_year(cast.town, at), rng)
    stories = _stories(groups, heads, diary, workdays.local_day(at))
    tellings = [Telling(story, cast, topics) for story in stories]

    steps = []
    for nth, story in enumerate(stories):
        for turn, (step, moment) in enumerate(story.steps):
            if moment <= at:
                steps.append((moment, nth, turn, step))
    for moment, nth, _turn, step in sorted(steps):
        tellings[nth].tell(step, moment)


def _stories(
    groups: list[Group], heads: list[Resident], diary: Diary, today: date
) -> list[Story]:
    samples = [sample for sample in read_samples() if _is_of_a_village(sample)]
    rng = diary.rng
    speakers: dict[int, list[Resident]] = {}
    for person in heads:
        speakers.setdefault(person.household.group_id, []).append(person)

    stories = []
    for nth in range(CLOSED):
        sample = samples[nth % len(samples)]
        turn = TURNED[nth] if nth < len(TURNED) and sample.path == "decide" else ""
        days = _closed_before(sample, turn, nth, diary, today)
        stories.append(_story(sample, days, groups, speakers, diary))

    decided = [sample for sample in samples if sample.path == "decide"]
    for nth, (ago, count) in enumerate(OPEN):
        sample = decided[nth]
        start = diary.before(today, ago) if ago else diary.on_or_before(today)
        pace = Pace(decide=1, acknowledge=0, verify=1, rate=1)
        days = roads.road_of(sample, start, pace, diary)[:count]
        stories.append(_story(sample, days, groups, speakers, diary))
    rng.shuffle(stories)
    return stories


def _is_of_a_village(sample: Sample) -> bool:
    """True for what a village handles by itself, told by somebody who may be named."""
    return (
        sample.may_be_repeated
        and sample.confidentiality == Confidentiality.NORMAL
        and sample.level == Level.VILLAGE
        and sample.path in ("settle", "decide")
        and sample.handling not in (Handling.JOINT, Handling.MEETING)
    )


def _closed_before(
    sample: Sample, turn: str, nth: int, diary: Diary, today: date
) -> Days:
    """Return the days of a matter that is over by yesterday, the later the higher its
    number.
    """
    pace = Pace.drawn(diary.rng)
    start = diary.on_or_before(today - timedelta(days=360 - 15 * nth))
    days = roads.road_of(sample, start, pace, diary, turn)
    while days[-1][1] >= today:
        start = diary.before(start, 1)
        days = roads.road_of(sample, start, pace, diary, turn)
    return days


def _story(
    sample: Sample,
    days: Days,
    groups: list[Group],
    speakers: dict[int, list[Resident]],
    diary: Diary,
) -> Story:
    group = diary.rng.choice(groups)
    moments = diary.moments([day for _step, day in days])
    steps = [(step, moment) for (step, _day), moment in zip(days, moments, strict=True)]
    return Story(sample, group, diary.rng.choice(speakers[group.pk]), steps)
