"""Words are searched with one form for amounts (一万二千 and 1.2万 are 12000), and with
the place and the remark of a matter; by whoever is shown who spoke, the address too.
"""

from importlib import import_module

from django.db import migrations


def fold_every_word_anew(apps, schema_editor):
    before = import_module("cases.migrations.0016_fold_blanks_beside_numbers")
    before.fold_every_word_anew(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_event_key")]

    operations = [migrations.RunPython(fold_every_word_anew, migrations.RunPython.noop)]
