"""Orders that end by themselves, wait too long, are talked about, or meet somebody else
who writes one.
"""

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases.models import Case
from cases.workflow import Action, make_move
from minshi.errors import InputRefused, KeyReused, MoveRefused, NoSuchRight
from minshi.workdays import local_day
from supervision.chasing.circulating import circulate_due
from supervision.chasing.ladder import look_at_clocks
from supervision.chasing.sweeping import sweep
from supervision.models import (
    Chase,
    Notice,
    NoticeKind,
    NoticeState,
    OrderState,
    OrderTalk,
    SupervisionOrder,
)
from supervision.notices.words import words_of
from supervision.orders import (
    acts_open_to,
    cancel_order,
    check_reply,
    end_orders_due,
    note_talk,
    raise_order,
    remind_of_orders_due,
    send_orders_due,
    sign_all,
    sign_order,
)
from tests import roles
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    dissatisfied_twice,
    officer,
    rated,
    verified,
)
from tests.supervision.test_orders import raised, replied, sent, signed

pytestmark = pytest.mark.django_db
LATER = NOON + 3 * DAY


def now_of(order):
    return SupervisionOrder.objects.get(pk=order.pk)


def to_the_end(here, case):
    """Done, checked, rated: closed two days after noon."""
    return rated(here, verified(here, completed(here, case)))


# --- with their matter


@pytest.mark.parametrize("stand", [raised, signed])
def test_an_order_not_gone_out_is_cancelled_when_its_matter_closes(here, stand):
    case = decided(here)
    order = stand(here, raised(here, case)) if stand is signed else raised(here, case)
    to_the_end(here, case)

    assert end_orders_due(LATER) == (1, [])

    order = now_of(order)
    assert (order.state, order.cancel_reason) == (
        OrderState.CANCELLED,
        "发出前这件事已经销号",
    )
    assert end_orders_due(LATER) == (0, [])


@pytest.mark.parametrize("stand", [sent, replied])
def test_an_order_gone_out_ends_with_its_matter_and_is_not_circulated(here, stand):
    order = stand(here)
    to_the_end(here, Case.objects.get(pk=order.case_id))

    sweep(NOON + 30 * DAY)

    order = now_of(order)
    assert (order.state, order.end_reason) == (OrderState.ENDED, "事情已销号（已评价）")
    assert order.ended_at == NOON + 30 * DAY
    assert not Chase.objects.filter(step="circulate").exists()
    assert not Notice.objects.filter(
        order=order, channel="inbox", state=NoticeState.SENT
    ).exists()
    assert acts_open_to(order, here.supervisor.user, NOON + 30 * DAY) == {}


def test_an_order_of_a_closed_matter_is_not_circulated(here):
    order = sent(here)
    to_the_end(here, Case.objects.get(pk=order.case_id))

    assert circulate_due(NOON + 30 * DAY) == (0, [])


def test_once_opened_again_a_matter_may_have_another_order(here):
    order = sent(here)
    case = to_the_end(here, Case.objects.get(pk=order.case_id))
    end_orders_due(LATER)
    case = make_move(
        case, Action.REOPEN, by=officer(here.supervisor), at=LATER, reason="又灭了"
    )

    words = {
        "reason": "又拖了",
        "demand": "快办",
        "reply_on": local_day(LATER),
        "key": None,
    }
    assert (
        raise_order(case, by=officer(here.supervisor), at=LATER, **words).state
        == OrderState.TO_SIGN
    )


def test_how_it_ended_can_be_read(client, here):
    order = sent(here)
    to_the_end(here, Case.objects.get(pk=order.case_id))
    end_orders_due(LATER)
    client.force_login(here.supervisor.user)

    assert "事情已销号（已评价）" in client.get(order.get_absolute_url()).text
    assert order.number in client.get("/supervision/orders/?state=over").text


# --- drafts whose reason is gone


def test_a_draft_of_the_ladder_is_withdrawn_once_the_matter_is_not_overdue_any_more(
    here,
):
    case = accepted(here)
    late = case.due_at + 7 * DAY
    sweep(late)
    order = SupervisionOrder.objects.get()
    assert end_orders_due(late) == (0, [])
    make_move(
        case,
        Action.DECIDE,
        by=officer(here.secretary),
        at=late,
        handling="led",
        decision="换灯",
        lead=here.office,
    )

    assert end_orders_due(late) == (1, [])

    order = now_of(order)
    assert (order.state, order.cancel_reason) == (
        OrderState.CANCELLED,
        "督办的缘由没有了：这件事已不在被督办的人手里",
    )
    assert order.cancelled_by is None
    assert not Notice.objects.filter(
        kind=NoticeKind.ORDER_TO_SIGN, state=NoticeState.SENT
    ).exists()


