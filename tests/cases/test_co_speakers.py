"""联名: whoever says the same is a person like the speaker: linked, shown, masked,
called, corrected and found like them.
"""

import pytest
import time_machine
from django.urls import reverse

from cases.lists import search
from cases.models import Case, CaseRevision, Topic
from cases.models.scope import Sight
from cases.privacy.personal import values_of
from cases.workflow import (
    Action,
    make_move,
)
from minshi.crypto import blind_index
from minshi.errors import InputRefused
from supervision.models import Call, NoticeKind
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, officer, spoken, staff
from tests.cases.speaking_together import (
    PHONE,
    adding,
    corrected,
    joined,
    neighbour,
    people_of,
    taken_down,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_a_name_that_is_exactly_one_neighbours_is_linked_with_their_phone():
    here = staff()
    person = neighbour(here)

    case = spoken(here, co_speakers=("赵秀英", "外村的人"))

    assert people_of(case) == [("赵秀英", PHONE, person), ("外村的人", "", None)]


def test_whoever_is_added_to_a_known_matter_keeps_phone_and_resident():
    here = staff()
    person = neighbour(here)
    case = spoken(here)

    case = joined(here, case, co_speaker="赵秀英", co_speaker_resident=person)
    case = joined(here, case, co_speaker="王大山", co_speaker_phone="139 9391 2345")

    assert people_of(case) == [
        ("赵秀英", PHONE, person),
        ("王大山", "13993912345", None),
    ]


def who_added(client, post, case):
    """Who the page of the matter names beside 补充, to whoever holds the post."""
    client.force_login(post.user)
    timeline = client.get(case.get_absolute_url()).context["timeline"]
    return [line.who for line in timeline if line.event.action == "supplement"]


def test_words_added_to_a_known_matter_stand_under_whoever_said_them(client):
    here = staff()
    case = spoken(here, speaker_name="张长生")

    case = joined(here, case, co_speaker="王桂花")
    case = joined(here, case, co_speaker="张长生")

    assert who_added(client, here.duty, case) == ["说事人", "王桂花"]
    assert "王桂花" not in str([event.data for event in case.events.all()])


def test_whoever_may_not_know_who_spoke_reads_no_name_beside_added_words(client):
    here = staff()
    case = spoken(here, confidentiality="hidden", speaker_name="张长生")

    case = joined(here, case, co_speaker="王桂花")

    assert who_added(client, here.secretary, case) == ["说事人"]
    assert "王桂花" not in client.get(case.get_absolute_url()).text


def test_who_adds_to_a_known_matter_is_told_that_no_receipt_comes(client):
    here = staff()
    case = spoken(here, speaker_name="张长生")
    client.force_login(here.duty.user)

    form = {**adding(here, case), "speaker_name": "王桂花"}
    page = client.post(reverse("cases:intake"), form, follow=True).text

    assert f"已加到 {case.number}" in page
    assert "不另打回执" in page


def test_a_co_speaker_who_adds_words_again_stays_one_person():
    here = staff()
    person = neighbour(here)
    case = spoken(here, co_speakers=("王大山",))

    case = joined(here, case, co_speaker="赵秀英")
    case = joined(here, case, co_speaker_resident=person)
    case = joined(here, case, co_speaker="王大山", co_speaker_phone="139 9391 2345")
    case = joined(here, case, co_speaker_phone="13993912345")

    assert people_of(case) == [
        ("王大山", "13993912345", None),
        ("赵秀英", PHONE, person),
    ]
    assert case.co_speakers.get(name="王大山").phone_hash
    assert "13993912345" in values_of(case)


def test_a_speaker_who_gives_their_number_later_does_not_become_their_own_neighbour():
    here = staff()
    case = spoken(here, speaker_name="李建国")

    case = joined(here, case, co_speaker="李建国", co_speaker_phone=PHONE)

    assert (case.others, case.speaker_phone) == ([], PHONE)
    assert case.speaker_phone_hash
    changed = CaseRevision.objects.get(field="speaker_phone")
    assert (changed.old, changed.new) == ("", PHONE)


def test_a_namesake_with_another_number_is_another_person():
    here = staff()
    case = spoken(here, speaker_phone=PHONE)

    case = joined(here, case, co_speaker="李建国", co_speaker_phone="13993912345")

    assert people_of(case) == [("李建国", "13993912345", None)]


def test_a_number_given_by_the_speaker_again_takes_the_place_of_the_registers():
    here = staff()
    person = neighbour(here)
    case = spoken(here, resident=person, speaker_name="")
    typed = "13900000088"

    logged_in(here.duty).post(
        reverse("cases:intake"),
        {**adding(here, case), "resident": person.pk, "speaker_phone": typed},
    )

    case.refresh_from_db()
    assert (case.speaker_phone, case.others) == (typed, [])
    assert case.speaker_phone_hash == blind_index(typed, "phone")
    changed = CaseRevision.objects.get(field="speaker_phone")
    assert (changed.old, changed.new) == (PHONE, typed)
    assert {PHONE, typed} <= set(values_of(case))


def test_a_number_given_by_a_co_speaker_again_takes_the_place_of_the_registers():
    here = staff()
    person = neighbour(here)
    case = spoken(here, co_speakers=("赵秀英",))
    typed = {"co_speaker_resident": person, "co_speaker_phone": "13900000088"}

    case = joined(here, case, **typed)
    case = joined(here, case, co_speaker="赵秀英")

    assert people_of(case) == [("赵秀英", "13900000088", person)]
    changed = CaseRevision.objects.get(field="others_phone")
    assert (changed.old, changed.new) == (PHONE, "13900000088")
    assert {PHONE, "13900000088"} <= set(values_of(case))


def test_a_merge_keeps_the_number_that_was_given():
    here = staff()
    person = neighbour(here)
    given = spoken(here, resident=person, speaker_name="", speaker_phone="13900000099")
    case = spoken(here, resident=person, speaker_name="")

    make_move(given, Action.MERGE, by=officer(here.secretary), at=NOON, into=case)

    case.refresh_from_db()
    assert (case.speaker_phone, case.others) == ("13900000099", [])


@pytest.mark.parametrize("older_is_merged", [True, False])
def test_after_a_merge_the_number_given_last_holds(older_is_merged):
    here = staff()
    person = neighbour(here, phone="13700000011")
    older = taken_down(here, NOON - DAY, resident=person, speaker_phone=PHONE)
    newer = taken_down(here, NOON, resident=person, speaker_phone="13900000099")
    merged, into = (older, newer) if older_is_merged else (newer, older)

    make_move(merged, Action.MERGE, by=officer(here.secretary), at=NOON, into=into)

    into.refresh_from_db()
    assert (into.speaker_phone, into.others) == ("13900000099", [])
    assert {PHONE, "13900000099"} <= set(values_of(into))


def test_a_number_corrected_since_is_the_one_given_last():
    here = staff()
    person = neighbour(here, phone="13700000011")
    older = taken_down(here, NOON - 2 * DAY, resident=person, speaker_phone=PHONE)
    newer = taken_down(here, NOON - DAY, resident=person, speaker_phone="13900000099")
    make_move(
        older,
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        speaker_phone="13900000077",
        reason="换号了",
    )
    older.refresh_from_db()

    make_move(older, Action.MERGE, by=officer(here.secretary), at=NOON, into=newer)

    newer.refresh_from_db()
    assert newer.speaker_phone == "13900000077"


def test_a_number_of_the_register_gives_way_to_an_older_one_that_was_given():
    here = staff()
    person = neighbour(here)
    older = taken_down(here, NOON - DAY, resident=person, speaker_phone="13900000099")
    newer = taken_down(here, NOON, resident=person)

    make_move(older, Action.MERGE, by=officer(here.secretary), at=NOON, into=newer)

    newer.refresh_from_db()
    assert newer.speaker_phone == "13900000099"


def test_a_merge_names_nobody_twice():
    here = staff()
    case = spoken(here, co_speakers=("赵秀英",))
    again = spoken(here, co_speakers=("赵秀英", "王大山"), speaker_phone=PHONE)

    make_move(again, Action.MERGE, by=officer(here.secretary), at=NOON, into=case)

    case.refresh_from_db()
    assert people_of(case) == [("赵秀英", "", None), ("王大山", "", None)]
    assert case.speaker_phone == PHONE


def test_letters_that_name_nobody_become_no_co_speaker_anywhere():
    here = staff()
    neighbour(here)  # whose initials they are
    body = {"verbatim": "断水了", "village": here.village.pk, "co_speakers": ["zxy"]}

    with pytest.raises(InputRefused) as added:
        joined(here, spoken(here), co_speaker="zxy")
    with pytest.raises(InputRefused) as amended:
        corrected(here, spoken(here), others="zxy")
    over_api = Api(here.duty).post("cases/", body)
    written_so = Api(here.duty).post("cases/", {**body, "as_typed": True})

    assert set(added.value.fields) == {"co_speaker"}
    assert set(amended.value.fields) == {"others"}
    assert set(over_api.json()["fields"]) == {"co_speakers"}
    case = Case.objects.get(number=written_so.json()["number"])
    assert people_of(case) == [("zxy", "", None)]


def test_a_neighbour_of_another_town_cannot_be_added():
    here = staff()
    stranger = neighbour(staff())

    with pytest.raises(InputRefused) as refused:
        joined(here, spoken(here), co_speaker_resident=stranger)

    assert set(refused.value.fields) == {"co_speaker_resident"}


def test_a_phone_that_is_none_is_refused_beside_its_field():
    here = staff()

    with pytest.raises(InputRefused) as error:
        joined(here, spoken(here), co_speaker="王大山", co_speaker_phone="12")

    assert set(error.value.fields) == {"co_speaker_phone"}


def test_the_form_adds_a_neighbour_with_their_phone_to_the_matter_that_sounds_alike():
    here = staff()
    person = neighbour(here)
    case = spoken(here)

    answer = logged_in(here.duty).post(
        reverse("cases:intake"),
        {
            **adding(here, case),
            "speaker_name": "赵秀英",
            "resident": person.pk,
            "speaker_phone": "13993912345",
        },
    )

    assert answer.status_code == 302
    case.refresh_from_db()
    assert people_of(case) == [("赵秀英", "13993912345", person)]


def test_whoever_came_along_is_added_as_well():
    here = staff()
    person = neighbour(here)
    case = spoken(here)

    logged_in(here.duty).post(
        reverse("cases:intake"),
        {
            **adding(here, case),
            "speaker_name": "王大山",
            "co_speakers": "赵秀英，李建国",
        },
    )

    case.refresh_from_db()
    assert people_of(case) == [("王大山", "", None), ("赵秀英", PHONE, person)]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("speaker_address", "上街九号院"),
        ("proxy_speaker", "钱有福"),
        ("place", "村口"),
        ("request_text", "换灯"),
        ("said_at", "2026-03-01T10:00"),
        ("topic", "topic"),
        ("group", "group"),
        ("confidentiality", "secret"),
        ("settled", "on"),
    ],
)
def test_what_cannot_be_added_to_a_known_matter_is_named_and_not_lost(name, typed):
    here = staff()
    case = spoken(here, group=None)
    topic = Topic.objects.create(town=here.town, name="饮水")
    rows = {"topic": topic.pk, "group": here.group.pk}
    sent = {**adding(here, case), "category": "village", "result": "换了灯泡"}

    answer = logged_in(here.duty).post(
        reverse("cases:intake"), {**sent, name: rows.get(typed, typed)}
    )

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {name}
    assert answer.context["form"][name].value()
    assert not case.events.filter(action=Action.SUPPLEMENT).exists()


