"""Whose name it is: what was typed at the counter, and the neighbours."""

import uuid

import pytest
from django.core.cache import cache
from django.urls import reverse

from cases.models import Case
from cases.models.choices import How
from cases.privacy.personal import values_of
from cases.workflow import Action, Speaker, Spoken, make_move, register
from minshi.errors import InputRefused, MoveRefused
from tests.api import Api
from tests.cases.roads import NOON, officer, spoken, staff
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    ResidentFactory,
    VillageFactory,
)
from villages.lookup import index_residents
from villages.models import LookupCount

pytestmark = pytest.mark.django_db
PHONE = "13812348821"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    return staff()


def neighbour(group, name="张长生", **fields):
    resident = ResidentFactory(
        household=HouseholdFactory(group=group), name=name, **fields
    )
    index_residents([resident])
    return resident


def typed(here, **fields) -> dict:
    return {
        "key": uuid.uuid4(),
        "channel": "talk_room",
        "village": here.village.pk,
        "verbatim": "水渠堵了",
        **fields,
    }


# --- taking down
def test_an_exact_name_that_one_neighbour_has_is_theirs(here, client):
    resident = neighbour(here.group, phone=PHONE)
    client.force_login(here.duty.user)

    answer = client.post(reverse("cases:intake"), typed(here, speaker_name=" 张 长生 "))

    case = Case.objects.get()
    assert answer.status_code == 302
    assert (case.resident, case.group, case.speaker_phone) == (
        resident,
        here.group,
        PHONE,
    )
    done = client.get(answer["Location"]).content.decode()
    assert f"张长生（{here.group}{resident.household.door}）" in done


def test_the_api_finds_an_exact_name_as_well(here):
    resident = neighbour(here.group)
    body = {"verbatim": "水渠堵了", "village": here.village.pk}

    answer = Api(here.duty).post("cases/", {**body, "speaker_name": "张长生"})

    assert (answer.status_code, Case.objects.get().resident) == (201, resident)


def test_a_name_is_nobodys_where_two_have_it_unless_the_group_tells_them_apart(here):
    other = GroupFactory(village=here.village)
    neighbour(here.group)
    resident = neighbour(other)

    unsaid = spoken(here, speaker_name="张长生", group=None)
    said = spoken(here, speaker_name="张长生", group=other)

    assert (unsaid.resident, said.resident) == (None, resident)


def test_a_namesake_of_another_group_is_nobodys_to_take_over(here):
    other = GroupFactory(village=here.village)
    own = neighbour(here.group, "杨小红", phone=PHONE)
    neighbour(other, "杨小红", phone="13993912345")
    neighbour(other, "李秀英", phone="13993912346")
    leader = officer(here.leader)
    village = here.village

    def told(name, **fields):
        spoken_of = Spoken("水渠堵了", village=village, speaker_name=name, **fields)
        return register(spoken_of, by=leader, at=NOON)

    unsaid = told("杨小红")
    in_own_group = told("杨小红", group=here.group)
    in_other_group = told("杨小红", group=other)
    out_of_reach = told("李秀英")

    assert (unsaid.resident, unsaid.speaker_phone) == (None, "")
    assert (in_own_group.resident, in_own_group.speaker_phone) == (own, PHONE)
    assert (in_other_group.resident, out_of_reach.resident) == (None, None)


def test_a_namesake_is_not_taken_for_the_neighbour(here):
    neighbour(here.group, phone=PHONE)
    elsewhere = VillageFactory(town=here.town)
    neighbour(GroupFactory(village=elsewhere), name="李强")

    with_other_phone = spoken(here, speaker_name="张长生", speaker_phone="13993912345")
    said_so = spoken(here, speaker_name="张长生", as_typed=True)
    of_other_village = spoken(here, speaker_name="李强")
    longer = spoken(here, speaker_name="张长生家")

    cases = (with_other_phone, said_so, of_other_village, longer)
    assert [case.resident for case in cases] == [None] * 4


