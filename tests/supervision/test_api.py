"""The API of supervision: the same acts and the same refusals as the pages."""

import pytest
import time_machine

from supervision.chasing.sweeping import sweep
from supervision.models import Notice, OrderState, SupervisionOrder
from tests import roles
from tests.api import Api
from tests.cases.roads import DAY, NOON, decided, staff
from tests.supervision.test_order_ends import circulated
from tests.supervision.test_order_pages import named_everywhere
from tests.supervision.test_orders import raised, sent

pytestmark = pytest.mark.django_db
WORDS = {"reason": "逾期", "demand": "请立即办理", "reply_on": "2026-03-05"}


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_an_order_walks_its_way_over_the_api(here):
    case = decided(here)
    made = Api(here.supervisor).post(f"cases/{case.number}/orders/", WORDS)
    address = f"orders/{made.json()['id']}/"

    signed = Api(here.signer).post(address, {"act": "sign"})
    sweep(NOON + DAY)
    replied = Api(here.handler).post(address, {"act": "reply", "reply": "修好了"})
    closed = Api(here.supervisor).post(address, {"act": "check", "good": True})

    assert [answer.status_code for answer in (made, signed, replied, closed)] == [
        201,
        200,
        200,
        200,
    ]
    assert closed.json()["state"] == OrderState.CLOSED
    assert closed.json()["document"].endswith("〔2026〕1号")


def test_what_is_not_open_is_refused_with_its_reason(here):
    order = raised(here)

    assert (
        Api(here.reviewer).post(f"orders/{order.pk}/", {"act": "sign"}).status_code
        == 403
    )
    assert (
        Api(here.supervisor)
        .post(f"orders/{order.pk}/", {"act": "check", "good": True})
        .status_code
        == 409
    )
    assert Api(here.supervisor).post(f"orders/{order.pk}/", {"act": "cancel"}).json()[
        "fields"
    ].keys() == {"reason"}


def test_a_stranger_finds_neither_order_nor_matter(here):
    order, stranger = sent(here), Api(staff().supervisor)

    assert stranger.get(f"orders/{order.pk}/").status_code == 404
    assert stranger.post(f"cases/{order.case.number}/orders/", WORDS).status_code == 404
    assert stranger.get("orders/").json()["results"] == []
    assert (
        Api(here.duty).post(f"cases/{order.case.number}/orders/", WORDS).status_code
        == 404
    )


def test_orders_are_listed_by_how_they_stand(here):
    waiting, gone = raised(here), sent(here)
    api = Api(here.supervisor)

    assert [row["id"] for row in api.get("orders/").json()["results"]] == [
        gone.pk,
        waiting.pk,
    ]
    assert [row["id"] for row in api.get("orders/?state=sent").json()["results"]] == [
        gone.pk
    ]
    assert api.get("orders/?state=nonsense").status_code == 400


def test_the_inbox_is_ones_own_and_is_read_once(here):
    decided(here)
    sweep(NOON)
    (row,) = Api(here.handler).get("inbox/").json()["results"]

    assert row["words"] == "到您这里了：请您签收，抓紧办。"
    assert Api(here.secretary).post(f"inbox/{row['id']}/read/").status_code == 404
    assert Api(here.handler).post(f"inbox/{row['id']}/read/").json() == {"read": 1}
    assert Api(here.handler).post("inbox/read/").json() == {"read": 0}
    assert Notice.objects.get(pk=row["id"]).read_at == NOON


@pytest.mark.parametrize("count", [1, 3, 20])
def test_a_page_of_orders_costs_the_same_however_many(
    here, count, django_assert_num_queries
):
    for _nth in range(count):
        raised(here)
    api = Api(here.supervisor)
    api.get("orders/")

    with django_assert_num_queries(4):
        assert len(api.get("orders/").json()["results"]) == count


def test_a_repeated_key_makes_no_second_order(here):
    case, key = decided(here), "6f1d6f0e-9f6b-4d0e-8f0e-222222222222"
    for _nth in range(2):
        assert (
            Api(here.supervisor)
            .post(f"cases/{case.number}/orders/", {**WORDS, "key": key})
            .status_code
            == 201
        )

    assert SupervisionOrder.objects.count() == 1


def test_a_talk_is_noted_over_the_api_once(here):
    order = circulated(here)
    said = {
        "act": "talk",
        "held_on": "2026-03-02",
        "whom": "司法所张所长",
        "agreed": "周五前修好",
    }

    answers = [
        Api(here.supervisor).post(f"orders/{order.pk}/", said) for _nth in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    (talk,) = answers[1].json()["talks"]
    assert (talk["whom"], talk["agreed"], talk["noted_by"]["name"]) == (
        "司法所张所长", "周五前修好", str(here.supervisor.user),
    )  # fmt: skip
    assert Api(here.handler).post(f"orders/{order.pk}/", said).status_code == 403
    assert (
        Api(here.supervisor).post(f"orders/{sent(here).pk}/", said).status_code == 409
    )


def test_who_spoke_in_secret_is_named_nowhere_in_an_order(here):
    order = named_everywhere(here)

    colleague = roles.handler_of(here.office)
    assert "李建国" not in Api(colleague).get(f"orders/{order.pk}/").text
    own_reply = Api(here.handler).get(f"orders/{order.pk}/").text
    assert own_reply.count("李建国") == own_reply.count("李建国家的灯修好了") == 1
    assert "李建国" in Api(here.signer).get(f"orders/{order.pk}/").text
