"""What a check of history found stands in the auditor's inbox too."""

from django.db import migrations, models

OF_HISTORY = ("history", "heads")


class Migration(migrations.Migration):
    dependencies = [("supervision", "0003_seals")]

    operations = [
        migrations.RemoveConstraint("notice", "notice_of_a_check_iff_of_history"),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(
                condition=models.Q(
                    ("history_check__isnull", False), ("kind__in", OF_HISTORY)
                )
                | models.Q(
                    models.Q(("kind__in", OF_HISTORY), _negated=True),
                    ("history_check", None),
                ),
                name="notice_of_a_check_iff_of_history",
            ),
        ),
    ]
