"""Cases over the API: the list, and one of them."""

import json

import pytest

from cases.workflow import Action, make_move
from tests.api import Api
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.roles import auditor, secretary_of, security_admin, system_admin
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db
PHONE = "13812348821"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def numbers(answer) -> list[str]:
    return [row["number"] for row in answer.json()["results"]]


# --- the list
@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_page_of_the_list_costs_the_same_whatever_it_holds(
    count, django_assert_num_queries
):
    here = staff()
    for _nth in range(count):
        spoken(here)
    api = Api(here.secretary)

    with django_assert_num_queries(4):
        answer = api.get("cases/")

    assert len(answer.json()["results"]) == count


def test_the_list_holds_the_cases_of_ones_own_village_alone():
    here, there = staff(), staff()
    case = spoken(here)
    spoken(there)

    row = Api(here.secretary).get("cases/").json()["results"][0]

    assert numbers(Api(here.secretary).get("cases/")) == [case.number]
    assert (row["stage"], row["light"], row["speaker_name"], row["redacted"]) == (
        "speak",
        "green",
        "李建国",
        False,
    )
    assert row["owner"] == {
        "key": f"post:{here.duty.pk}",
        "name": here.duty.user.name,
        "role": "duty_officer",
    }


@pytest.mark.parametrize("appoint", [system_admin, security_admin, auditor])
def test_the_three_administrators_list_nothing(appoint):
    spoken(staff())

    assert Api(appoint()).get("cases/").json() == {"next": None, "results": []}


def test_a_case_in_conflict_is_not_in_the_list_of_whom_it_concerns_nor_of_their_village():
    here = staff()
    make_move(
        spoken(here),
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.member.user],
    )

    assert (
        numbers(Api(here.member).get("cases/"))
        == numbers(Api(here.secretary).get("cases/"))
        == []
    )
    assert len(numbers(Api(here.reviewer).get("cases/"))) == 1


def test_a_secret_case_is_a_redacted_row_to_an_overseer_not_named_in_it():
    here = staff()
    case = spoken(here, confidentiality="secret", title="分地的事", category="family")

    row = Api(here.supervisor).get("cases/").json()["results"][0]

    filled = {name for name, value in row.items() if value is not None}
    assert row["redacted"]
    assert row["number"] == case.number
    assert filled == {
        "number",
        "redacted",
        "title",
        "stage",
        "light",
        "said_at",
        "registered_at",
        "due_on",
        "promised_on",
    }
    assert "分地" not in json.dumps(row, ensure_ascii=False)


def test_a_redacted_row_answers_no_filter_about_what_it_hides():
    here = staff()
    spoken(here, confidentiality="secret", category="family")

    assert numbers(Api(here.supervisor).get("cases/?category=family")) == []
    assert len(numbers(Api(here.supervisor).get("cases/?stage=speak"))) == 1


def test_a_hidden_speaker_is_not_named_in_the_row_nor_in_its_title():
    here = staff()
    spoken(here, confidentiality="hidden", title="李建国家的路灯")

    row = Api(here.secretary).get("cases/").json()["results"][0]

    assert row["speaker_name"] is None
    assert "李建国" not in json.dumps(row, ensure_ascii=False)
    assert Api(here.duty).get("cases/").json()["results"][0]["speaker_name"] == "李建国"


def test_pages_follow_one_another_without_a_row_twice_or_left_out():
    here = staff()
    made = [spoken(here).number for _nth in range(5)]
    api = Api(here.secretary)

    found, path = [], "cases/?page_size=2"
    while path:
        answer = api.get(path)
        found += numbers(answer)
        path = (answer.json()["next"] or "").partition("/api/v1/")[2]

    assert found == made[::-1]


@pytest.mark.parametrize(("order", "count"), [("newest", 2), ("due", 1), ("closed", 1)])
def test_an_order_lists_the_rows_that_have_a_place_in_it(order, count):
    here = staff()
    spoken(here)
    rated(here)

    assert len(numbers(Api(here.secretary).get(f"cases/?order={order}"))) == count


@pytest.mark.parametrize("order", ["due", "closed"])
def test_pages_follow_one_another_in_every_order(order):
    here = staff()
    for _nth in range(3):
        rated(here)
        spoken(here)
    api = Api(here.secretary)

    first = api.get(f"cases/?order={order}&page_size=2")
    rest = api.get(first.json()["next"].partition("/api/v1/")[2])

    assert len({*numbers(first), *numbers(rest)}) == 3


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("order=speaker_phone", "order"),
        ("ordering=-id", "ordering"),
        ("speaker_name=x", "speaker_name"),
        ("stage=lost", "stage"),
        ("registered_from=yesterday", "registered_from"),
        ("registered_from=0001-01-01", "registered_from"),
        ("closed_to=9999-12-31", "closed_to"),
        ("village=0", "village"),
    ],
)
def test_an_order_filter_or_value_that_is_not_offered_is_refused_by_name(query, name):
    answer = Api(staff().secretary).get(f"cases/?{query}")

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {name}


