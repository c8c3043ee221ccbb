from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from knox.models import AuthToken

from minshi.errors import InputRefused, NoSuchRight
from tests.roles import (
    auditor,
    duty_officer_of,
    reviewer_of,
    secretary_of,
    security_admin,
    system_admin,
)
from tests.villages.factories import (
    GroupFactory,
    OfficeFactory,
    TownFactory,
    UserFactory,
    VillageFactory,
)
from villages.accounts import (
    create_account,
    deactivate,
    one_time_password,
    reactivate,
    remove_second_factor,
    reset_password,
    unlock,
)
from villages.appointing import appoint, end_post
from villages.models import AuditRecord, Role, User
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def admin() -> User:
    return security_admin().user


def recorded() -> list[str]:
    return list(
        AuditRecord.objects.filter(kind=AuditKind.ACCOUNT)
        .order_by("pk")
        .values_list("subject", flat=True)
    )


def test_a_new_account_has_a_one_time_password(admin):
    user, password = create_account(" Wang.GL ", "王桂兰", by=admin, at=NOON)

    assert user.username == "wang.gl"
    assert user.check_password(password)
    assert user.must_change_password
    assert "wang.gl" in recorded()[0]
    assert password not in recorded()[0]


def test_a_one_time_password_passes_the_rules_for_passwords():
    for _ in range(50):
        validate_password(one_time_password())


@pytest.mark.parametrize("username", ["wang", "WANG", "wang gui", "", "王" * 151])
def test_a_taken_or_malformed_account_name_is_refused(admin, username):
    UserFactory(username="Wang")

    with pytest.raises(InputRefused) as refused:
        create_account(username, "王桂兰", by=admin, at=NOON)

    assert "username" in refused.value.fields
    assert recorded() == []


@pytest.mark.parametrize(
    ("role", "make_node"),
    [
        (Role.DUTY_OFFICER, VillageFactory),
        (Role.COMMITTEE_MEMBER, VillageFactory),
        (Role.SECRETARY, VillageFactory),
        (Role.GROUP_LEADER, GroupFactory),
        (Role.OFFICE_HANDLER, OfficeFactory),
        (Role.REVIEWER, TownFactory),
        (Role.SUPERVISOR, TownFactory),
        (Role.REVIEWER, lambda: "621226"),
        (Role.SUPERVISOR, lambda: "621226"),
        (Role.AUDITOR, lambda: None),
    ],
)
def test_every_role_is_appointed_at_its_own_kind_of_place(admin, role, make_node):
    user = UserFactory()

    post = appoint(user, role, make_node(), from_on=TODAY, by=admin, at=NOON)

    assert post.is_current(TODAY)
    assert user.username in recorded()[0]


@pytest.mark.parametrize(
    ("role", "make_node"),
    [
        (Role.DUTY_OFFICER, TownFactory),
        (Role.SECRETARY, lambda: None),
        (Role.SECRETARY, lambda: "621226"),
        (Role.GROUP_LEADER, VillageFactory),
        (Role.REVIEWER, VillageFactory),
        (Role.REVIEWER, lambda: "6212"),
        (Role.AUDITOR, VillageFactory),
        (Role.AUDITOR, lambda: "621226"),
    ],
)
def test_no_role_is_appointed_anywhere_else(admin, role, make_node):
    user = UserFactory()

    with pytest.raises(InputRefused):
        appoint(user, role, make_node(), from_on=TODAY, by=admin, at=NOON)

    assert not user.posts.exists()
    assert recorded() == []


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_an_administrator_holds_no_other_post(admin, role):
    cadre = duty_officer_of(VillageFactory()).user
    administrator = auditor().user

    with pytest.raises(InputRefused):
        appoint(cadre, role, from_on=TODAY, by=admin, at=NOON)
    with pytest.raises(InputRefused):
        appoint(administrator, role, from_on=TODAY, by=admin, at=NOON)
    with pytest.raises(InputRefused):
        appoint(
            administrator,
            Role.SECRETARY,
            VillageFactory(),
            from_on=TODAY,
            by=admin,
            at=NOON,
        )


def test_a_former_cadre_becomes_an_administrator(admin):
    post = duty_officer_of(VillageFactory(), until_on=TODAY)

    appoint(post.user, Role.AUDITOR, from_on=TOMORROW, by=admin, at=NOON)

    assert post.user.holds(TOMORROW, Role.AUDITOR)


def test_a_cadre_holds_several_posts_but_none_twice(admin):
    post = duty_officer_of(VillageFactory())

    appoint(
        post.user, Role.COMMITTEE_MEMBER, post.village, from_on=TODAY, by=admin, at=NOON
    )
    with pytest.raises(InputRefused):
        appoint(
            post.user, Role.DUTY_OFFICER, post.village, from_on=TODAY, by=admin, at=NOON
        )

    assert post.user.posts.count() == 2


def test_a_post_is_held_again_after_it_ended_and_before_it_begins(admin):
    post = duty_officer_of(VillageFactory(), from_on=TODAY, until_on=TODAY)

    appoint(
        post.user, Role.DUTY_OFFICER, post.village, from_on=TOMORROW, by=admin, at=NOON
    )
    appoint(
        post.user,
        Role.DUTY_OFFICER,
        post.village,
        from_on=date(2025, 1, 1),
        until_on=date(2025, 12, 31),
        by=admin,
        at=NOON,
    )

    assert post.user.posts.count() == 3


