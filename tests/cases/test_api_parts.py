"""Ledgers and attachments over the API."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cases.attachments import attach
from cases.ledgers import BOOKS
from cases.models import Attachment
from cases.workflow import Action, make_move
from tests.api import V1, Api
from tests.cases.roads import DAY, NOON, decided, officer, rated, spoken, staff
from tests.roles import auditor, secretary_of
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db
PHONE = "13812348821"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON + 3 * DAY, tick=False)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


# --- ledgers
def test_every_ledger_says_its_columns_and_its_rows_fill_them():
    here = staff()
    case = rated(here)
    api = Api(here.secretary)

    books = {book["key"]: book for book in api.get("ledgers/").json()}

    assert set(books) == set(BOOKS)
    for key, book in books.items():
        rows = api.get(f"ledgers/{key}/").json()["results"]
        for row in rows:
            assert list(row) == [column["key"] for column in book["columns"]]
    assert [row["number"] for row in api.get("ledgers/results/").json()["results"]] == [
        case.number
    ]


@pytest.mark.parametrize("key", list(BOOKS))
@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_page_of_a_ledger_costs_at_most_eight_queries(
    key, count, django_assert_max_num_queries
):
    here = staff()
    for _nth in range(count):
        rated(here) if count < 50 else spoken(here)
    api = Api(here.secretary)

    with django_assert_max_num_queries(8):
        assert api.get(f"ledgers/{key}/").status_code == 200


def test_names_and_phones_are_masked_in_a_ledger():
    here = staff()
    spoken(here, speaker_phone=PHONE)

    text = Api(here.secretary).get("ledgers/general/").content.decode()

    assert "****8821" in text
    assert PHONE not in text
    assert "李建国" not in text


@pytest.mark.parametrize("key", ["general", "satisfaction"])
def test_the_pages_of_a_ledger_follow_one_another(key):
    here = staff()
    made = [rated(here).number for _nth in range(3)]
    api = Api(here.secretary)

    first = api.get(f"ledgers/{key}/?page_size=2").json()
    rest = api.get(first["next"].partition(V1)[2]).json()

    assert [row["number"] for row in (*first["results"], *rest["results"])] == made
    assert rest["next"] is None


def test_a_ledger_is_of_its_period_and_filter():
    here = staff()
    spoken(here)
    api = Api(here.secretary)

    assert (
        len(
            api.get("ledgers/general/?since=2026-03-02&until=2026-03-02").json()[
                "results"
            ]
        )
        == 1
    )
    assert api.get("ledgers/general/?since=2026-03-03").json()["results"] == []
    assert api.get("ledgers/general/?until=2026-03-01").json()["results"] == []
    assert api.get("ledgers/general/?stage=handle").json()["results"] == []


@pytest.mark.parametrize("query", ["period=ever", "since=then", "order=due", "name=x"])
def test_a_period_or_filter_that_is_not_offered_is_refused_by_name(query):
    answer = Api(staff().secretary).get(f"ledgers/general/?{query}")

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {query.partition("=")[0]}


def test_there_is_no_other_ledger():
    assert Api(staff().secretary).get("ledgers/secrets/").json()["code"] == "not_found"


def test_strangers_the_administrators_and_whom_it_concerns_read_no_row():
    here = staff()
    spoken(here)
    make_move(
        spoken(here),
        Action.RECUSE,
        by=officer(here.duty),
        at=NOON,
        concerns=[here.member.user],
    )

    for post in (secretary_of(VillageFactory(town=here.town)), auditor()):
        assert Api(post).get("ledgers/general/").json()["results"] == []
    assert len(Api(here.member).get("ledgers/general/").json()["results"]) == 1


def test_a_secret_case_is_counted_in_an_overseers_ledger_and_tells_nothing():
    here = staff()
    spoken(here, confidentiality="secret", verbatim="分地的事")

    answer = Api(here.supervisor).get("ledgers/general/")

    assert len(answer.json()["results"]) == 1
    assert "分地" not in answer.content.decode()


# --- attachments
def photo(colour: str = "red") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "JPEG")
    return SimpleUploadedFile("x.jpg", out.getvalue(), "image/jpeg")


def upload(post, case, file, **fields):
    return Api(post).client.post(
        f"{V1}cases/{case.number}/attachments/", {"file": file, **fields}
    )


def test_a_photo_is_added_listed_and_read_back():
    here = staff()
    case = spoken(here)

    added = upload(here.secretary, case, photo())

    api = Api(here.duty)
    listed = api.get(f"cases/{case.number}/attachments/").json()["results"]
    file = api.client.get(added.json()["url"])
    assert added.status_code == 201
    assert listed == [added.json()]
    assert file["Content-Type"] == "image/jpeg"
    assert file["Content-Disposition"].startswith("attachment")
    assert (file["X-Content-Type-Options"], file["Cache-Control"]) == (
        "nosniff",
        "private, no-store",
    )
    assert b"".join(file.streaming_content).startswith(b"\xff\xd8")
    assert Attachment.objects.get().post == here.secretary


def test_the_same_photo_again_is_the_one_there_is(time_machine):
    here = staff()
    case = spoken(here)
    first = upload(here.secretary, case, photo())
    time_machine.move_to(NOON + 4 * DAY, tick=False)

    again = upload(here.secretary, case, photo())

    assert (again.status_code, again.json()["uuid"]) == (200, first.json()["uuid"])


def test_what_is_no_photo_or_paper_is_refused_by_name():
    here = staff()
    case = spoken(here)

    script = upload(
        here.secretary,
        case,
        SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", "image/jpeg"),
    )
    nothing = Api(here.secretary).client.post(
        f"{V1}cases/{case.number}/attachments/", {}
    )
    as_json = Api(here.secretary).post(
        f"cases/{case.number}/attachments/", {"file": "x"}
    )

    assert (script.status_code, set(script.json()["fields"])) == (400, {"file"})
    assert (nothing.status_code, set(nothing.json()["fields"])) == (400, {"file"})
    assert as_json.status_code == 415


def test_a_file_is_read_through_its_own_case_alone_and_within_sight():
    here, there = staff(), staff()
    case, other, foreign = decided(here), spoken(here), spoken(there)
    kept = attach(case, photo(), at=NOON, post=here.duty)
    own = f"cases/{case.number}/attachments/{kept.uuid}/"

    read = Api(here.handler).get(own)
    assert b"".join(read.streaming_content)
    make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="不归我们管"
    )
    for post, path in (
        (here.handler, own),
        (there.secretary, own),
        (auditor(), own),
        (there.secretary, f"cases/{foreign.number}/attachments/{kept.uuid}/"),
        (here.secretary, f"cases/{other.number}/attachments/{kept.uuid}/"),
    ):
        assert Api(post).get(path).json()["code"] == "not_found"
    assert upload(there.secretary, case, photo("blue")).status_code == 404
    assert upload(here.handler, case, photo("blue")).status_code == 404
