"""Bulk import of an old ledger's matters as cases: the one writer beside make_move
(architecture).
"""

from cases.bulk.matter import Matter
from cases.bulk.writing import adopt

__all__ = ["Matter", "adopt"]
