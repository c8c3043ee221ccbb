"""Files of cases, what every record names, the rules of towns and the orders that are
not sent get their record in the audit log as they are now.
"""

from dataclasses import replace
from itertools import islice

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

BATCH = 500


def record_what_is_final(apps, schema_editor):
    from cases.attachments import ATTACHMENT
    from cases.final import CALENDAR_DAY, DEADLINE_RULE, TOPIC
    from supervision.chasing.final import RUNG
    from supervision.orders.final import ORDER
    from villages.named import ACCOUNT, NAMED

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)

    # made to run again, it would seal what SQL has put in since
    ran_before = records.filter(**of_kind(ACCOUNT)).exists()
    if not ran_before:
        record_all(replace(ORDER, when=Q(sent_at=None)), records)

    for final in (ATTACHMENT, *NAMED, TOPIC, DEADLINE_RULE, CALENDAR_DAY, RUNG):
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
