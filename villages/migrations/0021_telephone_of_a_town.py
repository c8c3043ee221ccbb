"""The telephone of a town, for whoever may ring no talk room."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("villages", "0020_taken_out_of_the_register")]

    operations = [
        migrations.AddField(
            model_name="town",
            name="phone",
            field=models.CharField(
                blank=True,
                default="",
                help_text=(
                    "Stands on receipts and tracking pages where no talk room may be"
                    " rung: of secret matters, and of those about a cadre of the"
                    " village."
                ),
                max_length=20,
                verbose_name="telephone of the town",
            ),
            preserve_default=False,
        ),
    ]
