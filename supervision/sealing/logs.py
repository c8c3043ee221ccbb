"""The logs that only grow, and what a seal covers of a row of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.db import models
from django.db.models import QuerySet

from cases.models import Event
from minshi.crypto import moment_in_seal
from minshi.written import written_otherwise
from supervision.models import Log
from villages.models import AuditRecord, FieldHistory


@dataclass(frozen=True)
class Source:
    """The rows of a log, by key, and the columns that a seal covers."""

    rows: Callable[[], QuerySet[models.Model]]
    columns: tuple[str, ...]
    moment: str = "at"  # the column that says when a row was written

    def read(self, keys: list[int]) -> dict[int, list[object]]:
        """Return what a seal covers of each of these rows that is there. One query."""
        rows = self.rows().filter(pk__in=keys).values_list("pk", *self.columns)

        covered = {}
        for row in rows:
            covered[row[0]] = [_plain(value) for value in row]
        return covered

    def written_otherwise(self, keys: list[int]) -> bool:
        """Return if what a seal covers of one of these rows stands there in another
        form (minshi/written.py). One query; none on PostgreSQL.
        """
        rows = self.rows().filter(pk__in=keys)
        return bool(written_otherwise(rows, self.columns))

    def until(self, at: datetime) -> QuerySet[models.Model]:
        """Return the rows that were written at that moment or before."""
        return self.rows().filter(**{f"{self.moment}__lte": at})


# An event is sealed in its case's chain by every column; here its seal alone.
SOURCES: Mapping[Log, Source] = MappingProxyType(
    {
        Log.EVENTS: Source(lambda: Event.objects.order_by("pk"), ("case_id", "hash")),
        Log.AUDIT: Source(
            lambda: AuditRecord.objects.order_by("pk"),
            ("at", "kind", "user_id", "subject", "reason", "address"),
        ),
        Log.FIELDS: Source(
            lambda: FieldHistory.objects.order_by("pk"),
            (
                "timestamp",
                "action",
                "content_type_id",
                "object_pk",
                "object_repr",
                "changes",
                "actor_id",
                "actor_email",
                "remote_addr",
            ),
            moment="timestamp",
        ),
    }
)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment_in_seal(value)
    return value
