"""Search finds numbers, words of two characters and speakers, and tells nothing that is
hidden.
"""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.lists import search
from cases.lists.filters import CaseFilter
from cases.models import Case
from cases.models.scope import Sight
from cases.privacy.personal import fold_words
from minshi.clock import today
from tests.cases.roads import spoken, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.models import Post

pytestmark = pytest.mark.django_db


def looked_up(post: Post, text: str):
    counted = Case.objects.counted_for(post.user, today())
    return search.matching(counted, text, Sight.of(post.user, today()))


def found(post: Post, text: str) -> set[str]:
    return set(looked_up(post, text).values_list("number", flat=True))


def hide(case: Case, confidentiality: str) -> Case:
    case.confidentiality = confidentiality
    fold_words(case)
    case.save()
    return case


@pytest.mark.parametrize("field", ["title", "verbatim", "request_text"])
def test_a_word_of_two_characters_is_found_in_what_was_said_and_wanted(field):
    here = staff()
    words = {"title": "村里的事", "verbatim": "有人说事", "request_text": ""}
    wanted = spoken(here, **words | {field: "二组东头的水管漏了"})
    spoken(here, **words | {field: "管水的人不在"})

    assert found(here.secretary, "水管") == {wanted.number}


def test_every_word_must_be_there_in_whatever_field():
    here = staff()
    wanted = spoken(here, title="路灯", verbatim="坏了半月", speaker_name="孙淑芬")
    spoken(here, title="路灯", verbatim="要一盏新的", speaker_name="李建国")

    assert found(here.secretary, "路灯　半月 孙淑芬") == {wanted.number}


def test_characters_count_in_their_order_and_words_do_not_run_over_a_field():
    here = staff()
    spoken(here, title="路灯", verbatim="坏了路", request_text="灯下")

    assert found(here.secretary, "灯路") == set()
    assert found(here.secretary, "灯坏") == set()


@pytest.mark.parametrize("text", ["坏了，晚上", "坏了,晚上", "“坏了”。晚上！"])
def test_a_pause_in_a_sentence_parts_words(text):
    here = staff()
    wanted = spoken(here, verbatim="东头路灯坏了，晚上看不见")

    assert found(here.secretary, text) == {wanted.number}


def test_latin_letters_are_found_in_either_case():
    here = staff()
    wanted = spoken(here, verbatim="村里的WiFi断了")

    assert (
        found(here.secretary, "wifi")
        == found(here.secretary, "WIFI")
        == {wanted.number}
    )


@pytest.mark.parametrize(
    "text",
    ["%%", "__", "\\\\", "'\"", "a%", "路%坏", "&|", "'; --", "!!", "<->", "\\'"],
)
def test_signs_stand_for_themselves(text):
    here = staff()
    spoken(here, verbatim="路灯坏了ab")
    literal = spoken(here, verbatim=f"写着 {text} 的牌子")

    assert found(here.secretary, text) == {literal.number}


def test_nul_is_left_out():
    here = staff()
    case = spoken(here, verbatim="路灯坏了")

    assert found(here.secretary, "路灯\0") == {case.number}


def test_a_number_is_found_whole_or_by_its_beginning_and_redacted_rows_with_it():
    here = staff()
    first, second = spoken(here), hide(spoken(here), "secret")

    assert found(here.supervisor, first.number.lower()) == {first.number}
    assert found(here.supervisor, first.number[:-3]) == {first.number, second.number}
    assert found(here.supervisor, second.number) == {second.number}
    assert found(here.supervisor, "ZZ-2026-0001") == set()


def test_a_number_is_found_by_its_end_as_people_say_it():
    here = staff()
    first, second = spoken(here), spoken(here)
    year = second.number.split("-")[1]

    for said in (
        second.number[-4:],
        f"{year}-{second.number[-4:]}",
        second.number[-2:],
        f"第{second.number[-2:]}号",
        f"第{second.number[-4:]}号",
        f"{second.number[-2:]}号",
    ):
        assert found(here.secretary, said) == {second.number}
    assert found(here.county_reviewer, first.number[-4:]) == {first.number}
    assert found(here.secretary, f"{int(year) - 1}-0002") == set()


