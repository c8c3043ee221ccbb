"""One-time passwords of a list, whose printed strips are lost, are made anew by a job."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("villages", "0023_what_writers_of_hand_overs_knew"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="importrun",
            name="import_at_work",
        ),
        migrations.AlterField(
            model_name="importrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("mapping", "columns to be confirmed"),
                    ("reading", "being read and checked"),
                    ("checked", "checked, not entered yet"),
                    ("entering", "being entered"),
                    ("entered", "entered"),
                    ("renewing", "new one-time passwords being made"),
                    ("taking_back", "being taken back"),
                    ("taken_back", "taken back"),
                    ("failed", "could not be read"),
                    ("dropped", "given up"),
                ],
                max_length=12,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="importrun",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ("reading", "entering", "renewing", "taking_back"))
                ),
                fields=["claimed_until"],
                name="import_at_work",
            ),
        ),
    ]
