"""Files of cases, what every record names, the rules of towns and the orders that are
not sent get their record in the audit log as they are now.
"""

from dataclasses import replace

from django.db import migrations
from django.db.models import Q
from django.utils import timezone


def record_what_is_final(apps, schema_editor):
    from cases.attachments import ATTACHMENT
    from cases.final import CALENDAR_DAY, DEADLINE_RULE, TOPIC
    from supervision.chasing.final import RUNG
    from supervision.orders.final import ORDER
    from villages.finals import Columns, is_recorded, record_as_they_are
    from villages.named import ACCOUNT, NAMED, TOWN

    using = schema_editor.connection.alias
    records = apps.get_model("villages", "AuditRecord").objects.using(using)

    if not is_recorded(ACCOUNT, records):
        record_as_they_are(
            [replace(ORDER, when=Q(sent_at=None))], records, at=timezone.now()
        )

    # a town has its telephone later (0027)
    columns = tuple(name for name in TOWN.own.names if name != "phone")
    town = replace(TOWN, own=Columns(TOWN.own.model, columns))
    named = [town if final is TOWN else final for final in NAMED]

    for final in (ATTACHMENT, *named, TOPIC, DEADLINE_RULE, CALENDAR_DAY, RUNG):
        if not is_recorded(final, records):
            record_as_they_are([final], records, at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0019_seal_posts_and_signed_sheets"),
        ("cases", "0034_indexes_of_grey_and_needing_an_order"),
        ("villages", "0016_audit_of_what_is_final"),
    ]

    operations = [
        migrations.RunPython(record_what_is_final, migrations.RunPython.noop),
    ]
