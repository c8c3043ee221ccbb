"""Who is logged in: a token or a session that SQL put in, gave to another or made to
last longer is found, and what people do as they come and go is not.
"""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from supervision.sealing.findings import LogWrong
from tests.supervision.history.attacks import MINUTE, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from villages.models import OpenLogin, User
from villages.open_logins import end_all_logins

pytestmark = pytest.mark.django_db
PASSWORD = "Weiqi-Qpzm-3917"
A_YEAR = timedelta(days=365)


@pytest.fixture
def user(here):
    account = here.duty.user
    type(account).objects.filter(pk=account.pk).update(password=make_password(PASSWORD))
    return account


@pytest.fixture
def token(user):
    """Given out as the API does."""
    row, _secret = AuthToken.objects.create(user=user, expiry=timedelta(hours=12))
    request = RequestFactory().post("/api/v1/login/")
    user_logged_in.send(sender=User, request=request, user=user, token=row)
    return row


@pytest.fixture
def session(client, user):
    given = {"login": user.username, "password": PASSWORD}
    response = client.post(reverse("account_login"), given)
    assert response.status_code == 302
    return Session.objects.get(pk=client.session.session_key)


def wrong():
    return found(timezone.now() + MINUTE) - {LogWrong.UNSEALED, LogWrong.CLOSED}


def test_a_token_that_the_program_gave_out_is_not_found(token):
    assert wrong() == set()


def test_a_token_that_was_put_in_is_found(here, token):
    AuthToken.objects.create(user=here.secretary.user)
    assert wrong() == {LogWrong.LET_IN}


def test_a_token_put_in_with_its_log_in_is_found(here, token):
    put_in, _secret = AuthToken.objects.create(user=here.secretary.user)
    copied = OpenLogin.objects.get()
    copied.pk = None
    copied.token = put_in
    copied.user = here.secretary.user
    copied.save(force_insert=True)

    assert wrong() == {LogWrong.LET_IN}


@pytest.mark.parametrize("with_login", [True, False])
def test_a_token_given_to_another_is_found(here, token, with_login):
    AuthToken.objects.update(user=here.secretary.user)
    if with_login:
        OpenLogin.objects.update(user=here.secretary.user)

    assert wrong() == {LogWrong.LET_IN}


def test_a_token_that_was_made_to_last_is_found(token):
    AuthToken.objects.update(expiry=token.expiry + A_YEAR)
    assert wrong() == {LogWrong.LET_IN}
    AuthToken.objects.update(expiry=None)
    assert wrong() == {LogWrong.LET_IN}


def test_a_session_that_the_program_began_is_not_found(session):
    assert wrong() == set()


def test_a_session_copied_under_another_key_is_found(session):
    session.pk = "a" * 32
    session.save(force_insert=True)

    assert wrong() == {LogWrong.LET_IN}


def test_a_session_that_takes_the_data_of_another_is_found(here, session, client):
    client.cookies.clear()
    client.force_login(here.secretary.user)
    assert wrong() == set()

    Session.objects.update(session_data=session.session_data)

    assert wrong() == {LogWrong.LET_IN}


def test_a_log_in_moved_to_another_session_is_found(session):
    copied = Session.objects.get(pk=session.pk)
    copied.pk = "a" * 32
    copied.save(force_insert=True)
    OpenLogin.objects.update(session=copied)

    assert wrong() == {LogWrong.LET_IN}


def test_what_people_do_as_they_come_and_go_is_not_found(client, user, session, token):
    client.get(reverse("villages:open_logins"))
    own = "Linjia-Kvbt-6204"
    given = {"oldpassword": PASSWORD, "password1": own, "password2": own}
    client.post(reverse("account_change_password"), given)
    user.refresh_from_db()
    assert user.check_password(own)
    assert OpenLogin.objects.exists()
    assert wrong() == set()

    client.post(reverse("account_logout"))
    assert wrong() == set()
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": user.username, "password": "x"})
    assert wrong() == set()

    end_all_logins(user)
    assert wrong() == set()


def test_a_token_that_is_over_lets_nobody_in(here):
    yesterday = timedelta(days=-1)
    AuthToken.objects.create(user=here.secretary.user, expiry=yesterday)

    assert wrong() == set()


# --- rows of before


@pytest.mark.django_db(transaction=True)
def test_log_ins_of_before_end_with_the_update(here, token):
    migrate_back_before("0018_seals_of_log_ins", app="villages")
    AuthToken.objects.create(user=here.secretary.user)

    migrate_to_the_end()

    assert not AuthToken.objects.exists()
    assert wrong() == set()
