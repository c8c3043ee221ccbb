"""Two more reasons for closing: a record made by mistake, or twice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_sign_event_chains_with_index_key")]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="close_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("rated", "rated"),
                    ("unrated", "nobody reached for a rating"),
                    ("explained", "explained"),
                    ("diverted", "shown the proper route"),
                    ("merged", "merged"),
                    ("withdrawn", "withdrawn"),
                    ("void", "taken down by mistake"),
                    ("duplicate", "taken down twice"),
                ],
                max_length=9,
                verbose_name="why closed",
            ),
        ),
    ]
