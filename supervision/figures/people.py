"""Inhabitants of a place: by the number given of a village, else as the roll has
them.
"""

from collections import Counter

from django.db.models import Count, Q

from supervision.figures.places import Place
from villages.models import Village

ON_ROLL = "groups__households__residents"


def inhabitants_by_part(place: Place) -> Counter[str]:
    """Return how many people live in each part of a place, by code: in each town of a
    county, in each village of a town, in the village itself. One query.
    """
    if place.village:
        villages = Village.objects.filter(pk=place.village.pk)
    elif place.town:
        villages = Village.objects.filter(town=place.town)
    else:
        villages = Village.objects.filter(town__county_code=place.code)

    on_roll = Count(ON_ROLL, filter=Q(**{f"{ON_ROLL}__is_on_roll": True}))
    counted = villages.order_by().annotate(on_roll=on_roll)
    rows = counted.values_list("code", "town__code", "inhabitants", "on_roll")

    heads: Counter[str] = Counter()
    for village, town, given, on_the_roll in rows:
        part = town if place.is_county else village
        heads[part] += on_the_roll if given is None else given
    return heads