def test_words_and_names_of_a_redacted_row_are_not_found():
    here = staff()
    hide(spoken(here, verbatim="井水浑了", speaker_name="孙淑芬"), "secret")

    assert found(here.supervisor, "井水") == set()
    assert found(here.supervisor, "孙淑芬") == set()


def test_a_hidden_speaker_is_found_only_by_whom_the_name_is_shown_to():
    here = staff()
    case = spoken(
        here,
        speaker_name="孙淑芬",
        speaker_phone="13993912345",
        confidentiality="hidden",
    )

    for text in ("孙淑芬", "139 9391 2345"):
        assert found(here.duty, text) == found(here.reviewer, text) == {case.number}
        assert found(here.secretary, text) == found(here.supervisor, text) == set()
    assert found(here.secretary, "太阳能") == {case.number}


@pytest.mark.parametrize(
    "text",
    [
        "叫欧阳",
        "欧阳",
        "阳建",
        "电话1391",
        "1399391234",
        "３９９３９１２３４５",
        "三社12号",
        "赵六儿",
        "1380013",
    ],
)
def test_a_search_tells_nothing_that_its_reader_may_not_read(text):
    here = staff()
    case = spoken(
        here,
        title="欧阳建国家的水",
        verbatim="我叫欧阳建国，电话13993912345，家在柳河三社12号，赵六儿也知道",
        speaker_name="欧阳建国",
        speaker_phone="13993912345",
        speaker_address="柳河三社12号",
        co_speakers=("赵六儿",),
        confidentiality="hidden",
    )

    assert found(here.supervisor, text) == found(here.secretary, text) == set()
    assert found(here.supervisor, "家的水") == {case.number}
    assert found(here.reviewer, "叫欧阳") == {case.number}


@pytest.mark.parametrize("text", ["马建民家", "⻢建⺠家", "髙家湾", "高家湾"])
def test_words_are_found_in_characters_that_look_like_theirs(text):
    here = staff()
    words = "⻢建⺠家的水，高家湾的路；马建民家的灯，髙家湾的桥"
    case = spoken(here, verbatim=words, speaker_name="王建国")

    assert found(here.secretary, text) == {case.number}


@pytest.mark.parametrize("text", ["120元", "１２０元", "１２０ 元"])
def test_words_are_found_in_either_width(text):
    here = staff()
    cases = {
        spoken(here, verbatim=verbatim).number for verbatim in ("收１２０元", "收120元")
    }

    assert found(here.secretary, text) == cases


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("欠我 120 元没给", ["120 元", "120元", "120", "欠我 120 元没给"]),
        ("水泵 XJ-2024 坏", ["水泵 XJ-2024 坏", "XJ-2024 坏", "XJ-2024", "水泵"]),
        ("水泵XJ-2024坏", ["水泵 XJ-2024 坏", "XJ-2024坏"]),
        ("门牌 2 组 15 号", ["门牌 2 组 15 号", "2组15号", "门牌2组15号", "二组15号"]),
        ("门牌2组15号", ["门牌 2 组 15 号", "2 组 15 号"]),
        ("修 100 米", ["修 100 米", "100米", "修100米", "100 米"]),
        ("共 20 户", ["共 20 户", "20户"]),
        ("牛 5 头死了", ["牛 5 头死了", "5头", "5 头"]),
        ("缺 3 个井盖", ["缺 3 个井盖", "3个井盖", "3 个"]),
        ("第 3 号井", ["第 3 号井", "3号井", "第3号井", "第三号井"]),
        ("电话 139 9391 2345", ["13993912345", "139 9391 2345", "139-9391-2345"]),
        ("电话139-9391-2345找他", ["13993912345", "电话 139 9391 2345", "找他"]),
        ("座机 0939-442 1234", ["09394421234", "0939-4421234", "0939 4421234"]),
    ],
)
def test_a_blank_beside_a_number_is_in_no_ones_way(words, asked):
    here = staff()
    case = spoken(here, verbatim=words, title="一件事", speaker_phone="")

    for text in asked:
        search.require_two_characters(text)
        assert found(here.secretary, text) == {case.number}, text


