"""A matter that came from an old ledger is found by the number it had there."""

from django.db import migrations

from cases.privacy.personal import fold_words

BATCH = 500


def fold_adopted(apps, schema_editor):
    """Fold the words of the matters that came from old ledgers, and of no other."""
    using = schema_editor.connection.alias
    adopted = apps.get_model("cases", "Case").objects.using(using).order_by("pk")
    adopted = adopted.exclude(adopted_from="")

    last = 0
    while batch := list(adopted.filter(pk__gt=last)[:BATCH]):
        for case in batch:
            fold_words(case)
        adopted.bulk_update(batch, ("open_words", "hidden_words"))
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("cases", "0042_an_outcome_made_public_once_more")]

    operations = [migrations.RunPython(fold_adopted, migrations.RunPython.noop)]
