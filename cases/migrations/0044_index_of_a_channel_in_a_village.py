"""The ledgers of a channel are counted in a village by an index: without one PostgreSQL
went through all matters of that channel.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0043_fold_numbers_of_old_ledgers")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["village", "channel", "-registered_at", "-id"],
                name="case_village_channel",
            ),
        ),
    ]
