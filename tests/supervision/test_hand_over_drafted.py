"""The draft of a hand-over: what the shift took down, settled, left open, and whom to
call; its officer mends it.
"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.models import Afterword, Case
from cases.templatetags.days import day
from cases.workflow import Action, Speaker, make_move
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    settled,
    spoken,
    staff,
    verified,
)
from tests.supervision.test_speaker import taken_up
from tests.villages.duty_desk import EVENING, shift_of
from villages.models import HandOver

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def _in_the_evening():
    with time_machine.travel(EVENING, tick=False):
        yield


def drafted(client, post, shift):
    client.force_login(post.user)
    page = client.get(reverse("villages:hand_over", args=[shift.pk]))
    initial = page.context["form"].initial
    return {name: initial[name] for name in ("note", "visitors")}


def test_a_hand_over_begins_with_what_the_shift_did(client, here):
    shift = shift_of(here.duty)
    done = settled(here, title="路灯坏了")
    waiting = spoken(here, title="水管")
    gone = decided(here)

    draft = drafted(client, here.duty, shift)

    lines = draft["note"].splitlines()
    assert lines[0] == "本班登记了 3 件。"
    assert lines[1] == f"当场办结：{done.number} 路灯坏了。"
    assert lines[2].startswith("还没办完：")
    assert f"{waiting.number} 水管（在{here.duty.user}）" in lines[2]
    assert f"（在{here.office}）" in lines[2]
    assert gone.number in lines[2]
    assert done.number not in lines[2]
    assert draft["visitors"] == 3


def test_calls_to_make_are_named_by_number_alone(client, here):
    shift = shift_of(here.duty)
    case = taken_up(here)

    lines = drafted(client, here.duty, shift)["note"].splitlines()

    assert lines[-1] == f"还要打电话告知说事人：{case.number}。"


def test_nobody_who_spoke_and_no_secret_matter_is_named(client, here):
    shift = shift_of(here.duty)
    hidden = spoken(
        here, title="李建国家的事", speaker_name="李建国", confidentiality="hidden"
    )
    secret = spoken(here, title="不能说的事", confidentiality="secret")
    spoken(here, title="李建国说路灯", speaker_name="李建国")

    note = drafted(client, here.duty, shift)["note"]

    assert hidden.number in note
    assert "李建国" not in note
    assert secret.number not in note
    assert "不能说的事" not in note


def test_secret_matters_are_counted_with_those_who_came_by(client, here):
    shift = shift_of(here.duty)
    spoken(here)
    spoken(here, title="不能说的事", confidentiality="secret")

    draft = drafted(client, here.duty, shift)

    assert draft["note"].startswith("本班登记了 1 件，另有保密的 1 件。")
    assert draft["visitors"] == 2


def test_what_came_before_the_shift_and_waits_for_its_officer_is_handed_over(
    client, here
):
    before = spoken(here, title="水渠盖板断了", channel="qr_code")
    spoken(here, title="不能说的事", confidentiality="secret")
    tomorrow = shift_of(here.duty, days=1)

    with time_machine.travel(EVENING + DAY, tick=False):
        draft = drafted(client, here.duty, tomorrow)

    assert draft["note"] == (
        f"等值班员办的还有：{before.number} 水渠盖板断了（最迟{day(before.due_on)}）"
        "、保密的 1 件。"
    )
    assert draft["visitors"] is None


def test_what_is_with_whoever_is_on_duty_by_now_is_handed_over_late(client, here):
    shift = shift_of(here.duty)
    shift_of(here.member, days=1)
    with time_machine.travel(EVENING - DAY, tick=False):
        before = spoken(here, title="水渠盖板断了")
    Case.objects.filter(pk=before.pk).update(owner_post=here.member)

    with time_machine.travel(NOON + DAY - timedelta(hours=3), tick=False):
        assert before.number in drafted(client, here.duty, shift)["note"]


def test_a_word_after_closing_is_handed_over(client, here):
    words_said = []
    for fields in ({}, {"confidentiality": "secret"}):
        case = decided(here, accepted(here, **fields))
        case = verified(here, completed(here, case, at=NOON), at=NOON)
        by = Speaker(case, "code")
        answer = {"satisfaction": "satisfied", "solved": "yes", "how": "code"}
        case = make_move(case, Action.RATE, by=by, at=NOON, **answer)
        words_said.append(
            make_move(
                case,
                Action.AFTERWORD,
                by=Speaker(case, "code"),
                at=NOON,
                text="还想问一句",
            )
        )
    shift = shift_of(here.duty)

    lines = drafted(client, here.duty, shift)["note"].splitlines()

    due_on = Afterword.objects.first().due_on
    assert lines[-1] == (
        f"还有话说，等答复：{words_said[0].number}（最迟{day(due_on)}）、保密的 1 件。"
    )


def test_other_shifts_and_other_people_are_not_counted(client, here):
    shift = shift_of(here.secretary)
    spoken(here)
    tomorrow = shift_of(here.duty, days=1)

    with time_machine.travel(EVENING + DAY, tick=False):
        assert drafted(client, here.duty, tomorrow)["note"] == ""
    draft = drafted(client, here.secretary, shift)
    assert "登记" not in draft["note"]
    assert draft["visitors"] is None


def test_what_was_written_already_stands_as_it_was(client, here):
    shift = shift_of(here.duty)
    spoken(here)
    client.force_login(here.duty.user)
    address = reverse("villages:hand_over", args=[shift.pk])
    client.post(address, {"visitors": "5", "note": "等电工回话"})

    assert HandOver.objects.get().note == "等电工回话"
    assert drafted(client, here.duty, shift) == {"note": "等电工回话", "visitors": 5}


def test_of_many_the_first_are_named(client, here):
    shift = shift_of(here.duty)
    for _nth in range(12):
        spoken(here)

    note = drafted(client, here.duty, shift)["note"]

    assert note.count("（在") == 10
    assert "，另外还有 2 件" in note


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_draft_costs_the_same_however_much_was_done(
    client, here, count, django_assert_num_queries
):
    shift = shift_of(here.duty)
    for _nth in range(count):
        settled(here)
        taken_up(here)
    drafted(client, here.duty, shift)

    # among them the cases, their red lines, what was settled, the words after closing,
    # the calls, and as the shift is over, who is on duty now
    with django_assert_num_queries(13):
        drafted_page = client.get(reverse("villages:hand_over", args=[shift.pk]))
    assert drafted_page.status_code == 200
