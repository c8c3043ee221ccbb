"""The words of an office: what an official over fifty reads without stumbling, and one
word for one thing, in the whole Chinese catalogue.
"""

import re
from functools import cache

import pytest
from babel.messages.pofile import read_po

from tests.environment import ROOT

pytestmark = pytest.mark.any_database
PO = "minshi/locale/zh_Hans/LC_MESSAGES/django.po"
Key = tuple[str | None, str]

# What once stood on the screens, and what is written instead: slang, words with a
# second meaning, second names for one thing.
GIVEN_UP = {
    "校验码": "查询码",
    "进度页": "查询页",
    "扫码": "查询码",
    "超期": "逾期",
    "受理员": "审核人",
    "受理人员": "审核人",
    "账号管理员": "安全管理员",
    "上交理由": "上报理由",
    "申请批了": "申请已审批",
    "批过的": "已审批",
    "等批": "待审批",
    "待批": "待审批",
    "等着批": "待审批",
    "去批": "审批",
    r"(?<!审)批(延期|中止|协办)": "审批",
    "同意不同意": "审批意见",
    "申请了时间": "有待审批的延期、中止",
    "转办": "上级（部门）转来",
    "带班(?!领导)": "备班",  # a leader of village or town does lead the duty
    "上会只在镇里": "上会研究由镇、县使用",
    "只有镇里能选": "上会研究由镇、县使用",
    "部门联办": "联办",
    "上会解决": "上会研究",
    "已集中解决": "已办结销号",
    "旧账": "历史台账",
    "现归": "当前承办",
    "现在归": "当前承办",
    "归您": "由您",
    "上墙": "投屏",
    "墙上": "投屏",
    "不走了": "终止程序",
    "作罢": "终止",
    "走四议两公开": "启动四议两公开",
    "点名好了": "点名完毕",
    "够多少人": "法定到会人数",
    "可以定事": "可以表决",
    "定了什么": "议定事项",
    "怎么定": "议定意见",
    "班子": "组织",
    "几分之几": "到会比例",
    "分成几份": "到会比例",
    "代会人": "代为参会的人",
    "没过到": "未研究",
    "哪一家": "哪个单位",
    "各家": "各单位",
    "这一份办不了": "协办任务办不了",
    "免报": "不等他反馈了",
    "并到另一件": "并案",
    r"(?<!登)记评价": "登记评价",
    "释明": "解释到位",
    "回复得怎么样": "核查结论",
    "还不行": "不通过",
    "要说的话": "督办内容",
    "按什么天算": "计算单位",
    "不准延": "不得延期",
    "重办至少": "补办不少于",
    "现任职务": "您的岗位",
    "不归": "不在管辖范围",
    "谁能看": "保密要求",
    "红线": "强制报告",
    "紧急情况": "强制报告",
    "马上报告": "强制报告",
    "等急": "反映强烈",
    "每户一人": "户代表",
    "邀别的村": "邀请邻村协办",
    "邀村": "邀请邻村协办",
    "发了几次": "尝试次数",
    "上次打的": "上次联系",
    "没有人能办": "无可办人员",
    "结案": "销号",
    "事件水位": "通知进度",
}
# Where such a word is lawful: heads of ledgers stand to the letter, a camera scans, and
# the API tells in plain speech who reads a secret matter.
LAWFUL: dict[str, set[Key]] = {
    "转办": {("ledger", "Passed on to")},
    "谁能看": {(None, "List who may read a secret matter.")},
}
# What English calls one thing, Chinese calls by one word
ONE_WORD = {
    r"\boverdue\b": "逾期",
    r"\btracking code\b|\bcode on the receipt\b": "查询码",
    r"\breviewers?\b": "审核人",
    r"\bsupervisors?\b": "督办员",
    r"\bsecurity administrator\b|\baccount administrator\b": "安全管理员",
    r"\bsecretary\b": "支书",
    r"\bduty officers?\b": "值班员",
    r"\bassistants?\b": "协办",
    r"\bsupervision orders?\b": "督办单",
    r"\bsuspension\b": "中止",
    r"\bask(ed)? for more time\b|\brule on more time\b": "延期",
    r"\bwaiting for a ruling\b|\bwaits for a ruling\b": "待审批",
    r"\bdissatisfied\b": "不满意",
    r"\bstandard texts?\b": "常用语",
    r"\bworking days?\b": "工作日",
    r"\btalk room\b": "说事室",
    r"\brecovery codes\b": "备用码",
    r"\bthe six steps\b": "四议两公开",
    r"\bred.line\b": "强制报告",
}
# The label of a box in which either code is typed
SAID_SHORTER: set[Key] = {
    (None, "code of the authenticator app, or recovery code"),
    ("how", "by the tracking code"),
}
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")