@pytest.mark.parametrize(
    ("words", "asked", "not_asked"),
    [
        (
            "11月03号停的水",
            ["11月03号", "11月3日", "11月3号", "十一月三号", "十一月三日停的水", "3号"],
            ["11月30日", "11月13号", "12月3号"],
        ),
        ("十一月三日停的水", ["11月3号", "11月03号", "3日"], ["11月4号"]),
        ("11月3号楼停水", ["11月3号楼", "3号楼"], []),
        ("要扣三成", ["三成", "30%", "百分之三十", "扣3成", "扣 30%"], ["3%", "13%"]),
        ("要扣三成租金", ["三成租金", "30%租金"], []),
        ("要扣百分之三十", ["扣三成", "三成", "30%"], []),
        ("张三成的地", ["三成", "张三成"], ["30%", "百分之三十"]),
        ("三成村的路", ["三成", "三成村"], ["30%"]),
        ("利息千分之三", ["千分之三", "3‰", "0.3%"], ["0.03%"]),
    ],
)
def test_days_and_shares_are_found_however_they_are_said(words, asked, not_asked):
    here = staff()
    case = spoken(here, verbatim=words, title="一件事", speaker_phone="")

    for text in asked:
        assert found(here.secretary, text) == {case.number}, text
    for text in not_asked:
        assert found(here.secretary, text) == set(), text


def test_place_and_remark_are_found_as_words_are():
    here = staff()
    case = spoken(here, place="下湾磨坊后面", remark="周五再来问")

    for reader in (here.secretary, here.supervisor, here.reviewer):
        assert found(reader, "磨坊") == {case.number}
        assert found(reader, "周五再来") == {case.number}


def test_an_address_is_found_by_whoever_is_shown_who_spoke():
    here = staff()
    case = spoken(here, speaker_address="柳河三社12号")

    assert found(here.secretary, "三社十二号") == {case.number}


def test_of_a_hidden_matter_place_and_remark_tell_nothing_and_no_address_is_found():
    here = staff()
    case = spoken(
        here,
        speaker_name="欧阳建国",
        speaker_address="柳河三社12号",
        place="欧阳建国家门口的水塘",
        remark="欧阳建国要求不公开",
        confidentiality="hidden",
    )

    for reader in (here.supervisor, here.secretary):
        assert found(reader, "欧阳") == set()
        assert found(reader, "门口的水塘") == {case.number}
        assert found(reader, "要求不公开") == {case.number}
    for reader in (here.supervisor, here.duty, here.reviewer):
        assert found(reader, "三社12号") == set()


AMOUNTS = ["12000", "12,000", "一万二千", "一万二", "1.2万", "1.2 万", "1万2", "1万2千"]


@pytest.mark.parametrize("written", AMOUNTS)
def test_an_amount_is_found_however_it_is_written(written):
    here = staff()
    case = spoken(here, verbatim=f"欠我{written}元没给", title="一件事")
    spoken(here, verbatim="欠我一万三千元，千万别忘", title="一件事")

    for asked in (*AMOUNTS, "12000元", "1.2 万元", "欠我一万二千元"):
        search.require_two_characters(asked)
        assert found(here.secretary, asked) == {case.number}, asked


