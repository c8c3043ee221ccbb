"""Whom a matter was with when it was chased: of the steps taken so far as its events
tell it, else whom it is with now.
"""

import django.db.models.deletion
from django.db import migrations, models

BATCH = 500


def find_the_holders(apps, schema_editor):
    """Fill the holder of each step.

    1. Of an order that went out: its addressee, but for its circulation.
    2. Else the owner that the last event up to the step names, of a step by hand its
       own event.
    3. Else the present owner of the case.
    """
    alias = schema_editor.connection.alias
    chases = apps.get_model("supervision", "Chase").objects.using(alias)
    events = apps.get_model("cases", "Event").objects.using(alias)
    posts = set(ids_of(apps, "Post", alias))
    offices = set(ids_of(apps, "Office", alias))

    rows = chases.select_related("order", "case").order_by("pk")
    changed = []
    for chase in rows.iterator(chunk_size=BATCH):
        order = chase.order
        if order and order.sent_at and chase.step != "circulate":
            chase.to_post_id = order.to_post_id
            chase.to_office_id = order.to_office_id
        else:
            kind, pk = owner_at(chase, events)
            if kind == "post" and pk in posts:
                chase.to_post_id = pk
            elif kind == "office" and pk in offices:
                chase.to_office_id = pk
            else:
                chase.to_post_id = chase.case.owner_post_id
                chase.to_office_id = chase.case.owner_office_id

        changed.append(chase)
        if len(changed) == BATCH:
            chases.bulk_update(changed, ["to_post", "to_office"])
            changed = []
    chases.bulk_update(changed, ["to_post", "to_office"])


def ids_of(apps, model, alias):
    rows = apps.get_model("villages", model).objects.using(alias)
    return rows.values_list("pk", flat=True)


def owner_at(chase, events):
    """Return the kind and key of the owner that the last event names, by the moment of
    the step.
    """
    naming = events.filter(case=chase.case_id, data__has_key="owner")
    if chase.event_id:
        naming = naming.filter(pk=chase.event_id)
    else:
        naming = naming.filter(at__lte=chase.at)

    data = naming.order_by("-sequence").values_list("data", flat=True).first()
    owner = (data or {}).get("owner") or ":"
    kind, pk = owner.split(":")
    return kind, int(pk) if pk.isdecimal() else None


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0017_seal_what_is_final"),
        ("villages", "0015_inhabitants_of_a_village"),
    ]

    operations = [
        migrations.AddField(
            model_name="chase",
            name="to_post",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.post",
                verbose_name="to the post",
            ),
        ),
        migrations.AddField(
            model_name="chase",
            name="to_office",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="villages.office",
                verbose_name="to the office",
            ),
        ),
        migrations.RunPython(find_the_holders, migrations.RunPython.noop),
    ]
