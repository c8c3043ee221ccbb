"""Words typed for an act on an order that somebody else was quicker to take."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import gettext

from minshi.errors import MoveRefused
from supervision.models import OrderState
from supervision.orders import cancel_order, check_reply, reply_to_order, sign_order
from supervision.views import order as order_views
from tests import roles
from tests.api import Api
from tests.cases.roads import NOON, accepted, completed, decided, officer, rated
from tests.supervision.test_orders import raised, sent
from villages.models import Post

pytestmark = pytest.mark.django_db
TYPED = "请三日内把四户的水管全部换掉，并逐户回访"
SOON, LATER = NOON + timedelta(minutes=2), NOON + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def opened(client, post, order, act):
    """Open the page of an order; return the address of an act, and what is filled in
    there.
    """
    client.force_login(post.user)
    page = client.get(order.get_absolute_url())
    offered = {each.name: each.form for each in page.context["acts"]}
    filled = {name: offered[act][name].value() or "" for name in offered[act].fields}
    filled["state"] = order.state
    filled["seen"] = int(page.context["at"].timestamp())
    return reverse("supervision:order_act", args=[order.pk, act]), filled


def sent_later(client, address, answers):
    with time_machine.travel(LATER + timedelta(minutes=5), tick=False):
        return client.post(address, answers)


def kept(answer):
    return [typed.words for typed in answer.context["late"].typed]


def happened(answer):
    return [(entry.what, entry.who) for entry in answer.context["missed"]]


def test_a_demand_typed_for_an_order_that_another_signed_is_shown_to_copy(client, here):
    order = raised(here)
    with time_machine.travel(SOON, tick=False):
        address, answers = opened(client, here.signer, order, "sign")
    other = roles.reviewer_of(here.town, may_sign=True)
    sign_order(order, by=officer(other), at=LATER)

    answer = sent_later(client, address, answers | {"demand": TYPED})

    assert answer.status_code == 409
    assert kept(answer) == [TYPED]
    assert happened(answer) == [("签发", str(other.user))]
    assert "现在不能“签发”了" in answer.text
    order.refresh_from_db()
    assert order.demand == "请立即办理"


def test_why_it_is_not_signed_is_kept_where_another_took_it_back(client, here):
    order = raised(here)
    address, _answers = opened(client, here.signer, order, "cancel")
    cancel_order(order, reason="写错了", by=officer(here.supervisor), at=LATER)

    answer = sent_later(client, address, {"reason": "已经当面说好了"})

    assert kept(answer) == ["已经当面说好了"]


def test_who_gives_an_order_back_unsigned_undoes_no_signature(client, here):
    order = raised(here)
    with time_machine.travel(SOON, tick=False):
        address, answers = opened(client, here.signer, order, "cancel")
    other = roles.reviewer_of(here.town, may_sign=True)
    sign_order(order, by=officer(other), at=LATER)

    answer = sent_later(client, address, answers | {"reason": "单位不对"})

    assert answer.status_code == 409
    assert kept(answer) == ["单位不对"]
    assert "现在不能“不签，退回”了" in answer.text
    order.refresh_from_db()
    assert order.state == "signed"

    with pytest.raises(MoveRefused):
        cancel_order(
            order, reason="写错了", by=officer(here.signer), at=LATER, seen="to_sign"
        )


def test_a_reply_is_kept_where_a_colleague_was_quicker(client, here):
    order = sent(here)
    with time_machine.travel(SOON, tick=False):
        address, answers = opened(client, here.handler, order, "reply")
    colleague = roles.handler_of(here.office)
    reply_to_order(order, "修好了", by=officer(colleague), at=LATER)

    answer = sent_later(client, address, answers | {"reply": TYPED})

    assert answer.status_code == 409
    assert kept(answer) == [TYPED]
    assert happened(answer) == [("回复", str(colleague.user))]


def test_a_finding_is_kept_where_another_closed_the_order(client, here):
    order = reply_to_order(sent(here), "修好了", by=officer(here.handler), at=SOON)
    address, answers = opened(client, here.supervisor, order, "check")
    check_reply(order, good=True, finding="属实", by=officer(here.signer), at=LATER)

    answer = sent_later(client, address, answers | {"good": "back", "finding": TYPED})

    assert kept(answer) == ["不通过，重新回复", TYPED]


def test_words_are_kept_where_another_is_quicker_by_a_moment(client, here, monkeypatch):
    order = raised(here)
    address, answers = opened(client, here.signer, order, "sign")

    def overtaken(*_args, **_words):
        cancel_order(order, reason="写错了", by=officer(here.supervisor), at=LATER)
        raise MoveRefused("刚才已经办过了")

    monkeypatch.setattr(order_views, "act_on", overtaken)
    answer = sent_later(client, address, answers | {"demand": TYPED})

    assert answer.status_code == 409
    assert kept(answer) == [TYPED]


def test_an_order_for_a_matter_that_was_closed_meanwhile_is_shown_to_copy(client, here):
    case = rated(here)
    client.force_login(here.supervisor.user)
    address = reverse("supervision:new_order", args=[case.number])

    answer = client.post(address, {"demand": TYPED, "reply_on": "2026-03-06"})
    client.force_login(here.handler.user)
    stranger = client.post(address, {"demand": TYPED, "reply_on": "2026-03-06"})

    assert answer.status_code == 409
    assert TYPED in answer.text
    assert "现在不能“写督办单”了" in answer.text
    assert answer.context["why"] == gettext("The matter is closed already.")
    assert stranger.status_code == 404


def with_the_supervisor(here):
    """A matter that nobody but the supervisor may check, and so is with them."""
    Post.objects.filter(pk=here.secretary.pk).update(until_on=NOON.date())
    case = completed(here)
    assert case.owner_post == here.supervisor
    return case


@pytest.mark.parametrize(
    ("a_case", "words"),
    [
        (rated, "The matter is closed already."),
        (with_the_supervisor, "This matter is with you yourself: see to it."),
    ],
)
def test_an_order_that_is_not_open_says_why(client, here, a_case, words):
    case = a_case(here)
    words = gettext(words)
    client.force_login(here.supervisor.user)
    address = reverse("supervision:new_order", args=[case.number])

    panel = client.get(reverse("supervision:of_case", args=[case.number]))
    asked = client.get(address, follow=True)
    typed = client.post(address, {"demand": TYPED, "reply_on": "2026-03-06"})

    assert address not in panel.text
    assert words in panel.text
    assert asked.redirect_chain[0][0] == case.get_absolute_url()
    assert words in asked.text
    assert typed.status_code == 409
    assert words in typed.text
    assert TYPED in typed.text


def test_the_api_says_why_no_order_is_written_for_ones_own_matter(here):
    case = with_the_supervisor(here)
    body = {"reason": "逾期", "demand": TYPED, "reply_on": "2026-03-06"}

    answer = Api(here.supervisor).post(f"cases/{case.number}/orders/", body)

    assert answer.status_code == 409
    assert answer.json()["detail"] == gettext(
        "This matter is with you yourself: see to it."
    )


def test_who_chases_nothing_hears_nothing_of_it(client, here):
    case = rated(here)
    client.force_login(here.handler.user)

    panel = client.get(reverse("supervision:of_case", args=[case.number]))

    assert "写督办单" not in panel.text


def test_a_second_click_has_nothing_to_copy(client, here):
    order = raised(here)
    address, answers = opened(client, here.signer, order, "sign")
    answers["demand"] = TYPED

    client.post(address, answers)
    answer = client.post(address, answers)

    assert answer.url == order.get_absolute_url()
    order.refresh_from_db()
    assert (order.state, order.demand) == (OrderState.SIGNED, TYPED)


def test_a_guess_at_a_hidden_name_is_not_answered(client, here):
    """What was typed is compared with what the reader may read, not with what is
    stored.
    """
    case = decided(here, accepted(here, confidentiality="hidden"))
    stored = "李建国家的灯修好了"
    order = sent(here, raised(here, case))
    reply_to_order(order, stored, by=officer(here.handler), at=SOON)
    client.force_login(roles.handler_of(here.office).user)
    address = reverse("supervision:order_act", args=[order.pk, "reply"])

    answer = client.post(address, {"reply": stored})

    assert kept(answer) == [stored]
    assert answer.text.count("李建国") == 1
