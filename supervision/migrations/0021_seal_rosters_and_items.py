"""Rosters and what meetings concluded get their record in the audit log as they are
now.
"""

from django.db import migrations
from django.utils import timezone


def record_what_is_final(apps, schema_editor):
    from cases.meetings.finals import ITEM
    from villages.duty.finals import ROSTER
    from villages.finals import is_recorded, record_as_they_are

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    finals = (ITEM, *ROSTER)
    if not any(is_recorded(final, records) for final in finals):
        record_as_they_are(finals, records, at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0020_seal_what_records_name"),
        ("cases", "0034_indexes_of_grey_and_needing_an_order"),
        ("villages", "0016_audit_of_what_is_final"),
    ]

    operations = [
        migrations.RunPython(record_what_is_final, migrations.RunPython.noop),
    ]
