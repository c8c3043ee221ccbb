"""Who wrote the note of a hand-over: whoever writes it anew knows no less than before.

Of what was written before the last one alone is known, who stands in the row as ever.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("villages", "0024_one_time_passwords_made_anew")]

    operations = [
        migrations.AddField(
            "handover",
            "writers",
            models.JSONField(blank=True, default=list, editable=False),
        )
    ]
