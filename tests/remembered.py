"""Accounts and sessions that are read once for all requests of a visit.

A visit changes neither: whatever its requests write is taken back.
"""

from copy import deepcopy

from django.contrib.sessions.backends.db import SessionStore as StoredSession

from villages import login
from villages.models import User

# by the key of an account, and of a session; each request is handed a copy, so that
# none changes what another reads
_accounts: dict[int, User | None] = {}
_sessions: dict[str, dict[str, object]] = {}


def forget() -> None:
    """Read everything anew from here on."""
    _accounts.clear()
    _sessions.clear()


class Accounts(login.Accounts):
    """An account with its posts."""

    def get_user(self, user_id: int) -> User | None:
        if user_id not in _accounts:
            _accounts[user_id] = super().get_user(user_id)
        return deepcopy(_accounts[user_id])


class SessionStore(StoredSession):
    """A session of the database, as it is when a visit begins."""

    def save(self, must_create: bool = False) -> None:
        _sessions.pop(self.session_key, None)
        super().save(must_create)

    def load(self) -> dict[str, object]:
        key = self.session_key
        if key not in _sessions:
            stored = super().load()
            if not stored:
                return stored  # there is none
            _sessions[key] = stored
        return deepcopy(_sessions[key])
