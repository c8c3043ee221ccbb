"""Words are searched as they are folded, and of a 隐名 matter as its reader sees them."""

from django.db import migrations, models

import minshi.crypto
from cases.privacy.personal import PERSONAL_FIELDS, add_personal, fold_words

BATCH = 500
INDEXES = """
DROP INDEX case_speaker;
DROP INDEX case_words;
CREATE INDEX case_words ON cases_case USING gin (minshi_bigrams(open_words));
CREATE INDEX case_speaker ON cases_case USING gin (minshi_bigrams(hidden_words));
"""
INDEXES_BEFORE = """
DROP INDEX case_speaker;
DROP INDEX case_words;
CREATE INDEX case_words ON cases_case USING gin (minshi_bigrams(title || ' ' || verbatim || ' ' || request_text));
CREATE INDEX case_speaker ON cases_case USING gin (minshi_bigrams(speaker_name));
"""
WRITTEN = ("also_personal", "open_words", "hidden_words")


def fold_words_of_all(apps, schema_editor):
    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")
    last = 0
    while batch := list(cases.filter(pk__gt=last)[:BATCH]):
        by_key = {case.pk: case for case in batch}
        note_who_else_spoke(apps, using, by_key)
        for case in batch:
            fold_words(case)
        cases.bulk_update(batch, WRITTEN)
        last = batch[-1].pk


def note_who_else_spoke(apps, using, cases):
    """Note co-speakers, and what personal fields held before corrections."""
    people = apps.get_model("cases", "CoSpeaker").objects.using(using)
    for person in people.filter(case__in=cases):
        add_personal(cases[person.case_id], [person.name, person.phone])

    revisions = apps.get_model("cases", "CaseRevision").objects.using(using)
    revisions = revisions.filter(event__case__in=cases, field__in=PERSONAL_FIELDS)
    for revision in revisions.select_related("event"):
        add_personal(cases[revision.event.case_id], [revision.old])


def index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(INDEXES, params=None)


def index_as_before(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(INDEXES_BEFORE, params=None)


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_search")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="also_personal",
            field=minshi.crypto.EncryptedTextField(
                blank=True, default="", editable=False
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="hidden_words",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="case",
            name="open_words",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.RunPython(fold_words_of_all, migrations.RunPython.noop),
        migrations.RunPython(index, index_as_before),
    ]