def test_a_name_written_over_the_choice_is_not_the_chosen_neighbours(here):
    chosen = neighbour(here.group, phone=PHONE)
    other = neighbour(here.group, name="蒲富贵")
    api = Api(here.duty)
    told = {"verbatim": "水渠堵了", "village": here.village.pk, "resident": chosen.pk}

    known = api.post("cases/", {**told, "speaker_name": "蒲富贵"}).json()
    stranger = api.post("cases/", {**told, "speaker_name": "外村老王"}).json()

    known = Case.objects.get(number=known["number"])
    stranger = Case.objects.get(number=stranger["number"])
    assert (known.resident, known.speaker_phone or "") == (other, other.phone or "")
    assert (stranger.resident, stranger.speaker_phone or "") == (None, "")


def test_whoever_names_themself_from_outside_is_linked_to_nobody(here):
    neighbour(here.group, phone=PHONE)
    spoken_of = Spoken(verbatim="水渠堵了", village=here.village, speaker_name="张长生")

    case = register(spoken_of, by=Speaker(None, "qr_code"), at=NOON)

    assert (case.resident, case.speaker_phone) == (None, "")


@pytest.mark.parametrize("letters", ["zcs", "ZhangChangSheng", "８８２１"])
def test_letters_and_digits_that_name_nobody_are_asked_about(here, client, letters):
    resident = neighbour(here.group, phone=PHONE)
    client.force_login(here.duty.user)
    sent = typed(here, speaker_name=letters)

    asked = client.post(reverse("cases:intake"), sent)
    offered = [person.key for person in asked.context["namesakes"]]
    answered = client.post(reverse("cases:intake"), {**sent, "resident": resident.pk})

    assert (asked.status_code, offered) == (422, [resident.pk])
    assert (answered.status_code, Case.objects.get().speaker_name) == (302, "张长生")


def test_letters_stay_where_the_officer_says_that_they_are_the_name(here, client):
    client.force_login(here.duty.user)

    client.post(
        reverse("cases:intake"), typed(here, speaker_name="John", as_typed="on")
    )

    assert Case.objects.get().speaker_name == "John"


def test_the_api_refuses_letters_beside_the_field(here):
    api = Api(here.duty)
    body = {"verbatim": "水渠堵了", "village": here.village.pk, "speaker_name": "zcs"}

    refused = api.post("cases/", body)
    taken = api.post("cases/", {**body, "as_typed": True})

    assert refused.status_code == 400
    assert set(refused.json()["fields"]) == {"speaker_name"}
    assert taken.status_code == 201


def test_letters_become_no_co_speaker_either(here, client):
    case = spoken(here)
    client.force_login(here.duty.user)

    answer = client.post(
        reverse("cases:intake"),
        typed(here, speaker_name="zcs", add_to=case.number),
    )

    assert answer.status_code == 422
    assert not case.co_speakers.exists()


# --- correcting
def amend(here, case, **values):
    return make_move(
        case, Action.AMEND, by=officer(here.duty), at=NOON, version=None, **values
    )


def test_a_corrected_name_links_and_unlinks_its_neighbour(here):
    case = spoken(here, speaker_name="", group=None)
    resident = neighbour(here.group, phone=PHONE)

    linked = amend(here, case, speaker_name="张长生")
    assert (linked.resident, linked.group, linked.speaker_phone) == (
        resident,
        here.group,
        PHONE,
    )
    event = case.events.get(action="amend")
    assert "resident" in event.data["fields"]
    assert "张长生" not in str(event.data)

    unlinked = amend(here, linked, speaker_name="外村的老王")
    assert (unlinked.resident, unlinked.speaker_name) == (None, "外村的老王")
    assert (unlinked.speaker_phone, unlinked.speaker_phone_hash) == ("", "")


