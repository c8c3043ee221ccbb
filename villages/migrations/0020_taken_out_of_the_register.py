"""Residents and households that a list brought are out of the register once it is taken
back; a number is free again then.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("villages", "0019_audit_of_what_is_shown_outside")]

    operations = [
        migrations.AddField(
            model_name="household",
            name="is_taken_back",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="resident",
            name="is_taken_back",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RemoveConstraint(
            model_name="household",
            name="household_number_once_a_group",
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.UniqueConstraint(
                condition=models.Q(is_taken_back=False),
                fields=("group", "number"),
                name="household_number_once_a_group",
            ),
        ),
    ]
