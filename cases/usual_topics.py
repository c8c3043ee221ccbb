"""The usual topics: those of the method's own article, for a town that has none yet."""

from datetime import datetime

from cases.final import TOPIC
from cases.models import Topic
from cases.models.reserved import ReservedMatter
from villages.finals import seal_all
from villages.models import Town

TOPICS = {  # the article's areas, and under each what villagers bring up
    "基础设施": ("交通安全", "饮水", "水利", "通行", "地灾防汛", "住房安全"),
    "产业发展": ("就业务工",),
    "集体经济": ("村务公开", "干部作风"),
    "矛盾纠纷": (
        "土地纠纷",
        "宅基地",
        "相邻关系",
        "人身损害",
        "噪声",
        "债务",
        "放牧",
        "排水",
        "赡养",
        "继承析产",
        "婚姻家庭",
    ),
    "撂荒地": (),
    "厕所改造": (),
    "环境卫生": (),
    "民生保障": (
        "社会救助",
        "医保社保",
        "留守关爱",
        "未成年人",
        "惠农补贴",
        "移风易俗",
    ),
}

# what of them the law reserves to the people of the village (组织法 28)
RESERVED_TOPICS = {"集体经济": ReservedMatter.COLLECTIVE_INCOME}

# and what of them is reported at once (未成年人保护法 11)
RED_LINE_TOPICS = ("未成年人",)


def add_usual_topics(town: Town, *, at: datetime) -> list[Topic]:
    """Give a town the usual topics that it has none of the same name for, and return
    those that are new. A second time nothing is new.
    """
    there = {topic.name: topic for topic in Topic.objects.filter(town=town)}
    areas = [
        Topic(town=town, name=name, reserved=RESERVED_TOPICS.get(name, ""))
        for name in TOPICS
        if name not in there
    ]
    for area in Topic.objects.bulk_create(areas):
        there[area.name] = area

    under = []
    for area_name, names in TOPICS.items():
        for name in names:
            if name not in there:
                topic = Topic(
                    town=town,
                    name=name,
                    parent=there[area_name],
                    is_red_line=name in RED_LINE_TOPICS,
                )
                under.append(topic)

    created = [*areas, *Topic.objects.bulk_create(under)]
    seal_all(TOPIC, [topic.pk for topic in created], at=at)
    return created
