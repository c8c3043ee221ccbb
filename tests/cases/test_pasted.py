"""Names and numbers pasted into the words: not in the title, offered for their fields."""

import uuid

import pytest
from django.urls import reverse

from cases.models import Case, CoSpeaker
from cases.workflow.intake import similar_to
from cases.workflow.pasted import Pasted, pasted_in, without_numbers
from cases.workflow.speakers import LONGEST_WORDS
from minshi.errors import InputRefused
from tests.api import Api
from tests.cases.roads import NOON, spoken, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.models import Post, User

pytestmark = pytest.mark.django_db
PHONE = "13993912345"
ID = "622621196001011234"
CHAT = f"您好，我叫张长生，电话{PHONE}，身份证号{ID}，村口路灯坏了"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    return staff()


def neighbour(here, name):
    household = HouseholdFactory(group=here.group)
    index_residents([ResidentFactory(household=household, name=name)])


# --- what is found
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CHAT, Pasted(phone=PHONE, id_number=ID, name="张长生")),
        ("电话：１３９９３９１２３４５", Pasted(phone=PHONE)),
        ("139 9391-2345 找我", Pasted(phone=PHONE)),
        ("座机 0939-4421234", Pasted(phone="09394421234")),
        ("62262119600101123X 是我的", Pasted(id_number="62262119600101123X")),
        ("2026-11-28 停了 3 天水，亏了 1234567 元", Pasted()),
        ("我是二组的，水渠堵了", Pasted()),
        (f"2026-5-12 {PHONE} 路灯坏了", Pasted(phone=PHONE)),
        (f"2026.5.3 {PHONE}", Pasted(phone=PHONE)),
        (f"2026-05-12\n{PHONE}", Pasted(phone=PHONE)),
        (f"{ID} {PHONE}", Pasted(phone=PHONE, id_number=ID)),
        ("622621 19600101 1234", Pasted(id_number="622621 19600101 1234")),
        ("139·9391·2345", Pasted(phone=PHONE)),
        ("139─9391─2345", Pasted(phone=PHONE)),
        ("一三九九三九一二三四五，请修路灯", Pasted(phone=PHONE)),
        ("微信laowang13993912345", Pasted(phone=PHONE)),
        ("139 9391 234五", Pasted(phone=PHONE)),
        ("①③⑨⑨③⑨①②③④⑤", Pasted(phone=PHONE)),
        ("139____9391____2345", Pasted(phone=PHONE)),
        ("订单 202611280000000001", Pasted()),
        ("我叫阿依古丽·买买提，路灯坏了", Pasted(name="阿依古丽·买买提")),
        ("我叫阿依古丽・买买提，路灯坏了", Pasted(name="阿依古丽・买买提")),
        ("我叫王\ue863，路灯坏了", Pasted(name="王\ue863")),
    ],
)
def test_numbers_and_names_are_found_as_people_type_them(text, found):
    assert pasted_in(text) == found


def test_words_without_numbers_stay_as_they_are():
    words = "2026-11-28 停水，亏了 1234567 元"

    assert without_numbers(words) == words