@cache
def catalogue() -> dict[Key, str]:
    """The Chinese of every entry, by context and English."""
    with (ROOT / PO).open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]

    found = {}
    for entry in entries:
        english = entry.id if isinstance(entry.id, str) else entry.id[0]
        chinese = entry.string if isinstance(entry.string, str) else entry.string[0]
        found[entry.context, english] = chinese
    return found


@pytest.mark.parametrize("word", GIVEN_UP)
def test_a_word_given_up_is_written_nowhere_but_where_it_is_lawful(word):
    lawful = LAWFUL.get(word, set())

    found = {
        key: chinese for key, chinese in catalogue().items() if re.search(word, chinese)
    }

    assert {key: found[key] for key in found.keys() - lawful} == {}
    assert lawful - found.keys() == set(), "an exception that nothing needs any more"


@pytest.mark.parametrize(("english", "chinese"), ONE_WORD.items())
def test_one_thing_has_one_name(english, chinese):
    named = {
        key: words
        for key, words in catalogue().items()
        if re.search(english, key[1], re.IGNORECASE) and key not in SAID_SHORTER
    }

    assert named
    assert {
        key: words for key, words in named.items() if not re.search(chinese, words)
    } == {}


def test_punctuation_between_chinese_words_is_of_full_width():
    """Heads of ledgers stand as they are on the forms in use."""
    half = {
        key: chinese
        for key, chinese in catalogue().items()
        if key[0] != "ledger" and HALF_WIDTH.search(chinese)
    }

    assert half == {}


@pytest.mark.parametrize(
    ("key", "chinese"),
    [
        (("role", "reviewer"), "审核人"),
        (("channel", "transferred"), "上级（部门）转来"),
        (("how", "by the tracking code"), "群众自己在网上说的"),
        (("rule", "Handling: joint"), "办·联办"),
        (("rule", "Handling: by the committee's meeting"), "办·上会研究"),
        (
            ("meeting", "assembly of the villagers, one of each household"),
            "村民会议（户代表）",
        ),
        (("action", "Red line: report it"), "有危险，强制报告"),
        (("action", "Taken over from an old ledger"), "补录历史台账"),
        (("action", "Explained, close it"), "解释到位，销号"),
        ((None, "Concluded"), "已办结销号"),
        ((None, "My desk"), "值班台"),
        ((None, "My work"), "工作台"),
        ((None, "Overdue"), "逾期"),
    ],
)
def test_what_an_official_looks_for_is_called_so(key, chinese):
    assert catalogue()[key] == chinese


# Papers and ledgers write 2026-11-25; so do the values and addresses of a page.
PAPERS = re.compile(r"print|slip\.html")
UNSEEN = re.compile(r'(value|href)="|query_with')


def test_screens_write_a_day_as_people_say_it():
    """11月25日, by the filter `day`; not 2026-11-25."""
    numeric = []
    for template in sorted((ROOT / "templates").rglob("*.html")):
        if PAPERS.search(template.name):
            continue
        for line in template.read_text(encoding="utf-8").splitlines():
            if 'date:"Y-m-d' in line and not UNSEEN.search(line):
                numeric.append((template.name, line.strip()))

    assert numeric == []
