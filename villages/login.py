"""Login by allauth: no sign-up, no e-mail; axes locks out; the one-time password is
changed first.
"""

import time
from typing import Any

from allauth.account import app_settings, forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minshi.clock import today
from minshi.crypto import decrypted, encrypted
from minshi.errors import TOO_MANY_REQUESTS
from minshi.refusals import is_for_api
from villages.accounts import in_groups
from villages.models import User
from villages.naming import account_name
from villages.requests import counted_address
from villages.sessions import stay
from villages.tries import (
    minutes_left,
    name_at_login,
    trying,
    wait_until,
    words_of,
)

BEGUN_WITH = "login_begun_with"  # in the session: which password it was


class LoginForm(forms.LoginForm):
    """Our words, and a session that lasts 12 hours on the talk room's own computer."""

    help_phone = settings.HELP_PHONE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

        labels = {
            "login": gettext_lazy("Account name"),
            "password": gettext_lazy("Password"),
            "remember": gettext_lazy(
                "This is the talk room's computer (stay logged in for 12 hours)"
            ),
        }
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)

        self.fields["login"].widget.attrs |= {
            "autocapitalize": "none",
            "spellcheck": "false",
            "autofocus": True,
        }

    def clean_login(self) -> str:
        return account_name(super().clean_login())

    def login(
        self, request: HttpRequest, redirect_url: str | None = None
    ) -> HttpResponse:
        if self.cleaned_data["remember"]:
            stay(request.session)

        response: HttpResponse = super().login(request, redirect_url)
        return response


class Accounts(AuthenticationBackend):
    """Accounts for allauth's login, each read with its posts by one query: every page
    asks for both.
    """

    def get_user(self, user_id: int) -> User | None:
        user = User.with_posts(user_id, today())
        return user if user and self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy(
            "The account name or the password is wrong."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up: the security administrator opens accounts."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Tell whether somebody may be sent on to an address: one of ours. What is no
        address at all (http://[) is not; allauth's own way fails on it.
        """
        request = context.request
        hosts = {request.get_host()}
        return url_has_allowed_host_and_scheme(url, hosts, request.is_secure())

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Compare a password of the login, or before something sensitive; django-axes
        asks how many were wrong.
        """
        name = name_at_login(request, credentials)
        password = as_given_out(name, str(credentials.get("password") or ""))
        with trying(request, name):
            user: User | None = super().authenticate(
                request, **credentials | {"password": password}
            )
        return user

    def pre_login(
        self, request: HttpRequest, user: User, **kwargs: Any
    ) -> HttpResponse | None:
        """Note the password that a login begins with; a second step may follow."""
        request.session[BEGUN_WITH] = user.get_session_auth_hash()
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        """Log in, unless the password was changed since the first step: what began with
        the old one is over like every session of it.
        """
        begun_with = request.session.pop(BEGUN_WITH, "")
        if not constant_time_compare(begun_with, user.get_session_auth_hash()):
            words = _("The password was changed meanwhile. Please log in again.")
            messages.warning(request, words)
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def set_password(self, user: User, password: str) -> None:
        user.must_change_password = False
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(self.get_login_redirect_url(request))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for the password again, but not of whoever gave it a moment ago: the way
        from the first login to the authenticator app asks for everything once.
        """
        is_required = super().is_reauthentication_required(app=app, **kwargs)
        return bool(is_required) and not _logged_in_just_now(context.request)

    def get_client_ip(self, request: HttpRequest) -> str:
        return counted_address(request) or ""

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *_args: Any,
        **_kwargs: Any,
    ) -> None:
        """Show only the message that a user must see: allauth would greet at every
        login.
        """
        if message_template == "account/messages/password_changed.txt":
            messages.success(request, _("Your password has been changed."))


def _logged_in_just_now(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    if not records:
        return False
    age = time.time() - records[-1]["at"]
    return bool(age < app_settings.REAUTHENTICATION_TIMEOUT)


class MfaAdapter(DefaultMFAAdapter):
    """allauth's second factor, the secret of the authenticator app and the recovery
    codes encrypted like every personal value.
    """

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "The code is wrong. The app shows a new one every half minute."
        ),
    }

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypted(encrypted_text)


def as_given_out(name: str, typed: str) -> str:
    """Return a password as it was typed, or as it was given out: where the account has
    a one-time one, read out or copied from a strip, dashes may be left out and letters
    typed in full width or in capitals.
    """
    one_time = in_groups(typed)
    if not one_time or one_time == typed:
        return typed
    waits = User.objects.filter(username__iexact=name, must_change_password=True)
    return one_time if waits.exists() else typed


def locked_out(
    request: HttpRequest,
    _original: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """Answer a secret that is refused for now: from when on one may try again, in plain
    words; JSON for the API.
    """
    name = name_at_login(request, credentials)
    until = wait_until(request, name)
    at = request.axes_attempt_time  # type: ignore[attr-defined]
    until = until or at + get_cool_off(request)
    text = words_of(until, at)

    response: HttpResponse
    if is_for_api(request):
        answer = {"code": "locked_out", "detail": text}
        response = JsonResponse(answer, status=TOO_MANY_REQUESTS)
    else:
        response = render(
            request, "account/locked_out.html", {"text": text}, status=TOO_MANY_REQUESTS
        )

    response["Retry-After"] = str(minutes_left(until, at) * 60)
    return response
