"""Duties that come before anything else: an own password, an authenticator app."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from villages.models import User
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


def first_thing(user: User, on: date) -> FirstThing | None:
    """Return what an account has to do before anything else, if anything."""
    if user.must_change_password:
        return OWN_PASSWORD
    if lacks_second_factor(user, on):
        return SECOND_FACTOR
    return None
