"""Supervision orders: written, signed by who may, numbered as they go out, answered,
checked, and late ones told.
"""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cases.workflow import Action, make_move
from minshi.errors import InputRefused, KeyReused, MoveRefused, NoSuchRight
from minshi.workdays import local_day
from supervision.chasing.circulating import circulate_due
from supervision.chasing.sweeping import sweep
from supervision.models import (
    Chase,
    Notice,
    NoticeKind,
    OrderState,
    Rung,
    SupervisionOrder,
)
from supervision.notices.words import words_of
from supervision.orders import (
    acts_open_to,
    cancel_order,
    check_reply,
    raise_order,
    reply_to_order,
    send_orders_due,
    sending,
    sign_order,
)
from tests import roles
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.together import times_at_once

pytestmark = pytest.mark.django_db
GRACE = timedelta(seconds=30)
REPLY_ON = local_day(NOON + 3 * DAY)


def raised(here, case=None, *, by=None, **fields):
    words = {
        "reason": "逾期",
        "demand": "请立即办理",
        "reply_on": REPLY_ON,
        "key": None,
        **fields,
    }
    return raise_order(
        case or decided(here), by=officer(by or here.supervisor), at=NOON, **words
    )


def signed(here, order=None):
    return sign_order(order or raised(here), by=officer(here.signer), at=NOON)


def sent(here, order=None):
    order = signed(here, order)
    send_orders_due(NOON + GRACE)
    return SupervisionOrder.objects.get(pk=order.pk)


def replied(here, order=None):
    return reply_to_order(
        order or sent(here), "已修好", by=officer(here.handler), at=NOON + DAY
    )


def told(kind):
    return [row.recipient for row in Notice.objects.filter(kind=kind).order_by("pk")]


def test_an_order_walks_from_the_pen_to_its_closing(here):
    order = raised(here)
    assert (order.state, told(NoticeKind.ORDER_TO_SIGN)) == (
        OrderState.TO_SIGN,
        [here.signer.user],
    )

    order = signed(here, order)
    assert (order.state, order.number, order.send_at) == (
        OrderState.SIGNED,
        "",
        NOON + GRACE,
    )
    assert send_orders_due(NOON + GRACE - timedelta(seconds=1)) == (0, [])
    send_orders_due(NOON + GRACE)
    order.refresh_from_db()
    assert (order.state, order.to_office) == (OrderState.SENT, here.office)
    assert told(NoticeKind.ORDER) == [here.handler.user, here.secretary.user]

    order = reply_to_order(order, "灯已修好", by=officer(here.handler), at=NOON + DAY)
    assert set(told(NoticeKind.ORDER_REPLIED)) == {
        here.supervisor.user,
        here.signer.user,
    }
    order = check_reply(
        order, good=True, finding="看过了", by=officer(here.supervisor), at=NOON + DAY
    )
    assert order.state == OrderState.CLOSED


def test_only_whoever_is_to_answer_an_order_is_asked_to(here):
    order = replied(here)
    by = officer(here.supervisor)
    check_reply(order, good=False, finding="没写日子", by=by, at=NOON + DAY)

    asked = {here.handler: "请在", here.secretary: "请您知道："}
    for kind in (NoticeKind.ORDER, NoticeKind.ORDER_BACK):
        for post, words in asked.items():
            notices = Notice.objects.filter(kind=kind, recipient=post.user).worded()
            says = words_of(notices.get(channel="inbox"))
            assert words in says
            assert ("请您知道：" in says) == (post == here.secretary)


@pytest.mark.parametrize("done", ["signed", "taken back"])
def test_once_signed_or_taken_back_nobody_is_asked_to_sign_any_more(here, done):
    here.signer.user.email = "signer@example.org"
    here.signer.user.save()
    order, other = raised(here), raised(here)
    asked = Notice.objects.filter(kind=NoticeKind.ORDER_TO_SIGN, order=order)
    assert set(asked.values_list("channel", "state")) == {
        ("inbox", "sent"),
        ("email", "waiting"),
    }

    if done == "signed":
        signed(here, order)
    else:
        cancel_order(order, reason="说清楚了", by=officer(here.supervisor), at=NOON)

    assert set(asked.values_list("channel", "state", "read_at")) == {
        ("inbox", "read", NOON)
    }
    assert (
        Notice.objects.filter(
            kind=NoticeKind.ORDER_TO_SIGN, order=other, read_at=None
        ).count()
        == 2
    )


