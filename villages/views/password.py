"""The page for one's own password: allauth's, except for an account that has none to
change.
"""

from allauth.account import views as account
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _


def change_password(request: HttpRequest) -> HttpResponse:
    """Without a password nobody proves who they are: the security administrator gives
    out a one-time one first.
    """
    if request.user.is_authenticated and not request.user.has_usable_password():
        logout(request)
        messages.error(
            request,
            _(
                "This account has no password. Ask the security administrator for a"
                " one-time password, then log in."
            ),
        )
        return redirect("account_login")
    response: HttpResponse = account.password_change(request)
    return response
