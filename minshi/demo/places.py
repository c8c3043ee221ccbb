"""The places of the demo: the town's real villages, with invented groups, households,
residents and stations.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from random import Random

from django.conf import settings

from cases.models import Topic
from cases.usual_topics import add_usual_topics
from minshi.demo.names import Names
from villages.divisions import load_divisions
from villages.finals import seal_all
from villages.lookup import index_residents
from villages.models import Group, Household, Office, Resident, Town, Village
from villages.models.grid import Sex
from villages.named import GROUP, OFFICE, TOWN

DIVISIONS = Path(settings.BASE_DIR) / "villages" / "data" / "longnan_divisions.csv"
HOUSEHOLDS = 1000
GROUPS = (3, 4, 5, 6)
BATCH = 500
# of the households, and of the spouses
MARRIED_SHARE = 0.8
OWN_PHONE_SHARE = 0.5
TOWN_OFFICES = {  # name → the account's name
    "综治办": "zongzhi",
    "司法所": "sifa",
    "派出所": "paichusuo",
    "水管站": "shuiguan",
    "农业农村中心": "nongye",
    "妇联": "fulian",
    "团委": "tuanwei",
    "工会": "gonghui",
    "自然资源所": "ziran",
    "林业站": "linye",
    "民政办": "minzheng",
    "人社中心": "renshe",
}
COUNTY_OFFICES = {
    "水务局": "shuiwu",
    "交通运输局": "jiaotong",
    "住房和城乡建设局": "zhujian",
    "人力资源和社会保障局": "renshe",
}


def load_town(code: str, *, at: datetime) -> Town:
    """Load the town and its villages from the division file; InputRefused if it is not
    in there.
    """
    with DIVISIONS.open(encoding="utf-8-sig") as lines:
        load_divisions(lines, code, at=at)

    town = Town.objects.get(code=code)
    town.phone = f"0939-442{code[-3:]}0"
    town.save()
    seal_all(TOWN, [town.pk], at=at)
    return town


def add_topics(town: Town, *, at: datetime) -> dict[str, Topic]:
    return {topic.name: topic for topic in add_usual_topics(town, at=at)}


def add_offices(town: Town, *, at: datetime) -> dict[str, Office]:
    """Create the stations of the town and the bureaus of its county."""
    offices = [Office(name=name, town=town) for name in TOWN_OFFICES]
    for name in COUNTY_OFFICES:
        full_name = town.county_name + name
        offices.append(Office(name=full_name, county_code=town.county_code))
    for nth, office in enumerate(offices, 1):
        office.phone = f"0939-44211{nth:02d}"

    created = Office.objects.bulk_create(offices)
    seal_all(OFFICE, [office.pk for office in created], at=at)
    return {office.name: office for office in created}


def add_groups(
    villages: Iterable[Village], rng: Random, *, at: datetime
) -> list[Group]:
    groups = []
    for village in villages:
        count = rng.choice(GROUPS)
        for number in range(1, count + 1):
            groups.append(Group(village=village, number=number))
    created = Group.objects.bulk_create(groups)
    seal_all(GROUP, [group.pk for group in created], at=at)
    return created


def add_residents(
    groups: list[Group], rng: Random, names: Names, wanted: int = HOUSEHOLDS
) -> list[Resident]:
    """Create about 1,000 households, or as many as are wanted, indexed for lookup, and
    return their heads, who do the speaking.
    """
    size = wanted // len(groups)
    households = []
    for group in groups:
        end = size + rng.choice((0, 1, 2))
        for door in range(1, end):
            households.append(Household(group=group, number=door))
    households = Household.objects.bulk_create(households, batch_size=BATCH)

    people = []
    for household in households:
        people += _family(household, rng, names)
    index_residents(Resident.objects.bulk_create(people, batch_size=BATCH))

    return [person for person in people if person.is_head]


def _family(household: Household, rng: Random, names: Names) -> list[Resident]:
    """Draw a head, mostly a spouse, and up to three children."""
    born = rng.randint(1948, 1988)
    sex = rng.choice((Sex.MALE, Sex.MALE, Sex.MALE, Sex.FEMALE))
    head = Resident(
        household=household,
        name=names.person(sex, born),
        is_head=True,
        sex=sex,
        birth_year=born,
    )
    head.phone = names.phone()
    family = [head]

    if rng.random() < MARRIED_SHARE:
        other = Sex.FEMALE if sex == Sex.MALE else Sex.MALE
        spouse = Resident(
            household=household,
            name=names.person(other, born),
            sex=other,
            birth_year=born + 1,
        )
        if rng.random() < OWN_PHONE_SHARE:
            spouse.phone = names.phone()
        else:
            spouse.phone = ""
        family.append(spouse)

    for nth in range(rng.choice((0, 1, 1, 2, 2, 3))):
        year = born + 22 + 3 * nth
        sex = rng.choice((Sex.MALE, Sex.FEMALE))
        child = Resident(
            household=household,
            name=names.person(sex, year, head.name[0]),
            sex=sex,
            birth_year=year,
        )
        family.append(child)

    return family
