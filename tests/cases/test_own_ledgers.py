"""A ledger as its reader arranged it, and one masked name shown with a reason."""

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from cases.ledgers import BOOKS, GENERAL
from cases.ledgers.arranged import (
    MOST_FILTERS,
    arrange,
    columns_shown,
    drop_filter,
    keep_filter,
    own_ledger,
)
from cases.models import Case, OwnLedger
from minshi.errors import InputRefused
from tests.api import Api
from tests.cases.ledger_desk import logged_in, page, shown_rows
from tests.cases.roads import DAY, NOON, decided, spoken, staff
from villages.models import AuditRecord
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
GENERAL_PAGE = "/ledgers/general/"


@pytest.fixture
def here():
    return staff()


def arranged_by(user) -> list[str]:
    columns = columns_shown(own_ledger(user, GENERAL), GENERAL.ledger)
    return [column.key for column in columns]


# --- columns
def test_a_reader_hides_columns_and_puts_them_in_their_order(here):
    user = here.secretary.user
    every = arranged_by(user)
    wanted = ["speaker", "number", *every[1:4], *every[5:]]

    arrange(user, GENERAL, hidden=["phone"], order=wanted, oldest_first=False)

    wanted.remove("phone")
    assert arranged_by(user) == wanted
    assert arranged_by(here.duty.user) == every


def test_the_page_shows_what_was_arranged_and_the_files_what_the_design_says(here):
    case = spoken(here)
    keys = [column.key for column in GENERAL.ledger.columns]
    client = logged_in(here.secretary)
    address = reverse("cases:ledger_arrange", args=["general"])
    places = {f"place-{key}": number for number, key in enumerate(keys, 1)}
    asked = {**places, "place-content": 1, "show-content": "on", "show-number": "on"}

    answer = client.post(address, {**asked, "first": "oldest"})

    assert answer.status_code == 302
    (row,) = shown_rows(page(here.secretary))
    assert row == ["1", case.number, case.verbatim]
    assert list(BOOKS["general"].ledger.columns) == list(GENERAL.ledger.columns)
    assert "事项内容" in client.get(address).content.decode()


def test_one_column_stays_and_no_strange_one_comes(here):
    user = here.secretary.user
    keys = [column.key for column in GENERAL.ledger.columns]

    with pytest.raises(InputRefused):
        arrange(user, GENERAL, hidden=keys, order=[], oldest_first=False)
    with pytest.raises(InputRefused):
        arrange(user, GENERAL, hidden=[], order=["password"], oldest_first=False)
    assert not OwnLedger.objects.exclude(hidden=[]).exists()


def test_the_newest_row_comes_first_unless_the_reader_wants_the_oldest(here):
    old, new = spoken(here), spoken(here)
    Case.objects.filter(pk=old.pk).update(registered_at=NOON - 3 * DAY)

    client = logged_in(here.secretary)

    def shown(query: str) -> list[str]:
        answer = client.get(f"{GENERAL_PAGE}?period=all{query}")
        return [row[1] for row in shown_rows(answer)]

    by_itself = shown("")
    asked = shown("&first=oldest")
    arrange(here.secretary.user, GENERAL, hidden=[], order=[], oldest_first=True)
    kept = shown("")

    assert by_itself == [new.number, old.number]
    assert asked == kept == [old.number, new.number]


def test_the_api_gives_the_newest_first_where_that_is_asked_for(here):
    old, new = spoken(here), spoken(here)
    Case.objects.filter(pk=old.pk).update(registered_at=NOON - 3 * DAY)
    api = Api(here.secretary)

    def numbers(query: str) -> list[str]:
        answer = api.get(f"ledgers/general/?period=all{query}")
        return [row["number"] for row in answer.json()["results"]]

    assert numbers("") == numbers("&first=oldest") == [old.number, new.number]
    assert numbers("&first=newest") == [new.number, old.number]


# --- filters
def test_a_filter_is_saved_under_a_name_and_opens_the_ledger(here):
    wanted = decided(here)
    spoken(here)
    client = logged_in(here.secretary)
    query = urlencode({"period": "all", "stage": "handle", "q": "李建国", "x": "1"})

    client.post(
        f"/ledgers/general/filters/?{query}", {"name": "在办的", "is_default": "on"}
    )
    opened = client.get(GENERAL_PAGE)

    assert opened["Location"] == f"{GENERAL_PAGE}?period=all&stage=handle"
    shown = client.get(opened["Location"])
    assert [row[1] for row in shown_rows(shown)] == [wanted.number]
    assert "在办的" in shown.content.decode()


