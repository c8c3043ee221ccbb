"""Words are searched with plain signs for ㈠ and ½, with 着 for 著, and with plain digits
for phones whose area code stands in brackets.
"""

from importlib import import_module

from django.db import migrations


def fold_every_word_anew(apps, schema_editor):
    before = import_module("cases.migrations.0016_fold_blanks_beside_numbers")
    before.fold_every_word_anew(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("cases", "0029_tries_of_exports")]

    operations = [migrations.RunPython(fold_every_word_anew, migrations.RunPython.noop)]
