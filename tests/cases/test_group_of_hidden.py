"""The villagers' group of a matter whose speaker is hidden: what somebody chose stays,
what was taken from the household is told to nobody, whenever the one or the other came.
"""

from datetime import timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db.models import TextField, Value

from cases.models import Case
from cases.workflow import Action, make_move
from cases.workflow.effects import protection
from cases.workflow.proof import check_cases
from minshi.clock import now
from minshi.crypto import encrypted
from supervision.models import Notice
from supervision.telling.reading import tell_events
from tests.api import Api
from tests.cases.ledger_desk import logged_in, page, shown_rows
from tests.cases.roads import NOON, officer, spoken, staff
from tests.villages.factories import GroupFactory, HouseholdFactory, ResidentFactory
from villages.lookup import index_residents

pytestmark = pytest.mark.django_db
NAME = "张长生"


@pytest.fixture
def here():
    return staff()


@pytest.fixture
def resident(here):
    return neighbour(here.group, NAME)


def neighbour(group, name):
    resident = ResidentFactory(household=HouseholdFactory(group=group), name=name)
    index_residents([resident])
    return resident


def told(here, confidentiality="normal", **fields) -> Case:
    values = {"speaker_name": NAME, "group": None, "confidentiality": confidentiality}
    return spoken(here, **values | fields)


def moved(case, action, by, **values) -> Case:
    return make_move(case, action, by=officer(by), at=NOON, reason="本人要求", **values)


def amended(here, case, **values) -> Case:
    return moved(case, Action.AMEND, here.duty, **values)


def protected(here, case, confidentiality="hidden", by=None) -> Case:
    by = by or here.duty
    return moved(case, Action.PROTECT, by, confidentiality=confidentiality)


def last_data(case) -> dict[str, object]:
    return case.events.latest("sequence").data


# --- named later
@pytest.mark.parametrize("confidentiality", ["hidden", "hidden, then secret"])
def test_a_name_put_in_later_brings_no_group(here, resident, confidentiality):
    case = told(here, "hidden", speaker_name="")
    if confidentiality != "hidden":
        case = protected(here, case, "secret")

    case = amended(here, case, resident=resident, speaker_name=NAME)

    assert case.resident == resident
    assert case.group is None
    assert "group" not in last_data(case)["fields"]


def test_the_leader_of_their_group_reads_it_no_more_than_before(here, resident):
    case = told(here, "hidden", speaker_name="")
    api, address = Api(here.leader), f"cases/{case.number}/"
    assert api.get(address).status_code == 404

    answer = Api(here.duty).move(case, "amend", speaker_name=NAME, reason="补名")

    assert answer.status_code == 200
    assert Case.objects.get().resident == resident
    assert api.get(address).status_code == 404
    assert Api(here.secretary).get(address).json()["group"] is None


def test_a_group_that_was_chosen_stays_whoever_is_named(here, resident):
    elsewhere = GroupFactory(village=here.village)
    for group in (here.group, elsewhere):
        case = told(here, "hidden", speaker_name="", group=group)

        case = amended(here, case, resident=resident, speaker_name=NAME)
        assert case.group == group

        case = amended(here, case, speaker_name="不是他", as_typed=True)
        assert case.resident is None
        assert case.group == group, "taken off, it would be the former neighbour's"


def test_a_group_typed_with_the_name_is_the_matters(here, resident):
    case = told(here, "hidden", speaker_name="")

    case = amended(here, case, resident=resident, speaker_name=NAME, group=here.group)

    assert case.group == here.group
    assert last_data(case)["group_chosen"] is True


# --- hidden later
def test_protecting_takes_the_group_of_the_household_off(here, resident):
    case = told(here)
    assert case.group == here.group

    case = protected(here, case)

    assert case.group is None
    assert last_data(case)["fields"] == ["group"]
    assert Api(here.leader).get(f"cases/{case.number}/").status_code == 404
    (row,) = shown_rows(page(here.supervisor))
    assert here.village.name in str(row)
    assert str(here.group) not in str(row)
    assert list(check_cases(Case.objects.all())) == [[]]


def test_protecting_takes_off_one_that_a_correction_brought(here, resident):
    case = amended(here, told(here, speaker_name=""), speaker_name=NAME)
    assert case.group == here.group

    assert protected(here, case).group is None


def test_protecting_leaves_a_group_that_somebody_chose(here, resident):
    at_first = told(here, group=here.group)
    later = amended(here, told(here, speaker_name="路人"), group=here.group)

    for told_before in (at_first, later):
        case = protected(here, told_before)
        assert case.group == here.group
        assert "fields" not in last_data(case)


def test_a_group_taken_from_another_household_since_is_no_longer_chosen(here, resident):
    other = neighbour(GroupFactory(village=here.village), "李秀英")
    case = told(here, group=here.group)

    case = amended(here, case, resident=other, speaker_name="李秀英")
    assert case.group == other.household.group

    assert protected(here, case).group is None


def test_a_speaker_who_moved_since_is_told_by_no_former_group(here, resident):
    case = told(here)
    household = HouseholdFactory(group=GroupFactory(village=here.village))
    type(resident).objects.filter(pk=resident.pk).update(household=household)

    assert protected(here, case).group is None


def test_secret_alone_leaves_it_and_hidden_after_that_does_not(here, resident):
    case = protected(here, told(here), "secret")
    assert case.group == here.group

    case = protected(here, case, "hidden", by=here.reviewer)

    assert case.group is None


def test_a_matter_hidden_by_one_that_goes_on_in_it_loses_its_group(here, resident):
    goes_on = told(here, by=here.secretary)
    hidden = told(here, "hidden", speaker_name="李秀英", by=here.secretary)

    make_move(hidden, Action.MERGE, by=officer(here.secretary), at=NOON, into=goes_on)

    goes_on.refresh_from_db()
    assert goes_on.confidentiality == "hidden"
    assert goes_on.group is None
    assert last_data(goes_on)["fields"] == ["group"]