def test_a_filter_of_the_same_name_takes_its_place_and_one_alone_is_the_default(here):
    user = here.secretary.user
    for name, query in (("一", "stage=speak"), ("二", "stage=rate"), ("一", "q=李")):
        keep_filter(user, GENERAL, name=name, query=query, is_default=True)

    own = own_ledger(user, GENERAL)
    assert [(each["name"], each["is_default"]) for each in own.filters] == [
        ("二", False),
        ("一", True),
    ]
    assert own.default_query == ""
    assert drop_filter(user, GENERAL, "二").filter_named("二") is None


def test_there_are_so_many_filters_and_each_has_a_name(here):
    user = here.secretary.user
    for number in range(MOST_FILTERS):
        keep_filter(user, GENERAL, name=str(number), query="", is_default=False)

    with pytest.raises(InputRefused):
        keep_filter(user, GENERAL, name="多", query="", is_default=False)
    with pytest.raises(InputRefused):
        keep_filter(user, GENERAL, name=" ", query="", is_default=False)


def test_the_api_reads_arranges_saves_and_removes(here):
    api = Api(here.secretary)
    asked = {"hidden": ["phone"], "order": ["speaker"], "oldest_first": True}
    saved = {"name": "在办", "query": "stage=handle&q=张", "is_default": False}

    arranged = api.put("ledgers/general/own/", asked).json()
    kept = api.post("ledgers/general/own/filters/", saved).json()
    removed = api.delete("ledgers/general/own/filters/在办/")

    assert (arranged["hidden"], arranged["oldest_first"]) == (["phone"], True)
    assert kept["filters"] == [{**saved, "query": "stage=handle"}]
    assert removed.status_code == 204
    assert api.get("ledgers/general/own/").json()["filters"] == []
    assert api.get("ledgers/nothing/own/").status_code == 404


# --- one surname, one name
def test_one_character_finds_those_of_that_surname_and_never_a_hidden_speaker(here):
    found = spoken(here, speaker_name="路小军", verbatim="水管漏了")
    spoken(here, speaker_name="李建国", verbatim="路灯坏了")
    spoken(here, speaker_name="路大军", confidentiality="hidden")

    assert [row[1] for row in shown_rows(page(here.member, q="路"))] == [found.number]


def test_one_masked_name_is_shown_with_a_reason_that_is_written_down(here):
    case = spoken(here, speaker_name="李建国", speaker_phone="13993912345")
    client = logged_in(here.secretary)
    address = reverse("cases:show_speaker", args=[case.number])

    listed = page(here.secretary).content.decode()
    asked = client.get(address, headers={"accept-language": "en"}).content.decode()
    refused = client.post(address, {"reason": " "})
    shown = client.post(address, {"reason": "上门回访"})

    assert address in listed
    assert "Why you need the name" in asked
    assert refused.status_code == 422
    assert "李建国" in shown.content.decode()
    assert "13993912345" in shown.content.decode()
    record = AuditRecord.objects.get(kind=AuditKind.UNMASK)
    assert (record.user, record.reason) == (here.secretary.user, "上门回访")
    assert "李建国" not in record.subject


def test_others_are_offered_no_name_and_find_no_page_for_it(here):
    case = spoken(here, speaker_name="李建国")
    hidden = spoken(here, speaker_name="孙淑芬", confidentiality="hidden")
    address = reverse("cases:show_speaker", args=[case.number])
    of_hidden = reverse("cases:show_speaker", args=[hidden.number])

    assert address not in page(here.duty).content.decode()
    assert logged_in(here.duty).get(address).status_code == 404
    assert of_hidden not in page(here.supervisor).content.decode()
    assert logged_in(here.supervisor).get(of_hidden).status_code == 404
    shown = Api(here.duty).post(f"cases/{case.number}/speaker/", {"reason": "看看"})
    assert shown.status_code == 404


def test_the_api_shows_one_name(here):
    case = spoken(here, speaker_name="李建国")

    answer = Api(here.secretary).post(
        f"cases/{case.number}/speaker/", {"reason": "上门回访"}
    )

    assert answer.json()["name"] == "李建国"
    assert AuditRecord.objects.filter(kind=AuditKind.UNMASK).count() == 1