def test_a_neighbour_who_was_not_meant_is_unlinked_while_the_name_stays(here, client):
    neighbour(here.group, phone=PHONE, sex="male")
    case = spoken(here, speaker_name="张长生")
    client.force_login(here.duty.user)
    address = reverse("cases:act", args=[case.number, "amend"])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}

    answer = client.post(address, {**sent, "as_typed": "on"})

    case.refresh_from_db()
    assert answer.status_code == 302
    assert (case.resident, case.speaker_name) == (None, "张长生")
    assert (case.speaker_phone, case.speaker_phone_hash, case.speaker_sex) == ("",) * 3
    with pytest.raises(MoveRefused):
        amend(here, case, speaker_name="张长生", as_typed=True)


def test_a_correction_to_another_neighbour_brings_their_phone_and_sex(here):
    neighbour(here.group, phone=PHONE, sex="male")
    right = neighbour(here.group, "李秀英", phone="13993912345", sex="female")
    case = spoken(here, speaker_name="张长生")

    case = amend(here, case, speaker_name="李秀英")

    assert (case.resident, case.speaker_sex) == (right, "female")
    assert case.speaker_phone == "13993912345"
    event = case.events.get(action="amend")
    assert event.data["fields"] == [
        "resident",
        "speaker_name",
        "speaker_phone",
        "speaker_sex",
    ]
    changed = event.revisions.get(field="speaker_phone")
    assert (changed.old, changed.new) == (PHONE, "13993912345")
    assert PHONE in values_of(case)


def test_a_correction_to_another_neighbour_brings_their_group(here, client):
    other = GroupFactory(village=here.village)
    neighbour(here.group)
    neighbour(other, "李秀英")
    case = spoken(here, speaker_name="张长生", group=None)
    client.force_login(here.duty.user)
    address = reverse("cases:act", args=[case.number, "amend"])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}

    client.post(address, {**sent, "speaker_name": "李秀英"})

    case.refresh_from_db()
    assert case.group == other
    assert "group" in case.events.get(action="amend").data["fields"]


def test_a_group_that_was_typed_or_is_nobodys_stays(here):
    other, third = GroupFactory.create_batch(2, village=here.village)
    neighbour(here.group)
    neighbour(other, "李秀英")
    of_typed = spoken(here, speaker_name="张长生", group=None)
    of_neither = spoken(here, speaker_name="张长生")
    Case.objects.filter(pk=of_neither.pk).update(group=third)
    of_neither.refresh_from_db()

    of_typed = amend(here, of_typed, speaker_name="李秀英", group=third)
    of_neither = amend(here, of_neither, speaker_name="李秀英")

    assert (of_typed.group, of_neither.group) == (third, third)


@pytest.mark.parametrize(
    ("right", "phone"), [("外村的老王", ""), ("李秀英", "13993912345")]
)
def test_a_neighbours_phone_goes_with_them_though_the_register_has_another(
    here, right, phone
):
    resident = neighbour(here.group, phone=PHONE, sex="male")
    neighbour(here.group, "李秀英", phone="13993912345")
    case = spoken(here, speaker_name="张长生")
    resident.phone = "13700002222"
    resident.save()
    case.refresh_from_db()

    case = amend(here, case, speaker_name=right)

    assert (case.speaker_phone or "") == phone
    changed = case.events.get(action="amend").revisions.get(field="speaker_phone")
    assert (changed.old, changed.new) == (PHONE, phone)


def test_a_phone_that_was_no_neighbours_stays_with_the_matter(here):
    case = spoken(here, speaker_name="张长生", speaker_phone="13993912345")

    case = amend(here, case, speaker_name="外村的老王")

    assert case.speaker_phone == "13993912345"


def test_a_phone_typed_with_the_corrected_name_holds(here):
    neighbour(here.group, phone=PHONE)
    neighbour(here.group, "李秀英", phone="13993912345")
    case = spoken(here, speaker_name="张长生")

    case = amend(here, case, speaker_name="李秀英", speaker_phone="13700001111")

    assert case.speaker_phone == "13700001111"


def test_a_neighbour_chosen_later_gives_the_name(here):
    case = spoken(here, speaker_name="")
    resident = neighbour(here.group)

    answer = Api(here.duty).patch(
        f"cases/{case.number}/", {"resident": resident.pk, "version": case.version}
    )

    case.refresh_from_db()
    assert answer.status_code == 200
    assert (case.resident, case.speaker_name) == (resident, "张长生")


