"""What lets people in: a password or a second factor that SQL changed, put in or took
away is found, and what people do with theirs is not.
"""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.urls import reverse

from minshi.clock import now
from minshi.history import history_lifted
from supervision.sealing.finals import check_finals
from supervision.sealing.findings import LogWrong
from tests import roles
from tests.cases.roads import DAY, NOON
from tests.supervision.history.attacks import MINUTE, NIGHT, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from villages import accounts
from villages.finals import Columns, Final, seal_all
from villages.let_in import LET_IN, PASSWORD
from villages.models import AuditRecord, User

pytestmark = pytest.mark.django_db
OLD = "lu-deng-huai-le-7"
OWN = "shui-qu-xiu-hao-le-9"


@pytest.fixture
def user(here):
    account = here.duty.user
    account.set_password(OLD)
    account.save()
    roles.record_made(NOON)
    return account


@pytest.fixture
def factors(user):
    secret = generate_totp_secret()
    return TOTP.activate(user, secret).instance, RecoveryCodes.activate(user).instance


def take_over(user):
    """Give an account another password, past the program."""
    hashed = make_password("known-to-me-7")
    User.objects.filter(pk=user.pk).update(password=hashed)


def log_in(client, user, password):
    given = {"login": user.username, "password": password}
    assert client.post(reverse("account_login"), given).status_code == 302


def change_own(client, old, new):
    given = {"oldpassword": old, "password1": new, "password2": new}
    client.post(reverse("account_change_password"), given)


# --- what SQL does


def test_a_password_that_was_put_in_is_found_by_its_name(user):
    assert found() == set()

    take_over(user)

    (finding,) = check_finals()
    assert finding.wrong == LogWrong.CLOSED
    assert str(PASSWORD.label) in finding.where


@pytest.mark.parametrize(
    "change",
    [
        {"must_change_password": False},
        {"password_changed_at": NOON + 900 * DAY},
        {"password_changed_at": None},
    ],
)
def test_a_password_that_was_made_to_hold_longer_is_found(secadmin, change):
    user, _password = accounts.create_account("wang", "王桂兰", by=secadmin, at=NOON)
    assert found() == set()

    User.objects.filter(pk=user.pk).update(**change)

    assert found() == {LogWrong.CLOSED}


def test_whoever_got_in_so_hides_it_by_no_password_of_their_own(client, user):
    take_over(user)

    log_in(client, user, "known-to-me-7")
    change_own(client, "known-to-me-7", OWN)

    user.refresh_from_db()
    assert user.check_password(OWN)
    assert found() == {LogWrong.CLOSED}


def test_a_reset_ends_it_and_the_audit_log_says_that_there_was_one(user, secadmin):
    take_over(user)

    accounts.reset_password(user, by=secadmin, at=NOON + MINUTE)

    assert found() == set()
    of_account = AuditRecord.objects.filter(kind="account", user=None)
    assert user.username in of_account.get().subject


@pytest.mark.parametrize("nth", [0, 1])
def test_another_secret_is_found(factors, here, nth):
    assert found() == set()
    data = {"secret": "x", "seed": "x", "used_mask": 0}
    Authenticator.objects.filter(pk=factors[nth].pk).update(data=data)

    assert found() == {LogWrong.CLOSED}


def test_a_second_factor_of_another_is_found(factors, here):
    Authenticator.objects.filter(type="totp").update(user=here.secretary.user)

    assert found() == {LogWrong.CLOSED}


def test_a_second_factor_taken_away_is_found(factors):
    Authenticator.objects.filter(type="totp")._raw_delete("default")

    assert found() == {LogWrong.CLOSED_GONE}


def test_a_second_factor_put_in_is_found(factors):
    Authenticator.objects.bulk_create(
        [Authenticator(user=factors[0].user, type="webauthn", data={})]
    )

    assert found() == {LogWrong.CLOSED}


# --- what people do


