"""Words are searched with their numbers as they were written, too: 八百一亩 is found by
八百. ⻢建⺠, as it was copied out of a PDF, is found by 马建民, an identity card's number
in groups by its digits, 千分之三 by 0.3%. Of hidden speakers nobody who may not know
who spoke finds 139****0088, a telephone before 一直, the house, a surname of two
characters.
"""

from importlib import import_module

from django.db import migrations


def fold_every_word_anew(apps, schema_editor):
    before = import_module("cases.migrations.0016_fold_blanks_beside_numbers")
    before.fold_every_word_anew(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("cases", "0039_fold_amounts_within_sentences")]

    operations = [migrations.RunPython(fold_every_word_anew, migrations.RunPython.noop)]
