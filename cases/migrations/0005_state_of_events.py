"""Events carry seals of the case as they left it, and the case the moment of its last
event. The table of events is made anew on SQLite, and append-only again.
"""

from django.db import migrations, models

from minshi.history import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_search_what_may_be_read")]

    operations = [
        migrations.AddField(
            "case",
            "last_event_at",
            models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField("event", "state", models.JSONField(default=dict)),
        AppendOnly("cases_event"),
    ]
