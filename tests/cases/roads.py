"""A staffed village and the usual roads through it, for the tests of cases."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cases.models import Case
from cases.workflow import Action, Officer, Spoken, make_move, register
from tests import roles
from tests.villages.factories import GroupFactory, OfficeFactory, VillageFactory
from villages.models import Group, Office, Post, Role, Town, User, Village

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)  # a Monday
DAY = timedelta(days=1)


def officer(post: Post) -> Officer:
    return Officer(post.user, post)


@dataclass
class Staff:
    """One town with one village and one person in every role, and the town's police
    station.
    """

    town: Town
    village: Village
    group: Group
    office: Office
    duty: Post
    secretary: Post
    leader: Post
    member: Post
    reviewer: Post
    supervisor: Post
    handler: Post
    county_reviewer: Post
    county_supervisor: Post


def staff() -> Staff:
    village = VillageFactory()
    group, town = GroupFactory(village=village), village.town
    office = OfficeFactory(town=town)
    posts = {
        "duty": roles.unsaved(Role.DUTY_OFFICER, village=village),
        "secretary": roles.unsaved(Role.SECRETARY, village=village),
        "leader": roles.unsaved(Role.GROUP_LEADER, group=group),
        "member": roles.unsaved(Role.COMMITTEE_MEMBER, village=village),
        "reviewer": roles.unsaved(Role.REVIEWER, town=town),
        "supervisor": roles.unsaved(Role.SUPERVISOR, town=town),
        "handler": roles.unsaved(Role.OFFICE_HANDLER, office=office),
        "county_reviewer": roles.unsaved(Role.REVIEWER, county_code=town.county_code),
        "county_supervisor": roles.unsaved(
            Role.SUPERVISOR, county_code=town.county_code
        ),
    }
    # nearly every test begins here: two statements instead of two for each of them
    User.objects.bulk_create([post.user for post in posts.values()])
    Post.objects.bulk_create(posts.values())
    return Staff(town, village, group, office, **posts)


def spoken(here: Staff, *, by: Post | None = None, **fields: object) -> Case:
    """A matter the duty officer has just taken down."""
    values = {
        "verbatim": "村口两盏太阳能灯坏了半月，学生早起看不清路",
        "speaker_name": "李建国",
        **fields,
    }
    values.setdefault("village", here.village)
    values.setdefault("group", here.group)
    return register(Spoken(**values), by=officer(by or here.duty), at=NOON)


def settled(here: Staff, **fields: object) -> Case:
    """A matter settled at the counter while it was taken down."""
    return make_move(
        spoken(here, **fields),
        Action.SETTLE,
        by=officer(here.duty),
        at=NOON,
        category="village",
        result="换了灯泡",
    )


def accepted(here: Staff, case: Case | None = None, **fields: object) -> Case:
    case = case or spoken(here, **fields)
    return make_move(
        case,
        Action.ACCEPT,
        by=officer(here.duty),
        at=NOON,
        category="village",
        grade="complex",
    )


def reported_up(here: Staff, reason: str = "钱不够", **fields: object) -> Case:
    return make_move(
        accepted(here, **fields),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason=reason,
    )


def decided(
    here: Staff, case: Case | None = None, *, lead: object = None, **values: object
) -> Case:
    values = {
        "handling": "led",
        "decision": "换灯",
        "lead": lead or here.handler.office,
        **values,
    }
    return make_move(
        case or accepted(here),
        Action.DECIDE,
        by=officer(here.secretary),
        at=NOON,
        **values,
    )


def completed(
    here: Staff,
    case: Case | None = None,
    by: Post | None = None,
    at: datetime = NOON + DAY,
    **said: object,
) -> Case:
    case, by = case or decided(here), by or here.handler
    return make_move(
        case,
        Action.COMPLETE,
        by=officer(by),
        at=at,
        outcome="done",
        result="换了蓄电池",
        **said,
    )


def verified(here: Staff, case: Case | None = None, at: datetime = NOON + DAY) -> Case:
    return make_move(
        case or completed(here),
        Action.VERIFY,
        by=officer(here.secretary),
        at=at,
        reply="灯修好了",
    )


def rated(
    here: Staff,
    case: Case | None = None,
    at: datetime = NOON + 2 * DAY,
    **values: object,
) -> Case:
    values = {"satisfaction": "satisfied", "solved": "yes", "how": "call", **values}
    return make_move(
        case or verified(here), Action.RATE, by=officer(here.duty), at=at, **values
    )


def dissatisfied_twice(here: Staff) -> Case:
    """Done, checked and rated 不满意 in two rounds: in 督, an order awaited."""
    case, at = verified(here), NOON + 2 * DAY
    answer = {
        "satisfaction": "dissatisfied",
        "solved": "no",
        "reason": "没修",
        "how": "call",
    }
    case = rated(here, case, at, **answer)
    case = completed(here, case, at=at + DAY)
    return rated(here, verified(here, case, at + DAY), at + 2 * DAY, **answer)


def people_of(here: Staff) -> list[Post]:
    return [post for post in vars(here).values() if isinstance(post, Post)]


def words(action: Action, at: datetime, **chosen: object) -> dict[str, object]:
    """What a move asks for, filled in plainly; `chosen` wins, and brings what only the
    test can know.
    """
    today = at.astimezone(SHANGHAI).date()
    plain: dict[Action, dict[str, object]] = {
        Action.SETTLE: {"category": "village", "result": "换了灯泡"},
        Action.ACCEPT: {"category": "village", "grade": "complex"},
        Action.DIVERT: {"route": "礼县人民法院", "told": "请去立案"},
        Action.VOID: {"void_as": "void", "reason": "点错了，没人来说"},
        Action.ESCALATE: {"reason": "钱不够"},
        Action.SEND_BACK: {"reason": "村里能办"},
        Action.DECIDE: {
            "category": "village",
            "grade": "complex",
            "handling": "led",
            "decision": "换灯",
        },
        Action.RETURN: {"reason": "不归我们管"},
        Action.COMPLETE: {"outcome": "done", "result": "换了蓄电池"},
        Action.VERIFY: {"reply": "灯修好了"},
        Action.REJECT: {"reason": "只修了一盏"},
        Action.RATE: {"satisfaction": "satisfied", "solved": "yes", "how": "call"},
        Action.REDO: {"reason": "重新办"},
        Action.EXPLAIN: {"text": "明年统一改造"},
        Action.REOPEN: {"reason": "又灭了"},
        Action.AFTERWORD: {"text": "灯太暗", "how": "call"},
        Action.ANSWER_AFTERWORD: {"reply": "月底换亮的"},
        Action.NOTE_AFTERWORD: {"reason": "是道谢"},
        Action.ASK_REOPENING: {"reason": "真的太暗"},
        Action.WITHDRAW: {"reason": "修好了", "how": "call", "said_at": at},
        Action.PROGRESS: {"text": "已看过现场"},
        Action.REPORT: {"result": "配合做完了"},
        Action.HAND_BACK: {"reason": "不归我们管"},
        Action.RULE_HAND_BACK: {"ruling": "granted"},
        Action.WAIVE: {"reason": "不需要"},
        Action.REASSIGN: {"reason": "出差"},
        Action.REGRADE: {"grade": "complex", "reason": "人多"},
        Action.RESERVE: {"reserved": "public_works", "reason": "要筹资筹劳"},
        Action.DEFER: {"reason": "等雨停", "until_on": today + 5 * DAY},
        Action.REPLY: {"reply": "正在办"},
        Action.CALL_BACK: {"satisfaction": "satisfied", "solved": "yes", "how": "call"},
        Action.SUPPLEMENT: {"text": "还有一盏"},
        Action.ASK_EXTENSION: {"reason": "缺料", "until_on": today + 20 * DAY},
        Action.ASK_SUSPENSION: {"reason": "大雪", "until_on": today + 5 * DAY},
        Action.RULE_EXTENSION: {"ruling": "granted"},
        Action.RULE_SUSPENSION: {"ruling": "granted"},
        Action.PROTECT: {"confidentiality": "secret"},
        Action.LIFT_RECUSAL: {"reason": "查无此事"},
        Action.MANDATORY_REPORT: {"told": "派出所", "happened": "孩子被打，已送邻居家"},
        Action.RECEIPT: {"receipt": "派出所收字第 7 号"},
        Action.SUPERVISE: {"supervision_level": "urge", "text": "请抓紧"},
        Action.AMEND: {"place": f"村口{at:%d%H%M}"},
    }
    return plain.get(action, {}) | chosen
