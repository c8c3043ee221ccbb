"""Closed meetings, the six steps, orders that went out, public reports and corrections
get their record in the audit log as they are now; and what was shown to everybody and
is no more does not change any more.
"""

from django.db import migrations
from django.utils import timezone

from minshi.history import Frozen, FrozenRows
from minshi.locks import is_there

SHOWN_NO_MORE = Frozen(
    "supervision_publication", "{row}.ended_at IS NOT NULL", ("UPDATE", "DELETE")
)


def record_what_is_final(apps, schema_editor):
    from supervision.sealing.finals import FINALS
    from villages.finals import record_as_they_are

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    if _ran_before(records):
        return

    record_as_they_are(FINALS, records, at=timezone.now())


def _ran_before(records):
    """Tell whether this is made to run again, so as to seal what SQL has put in since:
    its lock is there, or something has its record already.
    """
    has_records = records.filter(kind="sealed").exists()
    return has_records or is_there("supervision_publication_frozen_update")


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0016_no_row_moves_into_a_signed_report"),
        ("cases", "0032_no_row_moves_into_a_closed_meeting"),
        ("villages", "0016_audit_of_what_is_final"),
    ]

    operations = [
        migrations.RunPython(record_what_is_final, migrations.RunPython.noop),
        FrozenRows(SHOWN_NO_MORE),
    ]
