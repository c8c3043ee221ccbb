"""Whoever may know who spoke in a 隐名 matter writes down further words to blank; nobody
has yet. What is written is sealed with the matter.
"""

from django.db import migrations
from django.db.models import F

import minshi.crypto

BATCH = 500
NEW = "further"


def seal_further_words(apps, schema_editor):
    """Seal of every case that none are written down, in batches in the order of
    keys.
    """
    from cases.workflow.state import state_of

    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")
    StateAtUpdate = apps.get_model("cases", "StateAtUpdate")
    sealed = StateAtUpdate.objects.using(using)

    last = 0
    while batch := list(cases.filter(pk__gt=last).only("pk", "also_hidden")[:BATCH]):
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
    """Return the cases whose last event does not seal the further words."""
    events = apps.get_model("cases", "Event").objects.using(using)
    last = events.filter(case__in=keys, sequence=F("case__event_count"))
    sealed = {case for case, state in last.values_list("case", "state") if NEW in state}
    return set(keys) - sealed


class Migration(migrations.Migration):
    dependencies = [("cases", "0040_fold_words_as_written")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="also_hidden",
            field=minshi.crypto.EncryptedTextField(
                blank=True,
                default="",
                editable=False,
                verbose_name="further words to blank",
            ),
        ),
        migrations.RunPython(seal_further_words, migrations.RunPython.noop),
    ]
