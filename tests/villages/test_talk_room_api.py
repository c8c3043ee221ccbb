"""The talk rooms over the API."""

import pytest

from tests import roles
from tests.api import Api
from tests.villages.duty_desk import talk_room
from tests.villages.factories import OfficeFactory, VillageFactory
from villages.models import TalkRoom

pytestmark = pytest.mark.django_db
SAID = {
    "place": "村委会一楼",
    "hours": "8:00–17:00",
    "phone": "0939-1234567",
    "talk_day": 10,
    "names_officers": False,
}


@pytest.fixture
def here():
    return talk_room()


def test_the_secretary_says_where_the_village_listens_and_whoever_reaches_it_reads_so(
    here,
):
    path = f"talk-rooms/{here.village.pk}/"
    assert Api(here.secretary).get(path).status_code == 404

    made = Api(here.secretary).put(path, SAID)
    changed = Api(here.secretary).put(path, {"place": " 文化广场 ", "talk_day": 15})

    room = {"village": here.village.pk, "village_name": here.village.name}
    assert (made.status_code, made.json()) == (200, {**room, **SAID})
    assert changed.json() == {
        **room,
        "place": "文化广场",
        "hours": "",
        "phone": "",
        "talk_day": 15,
        "names_officers": False,
    }
    for post in (
        here.member,
        roles.reviewer_of(here.village.town),
        roles.handler_of(OfficeFactory(town=here.village.town)),
    ):
        assert Api(post).get(path).json() == changed.json()
        assert Api(post).get("talk-rooms/").json()["results"] == [changed.json()]


@pytest.mark.parametrize("who", ["duty", "member"])
def test_nobody_but_the_secretary_says_it(here, who):
    answer = Api(getattr(here, who)).put(f"talk-rooms/{here.village.pk}/", SAID)

    assert (answer.status_code, answer.json()["code"]) == (403, "no_such_right")
    assert not TalkRoom.objects.exists()


def test_an_overseer_reads_and_does_not_say_it(here):
    answer = Api(roles.reviewer_of(here.village.town)).put(
        f"talk-rooms/{here.village.pk}/", SAID
    )

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("place", ""),
        ("place", " "),
        ("talk_day", 0),
        ("talk_day", 29),
        ("phone", "0" * 21),
    ],
)
def test_what_does_not_fit_is_named(here, field, value):
    answer = Api(here.secretary).put(
        f"talk-rooms/{here.village.pk}/", {**SAID, field: value}
    )

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {field})


def test_the_talk_room_of_others_does_not_exist(here):
    TalkRoom.objects.create(village=here.village, place="村委会")
    neighbour = roles.secretary_of(VillageFactory(town=here.village.town))

    for post in (neighbour, roles.auditor(), roles.system_admin()):
        api = Api(post)
        assert api.get(f"talk-rooms/{here.village.pk}/").json()["code"] == "not_found"
        assert (
            api.put(f"talk-rooms/{here.village.pk}/", SAID).json()["code"]
            == "not_found"
        )
        assert api.get("talk-rooms/").json()["results"] == []


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_talk_rooms_in_reach_cost_three_queries(
    here, count, django_assert_num_queries
):
    town = here.village.town
    for _nth in range(count):
        TalkRoom.objects.create(village=VillageFactory(town=town), place="村委会")
    api = Api(roles.reviewer_of(town))

    with django_assert_num_queries(3):  # session, account with its posts, rooms
        assert len(api.get("talk-rooms/").json()["results"]) == count


def test_a_telephone_is_stored_in_digits_that_can_be_dialled(here):
    path = f"talk-rooms/{here.village.pk}/"

    answer = Api(here.secretary).put(
        path, {**SAID, "phone": "０９３９－４４２１００１"}
    )

    assert answer.json()["phone"] == "0939-4421001"
    assert TalkRoom.objects.get().phone == "0939-4421001"


def test_a_telephone_that_nobody_can_ring_up_is_refused(here):
    path = f"talk-rooms/{here.village.pk}/"

    answer = Api(here.secretary).put(path, {**SAID, "phone": "abc"})

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["phone"]
    assert not TalkRoom.objects.exists()
