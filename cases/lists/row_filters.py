"""The filters of rows that are no cases: agenda items, shifts, steps of chasing, and
the tabs of what waits for a decision.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.lists import search
from cases.lists.filter_fields import (
    NarrowFilter,
    town_filter,
    user_of,
    village_filter,
    villages_filter,
    words_filter,
)
from cases.models import AgendaItem, Case
from cases.models.choices import Confidentiality
from cases.models.scope import CaseQuerySet, Sight
from cases.privacy.table import reading_tables_of
from minshi.clock import today


class VillageFilter(NarrowFilter):
    """Filter by town and village for rows that are no cases.

    An input that cannot be read gives no rows at all.
    """

    def filter_queryset(self, queryset: Any) -> Any:
        if self.form.errors:
            return queryset.none()
        return super().filter_queryset(queryset)


class MatterFilter(VillageFilter):
    """Filter for rows that each stand for a case, by its words as well."""

    q = words_filter()

    def by_words(self, rows: Any, _name: str, text: str) -> Any:
        return rows.filter(case__in=self.matters_with(text))

    def matters_with(self, text: str) -> QuerySet[Any]:
        """Return the keys of the cases that the words find, of those the user reads."""
        user = user_of(self.request)
        if user is None:
            return Case.objects.none().values("pk")

        on = today()
        cases = Case.objects.counted_for(user, on)
        found = search.matching(cases, text, Sight.of(user, on))
        return found.filter(Q(redacted=False)).values("pk")


class QueueFilter(VillageFilter):
    """Filter for what waits for a decision, of several tabs by one form."""

    town = town_filter("town")

    class Meta:
        model = Case
        fields = ()

    def of(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Narrow the cases of a tab."""
        narrowed: CaseQuerySet = self.filter_queryset(cases)
        return narrowed


class ShiftFilter(VillageFilter):
    town = town_filter("village__town")
    village = village_filter("village")
    villages = villages_filter("village")


class ItemFilter(MatterFilter):
    town = town_filter("meeting__town")
    village = village_filter("meeting__village")
    villages = villages_filter("meeting__village")

    def by_words(self, rows: Any, _name: str, text: str) -> Any:
        """Filter by the words of the case; of an item without one, of its subject, as
        all who sat there read it.
        """
        in_subject = Q(case=None)
        for term in search.terms_of(text):
            digits = Q(subject__icontains=term.digits)
            in_subject &= digits | Q(subject__icontains=term.written)

        # on the agenda with a matter whose speaker is blanked in it: else a search
        # would find what is blanked, letter by letter
        beside = AgendaItem.objects.filter(meeting=OuterRef("meeting"))
        hid = beside.exclude(case=None).exclude(
            case__confidentiality=Confidentiality.NORMAL
        )
        with_hid = rows.filter(in_subject, Exists(hid))
        as_read = Q(pk__in=_found_as_read(with_hid, text))
        stored = in_subject & ~Exists(hid)
        return rows.filter(Q(case__in=self.matters_with(text)) | stored | as_read)


def _found_as_read(items: QuerySet[AgendaItem], text: str) -> list[int]:
    """Return which items have the words in their subject as it is read. Two queries."""
    found = list(items.only("pk", "meeting_id", "subject", "unknowing").order_by())
    tables = reading_tables_of({item.meeting_id for item in found})
    terms = search.terms_of(text)

    keys = []
    for item in found:
        subject = tables[item.meeting_id].read(item, "subject").casefold()
        if all(t.digits in subject or t.written in subject for t in terms):
            keys.append(item.pk)
    return keys
