"""Several supervision orders signed at once: checked on a page, then each with its own
result, by a page and over the API.
"""

import pytest
import time_machine
from django.urls import reverse

from supervision.models import OrderState
from supervision.orders import cancel_order, sign_all
from tests import roles
from tests.api import Api
from tests.cases.roads import NOON, officer, staff
from tests.supervision.test_orders import raised

pytestmark = pytest.mark.django_db
TOGETHER = "supervision:sign_together"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def ticked(*orders):
    return {"orders": [f"{order.pk}:{order.case.number}" for order in orders]}


def states_of(*orders):
    for order in orders:
        order.refresh_from_db()
    return [order.state for order in orders]


def signing(client, here, *orders, **more):
    client.force_login(here.signer.user)
    return client.post(reverse(TOGETHER), ticked(*orders) | more)


def test_who_signs_ticks_the_orders_that_wait_and_nobody_else_does(client, here):
    order = raised(here)
    tick = f'value="{order.pk}:{order.case.number}"'
    to_sign = {"state": "to_sign"}

    shown = {}
    for post in (here.signer, here.supervisor, here.reviewer):
        client.force_login(post.user)
        page = client.get(reverse("supervision:orders"), to_sign).text
        shown[post] = (tick in page, "勾选的一起签发" in page)

    assert shown == {
        here.signer: (True, True),
        here.supervisor: (False, False),
        here.reviewer: (False, False),
    }


def test_what_is_signed_is_read_first(client, here):
    first = raised(here, demand="三天内把灯换好")
    second = raised(here, demand="五天内修好水管")

    page = signing(client, here, first, second).text

    for words in ("三天内把灯换好", "五天内修好水管", first.case.number, "签发 2 份"):
        assert words in page
    assert states_of(first, second) == [OrderState.TO_SIGN, OrderState.TO_SIGN]


def test_several_are_signed_and_whoever_fails_says_why_and_stops_no_other(client, here):
    first, taken_back, last = raised(here), raised(here), raised(here)
    cancel_order(taken_back, reason="说清了", by=officer(here.supervisor), at=NOON)

    answer = signing(client, here, first, taken_back, last, apply="1")

    assert "签发了 2 份，没签成 1 份" in answer.text
    assert "刚才已经办过了" in answer.text
    assert states_of(first, taken_back, last) == [
        OrderState.SIGNED,
        OrderState.CANCELLED,
        OrderState.SIGNED,
    ]
    assert (first.signed_by, first.demand) == (here.signer, "请立即办理")


def test_the_whole_batch_sent_again_signs_nothing_twice(client, here):
    order = raised(here)
    signing(client, here, order, apply="1")
    order.refresh_from_db()
    signed_at = order.signed_at

    again = signing(client, here, order, apply="1")

    assert "签发了 1 份，没签成 0 份" in again.text
    order.refresh_from_db()
    assert order.signed_at == signed_at


def test_an_order_out_of_sight_is_named_by_what_was_ticked_alone(client, here):
    mine, theirs = raised(here), raised(staff())

    answer = signing(client, here, mine, theirs, apply="1")

    assert "签发了 1 份，没签成 1 份" in answer.text
    assert theirs.case.number in answer.text
    assert states_of(theirs) == [OrderState.TO_SIGN]
    assert theirs.reason not in signing(client, here, theirs).text


def test_who_may_not_sign_has_no_such_page(client, here):
    order = raised(here)

    for post in (here.supervisor, here.reviewer, here.secretary):
        client.force_login(post.user)
        answer = client.post(reverse(TOGETHER), ticked(order) | {"apply": "1"})
        assert answer.status_code == 404
    assert states_of(order) == [OrderState.TO_SIGN]


def test_with_nothing_ticked_one_is_told_so(client, here):
    client.force_login(here.signer.user)

    answer = client.post(reverse(TOGETHER), follow=True)

    assert "请先勾选督办单" in answer.text


def test_a_login_in_between_leads_back_to_what_waits(client, here):
    client.force_login(here.signer.user)

    answer = client.get(reverse(TOGETHER))

    assert answer.url == f"{reverse('supervision:orders')}?state=to_sign"


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_page_to_check_costs_the_same_however_many(
    client, here, count, django_assert_num_queries
):
    orders = [raised(here) for _nth in range(count)]
    for draft in orders[::2]:  # whose day the calendar says
        draft.raised_by = None
        draft.save()
    signing(client, here, *orders)

    # with the account, the orders, the town's calendar, and whom each goes to
    with django_assert_num_queries(10):
        client.post(reverse(TOGETHER), ticked(*orders))


def test_a_signer_of_another_territory_signs_nothing_here(here):
    order = raised(here)
    other = roles.reviewer_of(staff().town, may_sign=True)

    (result,) = sign_all([order], user=other.user, at=NOON)

    assert result.refusal
    assert states_of(order) == [OrderState.TO_SIGN]


def test_over_the_api_each_order_has_its_own_result(here):
    first, taken_back = raised(here), raised(here)
    cancel_order(taken_back, reason="说清了", by=officer(here.supervisor), at=NOON)
    body = {"orders": [first.pk, taken_back.pk]}

    answer = Api(here.signer).post("orders/sign/", body)
    again = Api(here.signer).post("orders/sign/", body)

    rows = {row["id"]: (row["done"], bool(row["refusal"])) for row in answer.json()}
    assert rows == {first.pk: (True, False), taken_back.pk: (False, True)}
    assert answer.json() == again.json()
    assert states_of(first, taken_back) == [OrderState.SIGNED, OrderState.CANCELLED]


def test_over_the_api_who_may_not_sign_is_told_why(here):
    order = raised(here)

    answer = Api(here.reviewer).post("orders/sign/", {"orders": [order.pk]})

    assert [(row["done"], row["refusal"]) for row in answer.json()] == [
        (False, "督办单只能由有权签发的审核人签。")
    ]


def test_over_the_api_an_order_out_of_sight_is_one_that_does_not_exist(here):
    order = raised(here)
    stranger = Api(staff().supervisor)

    foreign = stranger.post("orders/sign/", {"orders": [order.pk]})
    missing = stranger.post("orders/sign/", {"orders": [999_999_999]})

    assert (foreign.status_code, foreign.json()) == (400, missing.json())