def test_the_group_of_the_neighbour_chosen_is_nothing_more():
    here = staff()
    person = neighbour(here)
    case = spoken(here, group=None)
    sent = {**adding(here, case), "resident": person.pk, "group": here.group.pk}

    answer = logged_in(here.duty).post(reverse("cases:intake"), sent)

    assert answer.status_code == 302
    assert people_of(Case.objects.get()) == [("赵秀英", PHONE, person)]


@pytest.mark.parametrize(
    "wrong", [{"speaker_phone": "12"}, {"speaker_name": "zcs"}], ids=list
)
def test_what_cannot_be_added_is_refused_beside_its_field_on_the_page(wrong):
    here = staff()
    case = spoken(here)

    answer = logged_in(here.duty).post(
        reverse("cases:intake"), {**adding(here, case), **wrong}
    )

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)


def test_a_merge_takes_phone_and_resident_along():
    here = staff()
    person = neighbour(here)
    first = spoken(here, resident=person, speaker_name="")
    second = spoken(here)

    make_move(first, Action.MERGE, by=officer(here.secretary), at=NOON, into=second)

    second.refresh_from_db()
    assert people_of(second) == [("赵秀英", PHONE, person)]


def test_a_merge_takes_along_whatever_gives_its_speakers_away():
    here = staff()
    first = spoken(here, speaker_address="上街九号院", proxy_speaker="钱有福")
    first = corrected(here, first, speaker_name="李建田", as_typed=True)
    second = spoken(here, speaker_name="孙大妈")

    make_move(first, Action.MERGE, by=officer(here.secretary), at=NOON, into=second)
    second.refresh_from_db()
    words = "李建国、李建田住上街九号院，钱有福来说的"
    case = corrected(here, second, place="村口", reason=words)

    note = case.events.get(action=Action.AMEND).note
    assert note == "［…］、［…］住［…］，［…］来说的"