# --- what a correction has decided, nothing later undoes by itself
def unlinked(here, **fields):
    """A matter of 张长生 who is not the neighbour of that name, as was corrected."""
    resident = neighbour(here.group, phone=PHONE)
    case = spoken(here, speaker_name="张长生", **fields)
    assert case.resident == resident
    return resident, amend(here, case, speaker_name="张长生", as_typed=True)


def supplement(here, case, **values):
    by = Speaker(case, How.COUNTER, here.duty)
    return make_move(case, Action.SUPPLEMENT, by=by, at=NOON, text="还堵着", **values)


@pytest.mark.parametrize("field", ["co_speaker", "co_speakers"])
def test_a_speaker_who_was_unlinked_is_not_linked_by_a_supplement(here, field):
    _resident, case = unlinked(here)

    case = supplement(here, case, **{field: "张长生"})

    assert (case.resident, case.speaker_phone, case.others) == (None, "", [])


def test_a_speaker_who_was_unlinked_is_not_linked_by_another_correction(here):
    _resident, case = unlinked(here)

    case = amend(here, case, others="张长生、李秀英")
    case = amend(here, case, speaker_name="張長生")

    assert (case.resident, case.speaker_phone) == (None, "")


def test_a_speaker_taken_down_as_nobodys_is_not_linked_later(here):
    neighbour(here.group, phone=PHONE)
    case = spoken(here, speaker_name="张长生", as_typed=True)

    case = supplement(here, case, co_speaker="张长生")

    assert (case.resident, case.speaker_phone, case.others) == (None, "", [])


def test_a_speaker_who_was_unlinked_is_not_linked_by_a_merge(here):
    _resident, case = unlinked(here)
    other = spoken(here, speaker_name="张长生")

    make_move(other, Action.MERGE, by=officer(here.secretary), at=NOON, into=case)

    case.refresh_from_db()
    assert (case.resident, case.speaker_phone) == (None, "")


def test_a_phone_given_with_the_name_is_kept_without_the_neighbour(here):
    _resident, case = unlinked(here)

    case = supplement(here, case, co_speaker="张长生", co_speaker_phone="13700001111")

    assert (case.resident, case.speaker_phone) == (None, "13700001111")


def test_a_speaker_who_was_unlinked_is_linked_where_an_officer_chooses_so(here):
    resident, case = unlinked(here)

    of_correction = amend(here, case, speaker_name="张长生", resident=resident)

    assert of_correction.resident == resident


# --- a stranger and a neighbour of one name are two people
def people(case):
    return [(each.name, each.phone, each.resident) for each in case.others]


def test_a_neighbour_chosen_beside_a_stranger_of_the_name_is_somebody_else(here):
    resident = neighbour(here.group, phone=PHONE)
    case = spoken(here, speaker_name="张长生", as_typed=True)

    case = supplement(here, case, co_speaker="张长生", co_speaker_resident=resident)
    case = supplement(here, case, co_speaker="张长生")

    assert (case.resident, case.speaker_phone) == (None, "")
    assert people(case) == [("张长生", PHONE, resident)]


def test_a_stranger_beside_the_neighbour_of_the_name_is_somebody_else(here):
    resident = neighbour(here.group, phone=PHONE)
    case = spoken(here, speaker_name="张长生")

    case = supplement(here, case, co_speaker="张长生", as_typed=True)

    assert case.resident == resident
    assert people(case) == [("张长生", "", None)]


def test_a_stranger_who_joined_is_not_linked_by_whoever_joins_later(here):
    resident = neighbour(here.group, phone=PHONE)
    case = supplement(here, spoken(here), co_speaker="张长生", as_typed=True)

    case = supplement(here, case, co_speaker="张长生", co_speaker_resident=resident)

    assert people(case) == [("张长生", "", None), ("张长生", PHONE, resident)]