def test_only_a_reviewer_may_sign(admin):
    town = TownFactory()

    assert appoint(
        UserFactory(),
        Role.REVIEWER,
        town,
        from_on=TODAY,
        may_sign=True,
        by=admin,
        at=NOON,
    ).may_sign
    with pytest.raises(InputRefused):
        appoint(
            UserFactory(),
            Role.SUPERVISOR,
            town,
            from_on=TODAY,
            may_sign=True,
            by=admin,
            at=NOON,
        )


def test_a_post_does_not_end_before_it_begins(admin):
    with pytest.raises(InputRefused):
        appoint(
            UserFactory(),
            Role.SECRETARY,
            VillageFactory(),
            from_on=TOMORROW,
            until_on=TODAY,
            by=admin,
            at=NOON,
        )
    with pytest.raises(InputRefused) as refused:
        end_post(
            duty_officer_of(VillageFactory(), from_on=TOMORROW),
            TODAY,
            by=admin,
            at=NOON,
        )

    assert "until_on" in refused.value.fields


def test_a_post_ends_with_its_last_day(admin):
    post = end_post(secretary_of(VillageFactory()), TODAY, by=admin, at=NOON)

    assert post.user.holds(TODAY, Role.SECRETARY)
    assert not post.user.holds(TOMORROW, Role.SECRETARY)
    assert "secretary" in recorded()[0] or "支书" in recorded()[0]


def test_an_ended_post_is_not_prolonged(admin):
    post = secretary_of(VillageFactory(), until_on=TODAY)

    for day in (TODAY, TOMORROW):
        with pytest.raises(InputRefused):
            end_post(post, day, by=admin, at=NOON)
    assert end_post(post, date(2026, 3, 1), by=admin, at=NOON).until_on == date(
        2026, 3, 1
    )


def test_a_new_password_ends_tokens_and_must_be_changed(admin):
    user = UserFactory(password="the-old-password")
    AuthToken.objects.create(user=user)

    password = reset_password(user, by=admin, at=NOON)

    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    assert not AuthToken.objects.exists()
    assert len(recorded()) == 1


def test_a_shut_account_holds_no_post_until_it_is_opened_again(admin):
    post = secretary_of(VillageFactory())
    AuthToken.objects.create(user=post.user)

    deactivate(post.user, by=admin, at=NOON)
    shut = User.objects.get(pk=post.user.pk)

    assert shut.posts_on(TODAY) == []
    assert not AuthToken.objects.exists()
    reactivate(shut, by=admin, at=NOON)
    assert User.objects.get(pk=post.user.pk).posts_on(TODAY) == [post]
    assert len(recorded()) == 2


def acts(by: User, user: User):
    post = user.posts.first()
    return {
        "create_account": lambda: create_account("new", "新", by=by, at=NOON),
        "appoint": lambda: appoint(
            user, Role.SECRETARY, VillageFactory(), from_on=TODAY, by=by, at=NOON
        ),
        "end_post": lambda: end_post(post, TODAY, by=by, at=NOON),
        "reset_password": lambda: reset_password(user, by=by, at=NOON),
        "deactivate": lambda: deactivate(user, by=by, at=NOON),
        "reactivate": lambda: reactivate(user, by=by, at=NOON),
        "unlock": lambda: unlock(user, by=by, at=NOON),
        "remove_second_factor": lambda: remove_second_factor(user, by=by, at=NOON),
    }


ACTS = [
    "create_account",
    "appoint",
    "end_post",
    "reset_password",
    "deactivate",
    "reactivate",
    "unlock",
    "remove_second_factor",
]


@pytest.mark.parametrize("act", ACTS)
def test_nobody_but_a_security_administrator_manages_accounts(act):
    village = VillageFactory()
    others = [
        system_admin(),
        auditor(),
        secretary_of(village),
        reviewer_of(village.town),
        security_admin(until_on=date(2026, 3, 1)),
        security_admin(from_on=TOMORROW),
        security_admin(user=UserFactory(is_active=False)),
    ]
    superuser = UserFactory(is_superuser=True, is_staff=True)

    for by in [*(post.user for post in others), superuser]:
        with pytest.raises(NoSuchRight):
            acts(by, duty_officer_of(village).user)[act]()

    assert recorded() == []


@pytest.mark.parametrize("act", [act for act in ACTS if act != "create_account"])
def test_nobody_manages_their_own_account(admin, act):
    with pytest.raises(NoSuchRight):
        acts(admin, admin)[act]()

    assert recorded() == []


@pytest.mark.parametrize("act", ACTS)
def test_every_act_is_in_the_audit_log(admin, act):
    acts(admin, duty_officer_of(VillageFactory()).user)[act]()

    record = AuditRecord.objects.get(kind=AuditKind.ACCOUNT)
    assert (record.user, record.at) == (admin, NOON)


@pytest.mark.parametrize("username", ["王小明", "wang xiaoming", "wáng"])
def test_an_account_name_can_be_typed_on_every_keyboard(admin, username):

    with pytest.raises(InputRefused) as refused:
        create_account(username, "王小明", by=admin, at=NOON)

    assert list(refused.value.fields) == ["username"]
