"""Duties that come before anything else: an own password, an authenticator app."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from minshi.clock import today
from villages.second_factor import lacks_second_factor

ALWAYS_OPEN = frozenset({"account_logout", "language", "type_size"})


@dataclass(frozen=True)
class FirstThing:
    """Something that has to be done before anything else, on a page of its own."""

    code: str
    text: Any
    page: str
    others: frozenset[str] = frozenset()  # pages on the way there

    def is_on(self, name: str | None) -> bool:
        """Tell whether a page, by the name of its address, may be opened before."""
        return name == self.page or name in self.others or name in ALWAYS_OPEN


OWN_PASSWORD = FirstThing(
    code="password_change",
    text=gettext_lazy("Choose your own password first."),
    page="account_change_password",
)
SECOND_FACTOR = FirstThing(
    code="second_factor",
    text=gettext_lazy("Set up the authenticator app first."),
    page="mfa_activate_totp",
    others=frozenset(
        {"account_change_password", "account_reauthenticate", "mfa_reauthenticate"}
    ),
)


def first_thing(request: HttpRequest) -> FirstThing | None:
    """Return what the asker has to do before anything else, if anything."""
    user = request.user
    if not user.is_authenticated:
        return None
    if user.must_change_password:
        return OWN_PASSWORD
    if lacks_second_factor(user, today()):
        return SECOND_FACTOR
    return None
