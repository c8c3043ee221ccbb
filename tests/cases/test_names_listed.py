"""People named together: corrected by their names, parted, and refused where they are
none.
"""

from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from cases.models import CoSpeaker
from cases.privacy.personal import add_co_speakers
from cases.workflow.named_apart import named_apart
from cases.workflow.speakers import named_people
from minshi.errors import InputRefused, MoveRefused
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, officer, spoken, staff
from tests.cases.speaking_together import (
    PHONE,
    corrected,
    joined,
    neighbour,
    others_shown,
    people_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


# --- corrected by their names


def test_an_unchanged_form_leaves_whoever_gave_no_name():
    here = staff()
    case = joined(here, spoken(here), co_speaker_phone=PHONE)
    case = joined(here, case, co_speaker="王大山")

    shown = others_shown(here, case)
    case = corrected(here, case, others=shown, place="村口")

    assert shown == "王大山"
    assert people_of(case) == [("", PHONE, None), ("王大山", "", None)]


def test_two_of_one_name_are_changed_by_no_correction_of_another_field():
    here = staff()
    case = spoken(here, co_speakers=("张伟", "王大山"))
    add_co_speakers(case, [CoSpeaker(case=case, name="张伟", phone=PHONE)])
    case.save()

    with pytest.raises(MoveRefused):
        corrected(here, case, others=others_shown(here, case))
    case = corrected(here, case, others="张伟")

    assert people_of(case) == [("张伟", "", None), ("张伟", PHONE, None)]


def test_names_in_another_order_are_no_correction():
    here = staff()
    case = spoken(here, co_speakers=("张伟", "王大山"))

    with pytest.raises(MoveRefused):
        corrected(here, case, others="王大山、张伟")


def test_many_co_speakers_do_not_stand_in_the_way_of_a_correction():
    here = staff()
    case = spoken(here)
    many = [CoSpeaker(case=case, name=f"村民张三李四{nth:04d}") for nth in range(60)]
    add_co_speakers(case, many)
    case.save()

    case = corrected(here, case, others=others_shown(here, case), place="村口")

    assert (case.place, len(case.others)) == ("村口", 60)


# --- names that cannot be taken down
TOO_LONG = "王" * 41
TOO_MANY = tuple(f"村民{nth}号" for nth in range(21))


@pytest.mark.parametrize("names", [(TOO_LONG,), TOO_MANY])
def test_names_too_long_or_too_many_are_refused_beside_the_field(names):
    here = staff()
    typed = "、".join(names)

    taken_down = logged_in(here.duty).post(
        reverse("cases:intake"),
        {
            "key": uuid4(),
            "channel": "talk_room",
            "village": here.village.pk,
            "verbatim": "水渠堵了",
            "co_speakers": typed,
        },
    )
    with pytest.raises(InputRefused) as error:
        corrected(here, spoken(here), others=typed)

    assert taken_down.status_code == 422
    assert set(taken_down.context["form"].errors) == {"co_speakers"}
    assert set(error.value.fields) == {"others"}


def test_as_many_as_may_be_named_at_once_are_taken_down():
    here = staff()
    names = ("王" * 40, *TOO_MANY[:19])

    case = spoken(here, co_speakers=names)

    assert [person.name for person in case.others] == list(names)


def test_neighbours_are_found_by_one_query_however_many_are_named(
    django_assert_max_num_queries,
):
    here = staff()
    names = [f"赵秀{letter}" for letter in "甲乙丙丁戊己"]
    people = [neighbour(here, name) for name in names]
    asked = {"by": officer(here.duty), "at": NOON, "field": "co_speakers"}
    village = here.village

    with django_assert_max_num_queries(4):  # three are of the officer's posts
        found = named_people(names, village, **asked)

    assert [person.resident for person in found] == people


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("买买提 阿不都", ["买买提 阿不都"]),
        ("買買提 阿不都、赵铁柱", ["買買提 阿不都", "赵铁柱"]),
        ("阿依古丽 买买提", ["阿依古丽 买买提"]),
        ("赵铁柱 欧阳锋", ["赵铁柱", "欧阳锋"]),
        ("赵铁柱 买买提", ["赵铁柱", "买买提"]),
        ("买买提 赵铁柱", ["买买提", "赵铁柱"]),
        ("买买提 阿不都 克里木", ["买买提", "阿不都", "克里木"]),
    ],
)
def test_a_name_of_two_parts_without_a_surname_is_one_person(typed, names):
    assert named_apart(typed) == names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("欧阳 雪松", ["欧阳 雪松"]),
        ("李建军 欧阳 雪松 王芳兰", ["李建军", "欧阳 雪松", "王芳兰"]),
        ("李建军 等三人", ["李建军 等三人"]),
        ("李建军 全家", ["李建军 全家"]),
        ("李建军 两口子、王芳兰", ["李建军 两口子", "王芳兰"]),
        ("王芳兰 邻居", ["王芳兰 邻居"]),
        ("王芳兰 手机", ["王芳兰 手机"]),
        ("李建军。王芳兰", ["李建军", "王芳兰"]),
        ("李建军.王芳兰", ["李建军", "王芳兰"]),
        ("李建军/王芳兰", ["李建军", "王芳兰"]),
        ("1李建军 2王芳兰", ["李建军", "王芳兰"]),
        ("1.李建军 2.王芳兰", ["李建军", "王芳兰"]),
        ("阿依古丽.买买提", ["阿依古丽.买买提"]),
        ("李建军 三组", ["李建军 三组"]),
        ("3组", ["3组"]),
        ("王芳蘭 手機", ["王芳蘭 手機"]),
        ("王芳蘭 鄰居", ["王芳蘭 鄰居"]),
        ("李建軍 兩口子", ["李建軍 兩口子"]),
        ("歐陽 雪松", ["歐陽 雪松"]),
    ],
)
def test_what_is_said_beside_a_name_is_nobody(typed, names):
    assert named_apart(typed) == names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("一、张长生", ["张长生"]),
        ("一、张长生 二、仇霞", ["张长生", "仇霞"]),
        ("一、张长生二、仇霞", ["张长生", "仇霞"]),
        ("一、王三、二、李四", ["王三", "李四"]),
        ("一、王小二、张三", ["王小二", "张三"]),
        ("一 张长生 二 仇霞", ["张长生", "仇霞"]),
        ("第一、张长生 第二、仇霞", ["张长生", "仇霞"]),
        ("①张长生②仇霞", ["张长生", "仇霞"]),
        ("⑴买买提 ⑵仇霞", ["买买提", "仇霞"]),
        ("（1）张长生（2）仇霞", ["张长生", "仇霞"]),
        ("(一)张长生(二)仇霞", ["张长生", "仇霞"]),
        ("1张长生2仇霞", ["张长生", "仇霞"]),
        ("1、张长生、2、仇霞", ["张长生", "仇霞"]),
        ("1.张长生\n2.仇霞", ["张长生", "仇霞"]),
        ("2.张长生 3.仇霞", ["张长生", "仇霞"]),
        ("张 一、仇霞", ["张 一", "仇霞"]),
    ],
)
def test_the_numbers_of_a_list_are_no_part_of_a_name(typed, names):
    assert named_apart(typed) == names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("张长生和仇霞", ["张长生", "仇霞"]),
        ("张长生 和 仇霞", ["张长生", "仇霞"]),
        ("张长生跟仇霞", ["张长生", "仇霞"]),
        ("张长生与仇霞及王五", ["张长生", "仇霞", "王五"]),
        ("张长生&仇霞", ["张长生", "仇霞"]),
        ("张长生 + 仇霞", ["张长生", "仇霞"]),
        ("张长生及其妻仇霞", ["张长生", "仇霞"]),
        ("张长生及其子张建国", ["张长生", "张建国"]),
        ("张长生和儿子张建国", ["张长生", "张建国"]),
        ("张长生，其妻仇霞", ["张长生", "仇霞"]),
        ("张长生和仇霞 等三人", ["张长生", "仇霞 等三人"]),
        ("张长生和解和平", ["张长生", "解和平"]),
        ("欧阳和平与李四", ["欧阳和平", "李四"]),
        ("王同和和李四", ["王同和", "李四"]),
        ("解和平", ["解和平"]),
        ("同振华", ["同振华"]),
        ("欧阳和平", ["欧阳和平"]),
        ("艾和买提", ["艾和买提"]),
        ("张长生和他儿子", ["张长生和他儿子"]),
        ("张长生+8613912345678", ["张长生+8613912345678"]),
    ],
)
def test_and_parts_what_are_plainly_names(typed, names):
    assert named_apart(typed) == names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("馬小軍 黃大海", ["馬小軍", "黃大海"]),
        ("⻢小军 ⻩大海", ["⻢小军", "⻩大海"]),
        ("髙小军 髙大海", ["髙小军", "髙大海"]),
        ("歐陽小軍 馬大海", ["歐陽小軍", "馬大海"]),
        ("馬小軍.黃大海", ["馬小軍", "黃大海"]),
        ("馬小軍與黃大海", ["馬小軍", "黃大海"]),
        ("張長生和其妻韓霞", ["張長生", "韓霞"]),
        ("張長生和兒子張建國", ["張長生", "張建國"]),
        ("1馬小軍 2黃大海", ["馬小軍", "黃大海"]),
        ("馬小軍 等三戶", ["馬小軍 等三戶"]),
        ("貿買提 阿不都", ["貿買提 阿不都"]),
    ],
)
def test_names_in_any_characters_are_told_by_their_surnames(typed, names):
    assert named_apart(typed) == names


def test_neighbours_of_a_numbered_list_are_known_each():
    here = staff()
    first, second = neighbour(here, "张长生"), neighbour(here, "仇霞")

    for typed in ("一、张长生 二、仇霞", "张长生及其妻仇霞"):
        case = spoken(here, co_speakers=(typed,))

        assert [person.resident for person in case.others] == [first, second]


@pytest.mark.parametrize("number", ["一", "十二", "（2）"])
def test_the_number_of_a_list_alone_names_nobody(number):
    here = staff()

    with pytest.raises(InputRefused) as error:
        spoken(here, co_speakers=("张长生", number), as_typed=True)

    assert set(error.value.fields) == {"co_speakers"}


def test_a_number_that_was_stored_as_somebody_is_taken_off_by_a_correction():
    here = staff()
    case = spoken(here, co_speakers=("张长生",))
    case.co_speakers.create(name="一")

    corrected(here, case, others="张长生")

    assert [person.name for person in case.others] == ["张长生"]


def test_a_co_speaker_of_two_parts_is_one_person():
    case = spoken(staff(), co_speakers=("买买提 阿不都",))

    assert [name for name, _phone, _resident in people_of(case)] == ["买买提 阿不都"]
