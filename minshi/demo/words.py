"""The words that the cadres of the demo write down."""

from collections.abc import Sequence
from datetime import date

from cases.models.choices import Category, Handling
from cases.workflow import holder_name
from villages.models import Office, Post

ABOUT_A_CADRE = "干部作风"
ROUTE_OF_A_CADRE = "白关镇纪委"
ROUTE_OF_A_QUARREL = "礼县人民法院；法律援助：司法所"
REPORTED_TO = "派出所、民政办和县妇联"
HAPPENED = "孩子身上有伤，老师发现后问出是家里人打的。人已接到村委会，有妇女主任陪着。"
RECEIPT = "电话记录已存，对方当日到场"
TAKEN_BACK = "我们自己商量好了，不用办了。"
MORE_TIME = "连着下雨，材料进不来，请宽限几天。"
HURRY = "已经逾期，请三天内办结并答复群众。"
NOT_YET = "现场看还没收尾，请办完再报。"
STILL_BAD = "没过几天又不行了。"
BAD_AGAIN = "又办了一次，还是老样子。"
ONCE_MORE = "返工重办："
DANGER = "地灾防汛"
WHY_UP_AT_ONCE = "屋后裂缝还在加宽，雨天随时可能滑坡，请镇里今天就研究处置。"
PROGRESS_IN_DANGER = "专家已到场勘查，排水沟挖通，挡墙正在施工，两户仍在安置点。"
ONE_MORE_WORD = "办好了，谢谢。就是想问一声：以后再坏了，还找你们说吗？"
NOBODY_ANSWERED = "打了两遍，没人接。"
PART_DONE = "我们这部分已经办完。"
MADE_SAFE = "受威胁的两户 7 人已转移到村委会安置，裂缝处拉了警戒线，雨天有专人巡查。"
WHY_ORDERED = "逾期多日"
DEMANDED = "请三个工作日内书面回复办理情况和完成时间，办结后报镇督办员核查。"
ORDER_ANSWERED = "已调整人手，今天办完报核查；今后办不完的，到期前先说明原因。"
ORDER_FOUND_GOOD = "到现场看过，与回复一致。"
AGREED_AMONG_US = "会上商定：由镇里先把明年项目的批复要来，再向群众当面说明。"
REDO = "两次评价都不满意，现场看确有没做到位的地方，责令重办。"
EXPLAINED = "已和支书一起上门说明：能办的已办完，余下的走哪些途径也当面讲清。"
PROGRESS = {
    Category.VILLAGE: "已到现场看过，人和料都安排好了。",
    Category.NEIGHBOUR: "两家都上门谈过，约好一起到现场。",
    Category.FAMILY: "已入户了解情况，正在办手续。",
}
WHY_UP = {
    Handling.JOINT: "村里没有设备和资金，需要站所一起办。",
    Handling.MEETING: "涉及资金和项目，村里定不了，请镇党委研究。",
}
TAKEN_UP = "镇里受理，一并交办：先把路便道打通，再报修复方案。"
TOO_MUCH = "冲断的一段要砌护坡，跨两个村，一个站所定不了钱和人，请提请镇党委会研究。"
JOINS = "路的下半段在这个村，一起出工。"
NOT_OURS = "路基不归水管站管，站里也没有机械。"
YOURS_TOO = "排水渠是这段路的一部分，由你站负责，机械由农业农村中心调配。"
ROAD_MENDED = "两村联合出工，三个站所配合，5 天修通"
WHY_UP_IN_CONFIDENCE = "涉及个人隐私和安全，村里不宜经手，请镇里牵头。"
DECISIONS = {
    Handling.LED: "村里商定：由%(lead)s领办，7个工作日内办结并答复群众。",
    Handling.JOINT: "会议商定：由%(lead)s牵头，%(others)s配合，15个工作日内办结。",
    Handling.MEETING: (
        "镇党委会研究：由%(lead)s牵头，%(others)s配合，%(limit)s办结，进展每半月报一次。"
    ),
}
STATIONS = {  # who acts together on a topic; the first one leads where the town decides
    "基础设施": ("农业农村中心", "自然资源所"),
    "水利": ("水管站",),
    "饮水": ("水管站",),
    "撂荒地": ("农业农村中心", "自然资源所"),
    "集体经济": ("农业农村中心", "综治办"),
    "产业发展": ("农业农村中心",),
    "通行": ("司法所", "自然资源所"),
    "放牧": ("综治办", "派出所"),
    "排水": ("派出所", "司法所"),
    "未成年人": ("派出所", "妇联"),
    "住房安全": ("民政办", "自然资源所"),
    "地灾防汛": ("自然资源所", "水管站"),
    "就业务工": ("人社中心", "司法所"),
}
ANY_STATION = ("综治办",)


def stations_for(topic: str) -> Sequence[str]:
    return STATIONS.get(topic, ANY_STATION)


def decision(
    handling: str,
    lead: Post | Office,
    others: Sequence[Post | Office],
    due_on: date | None = None,
) -> str:
    """Say who leads and helps, and until when: `due_on`, else the rule's time."""
    limit = "60日内"
    if due_on:
        limit = f"{due_on.month}月{due_on.day}日前"

    names = {
        "lead": holder_name(lead),
        "others": "、".join(holder_name(item) for item in others),
        "limit": limit,
    }
    return DECISIONS[Handling(handling)] % names


def reply(title: str, result: str) -> str:
    return f"您说的“{title}”这件事有结果了：{result.rstrip('。')}。"
