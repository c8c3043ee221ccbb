"""The pages of supervision orders: what they show to whom, keep and refuse."""

import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.workflow import Action, make_move
from supervision.chasing.sweeping import sweep
from supervision.models import (
    OrderState,
    OrderTalk,
    SupervisionOrder,
)
from supervision.orders import check_reply, reply_to_order
from tests import roles
from tests.cases.ledger_desk import page as ledger
from tests.cases.ledger_desk import shown_rows
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    decided,
    officer,
    rated,
    spoken,
    staff,
)
from tests.supervision.opening import page
from tests.supervision.test_order_ends import circulated, late_draft
from tests.supervision.test_orders import raised, replied, sent, signed
from tests.villages.factories import OfficeFactory
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def form(**fields):
    return {
        "reason": "逾期",
        "demand": "请立即办理",
        "reply_on": "2026-03-05",
        "key": str(uuid.uuid4()),
        **fields,
    }


def test_a_supervisor_writes_a_reviewer_signs_and_the_office_answers_by_their_pages(
    client, here
):
    case = decided(here)
    client.force_login(here.supervisor.user)
    asked = client.get(
        reverse("supervision:new_order", args=[case.number])
    ).content.decode()
    assert str(here.handler.user) in asked
    client.post(reverse("supervision:new_order", args=[case.number]), form())
    order = SupervisionOrder.objects.get()

    client.force_login(here.signer.user)
    act = {
        act: reverse("supervision:order_act", args=[order.pk, act])
        for act in ("sign", "reply", "check")
    }
    client.post(act["sign"], {"demand": "三日内办结", "reply_on": "2026-03-06"})
    sweep(NOON + DAY)
    client.force_login(here.handler.user)
    client.post(act["reply"], {"reply": "修好了"})
    client.force_login(here.supervisor.user)
    client.post(act["check"], {"good": "good", "finding": "属实"})

    order.refresh_from_db()
    assert (order.state, order.demand, order.reply) == (
        OrderState.CLOSED,
        "三日内办结",
        "修好了",
    )


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(client, here):
    case = decided(here)
    client.force_login(here.supervisor.user)

    answer = client.post(
        reverse("supervision:new_order", args=[case.number]),
        form(reply_on="2026-03-01"),
    )

    assert answer.status_code == 422
    assert "这一天已经过去了。" in answer.content.decode()
    assert "请立即办理" in answer.content.decode()
    assert not SupervisionOrder.objects.exists()


def test_a_second_click_makes_no_second_order(client, here):
    case, once = decided(here), form()
    client.force_login(here.supervisor.user)

    for _nth in range(2):
        client.post(reverse("supervision:new_order", args=[case.number]), once)

    assert SupervisionOrder.objects.count() == 1


def test_a_matter_chased_today_says_so(client, here):
    case = sent(here).case

    with time_machine.travel(NOON + DAY / 2, tick=False):
        SupervisionOrder.objects.update(
            state="closed",
            reply="办了",
            replied_at=NOON,
            replied_by=here.handler,
            checked_at=NOON,
        )
        asked = page(client, here.supervisor, "new_order", case.number)

    assert "今天已督办过" in asked


def test_an_act_that_is_past_is_refused_with_a_word_and_no_error(client, here):
    order = signed(here)
    client.force_login(here.signer.user)

    answer = client.post(
        reverse("supervision:order_act", args=[order.pk, "sign"]),
        {"demand": order.demand, "reply_on": order.reply_on},
        follow=True,
    )

    assert "这一步您现在办不了" in answer.content.decode()


def test_the_list_is_parted_by_how_the_orders_stand(client, here):
    waiting, gone = raised(here), sent(here)

    assert waiting.case.number in page(
        client, here.supervisor, "orders", state="to_sign"
    )
    assert gone.number not in page(client, here.supervisor, "orders", state="to_sign")
    assert gone.number in page(client, here.supervisor, "orders", state="sent")
    assert gone.number in page(client, here.handler, "orders")
    assert gone.number not in page(client, staff().supervisor, "orders")


