from datetime import UTC, date, datetime

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import helpers
from django.db.models import UniqueConstraint
from django.urls import reverse
from django.utils import translation

from minshi.clock import today
from minshi.crypto import blind_index
from tests.roles import (
    auditor,
    committee_member_of,
    duty_officer_of,
    group_leader_of,
    handler_of,
    secretary_of,
    security_admin,
    system_admin,
)
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    OfficeFactory,
    PostFactory,
    ResidentFactory,
    TownFactory,
    UserFactory,
    VillageFactory,
)
from villages.admin.forms import RULES, AdminForm
from villages.audit import record_audit
from villages.field_history import in_words
from villages.lookup import index_residents
from villages.models import (
    ContactLink,
    FieldHistory,
    LookupCount,
    Office,
    Post,
    Resident,
    ResidentKey,
    Role,
    TalkRoom,
    Town,
    User,
    Village,
)
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
PHONE = "13812348821"
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def url(model: str, page: str = "changelist", *args: object) -> str:
    return reverse(f"admin:villages_{model}_{page}", args=args)


def listed(client, model: str, **query) -> list[int]:
    answer = client.get(url(model), query)
    return [row.pk for row in answer.context["cl"].result_list]


def resident_fields(person: Resident, **changes) -> dict[str, object]:
    return {
        "household": person.household_id,
        "name": person.name,
        "is_head": "",
        "is_on_roll": "on",
        "sex": "",
        "birth_year": "",
        "new_phone": "",
    } | changes


def test_every_model_of_the_app_has_a_window_and_third_parties_have_none():
    registered = set(admin.site._registry)

    assert set(apps.get_app_config("villages").get_models()) <= registered
    assert {model._meta.app_label for model in registered} <= {
        "villages",
        "cases",
        "supervision",
    }


def test_a_visitor_is_sent_to_our_login(client):
    answer = client.get(url("town"), follow=True)

    assert answer.redirect_chain[-1][0] == "/login/?next=/admin/villages/town/"


def test_the_admin_is_no_page_for_whoever_has_nothing_there(client):
    village = VillageFactory()
    others = [
        committee_member_of(village),
        handler_of(OfficeFactory(town=village.town)),
    ]
    superuser = UserFactory(is_superuser=True, is_staff=True)

    for user in [*(post.user for post in others), superuser]:
        client.force_login(user)
        assert client.get("/admin/", follow=True).status_code == 404


def test_who_may_enter_needs_no_flag_of_django(client):
    client.force_login(system_admin().user)

    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/")["Location"] == "/admin/"
    assert client.get("/admin/password_change/")["Location"] == "/account/password/"


def test_a_superuser_flag_adds_nothing_to_a_post(client):
    village = VillageFactory()
    stranger = ResidentFactory()
    user = duty_officer_of(
        village, user=UserFactory(is_superuser=True, is_staff=True)
    ).user
    client.force_login(user)

    assert listed(client, "resident") == []
    assert client.get(url("resident", "change", stranger.pk)).status_code == 302
    assert client.get(url("user")).status_code == 403
    assert client.get(url("auditrecord")).status_code == 403


def test_the_system_administrator_edits_the_grid_and_sees_no_resident(client):
    person = ResidentFactory()
    client.force_login(system_admin().user)
    town = person.household.group.village.town

    answer = client.post(
        url("town", "change", town.pk),
        {"name": "白关镇", "county_code": "621226", "county_name": "礼县"},
    )

    town.refresh_from_db()
    assert (answer.status_code, town.name) == (302, "白关镇")
    for model in (
        "household",
        "resident",
        "residentkey",
        "contactlink",
        "user",
        "post",
        "auditrecord",
    ):
        assert client.get(url(model)).status_code == 403
    assert client.get(url("resident", "change", person.pk)).status_code in (302, 403)


def test_an_abbreviation_is_never_changed(client):
    town = TownFactory(abbreviation="BG")
    client.force_login(system_admin().user)

    client.post(
        url("town", "change", town.pk),
        {
            "name": town.name,
            "county_code": "621226",
            "county_name": "礼县",
            "abbreviation": "XX",
            "code": "621226999",
        },
    )

    assert Town.objects.get().abbreviation == "BG"