def test_an_amount_within_a_sentence_is_found():
    here = staff()
    case = spoken(here, verbatim="老板欠我一万二没还", title="一件事")

    for asked in (*AMOUNTS, "欠我一万二", "一万二没还"):
        assert found(here.secretary, asked) == {case.number}, asked


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("流转费八百一亩", ["八百", "八百一亩", "流转费八百"]),
        ("工钱两百一天", ["两百", "两百一天"]),
        ("两千一亩的地", ["两千", "两千一亩"]),
        ("欠一千五一间的房租", ["一千五", "1500", "一千五一间"]),
        ("低保三百五一个月", ["三百五", "350"]),
        ("花椒一百二一斤", ["一百二", "一百二一斤"]),
        ("欠三百五六月还", ["三百五", "六月还", "三百五六月还"]),
        ("树苗五十一棵", ["五十", "五十一棵", "51"]),
        ("每亩八百一十元", ["八百一", "810", "810元"]),
        ("水费1200，300已经交了", ["1200", "300", "1200，300已经交了"]),
        ("水费1200,300已经交了", ["1200", "300"]),
        ("欠五百，三百已经还了", ["五百", "500", "三百", "欠五百，三百已经还了"]),
        ("借了三千，五百是利息", ["三千", "3000", "五百", "500"]),
        ("种子钱三千\n五百是化肥钱", ["三千", "3000", "五百", "500"]),
        ("欠工钱1200 三个月没给", ["1200", "三个月", "3个月", "1200 三个月"]),
        ("欠工钱1200三个月没给", ["1200", "三个月", "1200三个月没给"]),
        ("低保从300 五月起没发", ["300", "五月", "5月"]),
        ("门牌15 三组", ["15", "三组"]),
        ("打13993912345一直没人接", ["13993912345", "一直没人接"]),
        ("电话 0086 139 9391 2345", ["13993912345", "139 9391 2345"]),
        ("电话0086-139-9391-2345", ["13993912345", "0086-139-9391-2345"]),
        ("联系13993-912345", ["13993912345", "13993-912345"]),
    ],
)
def test_what_was_taken_down_is_found_in_the_spelling_it_was_written_in(words, asked):
    here = staff()
    case = spoken(here, verbatim=words, title="一件事", speaker_phone="")

    for text in (*asked, words):
        assert found(here.secretary, text) == {case.number}, text


def test_a_number_as_written_stands_by_itself():
    here = staff()
    spoken(here, verbatim="表号一二100345，三千一亩", title="一件事", speaker_phone="")

    assert found(here.secretary, "003") == set()
    assert found(here.secretary, "100") == set()


@pytest.mark.parametrize(
    "typed", ["2 组 15 号", "2 组15号", "139 9391 2345", "139-9391-2345"]
)
def test_closing_a_text_around_its_numbers_tells_nothing_hidden(typed):
    here = staff()
    spoken(
        here,
        title="水管漏了",
        verbatim=f"水管漏了，{typed}",
        speaker_address="白关村2组15号",
        speaker_phone="13993912345",
        confidentiality="hidden",
    )

    for text in ("2组15号", "13993912345", typed):
        assert found(here.secretary, text) == set()


@pytest.mark.parametrize(
    ("words", "asked"),
    [("后門口的臺灣路", "后门口"), ("台湾路坏了", "臺灣路"), ("張長生說", "张长生")],
)
def test_traditional_characters_are_found_by_simplified_and_find_them(words, asked):
    here = staff()
    case = spoken(here, verbatim=words, title="一件事")

    assert found(here.secretary, asked) == {case.number}


@pytest.mark.parametrize("asked", ["马", "馬", "⻢"])
def test_a_surname_is_found_in_whatever_characters(asked):
    here = staff()
    written = ("馬测民", "马测民", "⻢测民")
    cases = {spoken(here, speaker_name=name).number for name in written}
    spoken(here, speaker_name="牛测民")

    assert found(here.secretary, asked) == cases


@pytest.mark.parametrize("dot", ["·", "・", "•", "．", ".", "", " ", "-", "—"])
def test_a_name_of_two_parts_is_found_with_any_dot_between(dot):
    here = staff()
    case = spoken(here, speaker_name="阿依古丽·买买提")

    assert found(here.secretary, f"阿依古丽{dot}买买提") == {case.number}


