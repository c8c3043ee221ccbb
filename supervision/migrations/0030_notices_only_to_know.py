"""Whether an order was the recipient's to answer stands with its notice: read from whom
the matter is with now, an old line of the inbox asked somebody else by now.
"""

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q


def mark_copies(apps, schema_editor):
    """Mark the notices of orders that went to somebody else than their recipient."""
    notices = apps.get_model("supervision", "Notice").objects
    posts = apps.get_model("villages", "Post").objects
    answering = posts.filter(
        Q(pk=OuterRef("order__to_post"))
        | Q(pk=OuterRef("case__owner_post"))
        | Q(office=OuterRef("order__to_office"))
        | Q(office=OuterRef("case__owner_office")),
        user=OuterRef("recipient"),
    )
    of_orders = notices.filter(
        kind__in=("order", "order_back"), order__isnull=False, recipient__isnull=False
    )
    copies = of_orders.filter(~Exists(answering))
    notices.filter(pk__in=copies.values("pk")).update(is_copy=True)


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0029_demand_of_a_step_in_its_event"),
        ("villages", "0023_what_writers_of_hand_overs_knew"),
    ]

    operations = [
        migrations.AddField(
            "notice",
            "is_copy",
            models.BooleanField(
                default=False,
                editable=False,
                help_text="of an order that somebody else was to answer then",
                verbose_name="only to know",
            ),
        ),
        migrations.RunPython(mark_copies, migrations.RunPython.noop, elidable=True),
    ]
