"""Keys under which residents are looked up hold characters in place of the radicals that
look like them: ⻢建⺠, as it was copied out of a PDF, is found by 马建民.
"""

from django.db import migrations

from villages.naming import name_keys_of

BATCH = 500
RADICAL_OR_STROKE = "[\u2e80-\u2ef3\u31c0-\u31e3]"


def write_keys_anew(apps, schema_editor):
    using = schema_editor.connection.alias
    residents = apps.get_model("villages", "Resident").objects.using(using)
    with_radical = residents.filter(name__regex=RADICAL_OR_STROKE).order_by("pk")
    with_radical = with_radical.select_related("household__group")
    keys = apps.get_model("villages", "ResidentKey").objects.using(using)

    for resident in with_radical.iterator(BATCH):
        had_keys, _of_kinds = keys.filter(resident=resident).delete()
        if not had_keys:
            continue  # off the roll
        village = resident.household.group.village_id
        wanted = name_keys_of(resident.name, resident.phone or "")
        keys.bulk_create(
            keys.model(village_id=village, resident=resident, key=key) for key in wanted
        )


class Migration(migrations.Migration):
    dependencies = [("villages", "0021_telephone_of_a_town")]

    operations = [migrations.RunPython(write_keys_anew, migrations.RunPython.noop)]
