"""The roster over the API: within reach, by the same rules as the pages, and no query a
row.
"""

import pytest
import time_machine

from tests import roles
from tests.api import Api
from tests.cases.roads import NOON
from tests.villages.duty_desk import MORNING, away, shift_of, talk_room
from tests.villages.factories import VillageFactory
from villages.duty import ask_swap, hand_over
from villages.models import DutyLeave, DutyShift, HandOver

pytestmark = pytest.mark.django_db
TUESDAY = {
    "starts_at": "2026-03-03T08:00:00+08:00",
    "ends_at": "2026-03-03T17:00:00+08:00",
}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    return talk_room()


def keys(answer):
    return [row["id"] for row in answer.json()["results"]]


def test_shifts_within_reach_are_listed_and_narrowed(here):
    near, far = shift_of(here.member), shift_of(here.second, days=9)
    shift_of(roles.committee_member_of(VillageFactory(town=here.village.town)))
    api = Api(here.member)

    assert keys(api.get("duty/shifts/")) == [near.pk, far.pk]
    assert keys(api.get("duty/shifts/?until=2026-03-05")) == [near.pk]
    assert keys(api.get("duty/shifts/?since=2026-03-11")) == [far.pk]
    assert keys(api.get(f"duty/shifts/?village={here.village.pk + 1}")) == []
    assert keys(Api(roles.auditor()).get("duty/shifts/")) == []


@pytest.mark.parametrize("count", [1, 3, 50])
def test_who_is_on_duty_now_costs_four_queries_in_any_number_of_villages(
    here, count, django_assert_num_queries
):
    for _nth in range(count):
        post = roles.committee_member_of(VillageFactory(town=here.village.town))
        shift_of(post)
        away(post, roles.committee_member_of(post.village))
    api = Api(roles.reviewer_of(here.village.town))

    with django_assert_num_queries(4):  # session, account, shifts, leaves
        rows = api.get("duty/now/").json()["results"]

    assert len(rows) == count
    assert all(row["on_duty"][0]["post"] != row["primary"]["post"] for row in rows)


def test_a_shift_is_arranged_changed_and_taken_off(here):
    api = Api(here.secretary)
    said = {
        **TUESDAY,
        "village": here.village.pk,
        "primary": here.member.pk,
        "backup": here.duty.pk,
        "leader": " 赵镇长 ",
    }

    made = [api.post("duty/shifts/", said) for _time in range(2)]

    assert [answer.status_code for answer in made] == [201, 201]
    shift = DutyShift.objects.get()
    assert shift.starts_at == MORNING.replace(day=3)
    assert made[0].json()["leader"] == "赵镇长"
    change = {**TUESDAY, "primary": here.second.pk}
    changed = api.client.put(
        f"/api/v1/duty/shifts/{shift.pk}/", change, content_type="application/json"
    )
    assert changed.json()["primary"]["post"] == here.second.pk
    assert api.client.delete(f"/api/v1/duty/shifts/{shift.pk}/").status_code == 204
    assert not DutyShift.objects.exists()


def test_what_is_wrong_is_named_and_what_is_foreign_is_no_choice(here):
    foreign = roles.committee_member_of(VillageFactory(town=here.village.town))
    said = {**TUESDAY, "village": here.village.pk, "primary": here.member.pk}
    api = Api(here.secretary)

    assert list(
        api.post("duty/shifts/", {**said, "primary": foreign.pk}).json()["fields"]
    ) == ["primary"]
    assert list(
        api.post("duty/shifts/", {**said, "village": foreign.village_id}).json()[
            "fields"
        ]
    ) == ["village"]
    assert list(
        api.post("duty/shifts/", {**said, "ends_at": said["starts_at"]}).json()[
            "fields"
        ]
    ) == ["ends_at"]
    assert Api(here.member).post("duty/shifts/", said).status_code == 403
    assert not DutyShift.objects.exists()


def test_a_swap_is_asked_listed_and_agreed_to(here):
    mine, theirs = shift_of(here.member, days=1), shift_of(here.second, days=2)
    asker, asked = Api(here.member), Api(here.second)

    swap = asker.post(
        f"duty/shifts/{mine.pk}/swaps/",
        {"asked": here.second.pk, "in_return": theirs.pk},
    ).json()

    assert (
        keys(asked.get("duty/swaps/")) == keys(asker.get("duty/swaps/")) == [swap["id"]]
    )
    assert keys(Api(here.secretary).get("duty/swaps/")) == []
    assert (
        asked.post(f"duty/swaps/{swap['id']}/", {"answer": "agree"}).json()["state"]
        == "agreed"
    )
    mine.refresh_from_db()
    assert mine.primary == here.second


