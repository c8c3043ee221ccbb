import json
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from minshi.crypto import blind_index
from tests.roles import (
    auditor,
    committee_member_of,
    duty_officer_of,
    group_leader_of,
    handler_of,
    reviewer_of_county,
    secretary_of,
)
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    OfficeFactory,
    ResidentFactory,
    VillageFactory,
)
from villages.lookup import find_residents, index_residents, neighbourhood_of
from villages.models import Resident, ResidentKey, Village

pytestmark = pytest.mark.django_db
PHONE = "13812348821"
TODAY = date(2026, 3, 2)


def resident(group=None, **fields) -> Resident:
    made = ResidentFactory(
        household=HouseholdFactory(group=group or GroupFactory()), **fields
    )
    index_residents([made])
    return made


def names(client, **query) -> list[str]:
    answer = client.get(reverse("villages:lookup"), query)
    return [row["name"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    "typed",
    [
        "138-1234-8821",
        "138 1234 8821",
        "+86 138 1234 8821",
        "+8613812348821",
        "１３８１２３４８８２１",
        "电话：13812348821",
        "一三八一二三四八八二一",
    ],
)
def test_a_resident_is_found_by_their_phone_in_every_spelling(typed):
    person = resident(phone=PHONE)
    resident(phone="13812349921", group=person.household.group)

    assert [row.id for row in find_residents(typed, Village.objects.all())] == [
        person.pk
    ]


@pytest.mark.parametrize("dot", ["·", "・", "•", "．", ".", " ", ""])
@pytest.mark.parametrize("stored", ["阿依古丽·买买提", "阿依古丽・买买提"])
def test_a_name_of_two_parts_is_found_with_any_dot_between(stored, dot):
    person = resident(name=stored)

    found = find_residents(f"阿依古丽{dot}买买提", Village.objects.all())

    assert [row.id for row in found] == [person.pk]


@pytest.mark.parametrize(
    "typed", ["李", "李建国", "lijian", "LiJian", "ljg", "8821", PHONE]
)
def test_a_resident_is_found_by_what_is_typed(typed):
    person = resident(phone=PHONE)
    resident(name="王五", group=person.household.group, phone="13812348000")

    found = find_residents(typed, Village.objects.all())

    assert [row.id for row in found] == [person.pk]
    assert (found[0].tail, found[0].group, found[0].door) == (
        "8821",
        person.household.group.number,
        person.household.number,
    )


DOORS = [
    "2组15号",
    "二组十五",
    "2组的15户",
    "二队第15号",
    "二组十五号",
    "２组１５号",
    "二社15号",
    "2 组 15 号",
    "第二组十五户",
]


@pytest.mark.parametrize("typed", DOORS)
def test_a_resident_is_found_by_the_door_in_every_spelling(typed):
    village = VillageFactory()
    group = GroupFactory(village=village, number=2)
    person = resident_at(group, 15, name="王建国")
    resident_at(group, 5, name="李建国")
    resident_at(GroupFactory(village=village, number=12), 15, name="张建国")
    resident_at(GroupFactory(number=2), 15, name="赵建国")

    assert [row.id for row in find_residents(typed, [village])] == [person.pk]


@pytest.mark.parametrize("typed", ["１５号", "15号", "十五号", "十五户"])
def test_a_door_without_a_group_is_looked_for_in_every_group(typed):
    village = VillageFactory()
    first, second = GroupFactory.create_batch(2, village=village)
    people = [resident_at(first, 15), resident_at(second, 15)]
    resident_at(first, 5)

    found = find_residents(typed, [village])

    assert {row.id for row in found} == {person.pk for person in people}


def test_doors_are_looked_for_only_where_one_may(client):
    village = VillageFactory()
    own, other = GroupFactory.create_batch(2, village=village)
    resident_at(own, 15, name="李建国")
    resident_at(other, 15, name="王建国")
    client.force_login(group_leader_of(own).user)

    assert names(client, q="十五号") == ["李建国"]
    assert names(client, q="十五号", village=VillageFactory().pk) == []


@pytest.mark.parametrize("typed", ["二组十五号", "2组15号", "２组１５号", "1５号"])
@pytest.mark.parametrize("register", ["household", "resident"])
def test_the_registers_find_a_door_in_every_spelling(client, register, typed):
    village = VillageFactory()
    group = GroupFactory(village=village, number=2)
    person = resident_at(group, 15, name="李建国")
    resident_at(group, 5, name="王建国")
    client.force_login(secretary_of(village).user)

    answer = client.get(f"/admin/villages/{register}/", {"q": typed})

    rows = list(answer.context["cl"].result_list)
    assert rows == [person if register == "resident" else person.household]


def resident_at(group, door: int, **fields) -> Resident:
    made = ResidentFactory(
        household=HouseholdFactory(group=group, number=door), **fields
    )
    index_residents([made])
    return made


def test_namesakes_are_told_apart_by_their_door(client):
    person = resident(name="李建国")
    other = resident(name="李建国", group=person.household.group)
    client.force_login(duty_officer_of(person.household.group.village).user)

    rows = client.get(reverse("villages:lookup"), {"q": "ljg"}).json()["results"]

    group = person.household.group.number
    assert {row["place"] for row in rows} == {
        f"{group}组{each.household.number}号" for each in (person, other)
    }


@pytest.mark.parametrize(
    "typed", ["", "  ", "建国", "jg", "13812348822", "%", "_", "王", "\\"]
)
def test_nobody_is_found_by_anything_else(typed):
    resident(phone=PHONE)

    assert find_residents(typed, Village.objects.all()) == []


def test_both_readings_of_a_surname_find_one_row():
    resident(name="单志强")

    assert len(find_residents("shan", Village.objects.all())) == 1
    assert len(find_residents("dan", Village.objects.all())) == 1


def test_a_resident_of_another_village_stays_out():
    person = resident()
    resident()

    found = find_residents("ljg", [person.household.group.village])

    assert [row.id for row in found] == [person.pk]


@pytest.mark.parametrize("count", [1, 3, 50])
def test_at_most_eight_rows_by_one_query(count, django_assert_num_queries):
    group = GroupFactory()
    people = [
        ResidentFactory(household=HouseholdFactory(group=group), phone=PHONE)
        for _ in range(count)
    ]
    index_residents(people)

    with django_assert_num_queries(1):
        found = find_residents("l", [group.village])

    assert len(found) == min(count, 8)


def test_keys_are_written_in_bulk_and_replaced():
    group = GroupFactory()
    people = [
        ResidentFactory(household=HouseholdFactory(group=group), phone=PHONE)
        for _ in range(3)
    ]
    index_residents(people)
    people[0].name = "赵敏"

    index_residents(people)

    assert set(
        ResidentKey.objects.filter(resident=people[0]).values_list("key", flat=True)
    ) == {
        "赵敏",
        "zhaomin",
        "zm",
        "8821",
    }
    assert Resident.objects.get(pk=people[0].pk).phone_hash == blind_index(
        PHONE, "phone"
    )


def test_the_prefix_is_looked_up_in_the_index():
    person = resident()
    village = person.household.group.village
    ResidentKey.objects.bulk_create(
        ResidentKey(village=village, resident=person, key=f"{number:05d}")
        for number in range(3000)
    )
    keys = ResidentKey.objects.starting_with("lj").filter(village=village)

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE villages_residentkey")
        plan = keys.explain()

    assert "resident_key_prefix" in plan
    assert ("key>?" in plan) if connection.vendor == "sqlite" else ("~>=~" in plan)


def test_an_officer_finds_the_own_village_only(client):
    person, stranger = resident(name="李建国"), resident(name="李建军")
    client.force_login(duty_officer_of(person.household.group.village).user)

    assert names(client, q="lij") == ["李建国"]
    assert names(client, q="lij", village=stranger.household.group.village_id) == []
    assert names(client, q="lij", village=person.household.group.village_id) == [
        "李建国"
    ]


def test_a_group_leader_finds_the_own_group_only(client):
    village = VillageFactory()
    own, other = GroupFactory(village=village), GroupFactory(village=village)
    resident(name="李建国", group=own)
    resident(name="李建军", group=other)
    client.force_login(group_leader_of(own).user)

    assert names(client, q="lij") == ["李建国"]
    assert names(client, q="lij", village=VillageFactory().pk) == []


def test_a_group_leader_on_the_committee_finds_the_whole_village(client):
    village = VillageFactory()
    leader = group_leader_of(GroupFactory(village=village))
    committee_member_of(village, user=leader.user)
    resident(name="李建军", group=GroupFactory(village=village))
    client.force_login(leader.user)

    assert names(client, q="lij") == ["李建军"]


def test_a_county_post_finds_the_whole_county(client):
    resident()
    client.force_login(reviewer_of_county("621226").user)

    assert names(client, q="ljg") == ["李建国"]


def test_an_office_and_the_administrators_find_nobody(client):
    person = resident()
    office = OfficeFactory(town=person.household.group.village.town)

    for post in (handler_of(office), auditor()):
        client.force_login(post.user)
        assert names(client, q="ljg") == []


def test_nobody_is_found_after_the_post_has_ended():
    person = resident()
    post = secretary_of(person.household.group.village, until_on=date(2026, 3, 1))

    where = neighbourhood_of(post.user, TODAY)

    assert find_residents("ljg", where.villages, groups=where.groups) == []


def test_a_visitor_is_sent_to_the_login(client):
    answer = client.get(reverse("villages:lookup"), {"q": "l"})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_the_answer_is_small_and_never_holds_a_phone(client, django_assert_num_queries):
    group = GroupFactory()
    people = [
        ResidentFactory(
            household=HouseholdFactory(group=group), name="欧阳李建国", phone=PHONE
        )
        for _ in range(50)
    ]
    index_residents(people)
    client.force_login(duty_officer_of(group.village).user)

    client.get(reverse("villages:lookup"), {"q": "oy"})  # the first one of the day

    # session, account with posts, the day's count, residents
    with django_assert_num_queries(4):
        answer = client.get(reverse("villages:lookup"), {"q": "oy"})

    assert len(json.loads(answer.content)["results"]) == 8
    assert len(answer.content) <= 2048
    assert PHONE not in answer.content.decode()


@pytest.mark.parametrize("village", ["x", "-1", "9" * 30, "１"])
def test_a_malformed_village_is_as_if_none_was_given(client, village):
    person = resident()
    client.force_login(duty_officer_of(person.household.group.village).user)

    assert names(client, q="ljg", village=village) == ["李建国"]
