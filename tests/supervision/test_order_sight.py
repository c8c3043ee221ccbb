"""Who sees an order: before it goes out those alone who oversee the matter."""

import pytest
import time_machine
from django.urls import reverse

from supervision.models import Notice, SupervisionOrder
from tests.api import Api
from tests.cases.roads import NOON, accepted, spoken
from tests.supervision.test_orders import raised, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def seen_by(client, post, order):
    client.force_login(post.user)
    page = client.get(reverse("supervision:order", args=[order.pk])).status_code
    return page, Api(post).get(f"orders/{order.pk}/").status_code


def test_an_order_is_for_whom_it_is_aimed_at_once_it_went_out(client, here):
    order = raised(here)
    assert order.state == "to_sign"

    assert {
        seen_by(client, post, order) for post in (here.handler, here.secretary)
    } == {(404, 404)}
    assert {
        seen_by(client, post, order) for post in (here.supervisor, here.signer)
    } == {(200, 200)}

    order = sent(here, SupervisionOrder.objects.get())
    assert {
        seen_by(client, post, order) for post in (here.handler, here.secretary)
    } == {(200, 200)}


def test_whoever_signs_reads_to_whom_it_goes(client, here):
    order = raised(here)
    client.force_login(here.signer.user)

    assert (
        str(here.office)
        in client.get(reverse("supervision:order", args=[order.pk])).content.decode()
    )


def test_whoever_waits_for_a_signature_reads_whose(client, here):
    order = raised(here)
    client.force_login(here.supervisor.user)

    page = client.get(reverse("supervision:order", args=[order.pk])).text

    assert "由谁签发" in page
    assert str(here.signer.user) in page


def test_an_overseer_who_may_not_read_a_secret_matter_opens_its_row(client, here):
    case = accepted(here, spoken(here, confidentiality="secret", title="不能说的事"))
    order = SupervisionOrder.objects.create(
        case=case,
        town=here.town,
        reason="x",
        demand="x",
        reply_on=NOON.date(),
        raised_at=NOON,
    )
    notice = Notice.objects.create(
        key="x",
        kind="order_replied",
        channel="inbox",
        recipient=here.supervisor.user,
        case=case,
        order=order,
        state="sent",
        created_at=NOON,
        send_after=NOON,
        sent_at=NOON,
    )
    client.force_login(here.supervisor.user)

    page = client.get(reverse("supervision:open", args=[notice.pk]), follow=True)

    assert page.status_code == 200
    assert case.number in page.text
    assert "保密事项" in page.text
    assert "不能说的事" not in page.text
