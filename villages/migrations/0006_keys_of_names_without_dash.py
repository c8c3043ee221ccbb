"""Keys under which residents are looked up hold no dash: 阿依古丽-买买提 is one name,
as with a dot.
"""

from django.db import migrations

from minshi.text.folding import DASHES
from villages.naming import name_keys_of

BATCH = 500


def write_keys_anew(apps, schema_editor):
    using = schema_editor.connection.alias
    residents = apps.get_model("villages", "Resident").objects.using(using)
    with_dash = residents.filter(name__regex=f"[{DASHES[1:]}-]").order_by("pk")
    with_dash = with_dash.select_related("household__group")
    keys = apps.get_model("villages", "ResidentKey").objects.using(using)

    for resident in with_dash.iterator(BATCH):
        keys.filter(resident=resident).delete()
        village = resident.household.group.village_id
        wanted = name_keys_of(resident.name, resident.phone or "")
        keys.bulk_create(
            keys.model(village_id=village, resident=resident, key=key) for key in wanted
        )


class Migration(migrations.Migration):
    dependencies = [("villages", "0005_keys_of_names_in_one_form")]

    operations = [migrations.RunPython(write_keys_anew, migrations.RunPython.noop)]
