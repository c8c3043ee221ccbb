"""督办台账: a row for each step of chasing, its order's number, answer and end
beside it.
"""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import translation

from cases.models import Case
from cases.workflow import Action, make_move
from minshi.workdays import local_day
from supervision.chasing.circulating import circulate_due
from supervision.chasing.sweeping import sweep
from supervision.models import Chase, SupervisionOrder
from supervision.orders import (
    cancel_order,
    check_reply,
    reply_to_order,
    send_orders_due,
    sign_order,
)
from supervision.views.board import with_times
from tests import roles
from tests.api import Api
from tests.cases.ledger_desk import logged_in, page, shown_rows, take
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    verified,
)
from tests.supervision.test_order_ends import handed_on, late_draft
from tests.supervision.test_orders import sent
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


def test_a_matter_is_followed_from_the_reminder_to_the_closed_order(here):
    case = decided(here)
    for days in (0, 1, 2, 8):
        sweep(case.yellow_at + days * DAY)
    order, at = SupervisionOrder.objects.get(), case.yellow_at + 8 * DAY
    sign_order(order, by=officer(here.signer), at=at)
    send_orders_due(at + DAY)
    reply_to_order(order, "换好了", by=officer(here.handler), at=at + DAY)
    check_reply(
        order, good=True, finding="看过", by=officer(here.supervisor), at=at + DAY
    )

    rows = shown_rows(page(here.supervisor, "supervision"))

    number = f"{here.town}督字〔2026〕1号"
    assert [(row[1], row[3], row[4]) for row in rows] == [
        ("", "提醒", "黄（快到期）"),
        ("", "提醒", "红（逾期）"),
        (number, "督办", "红（逾期）"),
    ]
    assert rows[-1][5:8] == ["逾期多日", str(here.office), ""]
    assert rows[-1][10:13] == [str(local_day(at + DAY)), "换好了", "已销号 · 看过"]
    assert rows[0][-1] == "系统"
    assert rows[-1][-1] == f"系统拟稿 · {here.signer.user}签发"


def test_a_remark_says_who_wrote_an_order_and_who_signed_it(here):
    sent(here)

    (row,) = shown_rows(page(here.supervisor, "supervision"))

    assert row[-1] == f"{here.supervisor.user}拟稿 · {here.signer.user}签发"


def test_chasing_by_hand_stands_in_it_with_who_did_it(here):
    case = decided(here)
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        note="抓紧",
    )
    sweep(NOON)

    (row,) = shown_rows(page(here.supervisor, "supervision"))

    assert (row[3], row[5]) == ("催办", "未逾期，督办人员主动督办")
    assert row[-1] == f"{here.supervisor.user}，督办要求：抓紧"
    assert row[12] == "还没办好"


# 463 characters of the 2000 that may be typed
ALL_POINTS = "".join(f"第{nth}点要查清。" for nth in range(1, 60))


def test_what_is_demanded_by_hand_is_read_whole_wherever_it_is_read(here):
    case = decided(here)
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        note=ALL_POINTS,
    )
    sweep(NOON)

    (row,) = shown_rows(page(here.supervisor, "supervision"))
    assert row[-1] == f"{here.supervisor.user}，督办要求：{ALL_POINTS}"
    rows = Api(here.supervisor).get("ledgers/supervision/?period=all").json()["results"]
    assert ALL_POINTS in rows[0]["remark"]
    assert ALL_POINTS in take(here.supervisor, "supervision").file.decode()

    for reader, address in (
        (here.handler, "/supervision/inbox/"),
        (here.supervisor, f"/supervision/matters/{case.number}/chasing/"),
        (here.supervisor, f"/admin/supervision/chase/{Chase.objects.get().pk}/change/"),
    ):
        read = logged_in(reader).get(address)
        assert ALL_POINTS in read.content.decode(), address


def chased_by_hand(here, case, at):
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=at,
        supervision_level="urge",
        note="抓紧",
    )
    sweep(at)