NEW_TOWN = {
    "code": "621226123",
    "name": "桥头镇",
    "county_code": "621226",
    "county_name": "礼县",
    "abbreviation": "QT",
}


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("code", "62122612", "9 位"),
        ("county_code", "6212", "6 位"),
        ("abbreviation", "桥头", "字母"),
        ("abbreviation", "1Q", "字母"),
    ],
)
def test_a_rule_of_the_grid_is_said_beside_its_field(client, field, typed, words):
    client.force_login(system_admin().user)

    answer = client.post(url("town", "add"), NEW_TOWN | {field: typed})

    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field]
    assert words in errors[field][0]
    assert not Town.objects.exists()


def test_codes_of_the_grid_are_folded(client):
    client.force_login(system_admin().user)
    wide = {
        "code": "６２１２２６１２３",
        "county_code": "６２１ ２２６",
        "abbreviation": "ｑt",
    }

    client.post(url("town", "add"), NEW_TOWN | wide)

    town = Town.objects.get()
    assert (town.code, town.county_code, town.abbreviation) == (
        "621226123",
        "621226",
        "QT",
    )
    village = {"code": "６２１２２６１２３２０１", "official_name": "桥头村民委员会"}
    client.post(url("village", "add"), village | {"town": town.pk, "name": "桥头村"})
    assert Village.objects.get().code == "621226123201"


def test_an_office_of_nowhere_is_said_beside_the_county(client):
    client.force_login(system_admin().user)

    answer = client.post(url("office", "add"), {"name": "水管站", "phone": ""})

    errors = answer.context["adminform"].form.errors
    assert list(errors) == ["county_code"]


def test_every_rule_that_an_editor_can_break_has_words_of_its_own():
    for model, page in admin.site._registry.items():
        if not getattr(page, "editors", ()):
            continue
        assert issubclass(page.form, AdminForm), model
        for constraint in model._meta.constraints:
            is_plain = isinstance(constraint, UniqueConstraint)
            if is_plain and constraint.condition is None:
                continue  # Django names the fields
            assert constraint.name in RULES or constraint.name in NEVER_BROKEN


# neither of its fields may stay empty; its own form says the others
NEVER_BROKEN = {
    "standard_text_says_something",
    "standard_text_title_once",
    "standard_text_title_once_a_town",
}


def test_the_security_administrator_reads_accounts_and_changes_none_here(client):
    post = secretary_of(VillageFactory())
    client.force_login(security_admin().user)

    assert post.user_id in listed(client, "user")
    assert post.pk in listed(client, "post")
    page = client.get(url("user", "change", post.user_id))
    assert page.status_code == 200
    assert post.user.password not in page.content.decode()
    assert (
        client.post(url("user", "change", post.user_id), {"name": "x"}).status_code
        == 403
    )
    assert client.get(url("post", "add")).status_code == 403
    assert client.get(url("village")).status_code == 403


def test_the_auditor_reads_the_log_and_nothing_else(client):
    made = record_audit(AuditKind.EXPORT, at=NOON, user=None)
    client.force_login(auditor().user)

    assert made.pk in listed(client, "auditrecord")
    assert (
        client.post(url("auditrecord", "delete", made.pk), {"post": "yes"}).status_code
        == 403
    )
    assert client.get(url("fieldhistory")).status_code == 200
    for model in ("town", "user", "resident"):
        assert client.get(url(model)).status_code == 403


def test_field_history_keeps_no_password(client):
    user = UserFactory(password="a-long-password")
    user.name = "赵敏"
    user.set_password("another-password")
    user.save()

    from auditlog.models import LogEntry

    changes = [entry.changes for entry in LogEntry.objects.get_for_object(user)]
    assert any("name" in change for change in changes)
    assert not any("password" in change or "last_login" in change for change in changes)


