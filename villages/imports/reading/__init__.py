"""Files as they come from villages, opened as sheets of rows.

`recognising` knows a file by its first bytes and refuses what cannot be read, with the
way out; `workbooks` and `delimited` read the two sorts there are; `inner` looks at what
the reader of workbooks does not tell: hidden rows, formulas without a value.
`laying_out` is where the reader of workbooks itself works: in a process of its own,
which `apart` starts.
"""

from villages.imports.reading.opening import open_file
from villages.imports.reading.sheets import Sheet

__all__ = ["Sheet", "open_file"]
