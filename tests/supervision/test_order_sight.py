"""Who sees an order: before it goes out those alone who oversee the matter."""

import pytest
import time_machine
from django.urls import reverse

from supervision.models import SupervisionOrder
from tests.api import Api
from tests.cases.roads import NOON
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

    assert {seen_by(client, post, order) for post in (here.handler, here.secretary)} == {(404, 404)}
    assert {seen_by(client, post, order) for post in (here.supervisor, here.signer)} == {(200, 200)}

    order = sent(here, SupervisionOrder.objects.get())
    assert {seen_by(client, post, order) for post in (here.handler, here.secretary)} == {(200, 200)}


def test_whoever_signs_reads_to_whom_it_goes(client, here):
    order = raised(here)
    client.force_login(here.signer.user)

    assert str(here.office) in client.get(reverse("supervision:order", args=[order.pk])).content.decode()