def test_a_draft_for_a_second_dissatisfaction_stays_until_it_is_seen_to(here):
    case = dissatisfied_twice(here)
    at = case.clocks.get(stopped_at=None).started_at
    sweep(at)
    assert end_orders_due(at) == (0, [])

    make_move(case, Action.REDO, by=officer(here.supervisor), at=at, reason="重新办")

    assert end_orders_due(at) == (1, [])


def test_a_draft_by_hand_is_not_withdrawn(here):
    raised(here)

    assert end_orders_due(NOON + DAY) == (0, [])


# --- drafts for whoever has the matter no more


def handed_on(here, case, at=LATER):
    """Decided by the secretary, and with the office from then on."""
    return make_move(
        case,
        Action.DECIDE,
        by=officer(here.secretary),
        at=at,
        handling="led",
        decision="换灯",
        lead=here.office,
    )


def late_draft(here):
    """An order that the ladder drafted for the secretary, in whose hands it lay."""
    case = accepted(here)
    late = case.due_at + 7 * DAY
    sweep(late)
    return case, late, SupervisionOrder.objects.get()


def test_a_draft_is_addressed_to_whoever_had_the_matter_as_it_was_written(here):
    _case, _late, order = late_draft(here)
    assert order.to_post == here.secretary

    by_hand = raised(here)
    assert by_hand.to_office == here.office


def test_a_draft_falls_away_though_the_matter_is_overdue_with_somebody_else(here):
    case, late, order = late_draft(here)
    handed_on(here, case, late)

    assert end_orders_due(late + 60 * DAY) == (1, [])

    order = now_of(order)
    assert (order.state, order.to_post) == (OrderState.CANCELLED, here.secretary)
    assert order.cancel_reason == "督办的缘由没有了：这件事已不在被督办的人手里"


def test_a_draft_falls_away_where_one_person_is_late_with_the_next_stage(here):
    case, late, order = late_draft(here)
    case = make_move(
        case,
        Action.DECIDE,
        by=officer(here.secretary),
        at=late,
        handling="led",
        decision="换灯",
        lead=here.secretary,
    )

    assert end_orders_due(late + 60 * DAY) == (1, [])
    assert now_of(order).cancel_reason == "督办的缘由没有了：逾期的那一步已经走完"


def test_an_order_for_whoever_has_the_matter_no_more_is_not_signed(client, here):
    order = raised(here, accepted(here))
    handed_on(here, order.case)
    gone = "督办的缘由没有了：这件事已不在被督办的人手里"

    with pytest.raises(MoveRefused, match=gone):
        sign_order(order, by=officer(here.signer), at=LATER)
    assert "sign" not in acts_open_to(now_of(order), here.signer.user, LATER)
    assert sign_all([now_of(order)], user=here.signer.user, at=LATER)[0].refusal == gone

    client.force_login(here.signer.user)
    page = client.get(order.get_absolute_url()).text
    assert gone in page
    assert "签发并发出" not in page
    tick = f"{order.pk}:{order.case.number}"
    together = client.post("/supervision/orders/sign/", {"orders": tick})
    assert gone in together.text


def test_an_order_signed_for_whoever_has_it_no_more_does_not_go_out(here):
    order = signed(here, raised(here, accepted(here)))
    handed_on(here, order.case, NOON + timedelta(seconds=9))

    assert send_orders_due(NOON + timedelta(seconds=30)) == (0, [])

    order = now_of(order)
    assert order.state == OrderState.CANCELLED
    assert order.cancel_reason == "督办的缘由没有了：这件事已不在被督办的人手里"


def test_an_order_asked_for_by_hand_is_for_whoever_was_chased(here):
    case = accepted(here)
    case = make_move(
        case,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="order",
        note="一直没议",
    )
    handed_on(here, case)

    sweep(LATER)

    order = SupervisionOrder.objects.get()
    assert order.to_post == here.secretary
    sweep(LATER + timedelta(minutes=1))
    assert now_of(order).state == OrderState.CANCELLED


# --- waiting for somebody


def told(kind):
    return [row.created_at for row in Notice.objects.filter(kind=kind).order_by("pk")]


def morning(day):
    return NOON.replace(month=day.month, day=day.day, hour=8)


def test_whoever_is_to_sign_is_told_again_every_second_working_day(here):
    raised(here)  # on a Monday
    again = [date(2026, 3, 4), date(2026, 3, 6), date(2026, 3, 10)]

    for day in again:
        assert remind_of_orders_due(morning(day) - timedelta(seconds=1)) == (0, [])
        assert remind_of_orders_due(morning(day)) == (1, [])
        assert remind_of_orders_due(morning(day)) == (0, [])

    assert told(NoticeKind.ORDER_TO_SIGN) == [NOON, *map(morning, again)]