# --- the title and the receipt
@pytest.mark.parametrize(
    ("words", "title"),
    [
        (CHAT, "村口路灯坏了"),
        (f"路灯坏了，打{PHONE}找我", "路灯坏了，打找我"),
        (f"我叫张长生。电话 {PHONE}。路灯坏了", "路灯坏了"),
        ("赵铁柱家的狗咬人", "赵某家的狗咬人"),
        (f"2026-5-12 {PHONE} 路灯坏了", "2026-5-12  路灯坏了"),
        (f"2026.5.3 {PHONE} 路灯坏了", "2026.5.3  路灯坏了"),
        (f"2026-05-12 路灯坏了\n{PHONE}", "2026-05-12 路灯坏了"),
        ("我叫阿依古丽·买买提，路灯坏了", "路灯坏了"),
        ("座机：0939-4421234，路灯坏了", "路灯坏了"),
        (f"身份证号{ID}，路灯坏了", "路灯坏了"),
        ("2026-5-12 0911-2283456 路灯坏了", "2026-5-12  路灯坏了"),
        ("卡号6222021100000000008，没到账", "卡号，没到账"),
        (f"{PHONE}", "一件事"),
        ("住二组，电话１３９·９３９１·２３４５", "住二组"),
        ("一三九九三九一二三四五，请修路灯", "请修路灯"),
        ("电话壹叁玖玖叁玖壹贰叁肆伍，路灯坏了", "路灯坏了"),
        ("微信laowang13993912345，路灯坏了", "微信laowang，路灯坏了"),
        ("路灯坏了，打139 9391 234五", "路灯坏了，打"),
        ("①③⑨⑨③⑨①②③④⑤，路灯坏了", "路灯坏了"),
        ("139____9391____2345，路灯坏了", "路灯坏了"),
        ("2026-11-15 2026-11-18 停水", "2026-11-15 2026-11-18 停水"),
        (f"座机 0939-4421234 或 {PHONE}，路灯坏了", "路灯坏了"),
        (f"路灯坏了，座机0939-4421234或者手机{PHONE}", "路灯坏了"),
        (f"电话：{PHONE}、0939-4421234，路灯坏了", "路灯坏了"),
        (f"身份证号{ID}，电话{PHONE}，路灯坏了", "路灯坏了"),
        ("换了电话或座机都打不通，路灯坏了", "换了电话或座机都打不通，路灯坏了"),
        ("王外人：路灯坏了", "路灯坏了"),
        ("王外人: 路灯坏了", "路灯坏了"),
        ("@王外人：\n路灯坏了", "路灯坏了"),
        ("赵铁柱：路灯坏了", "路灯坏了"),
        ("欧阳外人：路灯坏了", "路灯坏了"),
        ("阿依古丽·买买提：路灯坏了", "路灯坏了"),
        ("王外人 2026-11-28 10:20\n路灯坏了", "路灯坏了"),
        ("王外人 10:20：路灯坏了", "路灯坏了"),
        ("馬建民：路灯坏了", "路灯坏了"),
        ("歐陽建民：路灯坏了", "路灯坏了"),
        ("髙建民：路灯坏了", "路灯坏了"),
        ("⻢建⺠：路灯坏了", "路灯坏了"),
        ("⻢建⺠ 10:20 路灯坏了", "路灯坏了"),
        ("路燈：壞了兩盞", "路燈：壞了兩盞"),
        ("張家溝：停水三天", "張家溝：停水三天"),
        ("路灯：坏了两盏", "路灯：坏了两盏"),
        ("张家沟：停水三天", "张家沟：停水三天"),
        ("水渠：堵了", "水渠：堵了"),
        ("时间：10:20，路灯坏了", "时间：10:20，路灯坏了"),
        ("水渠被截了，13991234567，住三组", "水渠被截了，住三组"),
    ],
)
def test_a_title_names_nobody(here, words, title):
    neighbour(here, "赵铁柱")

    case = spoken(here, verbatim=words, speaker_name="")

    assert case.title == title
    assert case.verbatim == words


SPELLINGS = {
    "赵铁柱": [
        "赵铁柱",
        "赵 铁 柱",
        "赵　铁　柱",
        "赵·铁·柱",
        "趙鐵柱",
        "趙 鐵 柱",
        "赵\u200b铁柱",
        "赵铁\u0301柱",
        "赵\u20dd铁\u20dd柱",
    ],
    "阿依古丽·买买提": [
        "阿依古丽·买买提",
        "阿依古丽・买买提",
        "阿依古丽•买买提",
        "阿依古丽．买买提",
        "阿依古丽.买买提",
        "阿依古丽 买买提",
        "阿依古丽-买买提",
        "阿依古丽买买提",
        "阿依古麗·買買提",
    ],
    "欧阳锋": ["欧阳锋", "欧陽锋", "歐陽鋒", "欧阳 锋家", "欧 阳 锋"],
}


@pytest.mark.parametrize(
    ("name", "typed"),
    [(name, typed) for name, ways in SPELLINGS.items() for typed in ways],
)
def test_a_title_names_no_neighbour_in_any_spelling(here, name, typed):
    neighbour(here, name)

    case = spoken(here, verbatim=f"{typed}的狗咬人了", speaker_name="")

    assert f"{name[0]}某" in case.title
    assert case.title.endswith("的狗咬人了")
    assert not set(typed[1:]) & set("铁柱鐵丽买锋鋒") & set(case.title)


@pytest.mark.parametrize("typed", ["高 山", "高　山", "高·山", "王 建", "王•建"])
def test_a_short_name_is_found_across_a_gap_where_it_stands_apart(here, typed):
    neighbour(here, "王建")

    title = spoken(here, verbatim=f"昨天 {typed} 又来了", speaker_name="").title

    assert title == ("昨天 王某 又来了" if typed[0] == "王" else f"昨天 {typed} 又来了")