def test_a_name_set_wide_is_found_and_finds():
    here = staff()
    wide = spoken(here, speaker_name="李　四")
    close = spoken(here, speaker_name="李四")

    assert found(here.secretary, "李四") == {wide.number, close.number}
    assert found(here.secretary, "李 四") == {wide.number, close.number}


@pytest.mark.parametrize(
    "said",
    [
        "一、二、三组的路灯（坏）了",
        "1、2、3组的路灯坏了",
        "路灯（坏）了，西头",
        "⑴组要修路",
        "电话(0939)4421234",
        "联系139.9391.2345",
        "联系139-939-12345",
    ],
)
def test_what_was_typed_is_found_by_itself(said):
    here = staff()
    case = spoken(here, verbatim=said)

    assert found(here.secretary, said) == {case.number}
    for part in said.replace("的", "，").split("，"):
        assert found(here.secretary, part) == {case.number}, part


def test_a_phone_in_the_words_is_found_however_it_is_parted():
    here = staff()
    cases = [
        spoken(here, verbatim=f"联系{phone}")
        for phone in ("139.9391.2345", "139-939-12345", "139 9391 2345")
    ]

    assert found(here.secretary, "13993912345") == {case.number for case in cases}


def test_what_is_longer_than_the_field_is_not_gone_through(monkeypatch):
    """Its form refuses it by its length; all its rules are asked all the same."""
    monkeypatch.setattr(search, "terms_of", lambda _text: pytest.fail("It was."))
    monkeypatch.setattr(search, "searchable", lambda _text: pytest.fail("It was."))
    field = CaseFilter.base_filters["q"].field

    with pytest.raises(ValidationError) as refused:
        field.clean("路灯" * search.LONGEST)
    assert [error.code for error in refused.value.error_list] == ["max_length"]


def test_a_name_of_single_characters_is_one_word():
    here = staff()
    case = spoken(here, speaker_name="赵铁柱")

    search.require_two_characters("赵 铁 柱")
    assert found(here.secretary, "赵 铁 柱") == {case.number}
    assert found(here.secretary, "赵　铁　柱 水渠") == found(
        here.secretary, "赵铁柱 水渠"
    )


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("郭●小燕", "郭小燕"),
        ("郭﹒小燕", "郭小燕"),
        ("郭\n小\n燕", "郭小燕"),
        ("郭-小燕", "郭小燕"),
        ("王\n建", "王建"),
        ("住2组15号", "2组15号"),
        ("赵铁柱也在", "赵铁柱"),
        ("王守田也在", "王守田"),
    ],
)
def test_a_search_joins_nothing_that_the_page_blanks(typed, asked):
    here = staff()
    case = spoken(
        here,
        title="水管漏了",
        verbatim=f"水管漏了，{typed}",
        speaker_name="郭小燕（三组）",
        speaker_address="白关村2组15号",
        proxy_speaker="儿子王守田",
        co_speakers=("赵铁柱 欧阳锋", "王建"),
        confidentiality="hidden",
    )

    assert found(here.supervisor, asked) == set()
    assert found(here.supervisor, "水管") == {case.number}


def test_a_co_speaker_is_found_by_whom_the_name_is_shown_to():
    here = staff()
    case = spoken(here, co_speakers=("赵六儿",))

    assert found(here.secretary, "赵六儿") == {case.number}


@pytest.mark.parametrize(
    "spelling",
    [
        "{town}—{year}—{nth}",
        "{town}{year}{nth}",
        "编号{town}-{year}-{nth}",
        "编号：{town}－{year}－{nth}",
        "{town} {year} {nth}",
        "{town}/{year}/{short}号",
    ],
)
def test_a_number_is_found_in_every_spelling(spelling):
    here = staff()
    spoken(here)
    case = spoken(here)
    town, year, nth = case.number.split("-")

    text = spelling.format(town=town.lower(), year=year, nth=nth, short=int(nth))

    assert found(here.secretary, text) == {case.number}


