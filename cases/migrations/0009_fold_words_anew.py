"""Words are folded without a dash inside names, and of a matter in confidence without
what its page blanks now: names within a field, the door of an address.
"""

from django.db import migrations
from django.db.models import Q

from cases.privacy.personal import add_personal, fold_words, values_in

BATCH = 500
WRITTEN = ("also_personal", "open_words", "hidden_words")


def fold_words_anew(apps, schema_editor):
    """Fold the words of the cases whose form may have changed.

    These are the ones in confidence, the ones with a dash in them, and the ones in
    which somebody else spoke.
    """
    using = schema_editor.connection.alias
    has_dash = Q(open_words__contains="-") | Q(hidden_words__contains="-")
    concerned = has_dash | ~Q(confidentiality="normal") | Q(co_speakers__isnull=False)
    cases = apps.get_model("cases", "Case").objects.using(using).filter(concerned)

    numbers = sorted(set(cases.values_list("pk", flat=True)))
    for start in range(0, len(numbers), BATCH):
        fold_batch(apps, using, numbers[start : start + BATCH])


def fold_batch(apps, using, numbers):
    all_cases = apps.get_model("cases", "Case").objects.using(using)
    cases = all_cases.in_bulk(numbers)
    note_parts_of_names(apps, using, cases)

    for case in cases.values():
        fold_words(case)
    all_cases.bulk_update(cases.values(), WRITTEN)


def note_parts_of_names(apps, using, cases):
    """Note the names within a co-speaker's, and those within names that were corrected."""
    people = apps.get_model("cases", "CoSpeaker").objects.using(using)
    for person in people.filter(case__in=cases):
        add_personal(cases[person.case_id], values_in("speaker_name", person.name))

    revisions = apps.get_model("cases", "CaseRevision").objects.using(using)
    revisions = revisions.filter(
        event__case__in=cases,
        field__in=("speaker_name", "proxy_speaker", "speaker_address"),
    )
    for revision in revisions.select_related("event"):
        case = cases[revision.event.case_id]
        add_personal(case, values_in(revision.field, revision.old or ""))


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_co_speakers_like_the_speaker")]

    operations = [migrations.RunPython(fold_words_anew, migrations.RunPython.noop)]
