"""Words are searched with digits for numbers (二组十五号 is 2组15号, 1,200 is 1200) and
with one kind of quotation mark.
"""

from importlib import import_module

from django.db import migrations

BATCH = 500


def fold_every_word_anew(apps, schema_editor):
    """Fold the words of every case: in nearly all stands a number."""
    before = import_module("cases.migrations.0009_fold_words_anew")
    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")

    last = 0
    while numbers := list(
        cases.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]
    ):
        before.fold_batch(apps, using, numbers)
        last = numbers[-1]


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_what_the_speaker_reads")]

    operations = [migrations.RunPython(fold_every_word_anew, migrations.RunPython.noop)]
