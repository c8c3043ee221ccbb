"""The page of one's own password: allauth's, except for an account that has none to
change.
"""

from allauth.account import views as account
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _


def change_password(request: HttpRequest) -> HttpResponse:
    """Show the page, or log an account without a password out: it needs a one-time
    password of the security administrator first, for nothing proves who it is.
    """
    if request.user.is_authenticated and not request.user.has_usable_password():
        logout(request)
        text = _(
            "This account has no password. Ask the security administrator for a"
            " one-time password, then log in."
        )
        messages.error(request, text)
        return redirect("account_login")

    response: HttpResponse = account.password_change(request)
    return response