def test_the_page_shows_them_masked_to_those_who_may_know_who_spoke():
    here = staff()
    neighbour(here)
    case = spoken(here, co_speakers=("赵秀英",), confidentiality="hidden")

    recorder = logged_in(here.duty).get(case.get_absolute_url()).content.decode()
    secretary = logged_in(here.secretary).get(case.get_absolute_url()).content.decode()

    assert "赵秀英 ****8821" in recorder
    assert PHONE not in recorder
    assert "赵秀英" not in secretary
    assert "8821" not in secretary


def test_the_api_gives_name_and_masked_phone_apart():
    here = staff()
    neighbour(here)
    case = spoken(here, co_speakers=("赵秀英", "王大山"), confidentiality="hidden")

    read = Api(here.duty).get(f"cases/{case.number}/").json()
    hidden = Api(here.secretary).get(f"cases/{case.number}/").json()

    assert read["co_speakers"] == [
        {"name": "赵秀英", "phone": "****8821"},
        {"name": "王大山", "phone": ""},
    ]
    assert hidden["co_speakers"] is None


def test_their_numbers_are_opened_with_the_speakers_and_a_reason():
    here = staff()
    neighbour(here)
    case = spoken(here, co_speakers=("赵秀英",), speaker_phone="13993912345")

    page = logged_in(here.secretary).post(
        reverse("cases:open_phone", args=[case.number]), {"reason": "回访"}
    )

    assert page.context["phones"] == [("李建国", "13993912345"), ("赵秀英", PHONE)]


