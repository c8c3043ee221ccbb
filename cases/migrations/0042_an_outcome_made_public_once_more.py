"""The outcome of six steps is made public once more where the matter was done once
more.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0041_further_words_to_blank"),
        ("villages", "0025_writers_of_hand_overs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="fourtwostep",
            name="four_two_step_passes_once",
        ),
        migrations.AddConstraint(
            model_name="fourtwostep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("nth__lt", 6), ("passed", True)),
                fields=("process", "nth"),
                name="four_two_step_passes_once",
            ),
        ),
    ]
