"""The mark of matters of which all who wrote the note of a hand-over may know who spoke.

What was written before has none and is read as it is stored: nobody noted whether one of
its writers may not have known.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("villages", "0022_keys_of_names_without_radicals")]

    operations = [
        migrations.AddField(
            "handover",
            "known",
            models.JSONField(blank=True, default=list, editable=False),
        )
    ]
