"""The audit log can be added to and read, nothing else."""

from django.db import migrations

from minshi.history import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("villages", "0001_initial")]  # noqa: RUF012 - Django's own form

    operations = [AppendOnly("villages_auditrecord")]  # noqa: RUF012
