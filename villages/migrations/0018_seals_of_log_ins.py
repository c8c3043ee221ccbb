"""Log-ins are sealed as they begin. Those that are open end: whoever works logs in once
more, and none that was put in before is sealed as if it were ours.
"""

from django.db import migrations, models


def end_all(apps, schema_editor):
    using = schema_editor.connection.alias
    for app, name in (
        ("villages", "OpenLogin"),
        ("sessions", "Session"),
        ("knox", "AuthToken"),
    ):
        apps.get_model(app, name).objects.using(using).all().delete()


class Migration(migrations.Migration):
    dependencies = [("villages", "0017_records_of_a_sealed_row")]

    operations = [
        migrations.AddField(
            model_name="openlogin",
            name="seal",
            field=models.CharField(default="", editable=False, max_length=64),
        ),
        migrations.RunPython(end_all, migrations.RunPython.noop),
    ]
