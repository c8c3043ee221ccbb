"""Walls get their record in the audit log as they are now: their address lets in."""

from django.db import migrations
from django.utils import timezone


def record_walls(apps, schema_editor):
    from supervision.figures.wall import WALL
    from villages.finals import is_recorded, record_as_they_are

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    if not is_recorded(WALL, records):
        record_as_they_are([WALL], records, at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("supervision", "0023_seal_what_lets_people_in")]

    operations = [
        migrations.RunPython(record_walls, migrations.RunPython.noop),
    ]
