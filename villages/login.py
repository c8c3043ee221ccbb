"""Login by allauth: no sign-up, no e-mail; axes locks out; the one-time password is
changed first.
"""

from datetime import timedelta
from math import ceil
from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from minshi.crypto import decrypted, encrypted
from villages.models import User
from villages.requests import client_address
from villages.sessions import stay

TOO_MANY_REQUESTS = 429


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

    def login(
        self, request: HttpRequest, redirect_url: str | None = None
    ) -> HttpResponse:
        if self.cleaned_data["remember"]:
            stay(request.session)

        response: HttpResponse = super().login(request, redirect_url)
        return response


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy(
            "The account name or the password is wrong."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up: the security administrator opens accounts."""
        return False

    def clean_password(self, password: str, user: User | None = None) -> str:
        if user and user.must_change_password and user.check_password(password):
            raise ValidationError(
                _("The new password must differ from the one-time password.")
            )
        return str(super().clean_password(password, user))

    def set_password(self, user: User, password: str) -> None:
        user.must_change_password = False
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(self.get_login_redirect_url(request))

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


class MfaAdapter(DefaultMFAAdapter):
    """allauth's second factor, the secret of the authenticator app and the recovery
    codes encrypted like every personal value.
    """

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypted(encrypted_text)


def name_at_login(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the account name that axes counts by, in one case: allauth takes any, so
    that another case is no new try.
    """
    name = (
        (credentials or {}).get("username")
        or request.POST.get("login")
        or request.POST.get("username")
    )
    return str(name or "").strip().lower()


def locked_out(
    request: HttpRequest,
    _original: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """Answer a login that axes refuses: how long to wait, in plain words; JSON for the
    API.
    """
    wait = _wait_of(request, credentials)
    minutes = ceil(wait.total_seconds() / 60)
    text = ngettext(
        "Too many wrong passwords. Wait %(minutes)s minute, then try again.",
        "Too many wrong passwords. Wait %(minutes)s minutes, then try again.",
        minutes,
    ) % {"minutes": minutes}

    response: HttpResponse
    if request.path.startswith("/api/"):
        answer = {"code": "locked_out", "detail": text}
        response = JsonResponse(answer, status=TOO_MANY_REQUESTS)
    else:
        response = render(
            request, "account/locked_out.html", {"text": text}, status=TOO_MANY_REQUESTS
        )

    response["Retry-After"] = str(minutes * 60)
    return response


def _wait_of(request: HttpRequest, credentials: dict[str, Any] | None) -> timedelta:
    """Return how long the lock-out still lasts, at least a minute; the longest it can
    where no try is known.
    """
    cool_off: timedelta = get_cool_off(request) or timedelta()
    at = getattr(request, "axes_attempt_time", None)
    attempts = AccessAttempt.objects.filter(
        username=name_at_login(request, credentials), ip_address=client_address(request)
    )
    last = attempts.order_by("-attempt_time").first()
    if at is None or last is None:
        return cool_off

    left: timedelta = last.attempt_time + cool_off - at
    return min(max(left, timedelta(minutes=1)), cool_off)