@pytest.mark.parametrize(
    "words",
    [
        "村口安全问题没人管",
        "高山上的路塌了",
        "白天停水，晚上也停",
        "路面高 山上落石多",
        "黄河边的地被淹了",
        "户主姓王 建房的事没批",
        "老王，建房的事没批",
        "说的是老王。建房的事",
        "王 建 国 的 路 坏 了",
        "户主姓王\n建房的事没批",
        "通知 安 全 生 产 要求没落实",
        "欧洲 阳台 锋利的玻璃",
        "赵家的铁栏杆和柱子坏了",
    ],
)
def test_no_ordinary_word_is_taken_for_a_neighbour(here, words):
    for name in ("安全", "高山", "白天", "黄河", "王建", "欧阳锋", "赵铁柱"):
        neighbour(here, name)

    title = spoken(here, verbatim=words, speaker_name="").title

    assert "某" not in title


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("高山家的狗咬人", "高某家的狗咬人"),
        ("邻居高山占了路", "邻居高某占了路"),
        ("高山说不让修", "高某说不让修"),
        ("王建占了路", "王某占了路"),
    ],
)
def test_a_name_that_is_a_word_too_is_one_where_a_person_is_meant(here, words, title):
    for name in ("高山", "王建"):
        neighbour(here, name)

    assert spoken(here, verbatim=words, speaker_name="").title == title


@pytest.mark.parametrize("typed", ["赵 铁 柱", "趙鐵柱", "赵·铁·柱"])
def test_whoever_says_who_they_are_in_any_spelling_is_in_no_title(here, typed):
    case = spoken(here, verbatim=f"我叫{typed}，路灯坏了", speaker_name="")

    assert case.title == "路灯坏了"


@pytest.mark.parametrize("typed", ["赵铁柱", "赵 铁 柱", "趙鐵柱"])
def test_a_receipt_names_no_neighbour_in_any_spelling(here, client, typed):
    neighbour(here, "赵铁柱")
    case = spoken(here, title=f"{typed}家的狗")
    client.force_login(here.duty.user)

    answer = client.get(reverse("cases:receipt", args=[case.number]))

    assert answer.context["matter"] == "赵某家的狗"


CADRES = ["duty", "leader", "secretary", "handler", "reviewer", "county_reviewer"]


def call(post, name):
    """Give whoever holds a post another name."""
    post.user.name = name
    post.user.save()


@pytest.mark.parametrize("who", CADRES)
def test_a_title_names_no_cadre_of_the_place(here, who):
    call(getattr(here, who), "何佳豪")

    title = spoken(here, verbatim="干部何佳豪收了我家低保", speaker_name="").title

    assert title == "干部何某收了我家低保"


def test_a_title_names_nobody_who_served_there_before(here):
    call(here.secretary, "何佳豪")
    Post.objects.filter(pk=here.secretary.pk).update(until_on=here.secretary.from_on)
    User.objects.filter(pk=here.secretary.user_id).update(is_active=False)

    title = spoken(here, verbatim="何佳豪以前收的钱没退", speaker_name="").title

    assert title == "何某以前收的钱没退"


def test_a_cadre_of_another_village_is_nobody_there(here):
    call(staff().secretary, "黄土坡")

    title = spoken(here, verbatim="黄土坡的路塌了", speaker_name="").title

    assert title == "黄土坡的路塌了"


@pytest.mark.parametrize("account", ["白关村值班室", "值班室"])
def test_an_account_that_is_no_person_stays_in_a_title(here, account):
    call(here.duty, account)

    title = spoken(here, verbatim=f"{account}的门锁坏了", speaker_name="").title

    assert title == f"{account}的门锁坏了"


@pytest.mark.parametrize("who", CADRES)
def test_a_receipt_names_no_cadre(here, client, who):
    call(getattr(here, who), "阿依古丽·买买提")
    case = spoken(here, title="组长阿依古丽买买提收了低保")
    client.force_login(here.duty.user)

    answer = client.get(reverse("cases:receipt", args=[case.number]))

    assert answer.context["matter"] == "组长阿某收了低保"


@pytest.mark.parametrize("typed", ["赵 铁 柱", "趙鐵柱", "赵·铁·柱"])
def test_a_neighbour_is_offered_for_the_field_in_any_spelling(here, client, typed):
    neighbour(here, "赵铁柱")
    client.force_login(here.duty.user)
    words = {"verbatim": f"{typed}说路灯坏了", "village": here.village.pk}

    answer = client.post(reverse("cases:similar"), words)

    assert [(each.field, each.value) for each in answer.context["fillings"]] == [
        ("speaker_name", "赵铁柱")
    ]


