"""What somebody at the database does past the program, and the nightly check."""

from datetime import timedelta

from django.db import connection
from django.db.models import F, Func, TextField, Value

from cases.models import Case, CaseRevision, Event
from minshi.history import history_lifted
from supervision.sealing.checking import check_everything
from tests.cases.roads import DAY, NOON

NIGHT = NOON + 3 * DAY
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def found(at=NIGHT):
    result = check_everything(at)
    assert result.found == len(result.findings)
    return {each.wrong for each in result.findings}


def by_sql(table, what, **where):
    """Change rows as somebody at the database does, triggers lifted."""
    conditions = " AND ".join(f"{column} = %s" for column in where)
    with history_lifted(), connection.cursor() as cursor:
        cursor.execute(f"{what} WHERE {conditions}", list(where.values()))
        assert cursor.rowcount > 0, table


def in_other_form(column):
    """Return a moment as 2026-03-02T04:00:00, which SQLite stores as it is given."""
    parts = (F(column), Value(" "), Value("T"))
    return Func(*parts, function="replace", output_field=TextField())


def delete_case(case):
    """Delete a case with everything that hangs on it."""
    with history_lifted():
        CaseRevision.objects.filter(event__case=case).delete()
        Event.objects.filter(case=case)._raw_delete("default")
        Case.objects.filter(pk=case.pk).delete()
