"""The log-ins that are open, compared with their seals and with what opens the door: a
session or a token that the program did not give out is found.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from knox.models import AuthToken

from cases.workflow.findings import Finding
from supervision.sealing.findings import LogWrong
from villages.login_seals import seal_of_login
from villages.models import OpenLogin

BATCH = 500


def check_logins(at: datetime) -> Iterator[Finding]:
    """Yield the accounts with a session or a token that is none of the program's. A
    query each for the sessions and the tokens, and one for each 500 sessions.

    People log in meanwhile, and a session is there a moment before its log-in is noted:
    what does not fit is read once more.
    """
    holds = Q(expiry=None) | Q(expiry__gt=at)
    tokens = AuthToken.objects.filter(holds)
    sessions = Session.objects.filter(expire_date__gt=at)
    for rows, is_forged in ((tokens, _is_forged_token), (sessions, _is_forged_session)):
        suspects = [row.pk for row in _rows(rows) if is_forged(row)]
        for row in _rows(rows.filter(pk__in=suspects)):
            if is_forged(row):
                yield Finding(_account_behind(row), LogWrong.LET_IN)


def _rows(rows: QuerySet[Any]) -> Iterable[Any]:
    in_order = rows.select_related("open_login__user", "open_login__token")
    return in_order.order_by("pk").iterator(chunk_size=BATCH)


def _is_forged_token(token: AuthToken) -> bool:
    login: OpenLogin | None = getattr(token, "open_login", None)
    return login is None or token.user_id != login.user_id or not _fits(login)


def _is_forged_session(session: Session) -> bool:
    """Tell whether a session lets somebody in whose log-in by it was never noted."""
    let_in = session.get_decoded().get(SESSION_KEY)
    login: OpenLogin | None = getattr(session, "open_login", None)
    if login is None:
        return let_in is not None
    is_theirs = let_in is None or let_in == str(login.user_id)
    return not is_theirs or not _fits(login)


def _fits(login: OpenLogin) -> bool:
    return login.seal == seal_of_login(login)


def _account_behind(row: Session | AuthToken) -> str:
    """Return the name of the account that a session or a token lets in."""
    name = OpenLogin._meta.verbose_name
    if isinstance(row, Session):
        key = row.get_decoded().get(SESSION_KEY, "")
        return f"{name} {key}"
    return f"{name} {row.user_id}"