@pytest.mark.parametrize("stranger_stays", [True, False])
def test_a_merge_keeps_stranger_and_neighbour_of_one_name(here, stranger_stays):
    resident = neighbour(here.group, phone=PHONE)
    stranger = spoken(here, speaker_name="张长生", as_typed=True)
    known = spoken(here, speaker_name="张长生")
    case, merged = (known, stranger)
    if stranger_stays:
        case, merged = (stranger, known)

    make_move(merged, Action.MERGE, by=officer(here.secretary), at=NOON, into=case)

    case.refresh_from_db()
    joined = people(case)
    both = [("张长生", case.speaker_phone or "", case.resident), *joined]
    assert sorted(both, key=str) == sorted(
        [("张长生", "", None), ("张长生", PHONE, resident)], key=str
    )


def test_a_stranger_stays_one_through_two_merges(here):
    resident = neighbour(here.group, phone=PHONE)
    stranger = spoken(here, speaker_name="张长生", as_typed=True)
    between = spoken(here)
    last = spoken(here, speaker_name="张长生")
    secretary = officer(here.secretary)

    make_move(stranger, Action.MERGE, by=secretary, at=NOON, into=between)
    between.refresh_from_db()
    make_move(between, Action.MERGE, by=secretary, at=NOON, into=last)

    last.refresh_from_db()
    assert last.resident == resident
    assert ("张长生", "", None) in people(last)


def test_a_stranger_does_not_keep_the_group_of_the_neighbour(here, client):
    neighbour(here.group)
    of_other_name = spoken(here, speaker_name="张长生", group=None)
    of_same_name = spoken(here, speaker_name="张长生", group=None)
    client.force_login(here.duty.user)
    address = reverse("cases:act", args=[of_same_name.number, "amend"])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}

    of_other_name = amend(here, of_other_name, speaker_name="外村的老王")
    client.post(address, {**sent, "as_typed": "on"})

    of_same_name.refresh_from_db()
    assert (of_other_name.group, of_same_name.group) == (None, None)
    for case in (of_other_name, of_same_name):
        assert "group" in case.events.get(action="amend").data["fields"]


def test_a_stranger_gets_the_group_that_the_officer_says(here):
    other = GroupFactory(village=here.village)
    neighbour(here.group)
    case = spoken(here, speaker_name="张长生", group=None)

    with_other = amend(here, case, speaker_name="外村的老王", group=other)
    back = amend(here, with_other, group=here.group)

    assert (with_other.group, back.group) == (other, here.group)


# --- a phone is taken off
def test_a_phone_is_taken_off_and_stays_in_the_history(here, client):
    case = spoken(here, speaker_phone=PHONE)
    client.force_login(here.duty.user)
    address = reverse("cases:act", args=[case.number, "amend"])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}

    answer = client.post(address, {**sent, "remove_phone": "on"})

    case.refresh_from_db()
    event = case.events.get(action="amend")
    assert answer.status_code == 302
    assert (case.speaker_phone, case.speaker_phone_hash) == ("", "")
    assert event.data["fields"] == ["speaker_phone"]
    revision = event.revisions.get(field="speaker_phone")
    assert (revision.old, revision.new) == (PHONE, "")
    assert PHONE in values_of(case)


def test_a_phone_that_was_taken_off_comes_back_by_hand_alone(here):
    neighbour(here.group, phone=PHONE)
    case = spoken(here, speaker_name="张长生")

    case = amend(here, case, remove_phone=True)
    without = supplement(here, case, co_speaker="张长生").speaker_phone
    case = supplement(here, case, co_speaker="张长生", co_speaker_phone=PHONE)

    assert (without, case.speaker_phone) == ("", PHONE)


def test_a_phone_is_taken_off_a_neighbour_who_is_chosen_with_it(here):
    neighbour(here.group, phone=PHONE)
    case = spoken(here, speaker_name="", speaker_phone="13993912345")

    case = amend(here, case, speaker_name="张长生", remove_phone=True)

    assert (str(case.resident), case.speaker_phone) == ("张长生", "")


