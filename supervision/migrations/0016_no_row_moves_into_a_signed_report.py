"""Rows of a draft cannot be moved into a signed report: its lock is made anew."""

from django.db import migrations

from minshi.history import Frozen, FrozenRows, ThawedRows

ROWS_OF_REPORT = Frozen(
    "supervision_monthlyreportrow",
    "EXISTS (SELECT 1 FROM supervision_monthlyreport AS report"
    " WHERE report.id = {row}.report_id AND report.signed_at IS NOT NULL)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0015_public_reports"),
    ]

    operations = [
        ThawedRows(ROWS_OF_REPORT),
        FrozenRows(ROWS_OF_REPORT),
    ]