def test_the_number_is_the_issuers_next_of_the_year(here):
    town = here.town
    numbers = [sent(here, raised(here)).number for _nth in range(3)]

    assert numbers == [f"{town.name}督字〔2026〕{nth}号" for nth in (1, 2, 3)]
    there = staff()
    there.signer = roles.reviewer_of(there.town, may_sign=True)
    assert sent(there).number.endswith("〔2026〕1号")


def test_what_is_taken_back_takes_no_number(here):
    cancel_order(signed(here), reason="", by=officer(here.signer), at=NOON)

    assert send_orders_due(NOON + DAY) == (0, [])
    assert sent(here).number.endswith("〔2026〕1号")


def test_a_year_begins_at_one_again(here):
    sent(here)
    order = signed(here)
    new_year = NOON + 305 * DAY

    send_orders_due(new_year)

    order.refresh_from_db()
    assert order.number.endswith("〔2027〕1号")


def test_the_number_is_chinese_whoever_signs(here):
    with translation.override("en"):
        assert sent(here).number.endswith("〔2026〕1号")


def test_sending_is_an_event_of_the_case_that_names_the_order(here):
    order = sent(here)

    event = order.case.events.get(action=Action.SUPERVISE)
    assert (event.data["order"], event.data["order_number"]) == (order.pk, order.number)


def test_whoever_may_sign_sends_with_one_click(here):
    order = raised(here, by=here.signer)

    assert (order.state, order.raised_by, order.signed_by) == (
        OrderState.SIGNED,
        here.signer,
        here.signer,
    )


def test_one_order_at_a_time_for_a_matter(here):
    case = decided(here)
    raised(here, case)

    with pytest.raises(MoveRefused):
        raised(here, case)


def test_a_repeated_click_makes_one_order_and_other_words_are_refused(here):
    case, key = decided(here), uuid.uuid4()
    order = raised(here, case, key=key)

    assert raised(here, case, key=key) == order
    with pytest.raises(KeyReused):
        raised(here, case, key=key, demand="别的话")


@pytest.mark.parametrize("field", ["reason", "demand"])
def test_an_order_needs_its_words(here, field):
    with pytest.raises(InputRefused) as refused:
        raised(here, **{field: " "})

    assert set(refused.value.fields) == {field}


def test_an_answer_is_not_due_on_a_day_that_is_past(here):
    with pytest.raises(InputRefused) as refused:
        raised(here, reply_on=local_day(NOON - DAY))

    assert set(refused.value.fields) == {"reply_on"}


@pytest.mark.parametrize("who", ["secretary", "duty", "handler", "leader", "member"])
def test_nobody_of_the_village_or_an_office_writes_orders(here, who):
    with pytest.raises(NoSuchRight):
        raised(here, by=getattr(here, who))


def test_a_supervisor_of_another_town_writes_none_here(here):
    with pytest.raises(NoSuchRight):
        raised(here, by=staff().supervisor)


def test_a_reviewer_who_may_not_sign_does_not(here):
    order = raised(here)

    with pytest.raises(NoSuchRight):
        sign_order(order, by=officer(here.reviewer), at=NOON)


def test_it_is_signed_once(here):
    order = signed(here)

    with pytest.raises(MoveRefused):
        sign_order(order, by=officer(here.signer), at=NOON)


def test_what_is_sent_cannot_be_taken_back(here):
    with pytest.raises(MoveRefused):
        cancel_order(sent(here), reason="算了", by=officer(here.signer), at=NOON + DAY)


def test_whoever_did_not_sign_it_takes_it_back_with_a_reason_alone(here):
    with pytest.raises(InputRefused):
        cancel_order(raised(here), reason=" ", by=officer(here.supervisor), at=NOON)


