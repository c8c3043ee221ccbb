"""Words are searched with digits for 廿, 卅 and 卌 as well."""

from importlib import import_module

from django.db import migrations


def fold_every_word_anew(apps, schema_editor):
    before = import_module("cases.migrations.0016_fold_blanks_beside_numbers")
    before.fold_every_word_anew(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_words_of_the_unknowing")]

    operations = [migrations.RunPython(fold_every_word_anew, migrations.RunPython.noop)]
