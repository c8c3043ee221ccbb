"""Rows of a sheet that are no rows of its list: sums, signatures, notes, the head once
more.
"""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from minshi.text import folded
from villages.imports.cells import Stored, is_empty, shown
from villages.imports.heads import is_head_again
from villages.imports.reading.sheets import Row

SUM = re.compile(
    r"(?:合计|小计|总计|共计|累计|本页合计|本组合计|全村合计|总户数|总人数).*"
)
SIGNED = re.compile(
    r".*(?:填表人|制表人|制表|填报人|审核人|复核人|经办人|负责人|填表日期|填报日期|填报单位|制表日期|盖章|签字|签名)"
    r"(?:\(.*\))?\s*[:：].*"
)
NOTE = re.compile(r"(?:注|备注|说明|填表说明|附注)\s*[:：\d].*")
FEW = 3  # cells: a row of signatures has no more


def why_left_out(row: Row, headings: Sequence[str]) -> str:
    """Return in words why a row is no row of the list; empty where it is one."""
    texts = [_plain(cell) for cell in row if not is_empty(cell)]
    if not texts:
        return _("an empty row")

    if any(SUM.fullmatch(text) for text in texts[:FEW]):
        return _("a sum")
    is_short = len(texts) <= FEW
    if is_short and any(SIGNED.fullmatch(text) for text in texts):
        return _("a signature")
    if is_short and NOTE.fullmatch(texts[0]):
        return _("a note")
    if is_head_again(row, headings):
        return _("the head once more")
    return ""


def _plain(cell: Stored) -> str:
    return folded(shown(cell)).replace(" ", "")
