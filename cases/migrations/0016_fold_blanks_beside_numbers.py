"""Words are searched without blanks between numbers and Chinese characters (欠我 120 元
is 欠我120元), with phones as plain digits, and in simplified characters.
"""

from django.db import migrations

from cases.privacy.personal import fold_words

BATCH = 500


def fold_every_word_anew(apps, schema_editor):
    """Fold the words of every case: in nearly all stands a number."""
    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")

    last = 0
    while batch := list(cases.filter(pk__gt=last)[:BATCH]):
        for case in batch:
            fold_words(case)
        cases.bulk_update(batch, ("open_words", "hidden_words"))
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_seal_what_no_event_had_sealed")]

    operations = [migrations.RunPython(fold_every_word_anew, migrations.RunPython.noop)]