def test_a_matter_closed_meanwhile_is_sent_no_order(here):
    case = decided(here)
    order = signed(here, raised(here, case))
    rated(here, verified(here, completed(here, case)))

    assert send_orders_due(NOON + 3 * DAY) == (0, [])
    order.refresh_from_db()
    assert (order.state, order.number) == (OrderState.CANCELLED, "")


def test_only_whom_it_was_sent_to_answers(here):
    order = sent(here)

    for post in (here.duty, here.supervisor, here.signer, here.secretary):
        with pytest.raises(NoSuchRight):
            reply_to_order(order, "办了", by=officer(post), at=NOON + DAY)
    with pytest.raises(InputRefused):
        reply_to_order(order, " ", by=officer(here.handler), at=NOON + DAY)


def test_whoever_has_the_matter_by_now_answers_as_well(here):
    order = sent(here)
    completed(here, order.case)

    assert (
        reply_to_order(
            order, "核查过了", by=officer(here.secretary), at=NOON + DAY
        ).state
        == OrderState.REPLIED
    )


def test_every_round_of_answers_stays_to_be_read(client, here):
    back = {
        "good": False,
        "finding": "没写什么时候修好",
        "by": officer(here.supervisor),
        "at": NOON + DAY,
    }
    order = check_reply(replied(here), **back)
    order = reply_to_order(order, "周五修好", by=officer(here.handler), at=NOON + DAY)
    order = check_reply(
        order, good=True, finding="", by=officer(here.supervisor), at=NOON + DAY
    )
    client.force_login(here.supervisor.user)

    page = client.get(order.get_absolute_url()).text

    said = [page.index(words) for words in ("已修好", "没写什么时候修好", "周五修好")]
    assert said == sorted(said)


def test_no_order_or_answer_goes_out_with_a_gap_left_in_it(here):
    wanted = {
        "reason": "拖得久",
        "demand": "请在【哪天】前办",
        "reply_on": REPLY_ON,
        "key": None,
    }

    with pytest.raises(InputRefused) as refused:
        raise_order(spoken(here), by=officer(here.supervisor), at=NOON, **wanted)
    assert set(refused.value.fields) == {"demand"}
    with pytest.raises(InputRefused):
        reply_to_order(
            sent(here), "【哪天】修好", by=officer(here.handler), at=NOON + DAY
        )


@pytest.mark.parametrize("days", [60, 61])
def test_an_answer_is_due_within_two_months(here, days):
    wanted = {
        "reason": "拖得久",
        "demand": "快办",
        "reply_on": NOON.date() + days * DAY,
        "key": None,
    }
    if days == 60:
        assert (
            raise_order(
                spoken(here), by=officer(here.supervisor), at=NOON, **wanted
            ).reply_on
            == wanted["reply_on"]
        )
        return
    with pytest.raises(InputRefused) as refused:
        raise_order(spoken(here), by=officer(here.supervisor), at=NOON, **wanted)
    assert set(refused.value.fields) == {"reply_on"}


def test_an_answer_sent_back_is_due_again_and_told(here):
    order = check_reply(
        replied(here),
        good=False,
        finding="没写什么时候修好",
        by=officer(here.supervisor),
        at=NOON + DAY,
    )

    assert (order.state, order.reply_on > REPLY_ON - DAY) == (OrderState.SENT, True)
    assert told(NoticeKind.ORDER_BACK) == [here.handler.user, here.secretary.user]
    with pytest.raises(InputRefused):
        check_reply(
            replied(here, order),
            good=False,
            finding="",
            by=officer(here.supervisor),
            at=NOON + DAY,
        )


def test_all_that_is_wrong_with_an_answer_sent_back_is_said_at_once(here):
    with pytest.raises(InputRefused) as refusal:
        check_reply(
            replied(here),
            good=False,
            finding="",
            reply_on=local_day(NOON - DAY),
            by=officer(here.supervisor),
            at=NOON + DAY,
        )

    assert set(refusal.value.fields) == {"finding", "reply_on"}


