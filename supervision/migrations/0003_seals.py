"""Seals over the logs that only grow, the nightly checks, and the auditor's letters
about them, which are about no case.
"""

import django.db.models.deletion
from django.db import migrations, models

from minshi.history import AppendOnly

KINDS = [
    ("yellow", "due soon"),
    ("overdue", "overdue"),
    ("urge", "urged"),
    ("order_to_sign", "order to sign"),
    ("order", "supervision order"),
    ("order_replied", "order answered"),
    ("order_back", "answer sent back"),
    ("order_closed", "answer found good"),
    ("circulate", "order not answered"),
    ("alarm", "nobody to tell"),
    ("yours", "with you now"),
    ("part", "a part for you"),
    ("rule", "waits for your ruling"),
    ("ruled", "your request was ruled on"),
    ("speaker", "word from the speaker"),
    ("taken_back", "taken back by the speaker"),
    ("red_line", "red line"),
    ("chased", "chased by hand"),
    ("accepted", "taken up"),
    ("promised", "another day promised"),
    ("answered", "answered"),
    ("call", "a call to the speaker"),
    ("withdrawn", "taken back in their name"),
    ("backup_failed", "backup failed"),
    ("backup_late", "backup late"),
    ("proof_failed", "proof of a backup failed"),
    ("proof_late", "proof of a backup late"),
    ("history", "history does not fit"),
    ("heads", "heads of the day"),
]
OF_HISTORY = ("history", "heads")
OF_SYSTEM = (
    "backup_failed",
    "backup_late",
    "proof_failed",
    "proof_late",
    *OF_HISTORY,
)
LOGS = [
    ("events", "events of cases"),
    ("audit", "audit log"),
    ("fields", "field history"),
]
ID = models.BigAutoField(
    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_sign_event_chains_with_index_key"),
        ("supervision", "0002_backups_and_notices_of_the_program"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoryCheck",
            fields=[
                ("id", ID.clone()),
                ("at", models.DateTimeField(verbose_name="at")),
                ("cases", models.PositiveIntegerField(verbose_name="cases")),
                ("found", models.PositiveIntegerField(verbose_name="found")),
                ("findings", models.JSONField(default=list)),
                ("heads", models.JSONField(default=list)),
                (
                    "kept_on",
                    models.DateField(null=True, verbose_name="heads kept for"),
                ),
            ],
            options={
                "verbose_name": "check of history",
                "verbose_name_plural": "checks of history",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", ID.clone()),
                (
                    "log",
                    models.CharField(choices=LOGS, max_length=8, verbose_name="log"),
                ),
                (
                    "sequence",
                    models.PositiveIntegerField(verbose_name="running number"),
                ),
                ("rows", models.TextField(verbose_name="keys of the rows")),
                ("count", models.PositiveIntegerField(verbose_name="rows")),
                ("total", models.PositiveBigIntegerField(verbose_name="rows so far")),
                ("highest", models.PositiveBigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "previous_hash",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="seal before"
                    ),
                ),
                ("hash", models.CharField(max_length=64, verbose_name="seal")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "ordering": ("log", "sequence"),
                "indexes": [models.Index(fields=["log", "at"], name="seal_of_log_at")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("log", "sequence"), name="seal_sequence_once_a_log"
                    )
                ],
            },
        ),
        AppendOnly("supervision_seal"),
        migrations.AddField(
            "notice",
            "history_check",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="supervision.historycheck",
            ),
        ),
        migrations.AlterField(
            "notice",
            "kind",
            models.CharField(choices=KINDS, max_length=14, verbose_name="kind"),
        ),
        migrations.AlterField(
            "noticetext",
            "kind",
            models.CharField(choices=KINDS, max_length=14, verbose_name="kind"),
        ),
        migrations.AlterField(
            "call",
            "kind",
            models.CharField(choices=KINDS, max_length=14, verbose_name="what to tell"),
        ),
        migrations.RemoveConstraint("notice", "notice_is_about_a_case_or_the_system"),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(
                condition=models.Q(
                    ("case", None),
                    ("kind__in", OF_SYSTEM),
                    ("recipient__isnull", False),
                )
                | models.Q(
                    ("case__isnull", False),
                    models.Q(("kind__in", OF_SYSTEM), _negated=True),
                ),
                name="notice_is_about_a_case_or_the_system",
            ),
        ),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(
                condition=models.Q(
                    ("channel", "email"),
                    ("history_check__isnull", False),
                    ("kind__in", OF_HISTORY),
                )
                | models.Q(
                    models.Q(("kind__in", OF_HISTORY), _negated=True),
                    ("history_check", None),
                ),
                name="notice_of_a_check_iff_of_history",
            ),
        ),
    ]
