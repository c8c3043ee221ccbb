"""Keys under which residents are looked up are folded as questions are: names with any
middle dot, and surnames that were read as the common word.
"""

from django.db import migrations

from villages.naming import name_keys_of

BATCH = 500


def write_keys_anew(apps, schema_editor):
    using = schema_editor.connection.alias
    residents = apps.get_model("villages", "Resident").objects.using(using)
    residents = residents.order_by("pk").select_related("household__group")
    keys = apps.get_model("villages", "ResidentKey").objects.using(using)

    last = 0
    while batch := list(residents.filter(pk__gt=last)[:BATCH]):
        stored = {resident.pk: set() for resident in batch}
        for pk, key in keys.filter(resident__in=stored).values_list("resident", "key"):
            stored[pk].add(key)

        for resident in batch:
            wanted = name_keys_of(resident.name, resident.phone or "")
            if stored[resident.pk] != wanted:
                _write(keys, resident, wanted)
        last = batch[-1].pk


def _write(keys, resident, wanted):
    keys.filter(resident=resident).delete()
    village = resident.household.group.village_id
    keys.bulk_create(
        keys.model(village_id=village, resident=resident, key=key) for key in wanted
    )


class Migration(migrations.Migration):
    dependencies = [("villages", "0004_open_logins_and_passwords")]

    operations = [migrations.RunPython(write_keys_anew, migrations.RunPython.noop)]
