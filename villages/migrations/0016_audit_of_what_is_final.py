from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("villages", "0015_inhabitants_of_a_village")]

    operations = [
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
                    ("import", "imported a list"),
                    ("closed", "closed a ledger"),
                    ("in_red", "entered in red"),
                    ("signed", "signed a report"),
                    ("checked", "checked history"),
                    ("sealed", "sealed"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
    ]
