"""One form key serves one act alone: the events that a key wrote are found by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0016_fold_blanks_beside_numbers")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["key"],
                condition=models.Q(key__isnull=False),
                name="event_key",
            ),
        ),
    ]
