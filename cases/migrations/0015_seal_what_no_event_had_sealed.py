"""Seal the people and the work of every case as they stand: its events were written
before these were sealed. What was changed until here stays unfound; from here on the
nightly check finds it, in cases that nobody moves any more too.
"""

import logging

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

from minshi.crypto import UndecryptableError

BATCH = 500
# of cases/workflow/state.py and sealed_rows.py, as they were then
COLUMNS = ("blanked", "reserved")
ROWS = ("people", "work", "clocks", "answers", "ratings")
logger = logging.getLogger(__name__)


def seal_cases(apps, schema_editor):
    """Go through the cases in the order of keys, in batches."""
    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")

    last = 0
    while keys := list(cases.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        try:
            seal_batch(apps, using, keys)
        except (UndecryptableError, ValueError):
            seal_one_by_one(apps, using, keys)
        last = keys[-1]


def seal_one_by_one(apps, using, keys):
    """Seal what can be read; the check names a case whose values cannot be."""
    for key in keys:
        try:
            seal_batch(apps, using, [key])
        except (UndecryptableError, ValueError):
            logger.exception("Case %s cannot be read and is not sealed", key)


def seal_batch(apps, using, keys):
    from cases.workflow.sealed_rows import rows_beside, state_of_rows
    from cases.workflow.state import state_of

    sealed = seals_by_events(apps, using, keys)
    beside = rows_beside(keys, ROWS, using=using)
    cases = apps.get_model("cases", "Case").objects.using(using).in_bulk(keys)

    rows = []
    StateAtUpdate = apps.get_model("cases", "StateAtUpdate")
    for case in cases.values():
        state = state_of(case, COLUMNS) | state_of_rows(case.pk, beside[case.pk])
        if state.keys() - sealed.get(case.pk, {}).keys():
            rows.append(StateAtUpdate(case_id=case.pk, state=state))
    StateAtUpdate.objects.using(using).bulk_create(rows)


def seals_by_events(apps, using, keys):
    """Return the seals in the last event of each case."""
    events = apps.get_model("cases", "Event").objects.using(using)
    last = events.filter(case__in=keys, sequence=F("case__event_count"))
    return dict(last.values_list("case", "state"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_red_line_topics")]

    operations = [
        migrations.CreateModel(
            name="StateAtUpdate",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="state_at_update",
                        serialize=False,
                        to="cases.case",
                        verbose_name="case",
                    ),
                ),
                ("state", models.JSONField(default=dict, verbose_name="seals")),
            ],
            options={
                "verbose_name": "seals made at an update",
                "verbose_name_plural": "seals made at an update",
            },
        ),
        migrations.RunPython(seal_cases, migrations.RunPython.noop),
    ]
