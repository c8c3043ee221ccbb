"""Files of cases, what every record names and the rules of towns get their record in
the audit log as they are now.
"""

from itertools import islice

from django.db import migrations
from django.utils import timezone

BATCH = 500


def record_what_is_final(apps, schema_editor):
    from cases.attachments import ATTACHMENT
    from cases.final import CALENDAR_DAY, DEADLINE_RULE, TOPIC
    from supervision.chasing.final import RUNG
    from villages.named import NAMED

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    for final in (
        ATTACHMENT,
        *NAMED,
        TOPIC,
        DEADLINE_RULE,
        CALENDAR_DAY,
        RUNG,
    ):
        # made to run again, it would seal what SQL has put in since
        if not records.filter(**of_kind(final)).exists():
            record_all(final, records)


def of_kind(final):
    return {"kind": "sealed", "subject__startswith": f"{final.name}:"}


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
        ("supervision", "0019_seal_posts_and_signed_sheets"),
        ("cases", "0034_indexes_of_grey_and_needing_an_order"),
        ("villages", "0016_audit_of_what_is_final"),
    ]

    operations = [
        migrations.RunPython(record_what_is_final, migrations.RunPython.noop),
    ]
