"""Words of old ledgers, as offices write them."""

from typing import Any

from cases.models.choices import (
    Category,
    Channel,
    Confidentiality,
    Grade,
    Handling,
    Satisfaction,
    Solved,
)
from minshi.text import clean_text
from villages.imports.cells import Stored, as_choice, as_text

CATEGORIES: dict[str, Any] = {
    "村里事": Category.VILLAGE,
    "村里的事": Category.VILLAGE,
    "邻里事": Category.NEIGHBOUR,
    "邻里的事": Category.NEIGHBOUR,
    "家里事": Category.FAMILY,
    "家里的事": Category.FAMILY,
}
GRADES: dict[str, Any] = {
    "小事": Grade.MINOR,
    "一般": Grade.MINOR,
    "复杂": Grade.COMPLEX,
    "复杂事": Grade.COMPLEX,
    "大事": Grade.MAJOR,
    "重大": Grade.MAJOR,
}
CHANNELS: dict[str, Any] = {
    "说事室": Channel.TALK_ROOM,
    "群众说事室": Channel.TALK_ROOM,
    "上门": Channel.HOME_VISIT,
    "上门听事": Channel.HOME_VISIT,
    "入户": Channel.HOME_VISIT,
    "说事日": Channel.TALK_DAY,
    "电话": Channel.PHONE,
    "微信": Channel.WECHAT_GROUP,
    "微信群": Channel.WECHAT_GROUP,
    "二维码": Channel.QR_CODE,
    "小程序": Channel.MINI_PROGRAM,
    "转来": Channel.TRANSFERRED,
    "上级转来": Channel.TRANSFERRED,
    "线下": Channel.TALK_ROOM,
    "来访": Channel.TALK_ROOM,
    "群众来访": Channel.TALK_ROOM,
    "来电": Channel.PHONE,
    "走访": Channel.HOME_VISIT,
}
WAYS: dict[str, Any] = {
    "直办": Handling.ON_SPOT,
    "现场直办": Handling.ON_SPOT,
    "当场办": Handling.ON_SPOT,
    "当场办结": Handling.ON_SPOT,
    "现场办结": Handling.ON_SPOT,
    "领办": Handling.LED,
    "干部领办": Handling.LED,
    "联办": Handling.JOINT,
    "村镇联办": Handling.JOINT,
    "上会": Handling.MEETING,
    "上会研究": Handling.MEETING,
}
CONFIDENTIALITY: dict[str, Any] = {
    **dict.fromkeys(("普通", "公开", "不保密", "否", "无"), Confidentiality.NORMAL),
    **dict.fromkeys(("隐名", "匿名", "要求隐名"), Confidentiality.HIDDEN),
    **dict.fromkeys(("保密", "要求保密"), Confidentiality.SECRET),
}
ANSWERS: dict[str, Any] = {
    "满意": Satisfaction.SATISFIED,
    "基本满意": Satisfaction.MOSTLY,
    "不满意": Satisfaction.DISSATISFIED,
}
SOLVED: dict[str, Any] = {
    "解决": Solved.YES,
    "已解决": Solved.YES,
    "是": Solved.YES,
    "部分解决": Solved.PARTLY,
    "未解决": Solved.NO,
    "没解决": Solved.NO,
    "否": Solved.NO,
}
STANDINGS: dict[str, Any] = {
    **dict.fromkeys(("已办结", "办结", "已销号", "销号", "已完成", "完成", "是"), True),
    **dict.fromkeys(
        ("未办结", "办理中", "正在办理", "未完成", "待办", "在办", "未销号", "否"),
        False,
    ),
}


def as_words(cell: Stored) -> str:
    """Return what somebody said or wrote, with the signs in which it was written."""
    return clean_text(cell) if isinstance(cell, str) else as_text(cell)


def as_category_or_topic(cell: Stored) -> Any:
    """Return a category, or the words themselves: towns call their topics so too."""
    words = as_text(cell)
    return CATEGORIES.get(words, words)


def as_grade(cell: Stored) -> Any:
    return as_choice(cell, GRADES, "小事、复杂、大事")


def as_channel(cell: Stored) -> Any:
    return as_choice(cell, CHANNELS, "说事室、上门、说事日、电话、微信群、二维码")


def as_handling(cell: Stored) -> Any:
    return as_choice(cell, WAYS, "直办、领办、联办、上会")


def as_confidentiality(cell: Stored) -> Any:
    """Return how confidential a matter is; 是 says neither how much nor to whom."""
    return as_choice(cell, CONFIDENTIALITY, "普通、隐名")


def as_satisfaction(cell: Stored) -> Any:
    return as_choice(cell, ANSWERS, "满意、基本满意、不满意")


def as_solved(cell: Stored) -> Any:
    return as_choice(cell, SOLVED, "解决、部分解决、未解决")


def as_standing(cell: Stored) -> Any:
    """Return whether a matter is closed; None for an empty cell."""
    return as_choice(cell, STANDINGS, "已办结、办理中")
