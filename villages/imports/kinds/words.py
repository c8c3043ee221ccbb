"""Words that rows of lists hold, as offices write them."""

import re
from typing import Any

from django.utils.translation import gettext as _

from villages.imports.cells import (
    Stored,
    Unclear,
    as_choice,
    as_name,
    as_number,
    text_of,
)
from villages.models.grid import Sex

HEAD = frozenset(["户主", "本人", "户主本人", "本人或户主", "户主（本人）"])
RELATIONS = frozenset(
    [
        "配偶",
        "妻",
        "妻子",
        "丈夫",
        "夫",
        "爱人",
        "子",
        "女",
        "儿子",
        "女儿",
        "长子",
        "次子",
        "二子",
        "三子",
        "四子",
        "五子",
        "长女",
        "次女",
        "二女",
        "三女",
        "四女",
        "五女",
        "独生子",
        "独生女",
        "养子",
        "养女",
        "继子",
        "继女",
        "儿媳",
        "长媳",
        "次媳",
        "女婿",
        "父",
        "母",
        "父亲",
        "母亲",
        "公公",
        "婆婆",
        "岳父",
        "岳母",
        "祖父",
        "祖母",
        "爷爷",
        "奶奶",
        "外祖父",
        "外祖母",
        "孙子",
        "孙女",
        "孙",
        "长孙",
        "次孙",
        "外孙",
        "外孙子",
        "外孙女",
        "孙媳",
        "曾孙",
        "曾孙子",
        "曾孙女",
        "重孙",
        "兄",
        "弟",
        "姐",
        "妹",
        "哥哥",
        "弟弟",
        "姐姐",
        "妹妹",
        "兄弟",
        "姐妹",
        "嫂",
        "嫂子",
        "弟媳",
        "姐夫",
        "妹夫",
        "侄",
        "侄子",
        "侄女",
        "外甥",
        "外甥女",
        "叔",
        "伯",
        "叔父",
        "伯父",
        "姑",
        "姨",
        "舅",
        "其他",
        "其他亲属",
        "非亲属",
        "家庭成员",
    ]
)
SEXES = {
    "男": Sex.MALE,
    "男性": Sex.MALE,
    "1": Sex.MALE,
    "M": Sex.MALE,
    "女": Sex.FEMALE,
    "女性": Sex.FEMALE,
    "2": Sex.FEMALE,
    "F": Sex.FEMALE,
}
YES = frozenset(("是", "有", "对", "√", "✓", "✔", "1", "y", "Y", "yes"))
NO = frozenset(["否", "无", "不是", "×", "0", "n", "N", "no"])


def as_sex(cell: Stored) -> str | None:
    sex: str | None = as_choice(cell, SEXES, "男、女")
    return sex


def as_yes(cell: Stored) -> bool | None:
    """Return 是 or 否; None for an empty cell. Unclear: another word."""
    words: dict[str, Any] = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    answer: bool | None = as_choice(cell, words, "是、否")
    return answer


def as_relation(cell: Stored) -> str:
    """Return how somebody is related to the head of the household, as it is written."""
    return as_name(cell)


def as_small_number(cell: Stored) -> int | None:
    """Return the number of a group or a door. Unclear: none that the grid can hold."""
    number = as_number(cell)
    if number is not None and not 1 <= number <= LARGEST_NUMBER:
        words = _("From 1 to %(most)s; no number of a register of households.")
        raise Unclear(words % {"most": LARGEST_NUMBER})
    return number


class GroupNumber(int):
    """The number of a group, with the village before it in the cell: 白关村1组."""

    village_name: str = ""


def as_group(cell: Stored) -> int | None:
    """Return the number of a group, also behind the name of its village. Unclear: as
    `as_small_number`.
    """
    text = text_of(cell)
    for found in END_OF_VILLAGE.finditer(text):
        try:
            number = as_small_number(text[found.end() :])
        except Unclear:
            continue
        if number is not None and found.start():
            group = GroupNumber(number)
            group.village_name = text[: found.end()]
            return group
    return as_small_number(cell)


END_OF_VILLAGE = re.compile("社区|委员会|村委会|居委会|村(?!委会|民小组)")
LARGEST_NUMBER = 32_767
