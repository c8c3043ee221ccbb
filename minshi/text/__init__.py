"""Text that people write: `folding` brings it into the one form for storing and asking,
`finding` tells where a person's name or number stands in it.
"""

from minshi.text.finding import HAN_DIGITS, PLACEHOLDER, Letters, PersonalValue, blanked
from minshi.text.folding import (
    HAN,
    clean_line,
    clean_text,
    folded,
    is_blank,
    visible,
)

__all__ = [
    "HAN",
    "HAN_DIGITS",
    "PLACEHOLDER",
    "Letters",
    "PersonalValue",
    "blanked",
    "clean_line",
    "clean_text",
    "folded",
    "is_blank",
    "visible",
]