def test_the_light_is_that_of_the_moment_of_the_step(here):
    green, yellow, grey, moved = [decided(here) for _nth in range(4)]
    chased_by_hand(here, green, NOON)
    chased_by_hand(here, yellow, yellow.yellow_at + DAY)
    until = (NOON + 20 * DAY).date()
    for case, ask, rule in (
        (grey, Action.ASK_SUSPENSION, Action.RULE_SUSPENSION),
        (moved, Action.ASK_EXTENSION, Action.RULE_EXTENSION),
    ):
        make_move(
            case,
            ask,
            by=officer(here.handler),
            at=NOON,
            reason="缺料",
            until_on=until,
        )
        if case == moved:
            chased_by_hand(here, case, NOON)
        make_move(case, rule, by=officer(here.secretary), at=NOON, ruling="granted")
    chased_by_hand(here, grey, NOON + DAY)

    rows = {}
    for row in shown_rows(page(here.supervisor, "supervision")):
        if row[3] == "催办":
            rows[row[2]] = row[4]

    assert [rows[case.number] for case in (green, yellow, grey, moved)] == [
        "绿（没到期）",
        "黄（快到期）",
        "灰（暂停）",
        "未逾期",
    ]


def test_page_and_api_hold_the_same_cells_and_a_file_leaves_with_them(here):
    case = accepted(here)
    sweep(case.due_at)

    shown = shown_rows(page(here.supervisor, "supervision"))
    rows = Api(here.supervisor).get("ledgers/supervision/?period=all").json()["results"]

    assert [
        [str("" if cell is None else cell) for cell in row.values()] for row in rows
    ] == [r[1:] for r in shown]
    assert case.number in take(here.supervisor, "supervision").file.decode()


def test_only_those_who_see_the_matter_read_of_its_chasing(here):
    case = accepted(here, confidentiality="secret")
    sweep(case.due_at)

    assert len(shown_rows(page(here.secretary, "supervision"))) == 1
    for post in (
        here.supervisor,
        here.member,
        roles.secretary_of(VillageFactory(town=here.town)),
    ):
        assert shown_rows(page(post, "supervision")) == []


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_page_costs_the_same_however_many_steps_it_has(
    here, count, django_assert_num_queries
):
    for _nth in range(count):
        case = accepted(here)
    sweep(case.due_at)
    client = logged_in(here.supervisor)

    with django_assert_num_queries(11):
        response = client.get("/ledgers/supervision/", {"period": "all"})

    assert len(shown_rows(response)) == count


def test_an_order_taken_back_before_it_went_out_stands_nowhere_in_it(here):
    case, late, order = late_draft(here)
    waiting = shown_rows(page(here.supervisor, "supervision"))
    cancel_order(order, reason="说清楚了", by=officer(here.supervisor), at=late)

    rows = shown_rows(page(here.supervisor, "supervision"))

    assert case.chases.filter(order=order).exists()
    assert [row[3] for row in waiting].count("督办") == 1
    assert [row[3] for row in rows].count("督办") == 0


def test_an_order_written_by_hand_is_counted_and_stands_in_it(here):
    order = sent(here)

    (row,) = shown_rows(page(here.supervisor, "supervision"))

    assert (row[1], row[3], row[5], row[-1]) == (
        order.number,
        "督办",
        "逾期",
        f"{here.supervisor.user}拟稿 · {here.signer.user}签发",
    )
    assert [times for _case, times in with_times([order.case])] == [1]


# --- what came of a step
def on_the_way(here, case):
    return decided(here, accepted(here, case))


def replied(here, case):
    return verified(here, completed(here, on_the_way(here, case)))


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (lambda here, case: None, "还没受理"),
        (accepted, "还没议定"),
        (on_the_way, "还没办好"),
        (lambda here, case: completed(here, on_the_way(here, case)), "还没核查"),
        (replied, "还没评价"),
        (lambda here, case: rated(here, replied(here, case)), "已销号"),
    ],
)
def test_what_came_of_a_step_is_told_by_what_the_matter_waits_for(here, move, words):
    case = spoken(here)
    sweep(case.due_at)
    move(here, case)

    (row,) = shown_rows(page(here.supervisor, "supervision"))
    assert row[12] == words


# --- whom the matter was with
def whom(here, nth=0):
    row = shown_rows(page(here.supervisor, "supervision"))[nth]
    return row[6], row[7]


def test_a_check_that_is_late_is_not_laid_at_the_door_of_who_had_finished(here):
    case = completed(here, decided(here))
    checker = case.owner_post
    sweep(case.due_at + 2 * DAY)

    assert whom(here) == (checker.place, str(checker.user))
    assert whom(here) != (str(here.office), str(here.handler.user))

    verified(here, case, case.due_at + 3 * DAY)
    assert whom(here) == (checker.place, str(checker.user))


