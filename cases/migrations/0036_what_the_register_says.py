"""What the register says of whoever spoke in confidence is noted with the matter, and
with their telephones and doors in any form taken out of the words that all may search.
"""

from django.db import migrations
from django.db.models import F, Q

import minshi.crypto
from cases.privacy.personal import add_of_register, fold_words

BATCH = 500
NEW = "registered"
WRITTEN = ("of_register", "open_words", "hidden_words")


def note_what_the_register_says(apps, schema_editor):
    """Note it in the matters in confidence, and fold their words anew, in batches in the
    order of keys.
    """
    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")
    in_confidence = cases.exclude(confidentiality="normal")

    last = 0
    while batch := list(in_confidence.filter(pk__gt=last)[:BATCH]):
        for case in batch:
            add_of_register(case, neighbours_of(apps, using, case))
            fold_words(case)
        cases.bulk_update(batch, WRITTEN)
        last = batch[-1].pk


def neighbours_of(apps, using, case):
    """Return the residents who spoke in a matter, with their households."""
    if not case.resident_id and not case.also_personal:
        return []
    people = apps.get_model("cases", "CoSpeaker").objects.using(using)
    others = people.filter(case=case.pk, resident__isnull=False).values("resident")
    residents = apps.get_model("villages", "Resident").objects.using(using)
    spoke = residents.filter(Q(pk=case.resident_id) | Q(pk__in=others))
    return spoke.select_related("household__group").order_by("pk")


def seal_what_the_register_says(apps, schema_editor):
    """Seal of every case what is noted, in batches in the order of keys."""
    from cases.workflow.state import state_of

    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")
    StateAtUpdate = apps.get_model("cases", "StateAtUpdate")
    sealed = StateAtUpdate.objects.using(using)

    last = 0
    while batch := list(cases.filter(pk__gt=last).only("pk", "of_register")[:BATCH]):
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
    """Return the cases whose last event does not seal what the register says."""
    events = apps.get_model("cases", "Event").objects.using(using)
    last = events.filter(case__in=keys, sequence=F("case__event_count"))
    sealed = {case for case, state in last.values_list("case", "state") if NEW in state}
    return set(keys) - sealed


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0035_split_words_in_one_pass"),
        ("villages", "0016_audit_of_what_is_final"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="of_register",
            field=minshi.crypto.EncryptedTextField(
                blank=True, default="", editable=False
            ),
        ),
        migrations.RunPython(note_what_the_register_says, migrations.RunPython.noop),
        migrations.RunPython(seal_what_the_register_says, migrations.RunPython.noop),
    ]
