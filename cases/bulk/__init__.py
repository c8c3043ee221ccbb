"""adopt: matters of an old ledger become cases in bulk; the one other writer beside
make_move (architecture).
"""

from cases.bulk.matter import Matter
from cases.bulk.writing import adopt

__all__ = ["Matter", "adopt"]
