"""Of a speaker in confidence 姓蒲，名富贵 is taken out of the words that all may search,
and so are 4160 of 「手机最后是4160」 and a landline without its area code.
"""

from importlib import import_module

from django.db import migrations


def fold_every_word_anew(apps, schema_editor):
    before = import_module("cases.migrations.0016_fold_blanks_beside_numbers")
    before.fold_every_word_anew(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("cases", "0036_what_the_register_says")]

    operations = [migrations.RunPython(fold_every_word_anew, migrations.RunPython.noop)]