def test_nobody_checks_what_they_answered_or_handled(here):
    case = decided(here, lead=here.office)
    roles.supervisor_of(here.town, user=here.handler.user)
    order = replied(here, sent(here, raised(here, case)))
    as_supervisor = here.handler.user.posts.get(role="supervisor")

    with pytest.raises(NoSuchRight):
        check_reply(
            order, good=True, finding="", by=officer(as_supervisor), at=NOON + DAY
        )


def test_an_order_not_answered_in_time_is_circulated_once(here):
    order = sent(here)
    last = NOON.replace(hour=0, minute=0) + 4 * DAY

    assert circulate_due(last - timedelta(seconds=1)) == (0, [])
    assert circulate_due(last) == (1, [])
    assert circulate_due(last + DAY) == (0, [])

    assert set(told(NoticeKind.CIRCULATE)) == {
        here.handler.user,
        here.secretary.user,
        here.supervisor.user,
    }
    assert Chase.objects.get(step="circulate").order == order


def test_an_answered_order_is_not_circulated(here):
    replied(here)

    assert circulate_due(NOON + 30 * DAY) == (0, [])


def test_the_ladder_ends_in_an_order_that_walks_to_its_end(here):
    case = accepted(here)
    sweep(case.due_at + 7 * DAY)
    order = SupervisionOrder.objects.get()
    at = order.raised_at

    sign_order(order, by=officer(here.signer), at=at)
    sweep(at + timedelta(minutes=1))
    order.refresh_from_db()

    assert (order.state, order.to_post) == (OrderState.SENT, here.secretary)
    assert order.reply_on > local_day(at)


def test_an_order_that_cannot_be_sent_does_not_hold_up_the_others(here, monkeypatch):
    bad, good = signed(here), signed(here)
    whole = sending.next_number

    def fails(order, at):
        if order.pk == bad.pk:
            raise ZeroDivisionError
        return whole(order, at)

    monkeypatch.setattr(sending, "next_number", fails)
    assert send_orders_due(NOON + GRACE) == (1, [bad.case.number])

    bad.refresh_from_db()
    good.refresh_from_db()
    assert good.state == OrderState.SENT
    assert bad.state == OrderState.SIGNED


def test_a_draft_that_lay_until_its_day_was_past_is_due_by_the_rule_again(here):
    case = accepted(here)
    sweep(case.due_at + 7 * DAY)
    order, later = SupervisionOrder.objects.get(), case.due_at + 60 * DAY

    signed_late = sign_order(order, by=officer(here.signer), at=later)

    assert signed_late.reply_on > local_day(later)
    assert str(order.reply_on) not in signed_late.demand


def test_where_a_town_circulates_nothing_no_order_says_it_was(here):
    Rung.objects.create(town=here.town, step="circulate", is_on=False, told=["owner"])
    order = sent(here)

    assert circulate_due(NOON + 30 * DAY) == (0, [])
    order.refresh_from_db()
    assert order.circulated_at is None


