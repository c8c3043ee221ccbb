"""The post that worded what an order demands: so far whoever signed it, else whoever
wrote it.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


def name_the_writers(apps, schema_editor):
    orders = apps.get_model("supervision", "SupervisionOrder").objects
    orders = orders.using(schema_editor.connection.alias)
    orders.filter(signed_at=None).update(demanded_by=F("raised_by"))
    orders.exclude(signed_at=None).update(demanded_by=F("signed_by"))


class Migration(migrations.Migration):
    dependencies = [
        ("villages", "0008_bodies_of_the_law"),
        ("supervision", "0007_notices_of_afterwords"),
    ]

    operations = [
        migrations.AddField(
            model_name="supervisionorder",
            name="demanded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.post",
                verbose_name="written by",
            ),
        ),
        migrations.RunPython(name_the_writers, migrations.RunPython.noop),
    ]