def test_whoever_is_to_check_is_told_again_and_nobody_once_it_is_checked(here):
    order = replied(here)  # on a Tuesday
    assert len(told(NoticeKind.ORDER_REPLIED)) == 2

    assert remind_of_orders_due(morning(date(2026, 3, 5))) == (1, [])
    assert len(told(NoticeKind.ORDER_REPLIED)) == 4
    check_reply(order, good=True, finding="", by=officer(here.supervisor), at=LATER)
    assert remind_of_orders_due(NOON + 30 * DAY) == (0, [])


@pytest.mark.parametrize("done", ["signed", "taken back"])
def test_nobody_is_told_again_to_sign_what_was_signed_or_taken_back(here, done):
    order = raised(here)
    if done == "signed":
        signed(here, order)
    else:
        cancel_order(order, reason="算了", by=officer(here.supervisor), at=NOON)

    assert remind_of_orders_due(NOON + 30 * DAY) == (0, [])


def test_after_downtime_one_reminder_is_told_and_not_every_one_missed(here):
    raised(here)

    assert remind_of_orders_due(NOON + 20 * DAY) == (1, [])
    assert remind_of_orders_due(NOON + 20 * DAY) == (0, [])


def test_who_reminds_nobody_says_so_by_a_nought(here, settings):
    settings.ORDER_REMIND_DAYS = 0
    raised(here)

    assert remind_of_orders_due(NOON + 30 * DAY) == (0, [])


def test_a_draft_of_the_ladder_waits_for_its_signer_too(here):
    case = accepted(here)
    sweep(case.due_at + 7 * DAY)

    assert sweep(case.due_at + 12 * DAY).reminded == 1


def test_whoever_answered_hears_that_the_order_is_closed(here):
    check_reply(
        replied(here), good=True, finding="", by=officer(here.supervisor), at=LATER
    )

    assert [
        row.recipient for row in Notice.objects.filter(kind=NoticeKind.ORDER_CLOSED)
    ] == [here.handler.user]


def test_whoever_wrote_an_order_hears_that_it_was_given_back_unsigned(here):
    cancel_order(raised(here), reason="先找村上", by=officer(here.signer), at=NOON)

    notice = Notice.objects.get(kind=NoticeKind.ORDER_UNSENT)
    assert notice.recipient == here.supervisor.user
    assert words_of(notice) == (
        "您写的督办单没有发出，被退回了。单子上写着原因，可以改好再写一张。"
    )


def test_whoever_takes_their_own_order_back_is_told_nothing(here):
    order = raised(here)

    cancel_order(order, reason="写错了", by=officer(here.supervisor), at=NOON)

    assert not Notice.objects.filter(kind=NoticeKind.ORDER_UNSENT).exists()


def test_an_order_given_back_is_written_anew_with_its_words(here, client):
    order = raised(here, demand="三天内把灯修好")
    cancel_order(order, reason="期限写长些", by=officer(here.signer), at=NOON)
    client.force_login(here.supervisor.user)

    page = client.get(order.get_absolute_url()).content.decode()
    link = reverse("supervision:new_order", args=[order.case.number])
    anew = client.get(f"{link}?anew={order.pk}")
    form = anew.context["form"]

    assert f"{link}?anew={order.pk}" in page
    assert "退回的原因：期限写长些" in anew.text
    assert form.initial["demand"] == "三天内把灯修好"
    assert form.initial["reason"] == order.reason


@pytest.mark.parametrize(
    "changed",
    [
        {"demand": "", "reply_on": "2026-03-20"},
        {"reply_on": "下周"},
        {"reply_on": "2020-01-01"},  # the form takes it, the rule does not
    ],
)
def test_an_order_refused_as_it_is_written_anew_says_again_why_it_was_given_back(
    here, client, changed
):
    order = raised(here, demand="三天内把灯修好")
    cancel_order(order, reason="期限写长些", by=officer(here.signer), at=NOON)
    client.force_login(here.supervisor.user)
    link = reverse("supervision:new_order", args=[order.case.number])
    address = f"{link}?anew={order.pk}"
    opened = client.get(address).context["form"]
    typed = {
        "reason": "灯还没修",
        "demand": "十天内把灯修好",
        "key": opened.initial["key"],
        **changed,
    }

    refused = client.post(address, typed)

    assert refused.status_code == 422
    assert "退回的原因：期限写长些" in refused.text
    form = refused.context["form"]
    assert {name: str(form[name].value()) for name in typed} == {
        name: str(value) for name, value in typed.items()
    }