def test_a_strangers_order_does_not_exist(client, here):
    order = sent(here)
    client.force_login(staff().supervisor.user)

    assert client.get(order.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_list_of_orders_costs_the_same_however_many(
    client, here, count, django_assert_num_queries
):
    for _nth in range(count):
        raised(here)
    client.force_login(here.supervisor.user)
    client.get(reverse("supervision:orders"))

    with django_assert_num_queries(4):
        client.get(reverse("supervision:orders"))


def test_the_printed_form_holds_the_boxes_of_the_design_in_their_order_and_leaves_a_trace(
    client, here
):
    order = replied(here)
    client.force_login(here.supervisor.user)

    printed = client.post(
        reverse("supervision:order_print", args=[order.pk])
    ).content.decode()

    assert re.findall(r'<th scope="row">([^<]+)</th>', printed) == [
        "督办事项",
        "文号",
        "督办内容",
        "督办原因",
        "批示领导",
        "下发日期",
        "牵头领导",
        "配合领导",
        "附件",
        "回复期限",
        "反馈类型／周期",
        "牵头单位",
        "责任人",
        "配合单位",
        "督办联系人",
        "电话",
    ]
    assert order.number in printed
    assert order.number in AuditRecord.objects.latest("pk").subject


def test_an_order_names_whom_to_call_and_their_number(client, here):
    here.supervisor.user.phone = "13809328821"
    here.supervisor.user.save()
    order = sent(here)
    client.force_login(here.handler.user)
    page = client.get(order.get_absolute_url()).text
    client.force_login(here.supervisor.user)
    printed = client.post(reverse("supervision:order_print", args=[order.pk])).text

    for text in (page, printed):
        assert str(here.supervisor.user) in text
        assert "13809328821" in text


def test_a_printed_order_says_why_and_names_whoever_is_responsible(client, here):
    """Nobody has decided on the matter yet: the leader in charge is who is to decide."""
    order = sent(here, raised(here, spoken(here), reason="拖了半月"))
    client.force_login(here.supervisor.user)

    printed = client.post(reverse("supervision:order_print", args=[order.pk])).text

    name = re.escape(str(here.duty.user))
    assert re.search(r"督办原因</th>\s*<td[^>]*>拖了半月<", printed)
    assert re.search(rf"责任人</th>\s*<td[^>]*>{name}<", printed)
    head = re.escape(str(here.secretary.user))
    assert re.search(rf"牵头领导</th>\s*<td[^>]*>{head}<", printed)


def test_a_printed_order_names_the_unit_that_it_went_to(client, here):
    """Whoever leads by now may be another."""
    order = sent(here)
    addressed = OfficeFactory(town=here.town, name="水管站")
    SupervisionOrder.objects.filter(pk=order.pk).update(
        to_post=None, to_office=addressed
    )
    client.force_login(here.supervisor.user)

    printed = client.post(reverse("supervision:order_print", args=[order.pk])).text

    assert re.search(r"牵头单位</th>\s*<td[^>]*>水管站<", printed)


def test_the_leaders_who_assist_are_people_and_the_offices_units(client, here):
    station = roles.handler_of(OfficeFactory(town=here.town, name="水管站"))
    beside = [station.office, here.leader]
    order = sent(here, raised(here, decided(here, handling="joint", assistants=beside)))
    client.force_login(here.supervisor.user)

    printed = client.post(reverse("supervision:order_print", args=[order.pk])).text

    name = re.escape(str(here.leader.user))
    assert re.search(rf"配合领导</th>\s*<td[^>]*>{name}<", printed)
    assert re.search(r"配合单位</th>\s*<td[^>]*>水管站、", printed)


def test_a_title_that_was_cut_off_is_printed_as_the_words(client, here):
    order = sent(here)
    words = order.case.verbatim
    Case.objects.filter(pk=order.case_id).update(title=f"{words[:12]}…")
    client.force_login(here.supervisor.user)

    printed = client.post(reverse("supervision:order_print", args=[order.pk])).text

    assert f"{words}（{order.case.number}）" in printed
    assert "…" not in printed


def test_an_order_not_sent_yet_is_not_printed(client, here):
    order = raised(here)
    client.force_login(here.supervisor.user)

    assert (
        client.post(reverse("supervision:order_print", args=[order.pk])).status_code
        == 404
    )


def test_the_reason_against_an_order_does_not_read_like_an_order_to_write_one(
    client, here
):
    case = rated(here)

    told = page(client, here.supervisor, "of_case", case.number)

    assert "不能写督办单：这件事已经销号了。" in told


def test_a_case_tells_how_it_was_chased(client, here):
    order = sent(here)

    told = page(client, here.secretary, "of_case", order.case.number)
    assert order.number in told
    assert "写督办单" not in told
    assert "写督办单" in page(client, here.supervisor, "of_case", order.case.number)


def test_an_order_that_nobody_has_signed_is_said_to_wait_for_that(client, here):
    case, late, _order = late_draft(here)

    with time_machine.travel(late, tick=False):
        told = page(client, here.supervisor, "of_case", case.number)

    chased = told[: told.index("</ol>")]
    assert "逾期多日" in chased
    assert "待签发" in chased


def named_everywhere(here):
    """An order in which everybody wrote the name of a speaker whose name is hidden."""
    case = decided(here, accepted(here, confidentiality="hidden"))
    order = sent(here, raised(here, case, reason="李建国又来问", demand="给李建国修好"))
    order = check_reply(
        replied(here, order),
        good=False,
        finding="李建国说没修",
        by=officer(here.supervisor),
        at=NOON + DAY,
    )
    reply_to_order(order, "李建国家的灯修好了", by=officer(here.handler), at=NOON + DAY)
    SupervisionOrder.objects.update(circulated_at=NOON)
    OrderTalk.objects.create(
        order=order,
        held_on=NOON.date(),
        whom="所长",
        agreed="到李建国家道歉",
        noted_at=NOON,
        noted_by=here.supervisor,
    )
    return order


def test_who_spoke_in_secret_is_named_nowhere_on_the_page_of_an_order(client, here):
    order = named_everywhere(here)
    colleague = roles.handler_of(here.office)

    for name, args in (("order", order.pk), ("of_case", order.case.number)):
        assert "李建国" not in page(client, colleague, name, args)
    own_reply = page(client, here.handler, "order", order.pk)
    assert own_reply.count("李建国") == own_reply.count("李建国家的灯修好了")
    assert "李建国家的灯修好了" in own_reply
    assert "李建国" in page(client, here.signer, "order", order.pk)
    client.force_login(colleague.user)
    assert (
        "李建国"
        not in client.post(reverse("supervision:order_print", args=[order.pk])).text
    )


def test_a_talk_is_noted_on_the_page_and_stands_in_the_ledger(client, here):
    order = circulated(here)
    with time_machine.travel(NOON + 6 * DAY, tick=False):
        assert "记一次约谈" in page(client, here.supervisor, "order", order.pk)
        said = {"held_on": "2026-03-08", "whom": "司法所张所长", "agreed": "周五前修好"}
        client.post(reverse("supervision:order_act", args=[order.pk, "talk"]), said)
        assert "周五前修好" in page(client, here.supervisor, "order", order.pk)
        row = shown_rows(ledger(here.supervisor, "supervision"))[-1]

    assert (row[3], row[-2]) == (
        "通报",
        "已发出，等回复 · 2026-03-08约谈司法所张所长：周五前修好",
    )


@pytest.mark.parametrize(
    ("seconds", "words"), [(30, "签发后30秒内可以撤回"), (90, "签发后90秒内可以撤回")]
)
def test_how_long_an_order_can_be_taken_back_is_as_it_is_set(
    client, here, settings, seconds, words
):
    settings.ORDER_GRACE_SECONDS = seconds

    assert words in page(client, here.signer, "order", raised(here).pk)


def test_who_chases_a_matter_again_the_same_day_is_told_so_first(client, here):
    chased, other = accepted(here), accepted(here)
    address = reverse("cases:act", args=[chased.number, "supervise"])
    client.force_login(here.supervisor.user)
    assert "今天已督办过" not in client.get(address).text

    make_move(
        chased,
        Action.SUPERVISE,
        by=officer(here.supervisor),
        at=NOON,
        supervision_level="urge",
        text="抓紧",
    )

    assert "今天已督办过" in client.get(address).text
    ticked = {"cases": [f"{case.number}:{case.version}" for case in (chased, other)]}
    asked = client.post(reverse("supervision:chase_together"), ticked).text
    assert asked.count("今天已督办过") == 1
    with time_machine.travel(NOON + DAY + DAY / 24, tick=False):
        assert "今天已督办过" not in client.get(address).text


def test_taking_an_order_back_is_named_by_what_it_does(client, here):
    """Before the signature, to whoever signs, it is a refusal; after it a stop."""
    order = raised(here)
    words = ("不签，退回", "撤回，不发了")
    before = page(client, here.signer, "order", order.pk)
    writers = page(client, here.supervisor, "order", order.pk)
    signed(here, order)
    after = page(client, here.signer, "order", order.pk)

    assert [word in before for word in words] == [True, False]
    assert [word in writers for word in words] == [False, False]
    assert [word in after for word in words] == [False, True]


def test_the_page_of_a_matter_tells_the_order_that_was_sent(client, here):
    order = sent(here)

    client.force_login(here.supervisor.user)
    timeline = client.get(order.case.get_absolute_url()).content.decode()

    assert f"发出督办单 {order.number}，" in timeline
    assert "当面代录" not in timeline


def test_whoever_writes_an_order_reads_who_signs_it(client, here):
    case = decided(here)
    client.force_login(here.supervisor.user)
    address = reverse("supervision:new_order", args=[case.number])

    form = client.get(address)
    typed = {"reason": "逾期", "demand": "请立即办理", "key": uuid.uuid4()}
    typed["reply_on"] = form.context["form"]["reply_on"].value().isoformat()
    answer = client.post(address, typed, follow=True)

    assert f"交{here.signer.user}签发" in form.content.decode()
    assert f"已交给{here.signer.user}签发" in answer.content.decode()


@pytest.mark.parametrize(("days", "is_said"), [(2, False), (5, True)])
def test_an_answer_that_is_due_on_a_day_off_is_said_to_be(client, here, days, is_said):
    order = raised(here, reply_on=(NOON + days * DAY).date())

    assert ("那天是休息日" in page(client, here.signer, "order", order.pk)) is is_said


def given_back(here):
    """An order whose answer was not good, to be answered again."""
    order = replied(here)
    by = officer(here.supervisor)
    return check_reply(order, good=False, finding="没写谁负责", by=by, at=NOON + DAY)


def test_an_order_given_back_says_so_and_why_to_whoever_answers(client, here):
    order = given_back(here)
    waiting = OrderState.SENT.label

    for reader, is_asked in ((here.handler, True), (here.supervisor, False)):
        client.force_login(reader.user)
        shown = client.get(order.get_absolute_url())
        assert shown.context["state"] not in ("", str(waiting))
        assert shown.context["given_back"] == ("没写谁负责" if is_asked else "")
    listed = page(client, here.supervisor, "orders", state="sent")
    assert str(waiting) not in listed

    reply_to_order(order, "李强负责，三天修好", by=officer(here.handler), at=NOON + DAY)
    client.force_login(here.handler.user)
    answered = client.get(order.get_absolute_url())
    assert answered.context["given_back"] == ""


def test_an_order_given_back_stands_so_on_board_matter_and_in_the_ledger(client, here):
    order = given_back(here)
    waiting = str(OrderState.SENT.label)

    of_case = page(client, here.supervisor, "of_case", order.case.number)
    assert "督办单" in of_case
    assert waiting not in of_case
    client.force_login(here.supervisor.user)
    (row,) = shown_rows(client.get(reverse("cases:ledger", args=["supervision"])))
    assert not any(waiting in cell for cell in row)


def test_who_spoke_in_secret_is_not_named_in_the_reason_of_an_order_given_back(
    client, here
):
    order = named_everywhere(here)
    SupervisionOrder.objects.filter(pk=order.pk).update(state=OrderState.SENT)
    client.force_login(roles.handler_of(here.office).user)

    shown = client.get(order.get_absolute_url())

    assert shown.context["given_back"]
    assert "李建国" not in shown.text
