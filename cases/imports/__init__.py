"""Lists of matters: the old 总台账 of a town, taken over by `cases.bulk`."""

from cases.imports.old_ledger import OldLedger

__all__ = ["OldLedger"]