def test_what_is_open_to_whom(here):
    order = sent(here)

    assert set(acts_open_to(order, here.handler.user, NOON + DAY)) == {"reply"}
    assert set(acts_open_to(order, here.supervisor.user, NOON + DAY)) == set()
    order = replied(here, order)
    assert set(acts_open_to(order, here.supervisor.user, NOON + DAY)) == {"check"}
    assert set(acts_open_to(order, here.handler.user, NOON + DAY)) == set()
    assert set(acts_open_to(raised(here), here.signer.user, NOON)) == {"sign", "cancel"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_each_order_once_and_leave_no_number_out():
    here = staff()
    here.signer = roles.reviewer_of(here.town, may_sign=True)
    for _nth in range(6):
        signed(here)
    times_at_once(2, lambda: send_orders_due(NOON + GRACE))

    numbers = sorted(SupervisionOrder.objects.values_list("number", flat=True))
    assert [number[-2] for number in numbers] == list("123456")


def test_an_order_by_hand_is_a_step_of_chasing_like_the_ladders(client, here):
    order = sent(here)

    chase = Chase.objects.get()
    assert (chase.case, chase.order, chase.step, chase.level) == (
        order.case,
        order,
        "by_hand",
        "order",
    )
    assert (chase.by, chase.demand, chase.at) == (here.supervisor, "逾期", NOON + GRACE)
    assert chase.due_at == order.case.clocks.get(stopped_at=None).due_at
    sweep(NOON + GRACE)
    assert Chase.objects.count() == 1


def test_an_order_of_the_ladder_is_no_second_step_when_it_goes_out(here):
    case = accepted(here)
    sweep(case.due_at + 7 * DAY)
    at = SupervisionOrder.objects.get().raised_at

    sign_order(SupervisionOrder.objects.get(), by=officer(here.signer), at=at)
    sweep(at + timedelta(minutes=1))

    assert Chase.objects.filter(level="order").count() == 1


# --- nobody chases themself
@pytest.fixture
def with_a_reviewer(here):
    case = make_move(
        accepted(here),
        Action.ESCALATE,
        by=officer(here.secretary),
        at=NOON,
        reason="钱不够",
    )
    assert case.owner_post.role == "reviewer"
    return case


def test_nobody_orders_themself(here, with_a_reviewer):
    with pytest.raises(MoveRefused):
        raised(here, with_a_reviewer, by=with_a_reviewer.owner_post)

    assert raised(here, with_a_reviewer).state == OrderState.TO_SIGN


def test_nobody_chases_themself(here, with_a_reviewer):
    words = {"supervision_level": "urge", "note": "抓紧"}
    with pytest.raises(MoveRefused):
        make_move(
            with_a_reviewer,
            Action.SUPERVISE,
            by=officer(with_a_reviewer.owner_post),
            at=NOON,
            **words,
        )

    by = officer(here.supervisor)
    assert make_move(with_a_reviewer, Action.SUPERVISE, by=by, at=NOON, **words)


def test_the_page_of_an_order_to_oneself_leads_back_to_the_matter(
    client, here, with_a_reviewer
):
    address = reverse("supervision:new_order", args=[with_a_reviewer.number])

    client.force_login(with_a_reviewer.owner_post.user)
    own = client.get(address)
    client.force_login(here.supervisor.user)
    others = client.get(address)

    assert own.url == with_a_reviewer.get_absolute_url()
    assert others.status_code == 200


def test_the_board_says_why_one_orders_not_oneself_and_what_is_left(
    client, here, with_a_reviewer, time_machine
):
    time_machine.move_to(NOON, tick=False)
    light = with_a_reviewer.light(NOON)
    words, way = "不能督办自己", f"{with_a_reviewer.get_absolute_url()}#act"
    address = f"{reverse('supervision:board')}?light={light}"

    client.force_login(with_a_reviewer.owner_post.user)
    own = client.get(address).content.decode()
    client.force_login(here.supervisor.user)
    others = client.get(address).content.decode()

    assert words in own
    assert way in own
    assert words not in others
    assert way not in others


# --- on the desk
def desk_of(client, post):
    client.force_login(post.user)
    further = client.get(reverse("cases:home")).context["further"]
    return {work.label: work.count for work in further if work.count}


def test_an_order_stands_on_the_desk_of_whoever_is_to_answer_it(client, here):
    order = sent(here)
    assert desk_of(client, here.handler) == {"待回复的督办单": 1}
    assert desk_of(client, here.duty) == {}

    order = replied(here, order)
    assert desk_of(client, here.handler) == {}
    assert desk_of(client, here.supervisor)["待核查的督办单"] == 1

    by = officer(here.supervisor)
    check_reply(order, good=True, finding="", by=by, at=NOON + DAY)
    assert "待核查的督办单" not in desk_of(client, here.supervisor)


def test_orders_to_sign_stand_on_the_desk_of_whoever_signs(client, here):
    raised(here)

    client.force_login(here.signer.user)
    of_signer = client.get(reverse("cases:home")).context["further"]
    client.force_login(here.supervisor.user)
    of_supervisor = client.get(reverse("cases:home")).context["further"]

    assert [work.count for work in of_signer] == [1]
    assert client.get(of_signer[0].address).status_code == 200
    reports = reverse("supervision:reports")
    assert [(work.address, work.count) for work in of_supervisor] == [(reports, 0)]
