"""Open log-ins, passwords used before and counts of lookups.

The age of a password begins with this migration: nobody knows when it was chosen.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now


def begin_age(apps, schema_editor):
    using = schema_editor.connection.alias
    users = apps.get_model("villages", "User").objects.using(using)
    users.update(password_changed_at=Now())


class Migration(migrations.Migration):
    dependencies = [
        ("sessions", "0001_initial"),
        ("villages", "0003_audit_of_reading"),
        ("knox", "0009_extend_authtoken_field"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_changed_at",
            field=models.DateTimeField(
                editable=False, null=True, verbose_name="password changed at"
            ),
        ),
        migrations.AlterField(
            model_name="auditrecord",
            name="kind",
            field=models.CharField(
                choices=[
                    ("login", "logged in"),
                    ("login_failed", "failed to log in"),
                    ("wrong_secret", "gave a wrong code or password"),
                    ("locked_out", "locked out"),
                    ("logout", "logged out"),
                    ("read", "read a secret matter"),
                    ("looked_up", "looked neighbours up, in a day"),
                    ("unmask", "opened masked data"),
                    ("export", "exported"),
                    ("print", "printed"),
                    ("account", "changed an account"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="PasswordUsed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("password", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passwords_used",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "password used before",
                "verbose_name_plural": "passwords used before",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="LookupCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="times")),
                ("is_recorded", models.BooleanField(default=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lookups",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "count of lookups",
                "verbose_name_plural": "counts of lookups",
                "ordering": ("day", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_recorded", False)),
                        fields=["day"],
                        name="lookups_not_recorded",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "day"), name="one_lookup_count_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenLogin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="since")),
                (
                    "address",
                    models.GenericIPAddressField(
                        null=True, verbose_name="network address"
                    ),
                ),
                (
                    "device",
                    models.CharField(blank=True, max_length=200, verbose_name="device"),
                ),
                (
                    "session",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="open_login",
                        to="sessions.session",
                    ),
                ),
                (
                    "token",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="open_login",
                        to=settings.KNOX_TOKEN_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="open_logins",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "open log-in",
                "verbose_name_plural": "open log-ins",
                "ordering": ("-began_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("session", None), ("token__isnull", False)),
                            models.Q(("session__isnull", False), ("token", None)),
                            _connector="OR",
                        ),
                        name="open_login_by_session_or_token",
                    )
                ],
            },
        ),
        migrations.RunPython(begin_age, migrations.RunPython.noop),
    ]
