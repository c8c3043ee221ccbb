"""Co-speakers are people like the speaker: linked with a resident, found by their phone."""

import django.db.models.deletion
from django.db import migrations, models

from minshi.crypto import blind_index

BATCH = 500


def hash_phones(apps, schema_editor):
    using = schema_editor.connection.alias
    people = apps.get_model("cases", "CoSpeaker").objects.using(using).order_by("pk")
    last = 0
    while batch := list(people.filter(pk__gt=last)[:BATCH]):
        for person in batch:
            person.phone_hash = blind_index(person.phone or "", "phone")
        people.bulk_update(batch, ["phone_hash"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_void"),
        ("villages", "0004_open_logins_and_passwords"),
    ]

    operations = [
        migrations.AddField(
            model_name="cospeaker",
            name="phone_hash",
            field=models.CharField(
                blank=True, db_index=True, editable=False, max_length=64
            ),
        ),
        migrations.AddField(
            model_name="cospeaker",
            name="resident",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.resident",
                verbose_name="resident",
            ),
        ),
        migrations.RunPython(hash_phones, migrations.RunPython.noop),
    ]
