"""Posts and photos of what was signed get their record in the audit log as they are
now.
"""

from django.db import migrations
from django.utils import timezone


def record_what_is_final(apps, schema_editor):
    from cases.meetings.finals import SIGNED_SHEET
    from villages.finals import is_recorded, record_as_they_are
    from villages.posts import POST

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    if not is_recorded(POST, records):
        record_as_they_are((POST, SIGNED_SHEET), records, at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0018_whom_a_step_found"),
        ("cases", "0034_indexes_of_grey_and_needing_an_order"),
        ("villages", "0016_audit_of_what_is_final"),
    ]

    operations = [
        migrations.RunPython(record_what_is_final, migrations.RunPython.noop),
    ]
