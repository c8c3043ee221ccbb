"""The writer of a reply is warned of what still tells who spoke."""

import pytest
import time_machine
from django.urls import reverse

from cases.privacy.telltales import telltales
from cases.workflow import Action
from minshi.text.folding import MIDDLE_DOTS, STOPS
from tests.cases.roads import DAY, NOON, accepted, completed, decided, spoken, staff
from villages.naming import given_name_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("李建国", "建国"),
        ("李四", "四"),
        ("欧阳建国", "建国"),
        ("欧阳", ""),
        ("歐陽建國", "建國"),
        ("阿依古丽·买买提", "阿依古丽"),
        ("阿依古丽.买买提", "阿依古丽"),
        ("", ""),
    ],
)
def test_a_given_name_is_what_stands_without_the_surname(name, given):
    assert given_name_of(name) == given


@pytest.mark.parametrize("dot", [*MIDDLE_DOTS, *STOPS])
def test_a_given_name_is_parted_by_any_dot(dot):
    assert given_name_of(f"古丽{dot}艾力") == "古丽"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("建国说的路灯已经换了", ["建国"]),
        ("歐陽建國说的路灯已经换了", []),
        ("建國说的路灯已经换了", ["建国"]),
        ("按尾号8821打过电话", ["8821"]),
        ("大妈秀英也来过", ["秀英"]),
        ("欧阳建国说的路灯已经换了", []),
        ("打13812348821找过", []),
        ("花了18821元", []),
        ("按尾号8821，3组的人来过", ["8821"]),
        ("按尾号8821。2026年5月换的", ["8821"]),
        ("按尾号８８２１换的", ["8821"]),
        ("新建，国家出的钱", []),
        ("路灯已经换了", []),
        ("", []),
    ],
)
def test_what_neighbours_would_know_the_speaker_by_is_found(text, found):
    case = spoken(
        staff(),
        speaker_name="欧阳建国",
        speaker_phone="13812348821",
        co_speakers=("赵秀英",),
    )

    assert telltales(case, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("上河村三社的路灯已经换了", []),
        ("東村三社的路灯已经换了", []),
        ("门牌2026的路灯已经换了", []),
    ],
)
def test_an_address_is_no_name_and_no_telephone(text, found):
    case = spoken(staff(), speaker_name="赵秀英", speaker_address="东村三社")
    case.also_personal = "路灯从那年坏到2026"

    assert telltales(case, text) == found


def test_a_given_name_is_found_of_each_name_in_a_field():
    case = spoken(
        staff(), speaker_name="王建国（三组）", co_speakers=("赵铁柱 欧阳守田",)
    )

    assert telltales(case, "建国和铁柱、守田都来过") == ["建国", "铁柱", "守田"]


def test_the_writer_of_a_reply_is_warned_in_the_preview(client):
    here = staff()
    case = completed(here, decided(here, accepted(here, spoken(here))))
    client.force_login(here.secretary.user)

    with time_machine.travel(NOON + DAY, tick=False):
        page = client.post(
            reverse("cases:preview", args=[case.number, Action.VERIFY]),
            {"reply": "建国说的路灯换好了"},
        )

    assert page.context["preview"]["telltales"] == ["建国"]
    assert "建国" in page.content.decode()
