"""Digests of stored files get their record in the audit log: of files that were stored
before, that none is noted yet. The job `cases.tasks.digest_files` notes them.
"""

from django.db import migrations
from django.utils import timezone


def record_digests(apps, schema_editor):
    from cases.attachments import ATTACHMENT_BYTES
    from cases.meetings.finals import SHEET_BYTES
    from villages.finals import is_recorded, record_as_they_are

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    finals = (ATTACHMENT_BYTES, SHEET_BYTES)
    if not any(is_recorded(final, records) for final in finals):
        record_as_they_are(finals, records, at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0025_seal_how_long_passwords_hold"),
        ("cases", "0038_digests_of_stored_files"),
    ]

    operations = [
        migrations.RunPython(record_digests, migrations.RunPython.noop),
    ]