def test_the_village_of_others_is_no_choice_of_the_filter():
    here, there = staff(), staff()

    assert (
        Api(here.secretary).get(f"cases/?village={there.village.pk}").status_code == 400
    )


# --- one case
def test_reading_a_case_costs_at_most_fourteen_queries(django_assert_max_num_queries):
    here = staff()
    case = rated(here)
    api = Api(here.secretary)

    with django_assert_max_num_queries(14):
        answer = api.get(f"cases/{case.number}/")

    assert answer.json()["result"] == "换了蓄电池"
    assert [item["holder"]["name"] for item in answer.json()["assignments"]] == [
        here.office.name
    ]


def test_the_phone_is_masked_for_everybody():
    here = staff()
    case = spoken(here, speaker_phone=PHONE)

    for post in (here.duty, here.secretary, here.supervisor):
        answer = Api(post).get(f"cases/{case.number}/")
        assert answer.json()["speaker_phone"] == "****8821"
        assert PHONE not in answer.content.decode()


def test_a_hidden_speaker_is_nowhere_in_what_others_read():
    here = staff()
    case = spoken(
        here,
        confidentiality="hidden",
        verbatim="我李建国住柳树下，和王二家的灯坏了",
        speaker_phone=PHONE,
        speaker_address="柳树下",
        proxy_speaker="李小妹",
        request_text="李小妹说换灯",
        co_speakers=("王二",),
    )

    text = Api(here.secretary).get(f"cases/{case.number}/").content.decode()

    assert not [
        word for word in ("李建国", "柳树下", "李小妹", "8821", "王二") if word in text
    ]
    assert "灯坏了" in text


@pytest.mark.parametrize("part", ["", "moves/", "events/", "attachments/", "ratings/"])
def test_what_is_foreign_secret_or_in_conflict_does_not_exist(part):
    here, there = staff(), staff()
    case = spoken(here, confidentiality="secret")
    about = make_move(
        spoken(here),
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.member.user],
    )

    for post in (
        there.secretary,
        secretary_of(VillageFactory(town=here.town)),
        here.supervisor,
        auditor(),
    ):
        assert (
            Api(post).get(f"cases/{case.number}/{part}").json()["code"] == "not_found"
        )
    for post in (here.member, here.secretary, here.duty):
        assert Api(post).get(f"cases/{about.number}/{part}").status_code == 404
    assert Api(here.secretary).get(f"cases/{case.number}/{part}").status_code == 200


def test_whoever_has_the_case_already_gets_304_until_it_or_its_light_changes(
    time_machine,
):
    here = staff()
    case = accepted(here)
    api = Api(here.secretary)
    tag = api.get(f"cases/{case.number}/")["ETag"]

    assert api.get(f"cases/{case.number}/", **{"If-None-Match": tag}).status_code == 304
    time_machine.move_to(NOON + 3 * DAY, tick=False)
    api = Api(here.secretary)
    assert (
        api.get(f"cases/{case.number}/", **{"If-None-Match": tag}).json()["light"]
        == "yellow"
    )


def test_events_are_read_in_order_and_hold_no_digests():
    here = staff()
    case = rated(here)

    events = Api(here.secretary).get(f"cases/{case.number}/events/").json()["results"]

    assert [event["action"] for event in events] == [
        "register",
        "accept",
        "decide",
        "complete",
        "verify",
        "rate",
    ]
    assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert not any(
        {"revisions", "verbatim", "concerns"} & set(event["data"]) for event in events
    )


@pytest.mark.parametrize(
    ("part", "queries"),
    [("events/", 5), ("attachments/", 5), ("ratings/", 5), ("moves/", 17)],
)
def test_the_parts_of_a_case_cost_a_fixed_number_of_queries(
    part, queries, django_assert_max_num_queries
):
    here = staff()
    case = verified(here)
    api = Api(here.secretary)

    with django_assert_max_num_queries(queries):
        assert api.get(f"cases/{case.number}/{part}").status_code == 200


def test_ratings_say_both_answers_and_who_entered_them():
    here = staff()
    case = rated(here)

    rating = (
        Api(here.secretary).get(f"cases/{case.number}/ratings/").json()["results"][0]
    )

    assert (rating["satisfaction"], rating["solved"], rating["how"]) == (
        "satisfied",
        "yes",
        "call",
    )
    assert rating["entered_by"]["key"] == f"post:{here.duty.pk}"
