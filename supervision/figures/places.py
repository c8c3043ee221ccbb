"""Places whose figures somebody may read: a county, a town, a village."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

from django.db.models import Q

from villages.models import Town, User, Village
from villages.rights import READ_FIGURES_OF_TOWN, READ_FIGURES_OF_VILLAGE

COUNTER = "-00"  # behind a town's code: what was taken down at its own counter
VILLAGE_CODE, TOWN_CODE = 12, 9


@dataclass(frozen=True)
class Place:
    """A county, a town, a town's own counter or a village, by its division code."""

    code: str
    name: str
    town: Town | None = None  # none: a county
    village: Village | None = None

    @classmethod
    def of_village(cls, village: Village) -> Self:
        return cls(village.code, str(village), village.town, village)

    @classmethod
    def of_town(cls, town: Town) -> Self:
        return cls(town.code, str(town), town)

    @property
    def is_county(self) -> bool:
        return self.town is None

    @property
    def is_town(self) -> bool:
        return len(self.code) == TOWN_CODE

    @property
    def is_village(self) -> bool:
        return self.village is not None

    @property
    def within(self) -> Q:
        """The condition of the matters of this place."""
        if self.village:
            return Q(village=self.village)
        if self.town is None:
            towns = Town.objects.filter(county_code=self.code)
            return Q(town__in=towns.values("pk"))
        if self.is_town:
            return Q(town=self.town)
        return Q(town=self.town, village=None)


@dataclass(frozen=True)
class Open:
    """The places open to one user on a day, read when first asked for."""

    user: User
    on: date

    @cached_property
    def counties(self) -> frozenset[str]:
        return self.user.reach(self.on, READ_FIGURES_OF_TOWN).counties

    @cached_property
    def towns(self) -> frozenset[int]:
        return self.user.reach(self.on, READ_FIGURES_OF_TOWN).towns

    @cached_property
    def villages(self) -> frozenset[int]:
        return self.user.reach(self.on, READ_FIGURES_OF_VILLAGE).villages

    @property
    def is_empty(self) -> bool:
        return not (self.counties or self.towns or self.villages)

    def widest(self) -> Place | None:
        """Return the widest place that is open, the first by code; None: none is."""
        if self.counties:
            return _county(min(self.counties))
        if self.towns:
            return Place.of_town(Town.objects.filter(pk__in=self.towns)[0])
        if self.villages:
            villages = Village.objects.filter(pk__in=self.villages)
            return Place.of_village(villages.select_related("town")[0])
        return None

    def place(self, code: str) -> Place | None:
        """Return the place of a division code; None: there is none that is open."""
        if code in self.counties:
            return _county(code)
        if len(code) == TOWN_CODE:
            town = Town.objects.filter(code=code).first()
            return Place.of_town(town) if town and self._has_town(town) else None
        if len(code) != VILLAGE_CODE:
            return None
        if code.endswith(COUNTER):
            town = Town.objects.filter(code=code.removesuffix(COUNTER)).first()
            return counter_of(town) if town and self._has_town(town) else None

        village = Village.objects.filter(code=code).select_related("town").first()
        if village is None:
            return None
        is_open = village.pk in self.villages or self._has_town(village.town)
        return Place.of_village(village) if is_open else None

    def _has_town(self, town: Town) -> bool:
        return town.pk in self.towns or town.county_code in self.counties


def parts_of(place: Place) -> list[Place]:
    """Return what a place consists of, in the order of the grid: towns of a county,
    villages of a town with its own counter last; none of a village. One query.
    """
    if place.is_county:
        towns = Town.objects.filter(county_code=place.code)
        return [Place.of_town(town) for town in towns]
    if not place.is_town or place.town is None:
        return []

    villages = Village.objects.filter(town=place.town).select_related("town")
    parts = [Place.of_village(village) for village in villages]
    return [*parts, counter_of(place.town)]


def counter_of(town: Town) -> Place:
    """Return a town's own counter, as a place beside its villages."""
    return Place(town.code + COUNTER, str(town), town)


def _county(code: str) -> Place | None:
    town = Town.objects.filter(county_code=code).first()
    return Place(code, town.county_name) if town else None