@pytest.mark.parametrize("value", ["²", "9" * 5000, "-1", "x"])
def test_a_key_that_is_none_is_read_as_it_stands(value):
    assert in_words(Post._meta.get_field("village"), value) == value


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "172.18.0.5"), (1, "203.0.113.9")]
)
def test_field_history_believes_no_header_of_a_client(
    client, settings, proxies, address
):
    """Its address is that of the audit log; anybody may write the other headers."""
    settings.PROXY_COUNT = proxies
    client.force_login(security_admin().user)

    client.post(
        reverse("villages:account_create"),
        {"username": "zhao.min", "name": "赵敏", "phone": ""},
        REMOTE_ADDR="172.18.0.5",
        headers={
            "x-forwarded-for": "6.6.6.6, 203.0.113.9",
            "x-forwarded-port": "9" * 20,
            "x-correlation-id": "x" * 300,
        },
    )

    created = User.objects.get(username="zhao.min")
    entry = FieldHistory.objects.get_for_object(created).earliest("pk")
    assert entry.remote_addr == address
    assert entry.remote_port is entry.cid is None


def test_field_history_is_read_in_words(client):
    village = VillageFactory(name="茅石岭")
    post = Post.objects.create(
        user=UserFactory(),
        role=Role.SECRETARY,
        village=village,
        from_on=date(2020, 1, 1),
    )
    post.until_on = NOON.date()
    post.save()
    former = VillageFactory()
    deputy = duty_officer_of(former)
    deputy.village = village
    deputy.save()
    post.user.is_active = False
    post.user.save()
    client.force_login(auditor().user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    def page(row):
        entry = (
            FieldHistory.objects.get_for_object(row)
            .filter(action=FieldHistory.Action.UPDATE)
            .get()
        )
        return client.get(url("fieldhistory", "change", entry.pk)).content.decode()

    assert "<li>至: — → 2026年3月2日</li>" in page(post)
    assert f"<li>村: {former} → 茅石岭</li>" in page(deputy)
    assert "<li>有效: 是 → 否</li>" in page(post.user)
    created = FieldHistory.objects.get_for_object(post).get(
        action=FieldHistory.Action.CREATE
    )
    assert (
        "职务: — → 村支书"
        in client.get(url("fieldhistory", "change", created.pk)).content.decode()
    )
    assert created.pk in listed(client, "fieldhistory", act="0")
    assert created.pk not in listed(client, "fieldhistory", act="1")


def test_residents_are_kept_by_the_villages_own_officers(client):
    person, stranger = ResidentFactory(), ResidentFactory()
    village = person.household.group.village

    for post in (
        secretary_of(village),
        duty_officer_of(village),
        group_leader_of(person.household.group),
    ):
        client.force_login(post.user)
        assert listed(client, "resident") == [person.pk]
        assert listed(client, "household") == [person.household_id]
        assert client.get(url("resident", "change", stranger.pk)).status_code == 302
        answer = client.post(
            url("resident", "change", person.pk), resident_fields(person, name="赵敏")
        )
        assert answer.status_code == 302

    person.refresh_from_db()
    assert person.name == "赵敏"


def test_a_group_leader_keeps_the_own_group_only(client):
    village = VillageFactory()
    own, other = GroupFactory(village=village), GroupFactory(village=village)
    person = ResidentFactory(household=HouseholdFactory(group=own))
    ResidentFactory(household=HouseholdFactory(group=other))
    client.force_login(group_leader_of(own).user)

    assert listed(client, "resident") == [person.pk]
    assert listed(client, "group") == [own.pk]


def test_a_resident_is_not_moved_into_a_village_of_others(client):
    person, stranger = ResidentFactory(), ResidentFactory()
    client.force_login(secretary_of(person.household.group.village).user)

    answer = client.post(
        url("resident", "change", person.pk),
        resident_fields(person, household=stranger.household_id),
    )

    assert "household" in answer.context["adminform"].form.errors
    assert Resident.objects.get(pk=person.pk).household_id == person.household_id


def test_choices_of_others_are_not_offered_by_autocomplete(client):
    own, other = HouseholdFactory(), HouseholdFactory()
    client.force_login(secretary_of(own.group.village).user)

    answer = client.get(
        "/admin/autocomplete/",
        {
            "app_label": "villages",
            "model_name": "resident",
            "field_name": "household",
            "term": "",
        },
    )

    assert [row["id"] for row in answer.json()["results"]] == [str(own.pk)]
    assert other.pk != own.pk


def test_a_phone_is_shown_masked_and_kept_unless_typed_anew(client):
    person = ResidentFactory(phone=PHONE)
    client.force_login(secretary_of(person.household.group.village).user)
    page = url("resident", "change", person.pk)

    shown = client.get(page).content.decode()
    client.post(page, resident_fields(person, name="赵敏"))

    assert "****8821" in shown
    assert PHONE not in shown
    assert PHONE not in client.get(url("resident")).content.decode()
    assert Resident.objects.get().phone == PHONE


def test_a_masked_phone_is_refused_as_a_new_one(client):
    person = ResidentFactory(phone=PHONE)
    client.force_login(secretary_of(person.household.group.village).user)

    answer = client.post(
        url("resident", "change", person.pk),
        resident_fields(person, new_phone="****8821"),
    )

    assert "new_phone" in answer.context["adminform"].form.errors
    assert Resident.objects.get().phone == PHONE


def test_a_new_phone_is_found_and_a_removed_one_is_not(client):
    person = ResidentFactory(phone=PHONE)
    index_residents([person])
    client.force_login(secretary_of(person.household.group.village).user)
    page = url("resident", "change", person.pk)

    client.post(page, resident_fields(person, new_phone="139 1234 0000"))
    changed = Resident.objects.get()
    keys = set(ResidentKey.objects.values_list("key", flat=True))
    client.post(page, resident_fields(person, remove_phone="on"))

    assert (changed.phone, changed.phone_hash) == (
        "13912340000",
        blind_index("13912340000", "phone"),
    )
    assert "0000" in keys
    assert "8821" not in keys
    assert (Resident.objects.get().phone, Resident.objects.get().phone_hash) == ("", "")


def test_a_moved_household_is_looked_up_in_its_new_village(client):
    first, second = VillageFactory(), VillageFactory()
    person = ResidentFactory(
        household=HouseholdFactory(group=GroupFactory(village=first))
    )
    index_residents([person])
    post = secretary_of(first)
    secretary_of(second, user=post.user)
    group = GroupFactory(village=second)
    client.force_login(post.user)

    client.post(
        url("household", "change", person.household_id),
        {"group": group.pk, "number": 3},
    )

    assert set(ResidentKey.objects.values_list("village", flat=True)) == {second.pk}


def test_a_contact_link_is_made_for_a_post_of_the_own_village(client):
    household = HouseholdFactory()
    post = secretary_of(household.group.village)
    stranger = secretary_of(VillageFactory())
    client.force_login(post.user)
    fields = {"household": household.pk, "from_on": "2026-03-02"}

    refused = client.post(url("contactlink", "add"), fields | {"post": stranger.pk})
    client.post(url("contactlink", "add"), fields | {"post": post.pk})

    assert "post" in refused.context["adminform"].form.errors
    assert ContactLink.objects.get().post == post


def test_a_household_is_listed_and_chosen_with_its_group(client):
    """The door number stands in every group of a village."""
    village = VillageFactory(name="白关村")
    doors = []
    for number in (1, 2):
        group = GroupFactory(village=village, number=number)
        doors.append(HouseholdFactory(group=group, number=1))
    first, second = doors
    secretary = secretary_of(village)
    link = ContactLink.objects.create(
        post=secretary, household=second, from_on=NOON.date()
    )
    client.force_login(secretary.user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    for model in ("contactlink", "resident"):
        answer = client.get(
            "/admin/autocomplete/",
            {
                "app_label": "villages",
                "model_name": model,
                "field_name": "household",
                "term": "1号",
            },
        )
        offered = [row["text"] for row in answer.json()["results"]]
        assert offered == ["白关村 1组 1号", "白关村 2组 1号"]

    with translation.override("zh-hans"):
        assert str(first) == "白关村 1组 1号"
    for page in (
        url("contactlink"),
        url("contactlink", "change", link.pk),
        url("household", "change", second.pk),
    ):
        assert "白关村 2组 1号" in client.get(page).content.decode()


@pytest.mark.parametrize("count", [1, 20])
def test_choosing_a_household_asks_the_same_queries_of_any_number(
    client, count, django_assert_max_num_queries
):
    village = VillageFactory()
    for _ in range(count):
        HouseholdFactory(group=GroupFactory(village=village))
    client.force_login(secretary_of(village).user)

    # session, account, posts, count, rows
    with django_assert_max_num_queries(5):
        answer = client.get(
            "/admin/autocomplete/",
            {
                "app_label": "villages",
                "model_name": "contactlink",
                "field_name": "household",
                "term": "",
            },
        )

    assert len(answer.json()["results"]) == count


def make_rows(village: Village, count: int) -> None:
    for _ in range(count):
        group = GroupFactory(village=village)
        person = ResidentFactory(household=HouseholdFactory(group=group), phone=PHONE)
        index_residents([person])
        ContactLink.objects.create(
            post=PostFactory(village=village),
            household=person.household,
            from_on=NOON.date(),
        )
        OfficeFactory(town=village.town)
        VillageFactory(town=village.town)
        record_audit(AuditKind.EXPORT, at=NOON, user=UserFactory())


@pytest.mark.parametrize("count", [1, 3, 50])
@pytest.mark.parametrize(
    ("model", "role"),
    [
        ("resident", "secretary"),
        ("household", "secretary"),
        ("residentkey", "secretary"),
        ("contactlink", "secretary"),
        ("group", "secretary"),
        ("village", "system_admin"),
        ("office", "system_admin"),
        ("user", "security_admin"),
        ("post", "security_admin"),
        ("auditrecord", "auditor"),
    ],
)
def test_lists_ask_the_same_queries_whatever_their_length(
    client, model, role, count, django_assert_max_num_queries
):
    village = VillageFactory()
    make_rows(village, count)
    makers = {
        "secretary": lambda: secretary_of(village),
        "system_admin": system_admin,
        "security_admin": security_admin,
        "auditor": auditor,
    }
    user = makers[role]().user
    client.force_login(user)
    LookupCount.objects.create(user=user, day=today())

    # session, account, posts, count, rows; and that neighbours were looked up
    most = 6 if model in ("resident", "residentkey") else 5
    with django_assert_max_num_queries(most):
        answer = client.get(url(model))

    assert len(answer.context["cl"].result_list) >= count
    assert helpers.ACTION_CHECKBOX_NAME


def test_a_talk_room_and_an_office_have_a_telephone_that_can_be_rung_up(client):
    village = VillageFactory()
    secretary = secretary_of(village)
    room = {"village": village.pk, "place": "村委会", "hours": "", "talk_day": 10}
    office = {"name": "派出所", "town": village.town.pk, "county_code": ""}

    client.force_login(secretary.user)
    refused = client.post(url("talkroom", "add"), {**room, "phone": "abc"})
    client.post(url("talkroom", "add"), {**room, "phone": " 0939-4421001 "})
    client.force_login(system_admin().user)
    also_refused = client.post(url("office", "add"), {**office, "phone": "abc"})
    client.post(url("office", "add"), {**office, "phone": "110"})

    assert (refused.status_code, also_refused.status_code) == (200, 200)
    assert TalkRoom.objects.get().phone == "0939-4421001"
    assert Office.objects.get().phone == "110"


@pytest.mark.parametrize(("born", "is_refused"), [("2027", True), ("2026", False)])
def test_a_year_of_birth_that_is_still_to_come_is_refused(client, born, is_refused):
    person = ResidentFactory()
    keeper = secretary_of(person.household.group.village)
    client.force_login(keeper.user)
    sent = resident_fields(person, birth_year=born)

    with time_machine.travel(NOON, tick=False):
        answer = client.post(url("resident", "change", person.pk), sent)

    assert answer.status_code == (200 if is_refused else 302)
    person.refresh_from_db()
    assert person.birth_year == (None if is_refused else int(born))
