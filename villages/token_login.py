"""The login by token of every endpoint."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied

from minshi.api import AnyToken, OwnPasswordFirst
from minshi.clock import today
from villages.first_things import OWN_PASSWORD, first_thing


class SecondFactorFirst(PermissionDenied):
    default_code = "second_factor"
    default_detail = _("Set up the authenticator app first.")


class TokenLogin(AnyToken):
    """A token does what a session does: no work before what comes first (a post may
    demand a second factor later than the token was given), the posts read once.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        user, auth_token = super().authenticate_credentials(token)
        user.keep_posts(today())
        first = first_thing(user, today())
        if first:
            raise OwnPasswordFirst if first is OWN_PASSWORD else SecondFactorFirst
        return user, auth_token