def test_a_step_keeps_whom_it_found_when_the_matter_moves_on(here):
    case = spoken(here)
    before = case.owner_post
    sweep(case.due_at)
    case = decided(here, accepted(here, case))
    make_move(case, Action.ACKNOWLEDGE, by=officer(here.handler), at=NOON)
    late = Case.objects.get().due_at + 2 * DAY
    sweep(late)
    completed(here, Case.objects.get(), at=late + DAY)

    assert whom(here, 0) == (before.place, str(before.user))
    assert whom(here, 1) == (str(here.office), str(here.handler.user))


def test_of_an_office_nobody_is_named_who_acted_for_it_later(here):
    case = decided(here)
    sweep(case.due_at)
    make_move(case, Action.ACKNOWLEDGE, by=officer(here.handler), at=case.due_at + DAY)

    assert whom(here) == (str(here.office), "")


def test_chasing_by_hand_that_is_told_late_keeps_whom_it_was_written_to(here):
    case = completed(here, decided(here))
    checker = case.owner_post
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON + DAY,
        supervision_level="urge",
        note="抓紧",
    )
    verified(here, Case.objects.get())
    sweep(NOON + DAY)

    assert whom(here) == (checker.place, str(checker.user))


def test_an_order_is_with_whom_it_was_addressed_to_as_it_went_out(here):
    case = accepted(here)
    sweep(case.due_at + 7 * DAY)
    order, at = SupervisionOrder.objects.get(), case.due_at + 7 * DAY
    sign_order(order, by=officer(here.signer), at=at)
    send_orders_due(at + DAY)
    handed_on(here, Case.objects.get(), at + 2 * DAY)

    chase = Chase.objects.get(level="order")
    assert (chase.to_post, chase.to_office) == (here.secretary, None)


def test_an_order_not_answered_is_circulated_with_whom_it_was_addressed_to(here):
    case = accepted(here)
    sweep(case.due_at + 7 * DAY)
    order, at = SupervisionOrder.objects.get(), case.due_at + 7 * DAY
    sign_order(order, by=officer(here.signer), at=at)
    send_orders_due(at + DAY)
    handed_on(here, Case.objects.get(), at + 2 * DAY)
    assert circulate_due(at + 30 * DAY) == (1, [])

    chase = Chase.objects.get(level="circulate")
    assert (chase.to_post, chase.to_office) == (here.secretary, None)


def test_old_steps_learn_from_events_whom_they_found(here):
    case = spoken(here)
    before = case.owner_post
    at = case.due_at
    sweep(at)
    at += DAY
    case = make_move(
        case,
        Action.ACCEPT,
        by=officer(here.duty),
        at=at,
        category="village",
        grade="complex",
    )
    make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=at,
        supervision_level="urge",
        note="抓紧",
    )
    sweep(at)
    Chase.objects.update(to_post=None, to_office=None)
    module = import_module("supervision.migrations.0018_whom_a_step_found")

    module.find_the_holders(apps, connection.schema_editor())

    first, second = Chase.objects.order_by("pk")
    assert (first.to_post, first.to_office) == (before, None)
    assert (second.to_post, second.to_office) == (here.secretary, None)


def test_words_searched_for_narrow_it_as_they_narrow_the_other_ledgers(here):
    wanted = accepted(here, verbatim="桥头路灯坏了三盏", speaker_name="苗秀英")
    other = accepted(here, verbatim="水管漏了")
    sweep(max(wanted.due_at, other.due_at))

    for words in ("路灯", "苗秀英", wanted.number):
        response = page(here.supervisor, "supervision", q=words)

        assert [row[2] for row in shown_rows(response)] == [wanted.number], words
        assert dict_of_counts(response)["supervision"] == 1
        assert 'name="q"' in response.content.decode()


def test_words_of_who_spoke_in_confidence_find_no_step_for_who_may_not_know(here):
    case = accepted(here, confidentiality="hidden", speaker_name="苗秀英")
    sweep(case.due_at)

    assert shown_rows(page(here.supervisor, "supervision"))
    assert shown_rows(page(here.supervisor, "supervision", q="苗秀英")) == []


def dict_of_counts(response) -> dict[str, int]:
    return {book.key: count for book, count in response.context["tabs"]}
