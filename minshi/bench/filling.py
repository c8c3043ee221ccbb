"""The town that is measured: the demo's people and grid, and matters adopted in
bulk.
"""

from collections.abc import Callable
from datetime import date, datetime
from secrets import token_urlsafe

from django.db import transaction

from cases.deadlines.calendar import load_calendar
from cases.models import Case
from minshi import workdays
from minshi.bench.database import refresh_statistics
from minshi.demo import people, places
from minshi.demo.draws import draws_from
from minshi.demo.load import load
from minshi.demo.names import Names
from minshi.demo.people import Cast
from villages.models import Town

TOWN = "621226118"
YEARS_IN_OFFICE = 6  # longer than the oldest matter is old
SEED = 1


@transaction.atomic
def make_town(at: datetime) -> Town:
    """Make 白关镇 with its villages, households, stations and posts, without a single
    matter.
    """
    rng = draws_from(SEED)
    load_calendar(None, at)
    town = places.load_town(TOWN, at=at)
    since = date(workdays.local_day(at).year - YEARS_IN_OFFICE, 1, 1)

    names = Names(rng)
    villages = list(town.villages.select_related("town"))
    offices = places.add_offices(town, at=at)
    groups = places.add_groups(villages, rng, at=at)
    places.add_residents(groups, rng, names)
    places.add_topics(town, at=at)

    wanted = people.appointments(town, villages, groups, list(offices.values()))
    # nobody logs in by password here
    posts = people.appoint_all(wanted, token_urlsafe(), since, names, rng, at=at)
    people.link_households(Cast(town, offices, posts), since)
    return town


def fill(town: Town, size: int, at: datetime, shown: Callable[[str], object]) -> None:
    """Bring the town up to `size` matters, spread over five years, and the planner's
    statistics up to date.
    """

    def show_progress(have: int) -> None:
        shown(f"{have:,} of {size:,} matters")

    load(town, size, seed=SEED, at=at, shown=show_progress)
    refresh_statistics()


def how_many() -> int:
    return Case.objects.count()
