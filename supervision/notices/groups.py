"""The matters that a town's chat group may hear of, by number and village."""

from collections.abc import Iterable
from datetime import date

from cases.models import Case
from cases.models.choices import Category, Confidentiality, Level

OF_AGE = 18


def told_in_groups(cases: Iterable[Case], on: date) -> set[int]:
    """Return the keys of the cases that a chat group may hear about. One query.

    A red line never is (domain §1), nor what is hidden, has left the village, is a
    family's own or a child's (domain §6); what nobody has sorted yet may be either of
    these.
    """
    # of a birth the year alone is known: all of that year count as children
    nameable = Case.objects.filter(
        pk__in=[case.pk for case in cases],
        confidentiality=Confidentiality.NORMAL,
        level=Level.VILLAGE,
        category__in=(Category.VILLAGE, Category.NEIGHBOUR),
        mandatory_reports=None,
    ).exclude(resident__birth_year__gte=on.year - OF_AGE)
    return set(nameable.values_list("pk", flat=True))
