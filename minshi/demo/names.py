"""Invented people: names as they are heard in 陇南, and phones from a block nobody
seems to hold.
"""

from random import Random

from villages.models.grid import Sex

SURNAMES = (
    "王王王李李李张张张刘刘赵赵杨杨马马陈苟苟石何何"
    "魏独罗罗高郭孙冯韩董袁蒲包单仇解曾雷任"
)
GIVEN = {
    (Sex.MALE, "old"): (
        "建国",
        "建军",
        "有才",
        "满仓",
        "富贵",
        "福贵",
        "长生",
        "满囤",
        "双喜",
        "进财",
        "保田",
        "国栋",
        "忠义",
        "德才",
        "润生",
        "银生",
        "海生",
        "志明",
        "宝祥",
        "守信",
    ),
    (Sex.MALE, "young"): (
        "强",
        "军",
        "鹏",
        "伟",
        "小龙",
        "海涛",
        "永平",
        "文斌",
        "志强",
        "晓东",
        "亮亮",
        "建平",
        "佳豪",
        "子轩",
        "浩然",
        "宇航",
        "旭东",
        "小军",
        "凯",
        "杰",
    ),
    (Sex.FEMALE, "old"): (
        "桂兰",
        "秀英",
        "玉梅",
        "淑芬",
        "菊香",
        "彩霞",
        "改改",
        "翠花",
        "引弟",
        "月娥",
        "桃花",
        "金莲",
        "秀兰",
        "凤英",
        "巧云",
        "银花",
        "玉莲",
        "芳兰",
        "喜梅",
        "麦叶",
    ),
    (Sex.FEMALE, "young"): (
        "丽",
        "敏",
        "娟",
        "芳芳",
        "霞",
        "小红",
        "雪梅",
        "婷婷",
        "晓燕",
        "文静",
        "梦瑶",
        "佳怡",
        "欣怡",
        "莉莉",
        "艳红",
        "小芳",
        "静",
        "慧",
        "玲玲",
        "海燕",
    ),
}
YOUNG_SINCE = 1975
PHONE_BLOCK = "1620000"  # valid in form, followed by four digits
PHONES = 10_000


class Names:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._tails = rng.sample(range(PHONES), PHONES)

    def person(self, sex: Sex, birth_year: int, surname: str = "") -> str:
        age = "young" if birth_year >= YOUNG_SINCE else "old"
        given_names = GIVEN[sex, age]

        surname = surname or self.rng.choice(SURNAMES)
        return surname + self.rng.choice(given_names)

    def phone(self) -> str:
        """Return a number not given before. IndexError: the block is used up."""
        return f"{PHONE_BLOCK}{self._tails.pop():04d}"
