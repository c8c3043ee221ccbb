"""Words of a matter in confidence are searched without any name in a field of names,
whatever else stands in it. What is blanked is sealed and stays as it is: names within
it are read anew each time.
"""

from django.db import migrations

from cases.privacy.personal import fold_words

BATCH = 500


def fold_words_in_confidence(apps, schema_editor):
    """Fold the words of every case in confidence, in batches by the order of keys."""
    model = apps.get_model("cases", "Case")
    cases = model.objects.exclude(confidentiality="normal").order_by("pk")

    last = 0
    while batch := list(cases.filter(pk__gt=last)[:BATCH]):
        for case in batch:
            fold_words(case)
        model.objects.bulk_update(batch, ("open_words", "hidden_words"))
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_seal_what_no_event_had_sealed")]

    operations = [
        migrations.RunPython(fold_words_in_confidence, migrations.RunPython.noop)
    ]
