"""Bodies and rules of procedure: who seats whom, and what a town may set."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from minshi.errors import InputRefused, NoSuchRight
from tests import roles
from tests.cases.roads import DAY, NOON, staff
from villages.bodies import (
    BodyPlace,
    drop_procedure,
    end_seat,
    set_procedure,
    take_seat,
)
from villages.models import Procedure, Seat
from villages.procedure import DEFAULTS, Share, rules_for

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def seated(here, name="孙主任", *, body="two_committees", by=None, **fields):
    place = BodyPlace(here.village, here.village.name)
    return take_seat(
        place,
        body,
        name,
        from_on=TODAY,
        by=(by or here.secretary).user,
        at=NOON,
        **fields,
    )


@pytest.mark.parametrize(
    ("share", "people", "least"),
    [
        (Share(1, 2), 6, 3), (Share(1, 2), 7, 4), (Share(1, 2, above=True), 6, 4), (Share(1, 2, above=True), 7, 4),
        (Share(2, 3), 30, 20), (Share(2, 3), 31, 21), (Share(2, 3), 32, 22), (Share(1, 1), 5, 5), (Share(2, 3), 0, 0),
    ],
)  # fmt: skip
def test_the_least_number_that_makes_a_share(share, people, least):
    assert share.least(people) == least


def test_a_seat_is_taken_once_and_one_person_is_in_the_chair():
    here = staff()
    chair = seated(here, is_chair=True)

    assert seated(here, is_chair=True) == chair
    with pytest.raises(InputRefused) as refused:
        seated(here, "李强", is_chair=True)

    assert set(refused.value.fields) == {"is_chair"}
    assert Seat.objects.count() == 1


def test_a_cadre_is_known_by_name_and_set_aside_where_a_matter_concerns_them():
    here = staff()
    seated(here, str(here.secretary.user))
    seated(here, "没有账号的人")
    namesake = roles.duty_officer_of(here.village)
    namesake.user.name = here.duty.user.name
    namesake.user.save()
    seated(here, str(here.duty.user))

    accounts = {seat.name: seat.user for seat in Seat.objects.all()}

    assert accounts == {
        str(here.secretary.user): here.secretary.user,
        "没有账号的人": None,
        str(here.duty.user): None,
    }


def test_of_namesakes_the_one_named_by_hand_takes_the_seat_also_afterwards():
    here = staff()
    namesake = roles.duty_officer_of(here.village).user
    namesake.name = here.duty.user.name
    namesake.save()
    seat = seated(here, namesake.name)

    assert seat.user is None
    assert seated(here, namesake.name, user=namesake.pk) == seat
    assert (
        seated(here, f"{namesake.name}（二组）", user=here.duty.user.pk).user
        == here.duty.user
    )
    assert Seat.objects.get(pk=seat.pk).user == namesake


def test_a_cadre_of_another_place_takes_no_seat_by_account():
    here = staff()

    with pytest.raises(InputRefused) as refused:
        seated(here, user=here.reviewer.user.pk)

    assert set(refused.value.fields) == {"user"}
    assert not Seat.objects.exists()


def test_after_the_end_of_a_term_another_takes_the_chair():
    here = staff()
    chair = seated(here, is_chair=True)

    end_seat(chair, TODAY, by=here.secretary.user, at=NOON)
    place = BodyPlace(here.village, "")
    take_seat(
        place,
        "two_committees",
        "李强",
        is_chair=True,
        from_on=TODAY + DAY,
        by=here.secretary.user,
        at=NOON + DAY,
    )

    assert [seat.name for seat in Seat.objects.current(TODAY + DAY)] == ["李强"]


@pytest.mark.parametrize(
    "who", ["duty", "member", "leader", "handler", "supervisor", "reviewer"]
)
def test_only_the_secretary_seats_the_villages_bodies(who):
    here = staff()

    with pytest.raises(NoSuchRight):
        seated(here, by=getattr(here, who))


def test_a_body_sits_where_it_belongs():
    here = staff()

    with pytest.raises(InputRefused):
        seated(here, body="town_committee")
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(
            body="town_committee", village=here.village, name="某", from_on=TODAY
        )


def test_a_town_sets_its_rules_and_goes_back_to_the_default():
    here = staff()
    numbers = {
        "quorum_of": 3,
        "quorum_in": 4,
        "quorum_above": False,
        "pass_of": 2,
        "pass_in": 3,
        "pass_above": False,
        "pass_base": "present",
        "substitutes_vote": False,
        "article": "镇里定的",
    }

    set_procedure(
        here.town, "two_committees", by=here.reviewer.user, at=NOON, **numbers
    )
    own = rules_for(here.town.pk, "two_committees")
    assert (own.quorum_needed(8), own.votes_needed(8, 6)) == (6, 4)
    with pytest.raises(InputRefused):
        set_procedure(
            here.town,
            "assembly",
            by=here.reviewer.user,
            at=NOON,
            **{**numbers, "quorum_of": 5},
        )
    with pytest.raises(NoSuchRight):
        set_procedure(here.town, "assembly", by=here.secretary.user, at=NOON, **numbers)
    drop_procedure(here.town, "two_committees", by=here.reviewer.user, at=NOON)

    assert rules_for(here.town.pk, "two_committees") == DEFAULTS["two_committees"]


def test_the_page_seats_keeps_what_was_typed_and_ends_a_term(client):
    here = staff()
    client.force_login(here.secretary.user)
    form = {
        "body": "two_committees",
        "name": "孙主任",
        "is_chair": "on",
        "from_on": "2026-03-02",
    }

    client.post(reverse("villages:bodies"), {**form, "user": here.duty.user.pk})
    again = client.post(reverse("villages:bodies"), {**form, "name": "李强"})
    seat = Seat.objects.get()
    client.post(
        reverse("villages:end_seat", args=[seat.pk]), {"until_on": "2026-03-02"}
    )

    assert again.status_code == 422
    assert "李强" in again.content.decode()
    assert "现在的负责人是孙主任" in again.content.decode()
    seat.refresh_from_db()
    assert seat.until_on == TODAY
    assert seat.user == here.duty.user


def test_the_reviewer_changes_rules_on_a_page_and_the_village_reads_them(client):
    here = staff()
    client.force_login(here.reviewer.user)
    address = reverse("villages:procedure", args=["two_committees"])
    form = {
        "quorum_of": 3,
        "quorum_in": 4,
        "pass_of": 2,
        "pass_in": 3,
        "pass_base": "present",
        "article": "镇里定的",
    }

    client.post(address, form)
    client.force_login(here.duty.user)

    page = client.get(reverse("villages:bodies")).content.decode()
    assert "镇里定的" in page
    assert "四分之三" in page
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("first", "second"),
    [("two_committees", "oversight"), ("oversight", "two_committees")],
)
def test_nobody_oversees_the_committee_they_sit_in(first, second):
    """村民委员会组织法 37; their near kin cannot be known here."""
    here = staff()
    seated(here, body=first)

    with pytest.raises(InputRefused) as refused:
        seated(here, body=second)

    assert set(refused.value.fields) == {"name"}
    assert "第三十七条" in str(refused.value)
    assert seated(here, "李强", body=second)


def test_an_account_of_the_committee_oversees_it_under_no_other_name():
    here = staff()
    seated(here, "老陈", user=here.duty.user.pk)

    with pytest.raises(InputRefused) as refused:
        seated(here, "陈某", body="oversight", user=here.duty.user.pk)

    assert set(refused.value.fields) == {"name"}


def test_who_left_the_committee_may_oversee_it():
    here = staff()
    end_seat(seated(here), TODAY, by=here.secretary.user, at=NOON)
    place = BodyPlace(here.village, "")

    seat = take_seat(
        place,
        "oversight",
        "孙主任",
        from_on=TODAY + DAY,
        by=here.secretary.user,
        at=NOON + DAY,
    )

    assert seat.body == "oversight"


def test_the_page_of_rules_names_the_ground_of_consultation(client):
    """村民委员会组织法 33."""
    here = staff()
    client.force_login(here.duty.user)

    page = client.get(reverse("villages:bodies")).content.decode()

    assert "《村民委员会组织法》第三十三条" in page


def test_the_form_says_that_kin_cannot_be_known(client):
    here = staff()
    client.force_login(here.secretary.user)

    page = client.get(reverse("villages:bodies")).content.decode()

    assert "近亲属" in page


THREE_QUARTERS = {
    "quorum_of": 3,
    "quorum_in": 4,
    "quorum_above": False,
    "pass_of": 3,
    "pass_in": 4,
    "pass_above": False,
    "pass_base": "due",
    "substitutes_vote": False,
    "article": "镇里定的",
}


@pytest.mark.parametrize("kind", [kind for kind, law in DEFAULTS.items() if law.is_law])
@pytest.mark.parametrize(
    ("less", "field"),
    [
        ({"quorum_of": 1, "quorum_in": 4}, "quorum_of"),
        ({"pass_of": 1, "pass_in": 2}, "pass_of"),
    ],
)
def test_no_town_asks_for_less_than_the_law(kind, less, field):
    here = staff()
    reviewer = here.reviewer.user

    with pytest.raises(InputRefused) as refused:
        set_procedure(
            here.town, kind, by=reviewer, at=NOON, **{**THREE_QUARTERS, **less}
        )
    assert set(refused.value.fields) == {field}
    assert str(DEFAULTS[kind].article) in str(refused.value)
    assert not Procedure.objects.exists()

    assert set_procedure(here.town, kind, by=reviewer, at=NOON, **THREE_QUARTERS)


@pytest.mark.parametrize(
    ("kind", "less", "field"),
    [
        ("assembly", {"quorum_of": 1, "quorum_in": 2}, "quorum_of"),
        ("representatives", {"quorum_of": 65, "quorum_in": 99}, "quorum_of"),
        ("representatives", {"substitutes_vote": True}, "substitutes_vote"),
        ("members_assembly", {"pass_base": "present"}, "pass_base"),
        ("members_assembly", {"pass_of": 65, "pass_in": 99}, "pass_of"),
        ("party_assembly", {"pass_base": "present"}, "pass_base"),
    ],
)
def test_just_below_the_law_is_refused_beside_its_field(kind, less, field):
    here = staff()

    with pytest.raises(InputRefused) as refused:
        set_procedure(
            here.town,
            kind,
            by=here.reviewer.user,
            at=NOON,
            **{**THREE_QUARTERS, **less},
        )

    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    ("kind", "same"),
    [
        ("assembly", {"quorum_of": 1, "quorum_in": 2, "quorum_above": True}),
        ("representatives", {"quorum_of": 66, "quorum_in": 99}),
        ("members_assembly", {"substitutes_vote": True, "pass_of": 2, "pass_in": 3}),
    ],
)
def test_just_the_law_is_what_a_town_may_set(kind, same):
    here = staff()

    assert set_procedure(
        here.town, kind, by=here.reviewer.user, at=NOON, **{**THREE_QUARTERS, **same}
    )


def test_nobody_reads_the_bodies_of_another_village(client):
    here, elsewhere = staff(), staff()
    seated(elsewhere, "外村人")
    client.force_login(here.secretary.user)

    answer = client.get(reverse("villages:bodies"), {"at": f"v{elsewhere.village.pk}"})

    assert answer.status_code == 404


def test_a_supervisor_looks_at_a_village_and_seats_nobody(client):
    here = staff()
    seated(here)
    client.force_login(roles.supervisor_of(here.town).user)

    page = client.get(
        reverse("villages:bodies"), {"at": f"v{here.village.pk}"}
    ).content.decode()

    assert "孙主任" in page
    assert '<form class="card"' not in page
    assert not Procedure.objects.exists()


def test_an_office_reads_the_committee_of_its_town(client):
    here = staff()
    client.force_login(here.handler.user)

    page = client.get("/bodies/")

    assert page.status_code == 200
    assert page.context["place"].where == here.town
    assert not page.context["may_seat"]


def test_the_api_seats_ends_and_sets_by_the_same_rules(client):
    here = staff()
    client.force_login(here.secretary.user)
    seat = {
        "body": "two_committees",
        "name": "孙主任",
        "is_chair": True,
        "from_on": "2026-03-02",
    }
    seat["user"] = here.duty.user.pk
    rules = {
        "quorum_of": 3,
        "quorum_in": 4,
        "pass_of": 2,
        "pass_in": 3,
        "pass_base": "present",
        "article": "镇里定的",
    }

    made = client.post("/api/v1/bodies/", seat, "application/json").json()
    second = client.post(
        "/api/v1/bodies/", {**seat, "name": "李强"}, "application/json"
    )
    pk = made["seats"][0]["id"]
    ended = client.post(
        f"/api/v1/bodies/seats/{pk}/end/",
        {"until_on": "2026-03-02"},
        "application/json",
    ).json()
    refused = client.put(
        "/api/v1/bodies/rules/two_committees/", rules, "application/json"
    )
    client.force_login(here.reviewer.user)
    changed = client.put(
        "/api/v1/bodies/rules/two_committees/", rules, "application/json"
    ).json()

    assert made["seats"][0]["user"] == here.duty.user.pk
    assert here.duty.user.pk in [cadre["id"] for cadre in made["cadres"]]
    assert second.status_code == 400
    assert set(second.json()["fields"]) == {"is_chair"}
    assert ended["until_on"] == "2026-03-02"
    assert refused.status_code == 404
    assert [rule["article"] for rule in changed["rules"] if rule["is_own"]] == [
        "镇里定的"
    ]


def seat_form(name, **fields):
    return {"body": "two_committees", "name": name, "from_on": str(TODAY), **fields}


def test_whoever_seats_somebody_is_told_whom_and_from_when(client):
    here = staff()
    client.force_login(here.secretary.user)
    address = reverse("villages:bodies")
    tomorrow = str(TODAY + DAY)

    for _time in range(2):
        sent = seat_form("王 小　五", from_on=tomorrow)
        answer = client.post(address, sent, follow=True)

        (told,) = answer.context["messages"]
        assert "王小五" in str(told)
        assert "3月3日" in str(told)
    assert Seat.objects.get().name == "王小五"


def test_a_member_from_a_later_day_stands_on_the_page_and_is_not_counted(client):
    here = staff()
    seated(here)
    take_seat(
        BodyPlace(here.village, ""),
        "two_committees",
        "王小五",
        from_on=TODAY + DAY,
        by=here.secretary.user,
        at=NOON,
    )
    client.force_login(here.secretary.user)

    page = client.get(reverse("villages:bodies")).content.decode()

    assert "王小五" in page
    assert "村“两委” 1<" in page


def test_a_term_yet_to_begin_is_ended_on_its_first_day_at_the_soonest(client):
    here = staff()
    client.force_login(here.secretary.user)
    later = TODAY + 3 * DAY
    client.post(reverse("villages:bodies"), seat_form("王小五", from_on=str(later)))
    ending = reverse("villages:end_seat", args=[Seat.objects.get().pk])

    offered = client.get(ending).context["form"].initial["until_on"]

    assert client.post(ending, {"until_on": str(offered)}).status_code == 302
    assert Seat.objects.get().until_on == later


def test_a_term_over_several_years_says_the_year_of_both_days(client):
    here = staff()
    seated(here, until_on=date(2031, 3, 1))
    client.force_login(here.secretary.user)

    page = client.get(reverse("villages:bodies")).text

    assert "2026年3月2日 — 2031年3月1日" in page
