"""Text that people write: `folding` brings it into the one form for storing and asking,
`letters` reads it character by character, `numerals` numbers that are written out,
`finding` tells where a person's name or number stands in it.
"""

from minshi.text.finding import (
    PLACEHOLDER,
    AnyPhone,
    PersonalValue,
    Value,
    blanked,
    without_spans,
)
from minshi.text.folding import (
    HAN,
    clean_line,
    clean_text,
    folded,
    half_width,
    is_blank,
    searchable,
    visible,
)
from minshi.text.letters import Letters
from minshi.text.phrases import Phrase

__all__ = [
    "HAN",
    "PLACEHOLDER",
    "AnyPhone",
    "Letters",
    "PersonalValue",
    "Phrase",
    "Value",
    "blanked",
    "clean_line",
    "clean_text",
    "folded",
    "half_width",
    "is_blank",
    "searchable",
    "visible",
    "without_spans",
]
