"""调查情况 and 处理依据 of the report on completion. No case has any yet, and each is
sealed so.
"""

from django.db import migrations, models
from django.db.models import F

BATCH = 500
NEW = "investigated"


def seal_without_findings(apps, schema_editor):
    """Go through the cases in the order of keys, in batches."""
    from cases.workflow.state import state_of

    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")
    StateAtUpdate = apps.get_model("cases", "StateAtUpdate")
    sealed = StateAtUpdate.objects.using(using)

    last = 0
    while batch := list(
        cases.filter(pk__gt=last).only("pk", "findings", "basis")[:BATCH]
    ):
        keys = [case.pk for case in batch]
        known = sealed.in_bulk(keys)
        unsealed = without_seal(apps, using, keys)
        rows = []
        for case in batch:
            if case.pk not in unsealed:
                continue
            row = known.get(case.pk) or StateAtUpdate(case_id=case.pk, state={})
            row.state = {**row.state, **state_of(case, (NEW,))}
            rows.append(row)

        sealed.bulk_create(
            rows,
            update_conflicts=True,
            update_fields=["state"],
            unique_fields=["case"],
        )
        last = batch[-1].pk


def without_seal(apps, using, keys):
    """Return the cases whose last event does not seal what was found."""
    events = apps.get_model("cases", "Event").objects.using(using)
    last = events.filter(case__in=keys, sequence=F("case__event_count"))
    sealed = {case for case, state in last.values_list("case", "state") if NEW in state}
    return set(keys) - sealed


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_fold_whole_tens")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="findings",
            field=models.TextField(
                blank=True, default="", verbose_name="what was found"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="case",
            name="basis",
            field=models.TextField(
                blank=True, default="", verbose_name="on what ground it was handled"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(seal_without_findings, migrations.RunPython.noop),
    ]