def test_nobody_answers_for_another(here):
    swap = ask_swap(
        shift_of(here.member, days=1), here.second, by=here.member.user, at=NOON
    )

    assert (
        Api(here.secretary)
        .post(f"duty/swaps/{swap.pk}/", {"answer": "agree"})
        .status_code
        == 404
    )
    assert (
        Api(here.member).post(f"duty/swaps/{swap.pk}/", {"answer": "agree"}).status_code
        == 403
    )


def test_leave_is_noted_listed_and_ended(here):
    days = {"from_on": "2026-03-02", "until_on": "2026-03-05", "reason": "看病"}
    api = Api(here.member)

    made = api.post(
        "duty/leaves/", {**days, "post": here.member.pk, "substitute": here.second.pk}
    )

    assert made.status_code == 201
    assert keys(api.get("duty/leaves/")) == [made.json()["id"]]
    assert api.post("duty/leaves/", {**days, "post": here.second.pk}).status_code == 403
    assert (
        api.client.delete(f"/api/v1/duty/leaves/{made.json()['id']}/").status_code
        == 204
    )
    assert not DutyLeave.objects.exists()


def test_a_shift_is_handed_over_and_taken_over(here):
    shift = shift_of(here.member)
    shift_of(here.second, days=1)

    handed = (
        Api(here.member)
        .post(f"duty/shifts/{shift.pk}/hand-over/", {"visitors": 3, "note": "等电工"})
        .json()
    )
    taken = Api(here.second).post(f"duty/hand-overs/{handed['id']}/take/")

    assert taken.json()["taken_by"]["post"] == here.second.pk
    assert (
        Api(here.duty).post(f"duty/hand-overs/{handed['id']}/take/").status_code == 409
    )


def test_what_belongs_to_another_village_does_not_exist(here):
    other = talk_room()
    shift = shift_of(other.member)
    handed = hand_over(shift, note="等电工", visitors=1, by=other.member.user, at=NOON)
    leave = away(other.second)
    api = Api(here.secretary)

    for path in (
        f"shifts/{shift.pk}/swaps/",
        f"shifts/{shift.pk}/hand-over/",
        f"hand-overs/{handed.pk}/take/",
    ):
        assert api.post(f"duty/{path}", {"asked": 1, "visitors": 1}).status_code == 404
    for path in (f"shifts/{shift.pk}/", f"leaves/{leave.pk}/"):
        assert api.client.delete(f"/api/v1/duty/{path}").status_code == 404


# --- what the shifts left
def test_what_a_shift_left_is_found_by_whoever_takes_it_over(here):
    first, second = shift_of(here.member), shift_of(here.second, days=1)
    handed = hand_over(first, note="等电工", visitors=3, by=here.member.user, at=NOON)
    api = Api(here.second)

    row = api.get("duty/hand-overs/?waiting=true").json()["results"][0]

    assert (row["id"], row["shift"], row["village"]) == (
        handed.pk,
        first.pk,
        here.village.pk,
    )
    assert (row["note"], row["visitors"], row["taken_by"]) == ("等电工", 3, None)
    api.post(f"duty/hand-overs/{row['id']}/take/")
    assert keys(api.get("duty/hand-overs/?waiting=true")) == []
    assert keys(api.get("duty/hand-overs/")) == [handed.pk]
    assert keys(api.get(f"duty/hand-overs/?village={here.village.pk + 1}")) == []
    assert second.pk not in keys(api.get("duty/hand-overs/"))


def test_what_shifts_left_is_no_business_of_others(here):
    hand_over(
        shift_of(here.member), note="等电工", visitors=3, by=here.member.user, at=NOON
    )
    town = here.village.town

    for post in (talk_room().second, roles.reviewer_of(town), roles.auditor()):
        assert keys(Api(post).get("duty/hand-overs/")) == []