def test_a_phone_is_either_typed_or_taken_off(here):
    case = spoken(here, speaker_phone=PHONE)

    with pytest.raises(InputRefused) as refusal:
        amend(here, case, speaker_phone="13993912345", remove_phone=True)
    with pytest.raises(MoveRefused):
        amend(here, spoken(here), remove_phone=True)

    assert set(refusal.value.fields) == {"remove_phone"}


def test_the_api_takes_a_phone_off(here):
    case = spoken(here, speaker_phone=PHONE)

    answer = Api(here.duty).patch(
        f"cases/{case.number}/", {"remove_phone": True, "version": case.version}
    )

    case.refresh_from_db()
    assert (answer.status_code, case.speaker_phone) == (200, "")


# --- naming by id is a lookup
@pytest.fixture
def _forgotten():
    cache.clear()
    yield
    cache.clear()


@pytest.mark.usefixtures("_forgotten")
def test_whoever_is_named_by_id_without_their_name_is_looked_up(here, settings):
    settings.LOOKUPS_A_DAY = 2
    people = [neighbour(here.group, f"张长{letter}") for letter in "生林水"]
    case = spoken(here, speaker_name="")
    api = Api(here.duty)

    answers = []
    for person, name in zip(people, ["", "zcl", ""], strict=True):
        case.refresh_from_db()
        sent = {"resident": person.pk, "speaker_name": name, "version": case.version}
        answers.append(api.patch(f"cases/{case.number}/", sent))

    case.refresh_from_db()
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "throttled"
    assert (case.resident, LookupCount.objects.get().count) == (people[1], 2)


@pytest.mark.usefixtures("_forgotten")
def test_whoever_is_named_with_their_name_is_not_looked_up(here, client):
    people = [neighbour(here.group), neighbour(here.group), neighbour(here.group, "Li")]
    api = Api(here.duty)
    told = {"verbatim": "水渠堵了", "village": here.village.pk}
    for person in people:
        api.post("cases/", {**told, "resident": person.pk, "speaker_name": person.name})
    case = Case.objects.get(resident=people[0])

    case = amend(here, case, speaker_name="张长生", resident=people[1])

    assert (case.resident, Case.objects.count()) == (people[1], 3)
    assert not LookupCount.objects.exists()


@pytest.mark.usefixtures("_forgotten")
def test_one_lookup_too_many_is_said_on_top_with_all_that_was_typed(
    here, client, settings
):
    settings.LOOKUPS_A_DAY = 0
    LookupCount.objects.create(user=here.duty.user, day=NOON.date(), count=1)
    resident = neighbour(here.group)
    case = spoken(here, speaker_name="")
    client.force_login(here.duty.user)
    address = reverse("cases:act", args=[case.number, "amend"])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}

    taken_down = client.post(
        reverse("cases:intake"), typed(here, resident=resident.pk, place="村口")
    )
    corrected = client.post(address, {**sent, "resident": resident.pk, "place": "村口"})

    for page in (taken_down, corrected):
        shown = page.context["form"]
        assert (page.status_code, set(shown.errors)) == (422, {"__all__"})
        assert shown["place"].value() == "村口"
        assert "张长生" not in page.content.decode()
    assert Case.objects.get().resident is None


def test_a_neighbour_of_another_town_cannot_be_chosen(here):
    case = spoken(here, speaker_name="")
    stranger = neighbour(staff().group)

    answer = Api(here.duty).patch(
        f"cases/{case.number}/", {"resident": stranger.pk, "version": case.version}
    )

    assert set(answer.json()["fields"]) == {"resident"}


def test_letters_are_asked_about_in_a_correction_too(here, client):
    case = spoken(here, speaker_name="")
    resident = neighbour(here.group)
    client.force_login(here.duty.user)
    address = reverse("cases:act", args=[case.number, "amend"])
    form = client.get(address).context["form"]
    sent = {
        "version": case.version,
        "key": str(form["key"].value()),
        "title": case.title,
        "speaker_name": "zcs",
    }

    asked = client.post(address, sent)
    offered = [person.key for person in asked.context["namesakes"]]
    client.post(address, {**sent, "resident": resident.pk})

    case.refresh_from_db()
    assert (asked.status_code, offered) == (422, [resident.pk])
    assert (case.resident, case.speaker_name) == (resident, "张长生")


