"""The matters that a town's chat group may hear of, by number and village."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from cases.models import Case
from cases.models.choices import Category, Confidentiality, Level

OF_AGE = 18


def told_in_groups(cases: Iterable[Case], on: date) -> set[int]:
    """Return the keys of the cases that a chat group may hear about. One query.

    A red line never is (domain §1), reported or not yet, nor what is hidden, has left
    the village, is a family's own or a child's, whoever of several that is (domain §6);
    what nobody has sorted yet may be either of these.
    """
    # of a birth the year alone is known: all of that year count as children
    nameable = Case.objects.filter(
        pk__in=[case.pk for case in cases],
        confidentiality=Confidentiality.NORMAL,
        level=Level.VILLAGE,
        category__in=(Category.VILLAGE, Category.NEIGHBOUR),
        mandatory_reports=None,
    )
    for is_delicate in (
        Q(topic__is_red_line=True),
        Q(topic__parent__is_red_line=True),
        Q(resident__birth_year__gte=on.year - OF_AGE),
        Q(co_speakers__resident__birth_year__gte=on.year - OF_AGE),
    ):
        nameable = nameable.exclude(is_delicate)
    return set(nameable.values_list("pk", flat=True))
