"""Passwords and second factors get their record in the audit log as they are now."""

from django.db import migrations
from django.utils import timezone


def record_what_lets_in(apps, schema_editor):
    from villages.finals import is_recorded, record_as_they_are
    from villages.let_in import LET_IN

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    if not any(is_recorded(final, records) for final in LET_IN):
        record_as_they_are(LET_IN, records, at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0022_a_try_is_counted_once"),
        ("villages", "0018_seals_of_log_ins"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunPython(record_what_lets_in, migrations.RunPython.noop),
    ]