def test_a_phone_is_found_whole_never_by_its_tail():
    here = staff()
    case = spoken(here, speaker_phone="13993912345")
    spoken(here, speaker_phone="13993912346")

    assert found(here.secretary, "13993912345") == {case.number}
    assert found(here.secretary, "2345") == set()


# --- codes, amounts and numbers that stand in the words
@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("型号XJ-2024的水泵坏了", "XJ-2024"),
        ("型号XJ-2024的水泵坏了", "xj—2024"),
        ("型号XJ-2024的水泵坏了", "ＸＪ－２０２４"),
        ("型号ＸＪ—２０２４的水泵坏了", "XJ-2024"),
        ("设备AB-12-3号坏了", "AB-12-3"),
        ("欠工钱1200元", "1200"),
        ("欠工钱1,200元", "1200"),
        ("欠工钱１，２００元", "1200"),
        ("欠工钱1200元", "1,200"),
        ("欠工钱1200元", "１，２００"),
        ("欠工钱１２００元", "1,200元"),
        ("欠工钱一千二百元", "1200元"),
        ("欠工钱1234567元", "1,234,567"),
        ("欠了83块", "83"),
        ("2024年就坏了", "2024"),
        ("打0939-4421234没人接", "0939-4421234"),
        ("打（0939）4421234没人接", "0939-4421234"),
        ("打0939-4421234没人接", "（0939）4421234"),
        ("打(0939) 442 1234没人接", "09394421234"),
        ("只给了½亩", "1/2亩"),
        ("只给了1/2亩", "½亩"),
        ("只给了1∕2亩", "1/2亩"),
        ("㈠组的路灯坏了", "一组"),
        ("一组的路灯坏了", "㈠组"),
        ("⑴组的路灯坏了", "1组"),
        ("⑿组的路灯坏了", "十二组"),
        ("他看着不管", "看著不管"),
        ("他看著不管", "看着不管"),
        ("牌子上写「禁止通行」", "'禁止通行'"),
        ("牌子上写“禁止通行”", '"禁止通行"'),
        ("牌子上写'禁止通行'", "「禁止通行」"),
        ("写着“abc”的牌子", "'abc'"),
        ("写着'abc'的牌子", '"abc"'),
        ('写着"abc"的牌子', "“abc”"),
        ("写着it's的牌子", "it’s"),
        ("按第十五条处理", "第15条"),
        ("按第15条处理", "第十五条"),
        ("按第１５条处理", "第十五条"),
        ("住二组十五号的老人", "2组15号"),
        ("住2组15号的老人", "二组十五号"),
        ("住２组１５号的老人", "二组十五号"),
        ("住2组15号的老人", "１５号"),
        ("住二组十五号的老人", "15号"),
        ("住二组廿五号的老人", "25号"),
        ("住二组25号的老人", "廿五号"),
        ("两千三百元", "2,300"),
    ],
)
def test_words_that_look_like_a_number_are_found_where_they_stand(said, asked):
    here = staff()
    wanted = spoken(here, verbatim=said)
    spoken(here, verbatim="水渠堵了，浇不上地")

    search.require_two_characters(asked)
    assert found(here.secretary, asked) == {wanted.number}


def test_a_short_number_is_found_as_a_case_and_in_words_as_a_whole_number():
    here = staff()
    named = spoken(here)
    year, end = named.number.split("-")[1:]
    in_words = spoken(here, verbatim=f"一共{end}户没水")
    spoken(here, verbatim=f"打1399{end}345找我，{end}7户，8{end}元")

    assert found(here.secretary, end) == {named.number, in_words.number}
    assert found(here.secretary, f"{year}-{end}") == {named.number}


