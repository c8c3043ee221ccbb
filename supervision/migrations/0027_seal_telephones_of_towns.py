"""The telephone of a town is sealed together with it, where it is as it was recorded;
another one stays what is found.
"""

from django.db import migrations
from django.utils import timezone


def record_telephones(apps, schema_editor):
    from villages.finals import Columns, Final, record_with_more
    from villages.named import TOWN

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    names = tuple(name for name in TOWN.own.names if name != "phone")
    before = Final(TOWN.name, Columns(TOWN.own.model, names))
    record_with_more(before, TOWN, records, at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0026_seal_digests_of_files"),
        ("villages", "0021_telephone_of_a_town"),
    ]

    operations = [
        migrations.RunPython(record_telephones, migrations.RunPython.noop),
    ]
