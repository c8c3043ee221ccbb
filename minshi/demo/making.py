"""The making of the demo: all or nothing, and nothing the second time."""

from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import F

from cases import deadlines
from cases.deadlines.calendar import load_calendar
from cases.models import Case
from cases.standard_texts import load_standard_texts
from minshi import workdays
from minshi.demo import council, people, places, roster
from minshi.demo.diary import Diary
from minshi.demo.draws import draws_from
from minshi.demo.examples import tellings_of
from minshi.demo.names import Names
from minshi.demo.people import Cast
from minshi.demo.plan import Plan
from minshi.workdays import WorkCalendar
from supervision.chasing.ladder import look_at_clocks
from supervision.models import Notice, NoticeChannel, NoticeState
from supervision.telling import pass_over_the_past
from villages.models import Resident, Town

YEAR = timedelta(days=380)  # the twelve months, and the weeks before them


def already_made(town_code: str) -> bool:
    """True where the town has cases: a demo is made in one transaction, so then it is
    complete.
    """
    return Case.objects.filter(town__code=town_code).exists()


@transaction.atomic
def make_demo(town_code: str, password: str, *, seed: int, at: datetime) -> Town:
    """Fill an empty town with people and the twelve months that end at `at`; all or
    nothing.

    1. Load the work calendar, the standard texts, the town and its villages.
    2. Settle people there and give them their posts.
    3. Tell the matters of the year.
    4. Add the duty rosters, and remind of what is overdue today.

    The same seed and moment give the same town, but for tracking codes. InputRefused:
    no such town. A second call for the same town changes nothing.
    """
    if already_made(town_code):
        return Town.objects.get(code=town_code)

    rng = draws_from(seed)
    load_calendar(None, at)
    load_standard_texts()
    town = places.load_town(town_code, at=at)

    cast, heads = _settle(town, password, at, rng)
    _tell(cast, heads, at, rng)
    roster.add_rosters(cast, calendar_of_the_year(town, at), at)

    # a year's worth of notices would bury those of today
    unread = Notice.objects.filter(channel=NoticeChannel.INBOX, state=NoticeState.SENT)
    unread.update(state=NoticeState.READ, read_at=F("created_at"))
    pass_over_the_past(at)
    look_at_clocks(at)
    return town


def _settle(
    town: Town, password: str, at: datetime, rng: Random
) -> tuple[Cast, list[Resident]]:
    """Create groups, households, stations and everybody in their posts; return the
    people in office and the heads of the households.
    """
    today = workdays.local_day(at)
    names = Names(rng)
    since, _until = council.term_of(today - YEAR)
    villages = list(town.villages.select_related("town"))
    offices = places.add_offices(town, at=at)
    groups = places.add_groups(villages, rng, at=at)
    heads = places.add_residents(groups, rng, names)

    wanted = people.appointments(town, villages, groups, list(offices.values()))
    posts = people.appoint_all(wanted, password, since, names, rng, at=at - YEAR)
    cast = Cast(town, offices, posts)
    people.link_households(cast, since)

    own = draws_from(len(villages))  # apart: the year stays as it is
    council.seat_everybody(cast, today - YEAR, today, own, at=at)
    return cast, heads


def _tell(cast: Cast, heads: list[Resident], at: datetime, rng: Random) -> None:
    """Tell all matters side by side in the order of time, so that numbers and events
    follow the calendar.
    """
    topics = places.add_topics(cast.town, at=at)
    groups = list(dict.fromkeys(person.household.group for person in heads))
    diary = Diary(calendar_of_the_year(cast.town, at), rng)
    stories = Plan(groups, heads, diary, at).stories()
    tellings = tellings_of(stories, cast, topics)

    steps = []
    for nth, story in enumerate(stories):
        for turn, (step, moment) in enumerate(story.steps):
            steps.append((moment, nth, turn, step))

    for moment, nth, _turn, step in sorted(steps):
        tellings[nth].tell(step, moment)


def calendar_of_the_year(town: Town, at: datetime) -> WorkCalendar:
    """Return the work calendar of the year that ends at `at`, and of the weeks after
    it.
    """
    today = workdays.local_day(at)

    days_off: set[date] = set()
    make_up: set[date] = set()
    for back in (0, 1, 2):
        day = today - deadlines.LOOK_AHEAD * back
        part = deadlines.calendar_of(town.pk, day)
        days_off |= part.days_off
        make_up |= part.make_up

    return WorkCalendar(days_off=frozenset(days_off), make_up=frozenset(make_up))
