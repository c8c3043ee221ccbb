"""Posts get their record in the audit log as they are now."""

from itertools import islice

from django.db import migrations
from django.utils import timezone

BATCH = 500


def record_posts(apps, schema_editor):
    from villages.finals import subjects_of_all
    from villages.posts import POST

    using = schema_editor.connection.alias
    model = apps.get_model("villages", "AuditRecord")
    records = model.objects.using(using)
    # made to run again, it would seal what SQL has put in since
    if records.filter(kind="sealed", subject__startswith=f"{POST.name}:").exists():
        return

    at = timezone.now()
    subjects = subjects_of_all(POST, at=at, using=using)
    while some := list(islice(subjects, BATCH)):
        rows = [model(kind="sealed", subject=subject, at=at) for subject in some]
        records.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0018_whom_a_step_found"),
        ("villages", "0016_audit_of_what_is_final"),
    ]

    operations = [migrations.RunPython(record_posts, migrations.RunPython.noop)]
