"""What every record names: an account, a place, a seat or a topic that SQL changed, put
in or took away is found, and what the program writes is not.
"""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from cases.final import CALENDAR_DAY, DEADLINE_RULE, TOPIC
from cases.models import CalendarDay, Topic
from cases.new_town import copy_topics_and_texts
from cases.usual_topics import add_usual_topics
from minshi.history import history_lifted
from supervision.sealing.findings import LogWrong
from tests import roles
from tests.cases.roads import DAY, NOON
from tests.supervision.history.attacks import MINUTE, NIGHT, by_sql, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from tests.villages.factories import TownFactory, UserFactory
from villages import accounts, bodies
from villages.divisions import load_divisions
from villages.finals import Columns, Final, last_seals, seal_all
from villages.models import AuditRecord, Body, Group, Office, Seat, Town, User, Village
from villages.named import NAMED, TOWN
from villages.posts import POST

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def seat(here):
    place = bodies.BodyPlace(here.village, str(here.village))
    return bodies.take_seat(
        place,
        Body.MINSHI_COMMITTEE,
        "王桂兰",
        from_on=TODAY,
        is_chair=True,
        by=here.secretary.user,
        at=NOON,
    )


@pytest.fixture
def topic(here):
    return add_usual_topics(here.town, at=NOON)[0]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("user", "SET name = '别人'"),
        ("user", "SET username = 'somebody'"),
        ("user", "SET is_active = FALSE"),
        ("seat", "SET name = '别人'"),
        ("seat", "SET is_chair = FALSE"),
        ("seat", "SET until_on = '2026-03-02'"),
        ("topic", "SET name = '别的'"),
        ("topic", "SET reserved = 'collective_income'"),
        ("topic", "SET is_red_line = TRUE"),
        ("village", "SET name = '别村'"),
        ("town", "SET name = '别镇', county_name = '别县'"),
        ("office", "SET name = '别所'"),
        ("group", "SET number = 99"),
    ],
)
def test_a_changed_name_is_found(here, seat, topic, table, change):
    rows = {
        "user": here.duty.user,
        "seat": seat,
        "topic": topic,
        "village": here.village,
        "town": here.town,
        "office": here.handler.office,
        "group": here.leader.group,
    }
    row = rows[table]
    assert found() == set()

    by_sql(table, f"UPDATE {row._meta.db_table} {change}", id=row.pk)

    assert found() == {LogWrong.CLOSED}


def test_what_was_put_in_is_found(here):
    UserFactory()

    assert found() == {LogWrong.CLOSED}


def test_what_was_taken_away_is_found(here, seat):
    Seat.objects.all()._raw_delete("default")

    assert found() == {LogWrong.CLOSED_GONE}


# --- what the program writes


def test_accounts_are_recorded(here, secadmin):
    user, _password = accounts.create_account("wang", "王桂兰", by=secadmin, at=NOON)
    assert found() == set()
    accounts.deactivate(user, by=secadmin, at=NOON + MINUTE)
    assert found() == set()
    accounts.reactivate(user, by=secadmin, at=NOON + 2 * MINUTE)
    assert found() == set()
    accounts.remove_account(user, NOON + 3 * MINUTE)
    assert found() == set()


def test_terms_are_recorded(here, seat):
    bodies.end_seat(seat, TODAY + DAY, by=here.secretary.user, at=NOON + MINUTE)

    assert found() == set()


def test_topics_are_recorded(here, topic, sysadmin):
    town = TownFactory()
    roles.record_made(NOON)
    copy_topics_and_texts(here.town, town, by=sysadmin, at=NOON)

    assert Topic.objects.filter(town=town, parent__isnull=False).exists()
    assert found() == set()


def test_a_file_of_divisions_is_recorded(here):
    rows = ["code,name,level,parent_code\n", "621227,徽县,county,6212\n"]
    rows += ["621227118,红关镇,town,621227\n"]
    rows += ["621227118200,杨河村村民委员会,village,621227118\n"]
    load_divisions(rows, at=NOON)
    assert found() == set()

    renamed = [row.replace("杨河", "柳河").replace("红关", "白关") for row in rows]
    counts = load_divisions(renamed, at=NOON + MINUTE)
    assert counts.towns_changed == counts.villages_changed == 1
    assert found() == set()


def test_a_command_that_loads_divisions_records_them(tmp_path):
    file = tmp_path / "divisions.csv"
    rows = "code,name,level,parent_code\n621227,徽县,county,6212\n"
    file.write_text(f"{rows}621227118,红关镇,town,621227\n", encoding="utf-8")

    call_command("load_divisions", file)

    assert found(NIGHT) == set()


