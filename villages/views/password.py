"""The pages of one's own password and of the second step of a login: allauth's, with
what it leaves unsaid.
"""

from urllib.parse import urlencode

from allauth.account import views as account
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.mfa.base import views as mfa
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

from minshi.clock import now
from villages.passwords import is_too_old


def change_password(request: HttpRequest) -> HttpResponse:
    """Show the page, or log an account without a password out: it needs a one-time
    password of the security administrator first, for nothing proves who it is.
    """
    user = request.user
    if user.is_authenticated and not user.has_usable_password():
        logout(request)
        text = _(
            "This account has no password. Ask the security administrator for a"
            " one-time password, then log in."
        )
        messages.error(request, text)
        return redirect("account_login")

    if user.is_authenticated:
        request.is_too_old = is_too_old(user, now())  # type: ignore[attr-defined]
    response: HttpResponse = account.password_change(request)
    return response


def enter_code(request: HttpRequest) -> HttpResponse:
    """Show the second step, or lead back to the first with the reason and the page
    asked for: allauth would forget both.
    """
    half_way = request.session.get(LOGIN_SESSION_KEY)
    response: HttpResponse = mfa.authenticate(request)

    login = resolve_url("account_login")
    if request.user.is_authenticated or response.get("Location") != login:
        return response

    messages.info(request, _("That took too long. Please log in once more."))
    page = half_way.get("redirect_url") if isinstance(half_way, dict) else None
    if page:
        return redirect(f"{login}?{urlencode({REDIRECT_FIELD_NAME: page})}")
    return response
