"""The notes of checks made before get their record in the audit log; and nothing changes
a note any more.
"""

from django.db import migrations

from minshi.history import AppendOnly
from minshi.locks import is_there

NOTES = "supervision_historycheck"
LOCKS = (f"{NOTES}_no_update", f"{NOTES}_append_only")  # of SQLite, of PostgreSQL


def record_checks(apps, schema_editor):
    from supervision.sealing.noted import seal_of_check

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    checks = apps.get_model("supervision", "HistoryCheck").objects.using(using)
    if _ran_before(records):
        return

    for check in checks.order_by("pk"):
        title = f"{check.at:%Y-%m-%d %H:%M}"
        subject = f"{title} {seal_of_check(check)}"
        records.create(kind="checked", subject=subject, at=check.at)


def _ran_before(records):
    """Tell whether this is made to run again, so as to seal what SQL has put in since:
    its lock is there, or a check has its record already.
    """
    return any(map(is_there, LOCKS)) or records.filter(kind="checked").exists()


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0013_seal_what_is_closed"),
        ("villages", "0014_audit_of_checks"),
    ]

    operations = [
        migrations.RunPython(record_checks, migrations.RunPython.noop),
        AppendOnly(NOTES),
    ]