def test_accounts_come_and_go(secadmin, client):
    user, password = accounts.create_account("wang", "王桂兰", by=secadmin, at=NOON)
    assert found() == set()

    log_in(client, user, password)
    change_own(client, password, OWN)
    user.refresh_from_db()
    assert user.check_password(OWN)
    assert found() == set()

    accounts.reset_password(user, by=secadmin, at=NOON)
    accounts.deactivate(user, by=secadmin, at=NOON)
    assert found() == set()

    unused, _password = accounts.create_account("li", "李强", by=secadmin, at=NOON)
    accounts.remove_account(unused, NOON)
    assert found() == set()
    assert not AuditRecord.objects.filter(subject__contains="pbkdf2").exists()


def test_a_log_in_that_hashes_the_password_anew(client, user, settings):
    settings.PASSWORD_HASHERS = list(reversed(settings.PASSWORD_HASHERS))
    before = user.password

    log_in(client, user, OLD)

    user.refresh_from_db()
    assert user.password != before
    assert found() == set()


def test_an_old_password_that_is_to_be_changed_at_the_log_in(client, user):
    user.password_changed_at = now() - 91 * DAY
    user.save()

    log_in(client, user, OLD)
    user.refresh_from_db()
    assert user.must_change_password
    assert found() == set()

    change_own(client, OLD, OWN)
    user.refresh_from_db()
    assert not user.must_change_password
    assert found() == set()


def test_a_password_that_whoever_runs_the_server_sets(user, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda **_prompt: OWN)

    call_command("changepassword", user.username)

    assert User.objects.get(pk=user.pk).check_password(OWN)
    assert found() == set()


def test_second_factors_that_are_used_made_anew_and_taken_off(factors, secadmin):
    totp, codes = factors
    totp.record_usage()
    recovery = codes.wrap()
    recovery.mark_as_viewed()
    assert recovery.validate_code(recovery.get_unused_codes()[0])
    assert found() == set()

    Authenticator.objects.filter(pk=codes.pk).delete()
    RecoveryCodes.activate(totp.user)
    assert found() == set()

    accounts.remove_second_factor(totp.user, by=secadmin, at=NOON)
    assert not Authenticator.objects.exists()
    assert found() == set()


def test_the_first_accounts():
    accounts.open_first_accounts(NOON)

    assert found() == set()


# --- rows of before


@pytest.mark.django_db(transaction=True)
def test_what_let_people_in_before_is_recorded_by_the_update(factors):
    migrate_back_before("0023_seal_what_lets_people_in", app="supervision")
    with history_lifted():
        for final in LET_IN:
            of_kind = AuditRecord.objects.filter(subject__startswith=f"{final.name}:")
            of_kind.delete()
    assert LogWrong.CLOSED in found(NIGHT)

    migrate_to_the_end()

    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}


@pytest.mark.django_db(transaction=True)
def test_an_update_made_to_run_again_records_no_password(user):
    migrate_back_before("0023_seal_what_lets_people_in", app="supervision")
    take_over(user)

    migrate_to_the_end()

    assert LogWrong.CLOSED in found(NIGHT)


def recorded_by_the_hash_alone():
    """Bring the records of passwords to what an earlier version wrote."""
    with history_lifted():
        AuditRecord.objects.filter(subject__startswith="password:").delete()
    hash_alone = Final(PASSWORD.name, Columns(User, ("password",)))
    seal_all(hash_alone, User.objects.values_list("pk", flat=True), at=NOON)


@pytest.mark.django_db(transaction=True)
def test_how_long_passwords_hold_is_recorded_by_the_update(user):
    migrate_back_before("0025_seal_how_long_passwords_hold", app="supervision")
    recorded_by_the_hash_alone()

    migrate_to_the_end()
    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}

    migrate_back_before("0025_seal_how_long_passwords_hold", app="supervision")
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    migrate_to_the_end()
    assert LogWrong.CLOSED in found(NIGHT)


@pytest.mark.django_db(transaction=True)
def test_a_password_of_another_stays_found_at_the_update(user):
    migrate_back_before("0025_seal_how_long_passwords_hold", app="supervision")
    recorded_by_the_hash_alone()
    take_over(user)

    migrate_to_the_end()

    assert LogWrong.CLOSED in found(NIGHT)