def test_words_longer_than_the_form_takes_are_not_gone_through(here, client):
    """They took 20 s of the processor for a body of 600,000 characters."""
    client.force_login(here.duty.user)
    phone = "电话13993912345，"
    long = phone + "李" * (LONGEST_WORDS - len(phone))
    place = {"village": here.village.pk}
    address = reverse("cases:similar")

    taken = client.post(address, {"verbatim": long, **place})
    longer = client.post(address, {"verbatim": long + "李", **place})

    assert [each.field for each in taken.context["fillings"]] == ["speaker_phone"]
    assert longer.status_code == 200
    assert longer.context["fillings"] == longer.context["similar"] == []


def test_a_title_names_nobody_of_a_field_that_says_more(here):
    words = "王建国和儿子王守田说路灯坏了"
    who = {"speaker_name": "王建国（三组）", "proxy_speaker": "儿子王守田"}

    title = spoken(here, verbatim=words, **who).title

    assert "王建国" not in title
    assert "王守田" not in title


def test_the_api_writes_the_same_title(here):
    body = {"verbatim": CHAT, "village": here.village.pk}

    Api(here.duty).post("cases/", body)

    assert Case.objects.get().title == "村口路灯坏了"


def test_a_receipt_names_nobody_even_where_the_title_does(here, client):
    case = spoken(here, title=f"李建国 {PHONE} 的路灯")
    client.force_login(here.duty.user)

    page = client.get(reverse("cases:receipt", args=[case.number])).content.decode()

    assert "的路灯" in page
    assert "李建国" not in page
    assert PHONE not in page


# --- the line beneath the words
def typed(here, **fields) -> dict:
    return {
        "key": str(uuid.uuid4()),
        "channel": "talk_room",
        "village": here.village.pk,
        "verbatim": CHAT,
        **fields,
    }


def fields_of(answer) -> list[str]:
    return [filling.field for filling in answer.context["fillings"]]


def test_the_first_sending_offers_the_fields_and_keeps_everything(here, client):
    client.force_login(here.duty.user)
    sent = typed(here, place="村口", category="neighbour")

    offered = client.post(reverse("cases:intake"), sent)
    filled = client.post(
        reverse("cases:intake"), {**sent, "offered": "1", "fill": "speaker_phone"}
    )

    form = filled.context["form"]
    assert (offered.status_code, Case.objects.count()) == (422, 0)
    assert fields_of(offered) == ["speaker_phone", "speaker_name", "verbatim"]
    assert fields_of(filled) == ["speaker_name", "verbatim"]
    assert form["speaker_phone"].value() == PHONE
    assert (form["place"].value(), form["category"].value()) == ("村口", "neighbour")
    assert (form["verbatim"].value(), form["key"].value()) == (CHAT, sent["key"])


def test_the_id_number_is_taken_out_of_the_words_by_its_button(here, client):
    client.force_login(here.duty.user)

    answer = client.post(
        reverse("cases:intake"), typed(here, offered="1", fill="verbatim")
    )

    words = answer.context["form"]["verbatim"].value()
    assert ID not in words
    assert "村口路灯坏了" in words
    assert PHONE in words


def test_sent_again_it_is_taken_down_as_it_is(here, client):
    client.force_login(here.duty.user)

    answer = client.post(reverse("cases:intake"), typed(here, offered="1"))

    assert answer.status_code == 302
    assert Case.objects.get().verbatim == CHAT


def test_nothing_is_offered_for_a_field_that_is_filled(here, client):
    client.force_login(here.duty.user)
    filled = {"speaker_phone": PHONE, "speaker_name": "李建国"}
    words = f"我叫张长生，电话{PHONE}，路灯坏了"

    answer = client.post(reverse("cases:intake"), typed(here, verbatim=words, **filled))

    assert answer.status_code == 302


