"""Orders that somebody of the county writes: they bear the county's name and number,
and a reviewer of the county signs them.
"""

import pytest
from django.urls import reverse

from cases.models.choices import Level
from cases.models.scope import Sight
from minshi.errors import MoveRefused, NoSuchRight
from minshi.workdays import local_day
from supervision.models import Notice, NoticeKind, OrderState, SupervisionOrder
from supervision.orders import (
    acts_open_to,
    raise_order,
    reply_to_order,
    send_orders_due,
    sign_all,
    sign_order,
)
from supervision.orders.paper import OrderSheet
from tests import roles
from tests.cases.roads import DAY, NOON, accepted, officer, staff

pytestmark = pytest.mark.django_db
LATE = NOON + 10 * DAY
NO_SIGNER = "这张督办单由县里签发，县里还没有别的审核人可以签发：请安全管理员先授权。"


@pytest.fixture(autouse=True)
def _late(time_machine):
    time_machine.move_to(LATE, tick=False)


@pytest.fixture
def here():
    """A town whose reviewer signs, in a county whose reviewer signs as well."""
    here = staff()
    here.town.county_name = "礼县"
    here.town.save()
    for post in (here.reviewer, here.county_reviewer):
        post.may_sign = True
        post.save()
    return here


def raised(here, case, by=None):
    return raise_order(
        case,
        reason="逾期",
        demand="马上办",
        reply_on=local_day(LATE + 3 * DAY),
        key=None,
        by=officer(by or here.county_supervisor),
        at=LATE,
    )


def sent(here, case):
    order = sign_order(raised(here, case), by=officer(here.county_reviewer), at=LATE)
    send_orders_due(LATE + DAY)
    order.refresh_from_db()
    return order


def asked(kind=NoticeKind.ORDER_TO_SIGN):
    return {notice.recipient for notice in Notice.objects.filter(kind=kind)}


def test_the_county_signs_what_its_supervisor_writes(client, here):
    case = accepted(here)
    client.force_login(here.county_supervisor.user)

    page = client.get(reverse("supervision:new_order", args=[case.number])).text
    order = raised(here, case)

    assert f"由谁签发：{here.county_reviewer.user} · 礼县" in page
    assert str(here.reviewer.user) not in page
    assert order.county_code == here.town.county_code
    assert asked() == {here.county_reviewer.user}


def test_the_paper_is_the_countys_from_head_to_foot(here):
    here.county_supervisor.user.phone = "09394421299"
    here.county_supervisor.user.save()

    order = sent(here, accepted(here))

    sight = Sight.of(here.county_supervisor.user, local_day(LATE))
    sheet = OrderSheet.of(order, sight=sight, at=LATE)
    cells = {str(line.heading): line.value for row in sheet.rows() for line in row}
    assert sheet.unit == "礼县人民政府"
    assert order.number.startswith("礼县督")
    assert cells["批示领导"] == str(here.county_reviewer.user)
    assert cells["督办联系人"] == str(here.county_supervisor.user)
    assert cells["电话"] == "0939-4421299"


def test_no_signer_of_the_town_signs_it(client, here):
    order = raised(here, accepted(here))
    client.force_login(here.reviewer.user)

    (row,) = client.get(reverse("supervision:orders")).context["orders"]
    home = client.get(reverse("cases:home")).context["further"]
    (result,) = sign_all([order], user=here.reviewer.user, at=LATE)
    with pytest.raises(NoSuchRight) as refusal:
        sign_order(order, by=officer(here.reviewer), at=LATE)

    assert str(refusal.value) == "这是县里的督办单，由县里的审核人签发。"
    assert result.refusal == str(refusal.value)
    assert row.tick == ""
    assert [work.count for work in home] == [0]
    assert "sign" not in acts_open_to(order, here.reviewer.user, LATE)
    assert SupervisionOrder.objects.get().state == OrderState.TO_SIGN


def test_without_a_signer_of_the_county_it_is_refused_in_words(client, here):
    here.county_reviewer.may_sign = False
    here.county_reviewer.save()
    case = accepted(here)
    client.force_login(here.county_supervisor.user)

    page = client.get(reverse("supervision:new_order", args=[case.number])).text
    with pytest.raises(MoveRefused) as refusal:
        raised(here, case)

    assert str(refusal.value) == NO_SIGNER
    assert NO_SIGNER in page
    assert not SupervisionOrder.objects.exists()


def test_a_signer_of_the_county_writes_and_signs_at_once(here):
    order = raised(here, accepted(here), by=here.county_reviewer)

    assert (order.state, order.town) == (OrderState.SIGNED, None)


def test_the_answer_goes_to_those_of_the_county_who_check_it(here):
    order = sent(here, accepted(here))

    reply_to_order(order, "路灯修好了", by=officer(order.to_post), at=LATE + DAY)

    county = {here.county_supervisor.user, here.county_reviewer.user}
    assert asked(NoticeKind.ORDER_REPLIED) == county


def test_an_order_that_the_town_writes_stays_the_towns(here):
    order = raised(here, accepted(here), by=here.supervisor)

    assert order.case.level == Level.VILLAGE
    assert order.town == here.town
    assert asked() == {here.reviewer.user}


def test_whoever_signs_for_town_and_county_has_it_on_their_desk(client, here):
    roles.reviewer_of(here.town, user=here.county_reviewer.user, may_sign=True)
    raised(here, accepted(here))
    client.force_login(here.county_reviewer.user)

    home = client.get(reverse("cases:home")).context["further"]

    assert [work.count for work in home] == [1]
