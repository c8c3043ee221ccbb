"""欠我一万二没还 is found by 12000, 二○○六年 by 2006年, 〔2026〕 by [2026]."""

from importlib import import_module

from django.db import migrations


def fold_every_word_anew(apps, schema_editor):
    before = import_module("cases.migrations.0016_fold_blanks_beside_numbers")
    before.fold_every_word_anew(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("cases", "0038_digests_of_stored_files")]

    operations = [migrations.RunPython(fold_every_word_anew, migrations.RunPython.noop)]
