"""Columns that a kind of list may have: what each holds, and the headings by which
offices call it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from minshi.errors import Text
from minshi.text import folded
from villages.imports.cells import Stored

# 联系电话（手机）, *姓名, 姓 名：
AROUND_HEADING = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[\s*:：/、,，.。]")


@dataclass(frozen=True)
class Column:
    """A column of a list: its heading here, its headings elsewhere, and how a cell of
    it is read.
    """

    key: str
    label: Text
    read: Callable[[Stored], Any]
    names: tuple[str, ...]
    is_needed: bool = False
    # what is not understood leaves the cell out, and not the row
    may_be_left_out: bool = False
    longest: int = 40  # characters of a text
    example: str = ""
    help: Text = ""

    @property
    def known_names(self) -> tuple[str, ...]:
        """The headings by which the column is known: its own, and those of offices."""
        return (str(self.label), *self.names)


def called(names: str) -> tuple[str, ...]:
    """Return the headings of a column, written with a blank between them."""
    return tuple(names.split())


def heading_key(text: str) -> str:
    """Return a heading in the form in which headings are compared."""
    return AROUND_HEADING.sub("", folded(text))


IDENTITY_CARD = "身份证"
# Kept nowhere here, and so never read.
NUMBERS_OF_PAPERS = frozenset(
    called(
        "身份证 身份证号 身份证号码 公民身份号码 公民身份证号码 居民身份证号码 证件号"
        " 证件号码 身份证件号码 户主身份证号 户主身份证号码 银行卡号 银行账号 社保卡号"
    )
)


def is_number_of_papers(heading: str) -> bool:
    """Tell whether a heading announces numbers of identity cards or the like, which
    are not kept here.
    """
    key = heading_key(heading)
    return key in NUMBERS_OF_PAPERS or IDENTITY_CARD in key
