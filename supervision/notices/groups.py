"""Which matters a town's chat group may hear of, by number and village."""

from collections.abc import Iterable
from datetime import date

from cases.models import Case
from cases.models.choices import Category, Confidentiality, Level

OF_AGE = 18


def told_in_groups(cases: Iterable[Case], on: date) -> set[int]:
    """Of the cases those that may be named in a chat group; one query.

    A red line never is (domain §1), nor what is hidden, has left the village, is a
    family's own or a child's (domain §6); what nobody has sorted yet may be either of
    these.
    """
    # the day is not known: all of that year count as children
    open_ones = Case.objects.filter(
        pk__in=[case.pk for case in cases],
        confidentiality=Confidentiality.NORMAL,
        level=Level.VILLAGE,
        category__in=(Category.VILLAGE, Category.NEIGHBOUR),
        mandatory_reports=None,
    ).exclude(resident__birth_year__gte=on.year - OF_AGE)
    return set(open_ones.values_list("pk", flat=True))
