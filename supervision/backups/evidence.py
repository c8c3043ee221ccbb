"""The proof of a backup as one page of text, to print, sign and file."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minshi import workdays
from minshi.errors import Text
from supervision.backups.proving import Proof

TABLES: Mapping[str, Text] = {  # what people count, by its table
    "cases_case": gettext_lazy("matters"),
    "cases_event": gettext_lazy("events"),
    "cases_attachment": gettext_lazy("attachments"),
    "cases_meeting": gettext_lazy("meetings"),
    "villages_user": gettext_lazy("accounts"),
    "villages_resident": gettext_lazy("residents"),
    "villages_auditrecord": gettext_lazy("rows of the audit log"),
}


def page_of(proof: Proof, file: Path, at: datetime) -> str:
    """Return the evidence as one page of text to print and to sign."""
    made_at = datetime.fromisoformat(proof.about["made_at"])
    lines = [
        _("Proof of a backup"),
        "",
        _("Backup: %s") % file.name,
        _("Made: %s") % _moment(made_at),
        _("Restored and looked at: %s") % _moment(at),
        _("Version of the program: %s") % proof.about["version"],
        "",
    ]

    for table, name in TABLES.items():
        if table in proof.rows:
            lines.append(f"{name}：{proof.rows[table]}")
    total = sum(proof.rows.values())
    lines += [
        _("All tables: %(tables)s, rows: %(rows)s")
        % {"tables": len(proof.rows), "rows": total},
        _("Chains of events followed to their end: %s") % proof.chains,
        _("Personal values opened: %s") % proof.fields,
        _("Files restored: %(files)s, opened: %(opened)s")
        % {"files": proof.files, "opened": proof.files_opened},
    ]
    if proof.missing:
        missing = _("Files that were missing on the machine already: %s")
        lines.append(missing % proof.missing)

    lines.append("")
    if proof.is_good:
        lines.append(_("Result: everything in it can be restored."))
    else:
        lines.append(_("Result: NOT proved."))
        lines += proof.faults + proof.replaced
    lines += ["", _("Looked at by: ____________   Date: ____________")]
    return "\n".join(lines)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(workdays.SHANGHAI):%Y-%m-%d %H:%M}"