@pytest.mark.parametrize("reply_on", ["2026-03-20", "下周"])
def test_an_order_typed_while_another_wrote_one_is_shown_to_copy(
    here, client, reply_on
):
    case = decided(here)
    client.force_login(here.supervisor.user)
    link = reverse("supervision:new_order", args=[case.number])
    key = client.get(link).context["form"].initial["key"]
    raised(here, case, by=here.signer)
    typed = {"reason": "灯还没修", "demand": "十天内把灯修好", "reply_on": reply_on}

    late = client.post(link, typed | {"key": key})

    assert late.status_code == 409
    assert "这件事已有一张督办单：" in late.text
    assert {each.words for each in late.context["typed"]} == set(typed.values())


def test_nobody_writes_anew_what_another_wrote(here, client):
    order = raised(here, demand="三天内把灯修好")
    cancel_order(order, reason="期限写长些", by=officer(here.signer), at=NOON)
    client.force_login(here.signer.user)

    page = client.get(order.get_absolute_url()).content.decode()
    link = reverse("supervision:new_order", args=[order.case.number])
    form = client.get(f"{link}?anew={order.pk}").context["form"]

    assert "?anew=" not in page
    assert form.initial["demand"] != "三天内把灯修好"


# --- a talk about an order not answered


def circulated(here):
    order = sent(here)
    circulate_due(NOON + 5 * DAY)
    return now_of(order)


def talked(here, order, *, by=None, at=NOON + 6 * DAY, **said):
    words = {
        "held_on": local_day(NOON + 6 * DAY),
        "whom": "司法所张所长",
        "agreed": "周五前修好",
        **said,
    }
    return note_talk(order, by=officer(by or here.supervisor), at=at, **words)


def test_a_talk_is_noted_beside_an_order_that_was_circulated_and_once(here):
    order = circulated(here)

    talk = talked(here, order)

    assert talked(here, order, at=NOON + 7 * DAY) == talk
    assert (talk.noted_by, talk.noted_at) == (here.supervisor, NOON + 6 * DAY)
    assert OrderTalk.objects.count() == 1
    with pytest.raises(MoveRefused):
        talked(here, order, agreed="别的")


def test_a_talk_about_an_order_that_was_not_circulated_is_refused(here):
    with pytest.raises(MoveRefused):
        talked(here, sent(here))


def test_a_talk_may_be_noted_after_the_answer_came_as_well(here):
    order = replied(here, circulated(here))
    check_reply(
        order,
        good=False,
        finding="没写日期",
        by=officer(here.supervisor),
        at=NOON + 6 * DAY,
    )

    assert talked(here, order).order == order


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"whom": " "}, "whom"),
        ({"agreed": ""}, "agreed"),
        ({"held_on": local_day(NOON + 7 * DAY)}, "held_on"),
        ({"held_on": local_day(NOON - DAY)}, "held_on"),
    ],
)
def test_a_talk_says_with_whom_when_and_what(here, wrong, field):
    with pytest.raises(InputRefused) as refused:
        talked(here, circulated(here), **wrong)

    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("who", ["secretary", "handler", "duty"])
def test_only_a_reviewer_or_supervisor_over_the_matter_notes_a_talk(here, who):
    order = circulated(here)

    with pytest.raises(NoSuchRight):
        talked(here, order, by=getattr(here, who))
    assert "talk" not in acts_open_to(order, getattr(here, who).user, NOON + 6 * DAY)
    assert "talk" in acts_open_to(order, here.supervisor.user, NOON + 6 * DAY)


# --- two who write one


def test_a_key_used_for_another_matter_is_refused(here):
    key = uuid.uuid4()
    raised(here, key=key)

    with pytest.raises(KeyReused):
        raised(here, key=key)
    assert SupervisionOrder.objects.count() == 1


def test_a_draft_whose_day_is_past_is_due_by_the_rule_again_also_where_somebody_wrote_it(
    here,
):
    order = raised(here)

    assert sign_order(
        order, by=officer(here.signer), at=NOON + 30 * DAY
    ).reply_on > local_day(NOON + 30 * DAY)


def test_the_ladder_leaves_the_matter_that_somebody_else_has_ordered(here):
    case = accepted(here)
    raised(here, case)
    roles.reviewer_of(here.town, may_sign=True)

    assert look_at_clocks(case.due_at + 7 * DAY)[0] == 0
    assert (SupervisionOrder.objects.count(), Chase.objects.count()) == (1, 0)