@pytest.mark.parametrize("is_of_household", [True, False])
def test_of_events_from_before_the_households_group_is_taken_off(
    here, resident, monkeypatch, is_of_household
):
    """Whether it was chosen stands in none of them."""
    group = here.group if is_of_household else GroupFactory(village=here.village)
    case = told(here, resident=resident, group=group)
    monkeypatch.setattr("cases.workflow.speakers.data_of", lambda _event: {})

    case = protected(here, case)

    assert (case.group is None) is is_of_household


# --- what a correction is told to have changed
def test_nobody_reads_over_the_api_that_the_speaker_was_corrected(here, resident):
    case = told(here, "hidden", speaker_name="")
    case = amended(here, case, speaker_name=NAME, place="村口")
    address = f"cases/{case.number}/events/"

    fields = {}
    for post in (here.secretary, here.duty):
        event = Api(post).get(address).json()["results"][-1]
        fields[post] = event["data"]["fields"]

    assert fields[here.secretary] == ["place"]
    assert {"place", "resident", "speaker_name"} <= set(fields[here.duty])


def test_the_page_says_that_the_group_was_taken_off(here, resident):
    case = protected(here, told(here))

    shown = logged_in(here.secretary).get(case.get_absolute_url()).content.decode()

    assert "村民小组去掉了" in shown


# --- hidden before an update
def hidden_by_older_rules(here, case, monkeypatch) -> Case:
    """As it was hidden when nothing took a group off."""
    with monkeypatch.context() as older:
        older.setattr(protection, "leave_household", lambda _step: None)
        return protected(here, case)


def test_matters_that_were_hidden_before_lose_the_group_once(
    here, resident, monkeypatch
):
    case = hidden_by_older_rules(here, told(here), monkeypatch)
    assert case.group == here.group

    call_command("hide_anew", stdout=StringIO())
    after = Case.objects.get()
    call_command("hide_anew", stdout=StringIO())

    assert after.group is None
    assert last_data(after)["fields"] == ["group"]
    assert Case.objects.get().version == after.version == case.version + 1
    assert list(check_cases(Case.objects.all())) == [[]]
    assert Api(here.leader).get(f"cases/{case.number}/").status_code == 404
    shown = logged_in(here.secretary).get(case.get_absolute_url()).content.decode()
    assert "村民小组" in shown


def test_a_group_that_somebody_chose_stays_through_the_update(
    here, resident, monkeypatch
):
    hidden_by_older_rules(here, told(here, group=here.group), monkeypatch)
    told(here)

    call_command("hide_anew", stdout=StringIO())

    assert [case.group for case in Case.objects.all()] == [here.group, here.group]


def test_what_sql_changed_before_the_update_stays_found(here, resident, monkeypatch):
    case = hidden_by_older_rules(here, told(here), monkeypatch)
    Case.objects.filter(pk=case.pk).update(place="别处")

    call_command("hide_anew", stdout=StringIO())

    assert Case.objects.get().group is None
    assert list(check_cases(Case.objects.all())) != [[]]


def test_a_matter_that_is_closed_loses_it_too_and_nobody_is_notified(
    here, resident, monkeypatch
):
    case = hidden_by_older_rules(here, told(here), monkeypatch)
    make_move(
        case,
        Action.SETTLE,
        by=officer(here.duty),
        at=NOON,
        category="village",
        result="换了灯泡",
    )
    tell_events(now())
    before = Notice.objects.count()

    call_command("hide_anew", stdout=StringIO())

    assert tell_events(now() + timedelta(hours=1)) == (0, [])
    assert Case.objects.get().group is None
    assert Notice.objects.count() == before
    assert list(check_cases(Case.objects.all())) == [[]]


# --- a row that no key opens
def under_another_key(case, settings) -> str:
    """Store the speaker's telephone as somebody with other FIELD_KEYS would have, and
    return their key.
    """
    ours = settings.FIELD_KEYS
    theirs = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [theirs]
    stored = Value(encrypted("13993990066"), output_field=TextField())
    settings.FIELD_KEYS = ours

    Case.objects.filter(pk=case.pk).update(speaker_phone=stored)
    return theirs


def test_a_matter_that_no_key_opens_is_named_and_holds_up_no_other(
    here, resident, monkeypatch, settings
):
    before, unread, after = [
        hidden_by_older_rules(here, told(here), monkeypatch) for _ in range(3)
    ]
    under_another_key(unread, settings)
    said, wrong = StringIO(), StringIO()

    with pytest.raises(CommandError, match="1 件事项、0 份交班记录解不开") as failed:
        call_command("hide_anew", stdout=said, stderr=wrong)

    assert failed.value.returncode == 1
    assert said.getvalue() == "补充隐去：村民小组 2 处，交班记录 0 份。\n"
    assert wrong.getvalue().splitlines() == [
        f"{unread.number}: No key in FIELD_KEYS opens a stored personal value."
    ]
    groups = dict(Case.objects.values_list("pk", "group"))
    assert groups == {before.pk: None, unread.pk: here.group.pk, after.pk: None}


def test_what_no_key_opened_is_hidden_once_its_key_is_there(
    here, resident, monkeypatch, settings
):
    case = hidden_by_older_rules(here, told(here), monkeypatch)
    theirs = under_another_key(case, settings)
    with pytest.raises(CommandError):
        call_command("hide_anew", stdout=StringIO(), stderr=StringIO())

    settings.FIELD_KEYS = [*settings.FIELD_KEYS, theirs]
    call_command("hide_anew", stdout=StringIO())

    assert Case.objects.get().group is None
