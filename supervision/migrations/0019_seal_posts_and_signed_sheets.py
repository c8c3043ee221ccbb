"""Posts and photos of what was signed get their record in the audit log as they are
now.
"""

from itertools import islice

from django.db import migrations
from django.utils import timezone

BATCH = 500


def record_what_is_final(apps, schema_editor):
    from cases.meetings.finals import SIGNED_SHEET
    from villages.posts import POST

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    # made to run again, it would seal what SQL has put in since
    if records.filter(kind="sealed", subject__startswith=f"{POST.name}:").exists():
        return

    for final in (POST, SIGNED_SHEET):
        record_all(final, records)


def record_all(final, records):
    from villages.finals import subjects_of_all

    model = records.model
    at = timezone.now()
    subjects = subjects_of_all(final, at=at, using=records.db)
    while some := list(islice(subjects, BATCH)):
        rows = [model(kind="sealed", subject=subject, at=at) for subject in some]
        records.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0018_whom_a_step_found"),
        ("cases", "0034_indexes_of_grey_and_needing_an_order"),
        ("villages", "0016_audit_of_what_is_final"),
    ]

    operations = [
        migrations.RunPython(record_what_is_final, migrations.RunPython.noop),
    ]