def test_correcting_another_field_leaves_the_speaker(here, client):
    resident = neighbour(here.group)
    case = spoken(here, speaker_name="张长生")
    client.force_login(here.duty.user)
    address = reverse("cases:act", args=[case.number, "amend"])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}

    client.post(address, {**sent, "place": "村口"})

    case.refresh_from_db()
    assert (case.place, case.resident, case.speaker_name) == (
        "村口",
        resident,
        "张长生",
    )


def test_who_may_not_know_the_speaker_is_offered_no_neighbours(here, client):
    case = spoken(here, confidentiality="hidden")
    Case.objects.filter(pk=case.pk).update(owner_post=here.secretary)
    client.force_login(here.secretary.user)

    form = client.get(reverse("cases:act", args=[case.number, "amend"])).context["form"]

    of_speaker = {"resident", "as_typed", "speaker_name", "remove_phone"}
    assert "topic" in form.fields
    assert not of_speaker & set(form.fields)


# --- a number in a name


NUMBER_IN_NAME = "李测试13993912399"


def test_a_telephone_in_a_name_goes_into_the_field_for_it(here):
    resident = neighbour(here.group, "李测试")

    case = spoken(
        here,
        speaker_name=NUMBER_IN_NAME,
        co_speakers=("王测试 139-9391-2388",),
        group=None,
    )

    assert (case.speaker_name, case.speaker_phone) == ("李测试", "13993912399")
    assert case.resident == resident
    assert [(each.name, each.phone) for each in case.others] == [
        ("王测试", "13993912388")
    ]


def test_a_speaker_who_names_themself_with_a_telephone_is_read_likewise(here):
    case = register(
        Spoken(verbatim="水渠堵了", village=here.village, speaker_name=NUMBER_IN_NAME),
        by=Speaker(None, How.CODE),
        at=NOON,
    )

    assert (case.speaker_name, case.speaker_phone) == ("李测试", "13993912399")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        (
            {"speaker_name": NUMBER_IN_NAME, "speaker_phone": "13993912377"},
            "speaker_name",
        ),
        ({"speaker_name": "李测试13993912399、13993912388"}, "speaker_name"),
        ({"speaker_name": "李测试622621198001011234"}, "speaker_name"),
        ({"proxy_speaker": NUMBER_IN_NAME}, "proxy_speaker"),
        ({"co_speakers": ("王测试622621198001011234",)}, "co_speakers"),
    ],
)
def test_a_number_without_room_is_refused_beside_the_name(here, fields, wrong):
    with pytest.raises(InputRefused) as refused:
        spoken(here, **fields)

    assert list(refused.value.fields) == [wrong]
    assert not Case.objects.exists()


def test_a_correction_parts_a_telephone_off_a_name(here):
    case = spoken(here, speaker_name="李建国")

    def corrected(case, **fields):
        return make_move(case, Action.AMEND, by=officer(here.duty), at=NOON, **fields)

    case = corrected(case, speaker_name=NUMBER_IN_NAME, others="王测试13993912388")

    assert (case.speaker_name, case.speaker_phone) == ("李测试", "13993912399")
    assert [(each.name, each.phone) for each in case.others] == [
        ("王测试", "13993912388")
    ]
    with pytest.raises(InputRefused):
        corrected(case, speaker_name="李测试13993912300")
    with pytest.raises(InputRefused):
        corrected(case, proxy_speaker=NUMBER_IN_NAME)


def test_whoever_joins_with_a_telephone_in_their_name_can_be_called(here):
    case = spoken(here)
    case = make_move(
        case,
        Action.SUPPLEMENT,
        by=Speaker(case, How.COUNTER, here.duty),
        at=NOON,
        text="也说水渠",
        co_speaker=NUMBER_IN_NAME,
    )

    assert [(each.name, each.phone) for each in case.others] == [
        ("李测试", "13993912399")
    ]