def test_a_number_in_the_words_of_a_matter_in_confidence_tells_nothing():
    here = staff()
    case = spoken(
        here,
        verbatim="我住二组十五号，电话13993912345，身份证110105491231002，水渠堵了",
        speaker_address="2组15号",
        speaker_phone="13993912345",
        confidentiality="hidden",
    )

    for asked in (
        "2组15号",
        "二组十五号",
        "１５号",
        "13993912345",
        "2345",
        "110105491231002",
    ):
        assert found(here.supervisor, asked) == set()
    assert found(here.supervisor, "水渠") == {case.number}
    assert found(here.duty, "二组十五号") == {case.number}


@pytest.mark.postgres
def test_postgresql_answers_from_the_indexes_on_a_table_of_20_000():
    here = staff()
    words = [
        "路灯坏了看不清",
        "水管漏水三天了",
        "低保怎么申请",
        "宅基地界线说不清",
        "垃圾没人清运",
    ]
    at = timezone.now()
    Case.objects.bulk_create(
        [
            Case(
                key=uuid.uuid4(),
                number=f"T-{n:07d}",
                tracking_code=f"t{n}",
                town=here.town,
                village=here.village,
                level="village",
                owner_post=here.duty,
                title=words[n % 5],
                verbatim=f"{words[n % 5]}{n}号",
                speaker_name=f"张{n}",
                open_words=f"{words[n % 5]}\n{words[n % 5]}{n}号",
                hidden_words=f"张{n}",
                said_at=at,
                registered_at=at,
                due_at=at,
                yellow_at=at,
            )
            for n in range(20_000)
        ],
        batch_size=2000,
    )
    rare = spoken(here, verbatim="祠堂漏雨", speaker_name="单雄信")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")

    for text in ("祠堂", "单雄信"):
        plan = (
            looked_up(here.supervisor, text)
            .order_by("-registered_at", "-id")[:51]
            .explain()
        )
        assert "case_words" in plan, plan
        assert "case_speaker" in plan, plan
        assert found(here.supervisor, text) == {rare.number}
    assert len(looked_up(here.supervisor, "宅基地 7号")) == sum(
        n % 5 == 3 and n % 10 == 7 for n in range(20_000)
    )


# --- by the letters of a name
def neighbour(here, name="张长生"):
    household = HouseholdFactory(group=here.group)
    resident = ResidentFactory(household=household, name=name)
    index_residents([resident])
    return resident


@pytest.mark.parametrize("typed", ["zcs", "ZCS", "zhangchangsheng", "ｚｃｓ", "zhang"])
def test_a_neighbours_matter_is_found_as_the_lookup_finds_them(typed):
    here = staff()
    case = spoken(here, resident=neighbour(here), speaker_name="张长生")
    spoken(here, resident=neighbour(here, "李建国"), speaker_name="李建国")

    assert found(here.duty, typed) == {case.number}


def test_letters_tell_nothing_of_a_hidden_speaker():
    here = staff()
    case = spoken(here, resident=neighbour(here), speaker_name="张长生")
    hide(case, "hidden")

    assert found(here.supervisor, "zcs") == set()
    assert found(here.duty, "zcs") == {case.number}, "who took it down"


def test_letters_tell_nothing_of_a_secret_matter():
    here = staff()
    case = spoken(here, resident=neighbour(here), speaker_name="张长生")
    hide(case, "secret")

    assert found(here.supervisor, "zcs") == set()


def test_letters_in_the_words_are_found_as_before():
    here = staff()
    case = spoken(here, verbatim="装的是ETC，坏了")

    assert found(here.duty, "etc") == {case.number}


def test_a_word_of_one_character_beside_a_longer_one_is_left_out_and_said(client):
    here = staff()
    lamp = spoken(here, verbatim="村口路灯不亮")
    spoken(here, verbatim="水渠坏了")
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:list"), {"q": "路灯 坏"})

    assert [case.number for case in page.context["page"].rows] == [lamp.number]
    assert "“坏”只有一个字，没有按它找。" in page.text
    assert search.left_out("路灯坏了") == []
