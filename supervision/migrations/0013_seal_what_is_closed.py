"""What was closed, entered in red or signed before gets its record in the audit log; and
of a signed report nothing changes any more.
"""

from itertools import groupby

from django.db import migrations

from minshi.history import Frozen, FrozenRows
from minshi.locks import is_there

REPORT = Frozen(
    "supervision_monthlyreport",
    "{row}.signed_at IS NOT NULL",
    ("UPDATE", "DELETE"),
)
ROWS_OF_REPORT = Frozen(
    "supervision_monthlyreportrow",
    "EXISTS (SELECT 1 FROM supervision_monthlyreport AS report"
    " WHERE report.id = {row}.report_id AND report.signed_at IS NOT NULL)",
)


def record_what_is_closed(apps, schema_editor):
    from cases.ledgers.freezing import seal_with_key
    from cases.ledgers.red_entries import seal_of_entries
    from supervision.reports.signing import seal_of_report

    using = schema_editor.connection.alias
    if _ran_before(apps, using):
        return
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    ledgers = apps.get_model("cases", "FrozenLedger").objects.using(using)
    entries = apps.get_model("cases", "RedEntry").objects.using(using)
    reports = apps.get_model("supervision", "MonthlyReport").objects.using(using)

    def record(kind, title, seal, at, by):
        subject = f"{title[:130]} {seal}"
        records.create(kind=kind, subject=subject, at=at, user_id=by.user_id)

    for frozen in ledgers.select_related("frozen_by", "town", "village").order_by("pk"):
        seal = seal_with_key(frozen, frozen.frozen_rows.order_by("position"))
        record("closed", _title(frozen), seal, frozen.frozen_at, frozen.frozen_by)

    in_order = entries.select_related("by", "book__town", "book__village")
    in_order = in_order.order_by("book", "at", "by", "pk")
    for _when, found in groupby(in_order, key=lambda e: (e.book_id, e.at, e.by_id)):
        together = list(found)
        first = together[0]
        seal = seal_of_entries(together)
        record("in_red", _title(first.book), seal, first.at, first.by)

    signed = reports.exclude(signed_at=None).select_related("town", "signed_by")
    for report in signed.order_by("pk"):
        title = f"{report.town.name} {report.month:%Y-%m} ({report.edition})"
        seal = seal_of_report(report)
        record("signed", title, seal, report.signed_at, report.signed_by)


def _ran_before(apps, using):
    """Tell whether this is made to run again, so as to seal what SQL has put in since:
    its lock is there, or what was closed has its record already.
    """
    records = apps.get_model("villages", "AuditRecord").objects.using(using)
    kinds = ("closed", "in_red", "signed", "checked")  # the last one every night
    has_records = records.filter(kind__in=kinds).exists()
    return has_records or is_there("supervision_monthlyreport_frozen_update")


def _title(frozen):
    place = frozen.village or frozen.town
    return f"{place.name} {frozen.first_on} {frozen.last_on}"


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0012_walls"),
        ("cases", "0028_orders_of_ledgers"),
        ("villages", "0013_audit_of_what_is_closed"),
    ]

    operations = [
        migrations.RunPython(record_what_is_closed, migrations.RunPython.noop),
        FrozenRows(REPORT),
        FrozenRows(ROWS_OF_REPORT),
    ]
