"""A ledger as its reader arranged it, and one masked name shown with a reason."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, override

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
from cases.models.own_ledger import LONGEST_FILTER_NAME
from minshi.errors import InputRefused, MoveRefused
from tests.api import Api
from tests.cases.ledger_desk import logged_in, page, shown_rows, table_of, take
from tests.cases.roads import DAY, NOON, decided, spoken, staff
from tests.villages.factories import GroupFactory, VillageFactory
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


def told(answer) -> list[str]:
    """What a page says on top once it is led to."""
    return [str(each) for each in get_messages(answer.wsgi_request)]


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


def test_a_column_that_is_not_there_is_not_hidden(here):
    user = here.secretary.user

    with pytest.raises(InputRefused) as refusal:
        arrange(user, GENERAL, hidden=["password"], order=[], oldest_first=False)

    assert refusal.value.fields.keys() == {"hidden"}


def test_the_hidden_columns_may_come_one_by_one(here):
    hidden = (key for key in ["number", "phone"])

    own = arrange(
        here.secretary.user, GENERAL, hidden=hidden, order=[], oldest_first=False
    )

    assert set(own.hidden) == {"number", "phone"}


def test_what_the_api_gives_may_be_sent_back_without_a_column_gone_since(here):
    user = here.secretary.user
    OwnLedger.objects.create(user=user, ledger="general", hidden=["gone", "phone"])
    api = Api(here.secretary)

    own = api.get("ledgers/general/own/").json()
    sent = {name: own[name] for name in ("hidden", "order", "oldest_first")}

    assert api.put("ledgers/general/own/", sent).json()["hidden"] == ["phone"]


def test_a_refusal_of_no_field_is_shown_too(here, monkeypatch):
    def refuse(*_args, **_options):
        raise MoveRefused("锁住了")

    for name in ("arrange", "keep_filter"):
        monkeypatch.setattr(f"cases.views.own_ledgers.{name}", refuse)
    client = logged_in(here.secretary)
    asked = {"first": "oldest", "show-number": "on"}

    arranged = client.post("/ledgers/general/arrange/", asked)
    kept = client.post("/ledgers/general/filters/", {"name": "在办的"}, follow=True)

    assert arranged.status_code == 422
    assert "锁住了" in arranged.content.decode()
    assert "锁住了" in kept.content.decode()


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


def test_a_filter_too_long_to_be_kept_whole_is_refused_in_words(here):
    client = logged_in(here.secretary)
    query = urlencode({"period": "all", "village": ["1" * 30] * 20}, doseq=True)

    saved = client.post(f"/ledgers/general/filters/?{query}", {"name": "长的"})

    with override("zh-hans"):
        words = gettext(
            "This filter is too long to be saved; choose fewer things in it."
        )
    assert told(saved) == [words]
    assert own_ledger(here.secretary.user, GENERAL).filters == []


def test_words_searched_for_make_no_filter_too_long(here):
    query = urlencode({"q": "路" * 200, "stage": "handle"})

    own = keep_filter(
        here.secretary.user, GENERAL, name="在办", query=query, is_default=False
    )

    assert own.filters[0]["query"] == "stage=handle"


def test_a_name_of_a_filter_too_long_is_said_to_be_too_long(here):
    client = logged_in(here.secretary)
    name = "长" * (LONGEST_FILTER_NAME + 1)

    (words,) = told(client.post("/ledgers/general/filters/", {"name": name}))

    assert "请起个名字" not in words
    assert str(LONGEST_FILTER_NAME) in words
    with pytest.raises(InputRefused):
        keep_filter(here.secretary.user, GENERAL, name=name, query="", is_default=False)
    assert own_ledger(here.secretary.user, GENERAL).filters == []


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


def test_several_villages_are_looked_at_together_kept_and_taken_away():
    here = staff()
    villages = [here.village, *VillageFactory.create_batch(2, town=here.town)]
    for village in villages:
        group = GroupFactory(village=village)
        spoken(here, by=here.reviewer, village=village, group=group)
    decided(here)
    two = [village.pk for village in villages[:2]]
    query = urlencode({"period": "all", "villages": two}, doseq=True)

    client = logged_in(here.supervisor)
    response = client.get(f"/ledgers/general/?{query}")
    file = take(here.supervisor, query=query)
    client.post(f"/ledgers/general/filters/?{query}", {"name": "两个村"})

    assert len(shown_rows(response)) == 3
    assert response.context["count"] == 3
    assert {row[3] for row in table_of(file)[1:]} == {
        village.name for village in villages[:2]
    }
    for pk in two:
        assert f"villages={pk}" in AuditRecord.objects.latest("pk").subject
    kept = own_ledger(here.supervisor.user, GENERAL).filters[0]["query"]
    assert kept.count("villages=") == 2


def test_filters_folded_away_stay_folded_and_are_said_in_words():
    here = staff()
    other = VillageFactory(town=here.town)
    decided(here)
    asked = {"villages": [here.village.pk, other.pk], "level": "village"}

    narrowed = page(here.supervisor, **asked)
    plain = page(here.supervisor)
    wrong = page(here.supervisor, villages=["x"])

    words = f"{here.village.name}、{other.name}；层级：村"
    assert words in narrowed.content.decode()
    assert not narrowed.context["reading"].shows_more
    assert plain.context["reading"].narrowed_by == ""
    assert wrong.context["reading"].shows_more


def test_a_village_out_of_reach_among_several_gives_no_rows():
    here, foreign = staff(), staff()
    decided(here)
    decided(foreign)
    asked = {"villages": [here.village.pk, foreign.village.pk]}

    assert shown_rows(page(here.supervisor, **asked)) == []


@pytest.mark.parametrize("key", list(BOOKS))
def test_every_ledger_narrows_to_several_villages(key):
    here = staff()
    VillageFactory(town=here.town)

    response = page(here.supervisor, key, villages=[here.village.pk])

    assert response.status_code == 200
    ticks = response.context["reading"].listed.form["villages"]
    assert ticks.value() == [str(here.village.pk)]
    assert 'name="villages"' in response.content.decode()
