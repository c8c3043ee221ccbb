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
        known = sealed.in_bulk([case.pk for case in batch])
        rows = []
        for case in batch:
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