def test_only_neighbours_whom_the_reader_may_look_up_are_offered(here, client):
    neighbour(here, "赵铁柱")
    words = {"verbatim": "赵铁柱说路灯坏了", "village": here.village.pk}

    client.force_login(here.duty.user)
    own = client.post(reverse("cases:similar"), words)
    client.force_login(here.handler.user)
    foreign = client.post(reverse("cases:similar"), words)

    assert fields_of(own) == ["speaker_name"]
    assert fields_of(foreign) == []


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("水渠堵了，张长生，王守田和孙铁蛋都知道", "水渠堵了，都知道"),
        ("水渠堵了，张长生、王守田、孙铁蛋，都知道", "水渠堵了，都知道"),
        ("赵铁柱、张长生和王守田的地浇不上", "赵某的地浇不上"),
        ("张长生和赵铁柱的地浇不上", "赵某的地浇不上"),
        ("赵铁柱和张长生的地浇不上", "赵某的地浇不上"),
        ("张长生、赵铁柱、王守田的地浇不上", "赵某的地浇不上"),
        ("水渠、管子和水龙头都坏了，找张长生", "水渠、管子和水龙头都坏了，找"),
        ("邻里和睦，张长生和平时一样", "邻里和睦，和平时一样"),
        ("张长生家和隔壁为了水路吵架", "［…］家和隔壁为了水路吵架"),
        ("水从张长生家门口过", "水从［…］家门口过"),
        ("张长生和王守田的地浇不上", "［…］的地浇不上"),
    ],
)
def test_nothing_that_joined_names_is_left_in_a_title(here, words, title):
    neighbour(here, "赵铁柱")

    case = spoken(
        here,
        verbatim=words,
        speaker_name="张长生",
        co_speakers=("王守田", "孙铁蛋"),
    )

    assert case.title == title


@pytest.mark.parametrize(
    ("words", "is_alike"),
    [
        ("村里还有一个井盖坏了", False),
        ("我们这里有一个太阳能路灯坏了", True),
        ("村口两盏太阳能灯不亮了", True),
    ],
)
def test_words_that_any_matter_has_make_none_alike(words, is_alike):
    here = staff()
    case = spoken(here, verbatim="我们村里有一个老人没人管，他家门口的太阳能路灯也不亮")

    found = similar_to(
        words,
        user=here.duty.user,
        village=here.village,
        group=here.group,
        category="",
        at=NOON,
    )

    assert (case in found) is is_alike


def test_a_matter_is_as_much_alike_however_its_numbers_are_written(here):
    """Words are stored twice where numbers are written out, and are compared once."""
    fields = {"title": "一件事", "place": "", "remark": ""}
    written = spoken(here, **fields, verbatim="水泵修了两百零五天")
    digits = spoken(here, **fields, verbatim="水泵修了205天")
    alike = {
        "user": here.secretary.user,
        "village": here.village,
        "group": None,
        "category": "",
        "at": NOON,
    }

    assert similar_to("水泵，水泵", **alike) == []
    assert similar_to("水泵修", **alike) == [digits, written]


@pytest.mark.parametrize("written", ["4421234", "四四二一二三四", "442-1234"])
def test_a_landline_without_its_area_code_stands_in_no_title(written):
    case = spoken(staff(), verbatim=f"座机{written}打不通，灯坏了")

    assert case.title == "打不通，灯坏了"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("打电工13812345678一直没人接", "打电工一直没人接"),
        ("身份证622621198001011234两年没办下来", "两年没办下来"),
        ("622621198001011234一直没办下来", "一直没办下来"),
        ("6217001234567890128一直没到账", "一直没到账"),
        ("电话是一三八一二三四五六七八一直不通", "一直不通"),
    ],
)
def test_a_word_beside_a_number_stays_in_a_title_and_the_number_does_not(
    here, words, title
):
    case = spoken(here, verbatim=words, title="")

    assert case.title == title


@pytest.mark.parametrize("name", ["王天一", "陈五", "李三"])
def test_a_telephone_right_behind_a_name_is_parted_off_it(here, name):
    case = spoken(
        here,
        speaker_name=f"{name}{PHONE}",
        speaker_phone="",
        co_speakers=["孙初八13812345678"],
    )
    other = CoSpeaker.objects.get(case=case)

    assert (case.speaker_name, case.speaker_phone) == (name, PHONE)
    assert (other.name, other.phone) == ("孙初八", "13812345678")


def test_an_identity_number_right_behind_a_name_is_refused(here):
    with pytest.raises(InputRefused):
        spoken(here, speaker_name=f"李五{ID}")


def test_hidden_words_have_no_telephone_with_a_word_right_behind_it(here):
    case = spoken(
        here,
        verbatim="我儿子的13812345678一直能打通，我的13993912345两个月没信号了",
        speaker_phone=PHONE,
        confidentiality="hidden",
    )

    assert "138" not in case.open_words
    assert "139" not in case.open_words
