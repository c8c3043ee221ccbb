"""The audit log is append-only, and auditlog's entries appear as field history.

Apart from the tables: auditlog itself stands on this app's users.
"""

from django.db import migrations

from minshi.history import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("auditlog", "0017_add_actor_email"),
        ("villages", "0001_initial"),
    ]

    operations = [
        AppendOnly("villages_auditrecord"),
        migrations.CreateModel(
            name="FieldHistory",
            fields=[],
            options={
                "verbose_name": "field history",
                "verbose_name_plural": "field history",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("auditlog.logentry",),
        ),
    ]
