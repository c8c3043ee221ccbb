"""Inhabitants of a place, as the roll has them."""

from django.db.models import Count, Q

from supervision.figures.places import Place
from villages.models import Resident

TO_VILLAGE = "household__group__village"


def inhabitants_by_part(place: Place) -> dict[str, int]:
    """Return how many people live in each part of a place: in each town of a county, in
    each village of a town, in the village itself. One query.
    """
    if place.village:
        within = Q(**{TO_VILLAGE: place.village})
    elif place.town:
        within = Q(**{f"{TO_VILLAGE}__town": place.town})
    else:
        within = Q(**{f"{TO_VILLAGE}__town__county_code": place.code})

    code = f"{TO_VILLAGE}__town__code" if place.is_county else f"{TO_VILLAGE}__code"
    on_roll = Resident.objects.filter(within, is_on_roll=True)
    rows = on_roll.order_by().values_list(code)
    return dict(rows.annotate(heads=Count("pk")))