def test_where_only_they_left_a_number_it_can_be_opened_too():
    here = staff()
    neighbour(here)
    case = spoken(here, co_speakers=("赵秀英",))

    page = logged_in(here.secretary).post(
        reverse("cases:open_phone", args=[case.number]), {"reason": "回访"}
    )

    assert page.context["phones"] == [("赵秀英", PHONE)]


def test_whoever_calls_back_sees_their_numbers_too():
    here = staff()
    neighbour(here)
    case = spoken(here, co_speakers=("赵秀英",))
    call = Call.objects.create(
        case=case,
        kind=NoticeKind.ANSWERED,
        asked_at=NOON,
        event=case.events.get(),
    )

    page = logged_in(here.duty).post(reverse("supervision:call_phone", args=[call.pk]))

    (row,) = page.context["calls"]
    assert row.numbers == [("赵秀英", PHONE)]


def test_they_are_corrected_by_name_and_whoever_stays_keeps_their_phone():
    here = staff()
    person = neighbour(here)
    case = spoken(here, co_speakers=("赵秀英", "王大"))

    case = make_move(
        case,
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        others="赵秀英，王大山",
    )

    assert people_of(case) == [("赵秀英", PHONE, person), ("王大山", "", None)]
    event = case.events.get(action=Action.AMEND)
    assert event.data["fields"] == ["others"]
    assert "王大" not in str(event.data)
    revision = CaseRevision.objects.get(event=event)
    assert (revision.field, revision.old, revision.new) == (
        "others",
        "赵秀英、王大",
        "赵秀英、王大山",
    )


def test_a_name_taken_off_stays_blanked_for_those_who_may_not_know():
    here = staff()
    case = spoken(
        here,
        verbatim="王大山说水断了",
        co_speakers=("王大山",),
        confidentiality="hidden",
    )

    case = make_move(case, Action.AMEND, by=officer(here.duty), at=NOON, others="")

    page = logged_in(here.secretary).get(case.get_absolute_url()).content.decode()
    assert "王大山" not in page
    assert case.others == []


def test_a_matter_is_found_by_their_phone():
    here = staff()
    neighbour(here)
    case = spoken(here, co_speakers=("赵秀英",))
    spoken(here)

    user = here.secretary.user
    cases = Case.objects.counted_for(user, NOON.date())
    found = search.matching(cases, "138-1234-8821", Sight.of(user, NOON.date()))

    assert [each.number for each in found] == [case.number]