def test_what_the_administrator_edits_is_recorded(here, sysadmin, client, topic):
    client.force_login(sysadmin)

    def save(row, **changed):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        address = reverse(name, args=[row.pk])
        fields = client.get(address).context["adminform"].form.initial
        values = {key: value for key, value in fields.items() if value is not None}
        answer = client.post(address, {**values, **changed})
        assert answer.status_code == 302, answer.context["errors"]

    save(here.town, name="红关镇")
    save(here.village, name="杨河村")
    save(here.handler.office, name="水利站")
    save(topic, name="基建")

    assert Town.objects.get(pk=here.town.pk).name == "红关镇"
    assert Village.objects.get(pk=here.village.pk).name == "杨河村"
    assert Office.objects.get(pk=here.handler.office.pk).name == "水利站"
    assert Topic.objects.get(pk=topic.pk).name == "基建"
    assert found(NIGHT + timedelta(days=400)) <= {LogWrong.UNSEALED}


def test_a_group_that_the_administrator_removes_is_recorded(here, sysadmin, client):
    group = Group.objects.create(village=here.village, number=44)
    other = Group.objects.create(village=here.village, number=45)
    day = CalendarDay.objects.create(day=TODAY, is_working=True, name="")
    roles.record_made(NOON)
    client.force_login(sysadmin)

    address = reverse("admin:villages_group_delete", args=[group.pk])
    client.post(address, {"post": "yes"})
    for row in (other, day):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist"
        ticked = {"action": "delete_selected", "_selected_action": row.pk}
        client.post(reverse(name), {**ticked, "post": "yes"})

    assert not Group.objects.filter(pk__in=(group.pk, other.pk)).exists()
    assert not CalendarDay.objects.exists()
    assert found(NIGHT + timedelta(days=400)) <= {LogWrong.UNSEALED}


@pytest.mark.parametrize("final", [*NAMED, TOPIC, DEADLINE_RULE, CALENDAR_DAY])
def test_the_name_of_a_kind_begins_no_other(final):
    """By it records are found."""
    assert ":" not in final.name
    assert last_seals(final) == {}


def test_the_first_accounts_are_recorded_by_their_names():
    accounts.open_first_accounts(NOON)
    assert found() == set()

    User.objects.filter(username="auditor").update(name="别人")
    assert found() == {LogWrong.CLOSED}


# --- rows of before


@pytest.mark.django_db(transaction=True)
def test_names_of_before_are_recorded_by_the_update(here, seat, topic):
    migrate_back_before("0020_seal_what_records_name", app="supervision")
    kinds = [final.name for final in roles.MADE if final is not POST]
    with history_lifted():
        for kind in kinds:
            of_kind = AuditRecord.objects.filter(subject__startswith=f"{kind}:")
            of_kind.delete()
    assert LogWrong.CLOSED in found(NIGHT)

    migrate_to_the_end()

    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}


@pytest.mark.django_db(transaction=True)
def test_an_update_made_to_run_again_records_no_name(here):
    UserFactory()
    migrate_back_before("0020_seal_what_records_name", app="supervision")

    migrate_to_the_end()

    assert LogWrong.CLOSED in found(NIGHT)


def recorded_without_telephone():
    """Bring the records of towns to what an earlier version wrote."""
    with history_lifted():
        AuditRecord.objects.filter(subject__startswith="town:").delete()
    names = ("code", "name", "county_code", "county_name", "abbreviation")
    before = Final(TOWN.name, Columns(Town, names))
    seal_all(before, Town.objects.values_list("pk", flat=True), at=NOON)


@pytest.mark.django_db(transaction=True)
def test_telephones_of_towns_are_recorded_by_the_update(here):
    migrate_back_before("0027_seal_telephones_of_towns", app="supervision")
    recorded_without_telephone()

    migrate_to_the_end()
    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}

    Town.objects.filter(pk=here.town.pk).update(phone="0939-4429999")
    assert LogWrong.CLOSED in found(NIGHT)


@pytest.mark.django_db(transaction=True)
def test_a_town_that_sql_renamed_stays_found_at_the_update(here):
    migrate_back_before("0027_seal_telephones_of_towns", app="supervision")
    recorded_without_telephone()
    Town.objects.filter(pk=here.town.pk).update(name="别的镇")

    migrate_to_the_end()

    assert LogWrong.CLOSED in found(NIGHT)