@pytest.mark.parametrize("count", [1, 3, 50])
def test_what_shifts_left_costs_three_queries(here, count, django_assert_num_queries):
    for nth in range(count):
        HandOver.objects.create(
            shift=shift_of(here.member, days=-nth),
            visitors=1,
            written_by=here.member,
            written_at=NOON,
            taken_by=here.second,
            taken_at=NOON,
        )
    api = Api(here.second)

    with django_assert_num_queries(3):  # session, account with its posts, hand-overs
        assert len(keys(api.get("duty/hand-overs/"))) == count


# --- 排一轮
def a_round(here, **fields):
    span = {"first": "2026-03-05", "last": "2026-03-09"}  # Thursday to Monday
    return {
        "village": here.village.pk,
        "members": [here.member.pk, here.second.pk],
        **span,
        **fields,
    }


def test_a_round_is_looked_at_and_then_put_on_the_roster(here):
    api = Api(here.secretary)

    plan = api.post("duty/rounds/plan/", a_round(here)).json()
    assert [
        (turn["day"], turn["primary"]["post"], turn["backup"]["post"]) for turn in plan
    ] == [
        ("2026-03-05", here.member.pk, here.second.pk),
        ("2026-03-06", here.second.pk, here.member.pk),
        ("2026-03-09", here.member.pk, here.second.pk),
    ]
    assert not any(turn["stands"] for turn in plan)
    assert not DutyShift.objects.exists()

    made = api.post("duty/rounds/", a_round(here))
    assert made.status_code == 201
    assert [
        (shift["starts_at"], shift["primary"]["post"]) for shift in made.json()
    ] == [(f"{turn['day']}T08:00:00+08:00", turn["primary"]["post"]) for turn in plan]
    assert made.json()[0]["on_duty"][0]["post"] == here.member.pk
    # a second time adds none
    assert api.post("duty/rounds/", a_round(here)).json() == []
    assert all(
        turn["stands"] for turn in api.post("duty/rounds/plan/", a_round(here)).json()
    )
    assert DutyShift.objects.count() == 3


def test_a_round_may_take_every_day_other_hours_and_one_backup_or_none(here):
    api = Api(here.secretary)

    every = api.post(
        "duty/rounds/plan/", a_round(here, days="every", backup=here.duty.pk)
    ).json()
    alone = api.post(
        "duty/rounds/",
        a_round(here, next_is_backup=False, begins="09:00", ends="12:00"),
    ).json()

    assert [turn["day"][-2:] for turn in every] == ["05", "06", "07", "08", "09"]
    assert {turn["backup"]["post"] for turn in every} == {here.duty.pk}
    assert {shift["backup"] for shift in alone} == {None}
    assert alone[0]["ends_at"] == "2026-03-05T12:00:00+08:00"


def test_a_day_on_which_nobody_is_free_says_so(here):
    away(here.member, days=3)
    away(here.second, days=3)

    plan = Api(here.secretary).post("duty/rounds/plan/", a_round(here)).json()

    assert [turn["primary"] and turn["primary"]["post"] for turn in plan] == [
        None,
        here.member.pk,
        here.second.pk,
    ]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"members": []}, "members"),
        ({"members": [999_999]}, "members"),
        ({"backup": 999_999}, "backup"),
        ({"village": 999_999}, "village"),
        ({"last": "2026-03-01"}, "last"),
        ({"last": "2026-09-01"}, "last"),
        ({"first": "2026-02-27"}, "first"),
        ({"first": "then"}, "first"),
        ({"days": "some"}, "days"),
        ({"ends": "25:00"}, "ends"),
    ],
)
def test_what_is_wrong_with_a_round_is_named(here, fields, name):
    for path in ("duty/rounds/", "duty/rounds/plan/"):
        answer = Api(here.secretary).post(path, a_round(here, **fields))
        assert (answer.status_code, set(answer.json()["fields"])) == (400, {name})
    assert not DutyShift.objects.exists()


def test_who_arranges_no_roster_there_arranges_no_round(here):
    other = talk_room()

    for path in ("duty/rounds/", "duty/rounds/plan/"):
        refused = Api(here.member).post(path, a_round(here))
        assert (refused.status_code, refused.json()["code"]) == (403, "no_such_right")
        for post in (other.secretary, roles.auditor()):
            assert set(Api(post).post(path, a_round(here)).json()["fields"]) == {
                "village"
            }
        assert set(
            Api(here.secretary)
            .post(path, a_round(here, members=[other.member.pk]))
            .json()["fields"]
        ) == {"members"}
    assert not DutyShift.objects.exists()
