"""The wall: opened by a token of its own, names nobody and no matter, and tells nothing
that its readers may not know.
"""

import re
import uuid

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cases.models import Case, Topic
from minshi.errors import InputRefused, KeyReused, NoSuchRight
from supervision.figures.storing import store_touched
from supervision.figures.wall import end_wall, give_wall, on_wall
from supervision.models import Wall
from tests import roles
from tests.cases.roads import DAY, NOON
from tests.supervision.figures.world import make_world
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db
LATER = NOON + 20 * DAY
WALL = "supervision:wall"


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(LATER, tick=False):
            yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made, db):
    with time_machine.travel(LATER, tick=False):
        yield made


@pytest.fixture
def token(world):
    _wall, token = give_wall(
        world.here.town, "大厅", by=roles.system_admin().user, at=LATER
    )
    return token


def opened(token: str):
    return Client(headers={"Accept-Language": "zh-hans"}).get(
        reverse(WALL), {"k": token}
    )


def test_a_wall_is_opened_by_its_token_without_a_login(world, token):
    answer = opened(token)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert str(world.here.village) in text
    assert str(world.there.village) not in text
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("typed", ["", "x", "大厅"])
def test_nothing_else_opens_it(world, token, typed):
    assert opened(typed).status_code == 404
    assert Client().get(reverse(WALL)).status_code == 404
    assert token not in str(Wall.objects.get().__dict__)


def test_a_wall_that_was_ended_shows_nothing(world, token):
    client = Client()
    client.force_login(roles.system_admin().user)
    wall = Wall.objects.get()

    for _click in range(2):
        client.post(reverse("supervision:end_wall", args=[wall.pk]))

    assert opened(token).status_code == 404
    recorded = AuditRecord.objects.filter(subject__contains=wall.name, kind="wall")
    assert recorded.count() == 2  # given, and ended


def test_nobody_but_the_administrator_gives_or_ends_a_wall(world, token):
    by = world.here.supervisor.user

    with pytest.raises(NoSuchRight):
        give_wall(world.here.town, "大厅", by=by, at=LATER)
    with pytest.raises(NoSuchRight):
        end_wall(Wall.objects.get(), by=by, at=LATER)


def test_a_wall_that_shows_something_is_never_out_of_sight(world, token):
    by = roles.system_admin().user
    living = Wall.objects.get()
    for nth in range(51):
        Wall.objects.create(
            town=world.here.town,
            name=f"旧屏{nth}",
            digest=str(nth),
            given_at=LATER,
            given_by=by,
            ended_at=LATER,
        )

    client = Client()
    client.force_login(by)
    page = client.get(reverse("supervision:walls"))

    assert page.context["walls"][0] == living
    assert len(page.context["walls"]) == 51


def test_it_names_nobody_and_no_matter(world, token):
    text = opened(token).content.decode()

    numbers = Case.objects.values_list("number", "title")
    assert not [name for pair in numbers for name in pair if name in text]
    assert "李建国" not in text
    assert not re.search("<script|style=", text)


def test_it_weighs_less_than_twenty_kilobytes(token):
    assert len(opened(token).content) < 20_000


def test_it_says_what_it_leaves_out(token):
    assert "这里不算干部要回避的事项" in opened(token).content.decode()


def test_a_village_with_nothing_shows_a_dash(world):
    roles.secretary_of(world.there.village)
    shown = on_wall(world.there.town, LATER)

    assert [village.received for village in shown.villages] == [1]
    assert shown.villages[0].satisfied == "—"


def test_no_topic_of_few_and_none_that_is_delicate_is_shown(world):
    town = world.here.town
    often, seldom, child = [
        Topic.objects.create(town=town, name=name, is_red_line=name == "未成年人")
        for name in ("路灯", "饮水", "未成年人")
    ]
    cases = list(
        Case.objects.filter(town=town, confidentiality="normal").order_by("pk")
    )
    for topic, some in ((often, cases[:5]), (seldom, cases[5:7]), (child, cases[7:12])):
        for case in some:
            Case.objects.filter(pk=case.pk).update(topic=topic, category="village")

    shown = on_wall(town, LATER)

    assert [(bar.label, bar.number) for bar in shown.topics] == [("路灯", 5)]


@pytest.mark.parametrize("is_stored", [False, True])
def test_a_matter_that_concerns_a_cadre_is_not_counted_there(world, is_stored):
    """Beside the cadre's own figures, which leave it out, it would be told."""
    if is_stored:
        store_touched(LATER)
    before = on_wall(world.here.town, LATER).received
    world.cases["heard"].concerns.create(
        user=world.here.secretary.user, village=world.here.village
    )

    assert on_wall(world.here.town, LATER).received == before - 1


def test_the_administrator_alone_gives_walls_and_each_is_noted(world):
    page = reverse("supervision:walls")
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(roles.system_admin().user)
    for post in (world.here.supervisor, roles.security_admin()):
        other = Client()
        other.force_login(post.user)
        assert other.get(page).status_code == 404

    given = client.post(page, {"town": world.here.town.pk, "name": "大厅"})
    refused = client.post(page, {"town": world.here.town.pk, "name": " "})

    address = re.search(r"/supervision/wall/\?k=[\w-]+", given.content.decode())
    assert Client().get(address.group()).status_code == 200
    assert address.group() not in client.get(page).content.decode()
    assert refused.status_code == 422
    noted = AuditRecord.objects.filter(subject__contains="大厅", kind="wall")
    assert noted.count() == 1


def test_a_form_sent_twice_gives_one_wall_and_shows_its_address_again(world):
    page = reverse("supervision:walls")
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(roles.system_admin().user)
    key = client.get(page).context["form"]["key"].value()
    sent = {"town": world.here.town.pk, "name": "大厅", "key": key}

    first, second = [client.post(page, sent) for _click in range(2)]
    other = client.post(page, sent | {"name": "二楼"})
    newer = client.post(
        page, sent | {"name": "二楼", "key": other.context["form"]["key"].value()}
    )

    assert first.context["address"] == second.context["address"] != ""
    assert other.status_code == 422
    assert newer.context["address"] not in ("", first.context["address"])
    names = Wall.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["大厅", "二楼"]
    noted = AuditRecord.objects.filter(subject__contains="大厅", kind="wall")
    assert noted.count() == 1


def test_a_form_whose_wall_was_ended_gives_it_no_second_time(world):
    given = {"by": roles.system_admin().user, "at": LATER, "key": uuid.uuid4()}
    wall, _token = give_wall(world.here.town, "大厅", **given)
    end_wall(wall, by=given["by"], at=LATER)

    with pytest.raises(KeyReused):
        give_wall(world.here.town, "大厅", **given)


def test_a_wall_says_where_it_hangs(world):
    for name in (" ", "大" * 41):
        with pytest.raises(InputRefused):
            give_wall(world.here.town, name, by=roles.system_admin().user, at=LATER)


def test_a_wall_costs_few_queries(world, token, django_assert_num_queries):
    with django_assert_num_queries(8):
        assert opened(token).status_code == 200


def test_a_wall_that_only_the_server_itself_opens_is_warned_of(world, settings):
    settings.ALLOWED_HOSTS = ["*"]
    page = reverse("supervision:walls")
    client = Client()
    client.force_login(roles.system_admin().user)
    sent = {"town": world.here.town.pk, "name": "大厅"}

    at_the_server = client.post(page, sent, headers={"Host": "127.0.0.1:8000"})
    by_the_network = client.post(page, sent, headers={"Host": "192.168.1.20:8000"})

    assert at_the_server.context["is_only_here"]
    assert not by_the_network.context["is_only_here"]
