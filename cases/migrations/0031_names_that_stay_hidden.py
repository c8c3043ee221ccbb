"""A 隐名 matter that became 保密, by itself or by taking another up, keeps its name
hidden from those who are named to read it.
"""

from django.db import migrations, models
from django.db.models import F

from cases.privacy.personal import fold_words

BATCH = 500
NEW = "hidden"


def hide_names_again(apps, schema_editor):
    """Mark the matters that were 隐名 before they were 保密, and fold their words as
    whoever may not know the name reads them.
    """
    using = schema_editor.connection.alias
    secret = apps.get_model("cases", "Case").objects.using(using)
    secret = secret.filter(confidentiality="secret")
    events = apps.get_model("cases", "Event").objects.using(using)

    before = {}
    protected = events.filter(action="protect", case__in=secret)
    for case, data in protected.order_by("sequence").values_list("case", "data"):
        before[case] = data.get("old")
    hidden = {case for case, old in before.items() if old == "hidden"}

    took_up = secret.filter(merged_cases__confidentiality="hidden")
    hidden.update(took_up.values_list("pk", flat=True))

    for case in secret.filter(pk__in=hidden):
        case.name_stays_hidden = True
        fold_words(case)
        case.save(update_fields=["name_stays_hidden", "open_words", "hidden_words"])


def seal_names(apps, schema_editor):
    """Seal of every case whether its name stays hidden, in batches in the order of
    keys.
    """
    from cases.workflow.state import state_of

    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")
    StateAtUpdate = apps.get_model("cases", "StateAtUpdate")
    sealed = StateAtUpdate.objects.using(using)

    last = 0
    while batch := list(
        cases.filter(pk__gt=last).only("pk", "name_stays_hidden")[:BATCH]
    ):
        keys = [case.pk for case in batch]
        known = sealed.in_bulk(keys)
        unsealed = without_seal(apps, using, keys)
        rows = []
        for case in batch:
            if case.pk not in unsealed:
                continue
            row = known.get(case.pk) or StateAtUpdate(case_id=case.pk, state={})
            row.state = {**row.state, **state_of(case, (NEW,))}
            rows.append(row)

        sealed.bulk_create(
            rows,
            update_conflicts=True,
            update_fields=["state"],
            unique_fields=["case"],
        )
        last = batch[-1].pk


def without_seal(apps, using, keys):
    """Return the cases whose last event does not seal whether the name stays hidden."""
    events = apps.get_model("cases", "Event").objects.using(using)
    last = events.filter(case__in=keys, sequence=F("case__event_count"))
    sealed = {case for case, state in last.values_list("case", "state") if NEW in state}
    return set(keys) - sealed


class Migration(migrations.Migration):
    dependencies = [("cases", "0030_fold_signs")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="name_stays_hidden",
            field=models.BooleanField(
                default=False, editable=False, verbose_name="the name stays hidden"
            ),
        ),
        migrations.RunPython(hide_names_again, migrations.RunPython.noop),
        migrations.RunPython(seal_names, migrations.RunPython.noop),
    ]
