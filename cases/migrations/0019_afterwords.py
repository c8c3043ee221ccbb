"""What speakers say after closing. No case has any yet, and each is sealed so: a row
that SQL puts in fits no seal.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

BATCH = 500
NEW = "afterwords"


def seal_without_afterwords(apps, schema_editor):
    """Go through the cases in the order of keys, in batches."""
    from cases.workflow.sealed_rows import state_of_rows

    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")
    StateAtUpdate = apps.get_model("cases", "StateAtUpdate")
    sealed = StateAtUpdate.objects.using(using)

    last = 0
    while keys := list(cases.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        known = sealed.in_bulk(keys)
        rows = []
        for key in without_seal(apps, using, keys):
            row = known.get(key) or StateAtUpdate(case_id=key, state={})
            row.state = {**row.state, **state_of_rows(key, {NEW: []})}
            rows.append(row)

        sealed.bulk_create(
            rows,
            update_conflicts=True,
            update_fields=["state"],
            unique_fields=["case"],
        )
        last = keys[-1]


def without_seal(apps, using, keys):
    """Return the cases whose last event does not seal what was said after closing."""
    events = apps.get_model("cases", "Event").objects.using(using)
    last = events.filter(case__in=keys, sequence=F("case__event_count"))
    sealed = {case for case, state in last.values_list("case", "state") if NEW in state}
    return [key for key in keys if key not in sealed]


class Migration(migrations.Migration):
    dependencies = [
        ("villages", "0008_bodies_of_the_law"),
        ("cases", "0018_fold_amounts_and_places"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deadlinerule",
            name="rule",
            field=models.CharField(
                choices=[
                    ("speak", "Hearing: take it up"),
                    ("deliberate", "Deliberation: decide"),
                    ("on_spot", "Handling: on the spot"),
                    ("led", "Handling: led by one cadre"),
                    ("joint", "Handling: joint"),
                    ("meeting", "Handling: by the committee's meeting"),
                    ("supervise", "Check: check the result"),
                    ("reply", "Rating: reply to the speaker"),
                    ("rate", "Rating: ask for the rating (only reminds)"),
                    ("redo_minimum", "what was not done well: at least"),
                    ("extension", "more time, at most (0: none)"),
                    ("order", "answer a supervision order"),
                    ("afterword", "answer a word after closing"),
                ],
                max_length=12,
                verbose_name="deadline",
            ),
        ),
        migrations.CreateModel(
            name="Afterword",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("said_at", models.DateTimeField(verbose_name="said")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("yellow_at", models.DateTimeField(verbose_name="due soon from")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reopened", "opened again"),
                            ("answered", "answered"),
                            ("noted", "taken note of"),
                        ],
                        max_length=8,
                        verbose_name="how it ended",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="what was told")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="villages.post",
                        verbose_name="answered by",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="afterwords",
                        to="cases.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="villages.post",
                        verbose_name="with",
                    ),
                ),
            ],
            options={
                "verbose_name": "word after closing",
                "verbose_name_plural": "words after closing",
                "ordering": ("pk",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at", None)),
                        fields=["due_at"],
                        name="afterword_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("case",),
                        name="afterword_one_open_a_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("end", "")),
                            models.Q(
                                ("answered_at__isnull", False),
                                models.Q(("end", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="afterword_answered_in_a_way",
                    ),
                ],
            },
        ),
        migrations.RunPython(seal_without_afterwords, migrations.RunPython.noop),
    ]
