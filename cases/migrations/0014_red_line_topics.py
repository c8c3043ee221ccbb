"""Topics of red lines, which are reported at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_reserved_matters_and_notice"),
    ]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="is_red_line",
            field=models.BooleanField(
                default=False,
                help_text="Harm to a child, violence at home: a matter of this topic that nobody has reported after an hour is warned of.",
                verbose_name="red line",
            ),
        ),
    ]
