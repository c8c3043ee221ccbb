"""Several ledgers in one file: each a sheet of one spreadsheet."""

from collections.abc import Sequence
from typing import IO

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.ledgers.exports import Export, nothing_fits
from minshi import tabular
from minshi.errors import MoveRefused
from minshi.handed_on import file_to_hand_on
from villages.models.audit import AuditKind


def file_of(
    exports: Sequence[Export], form: str, request: HttpRequest | None = None
) -> IO[bytes]:
    """Return ledgers as one open temporary file, at its beginning: a spreadsheet of as
    many sheets, or the one ledger in its form. Each leaves its own line in the audit
    log.

    Ledgers without a row are left out. Raises what `Export.file` and `refuse_form` do.
    """
    refuse_form(exports, form)
    if len(exports) == 1:
        return exports[0].file(form, request)

    for export in exports:
        export.refuse()
    filled = [export for export in exports if not export.is_empty()]
    if not filled:
        raise nothing_fits()

    with file_to_hand_on() as out:
        sheets = (export.sheet(export.records()) for export in filled)
        tabular.write_workbook(out, sheets)
        reason = filled[0].reason_in_log()
        for export in filled:
            export.log(AuditKind.EXPORT, form, request, reason)
    return out


def refuse_form(exports: Sequence[Export], form: str) -> None:
    """Refuse several ledgers in a form that holds but one. MoveRefused: they are."""
    if len(exports) > 1 and form != "xlsx":
        raise MoveRefused(_("Only a spreadsheet holds several ledgers."))


def name_of(exports: Sequence[Export], form: str) -> str:
    """Return the name of a file that was written: of several ledgers by the first and
    the number of those with rows.
    """
    first = exports[0]
    if len(exports) == 1:
        return first.file_name(form)

    filled = [export for export in exports if export.count]
    words = _("%(count)s ledgers") % {"count": len(filled)}
    return first.named(words, form)
