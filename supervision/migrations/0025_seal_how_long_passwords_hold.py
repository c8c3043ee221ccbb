"""How long a password holds is sealed together with it, where it is as it was recorded;
another one stays what is found.
"""

from django.db import migrations
from django.utils import timezone


def record_how_long_they_hold(apps, schema_editor):
    from villages.finals import Columns, Final, record_with_more
    from villages.let_in import PASSWORD

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    before = Final(PASSWORD.name, Columns(PASSWORD.own.model, ("password",)))
    record_with_more(before, PASSWORD, records, at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("supervision", "0024_seal_walls")]

    operations = [
        migrations.RunPython(record_how_long_they_hold, migrations.RunPython.noop),
    ]
