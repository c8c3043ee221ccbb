"""The length of a login: until the idle time-out, or 12 hours on the talk room's own
computer.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

BEGAN = "began_at"
STAYS = "stays"
COOKIE = f"{settings.COOKIE_PREFIX}seen"
WHO_COOKIE = f"{settings.COOKIE_PREFIX}who"
REFRESH_SECONDS = 60  # a cookie, not the session: a page must not cost a database write


def begin(session: SessionBase, at: datetime) -> None:
    """Note when a login began."""
    session[BEGAN] = int(at.timestamp())


def began_at(session: SessionBase) -> datetime | None:
    """Return when a login began; None where that is not known."""
    began = session.get(BEGAN)
    return datetime.fromtimestamp(began, UTC) if began else None


def stay(session: SessionBase) -> None:
    """Mark a session as that of the talk room's computer: no idle time-out, 12 hours in
    all.
    """
    session[STAYS] = True


def is_over(request: HttpRequest, at: datetime) -> bool:
    """Tell whether the session has been idle too long, or is older than any may be; one
    of unknown age is over.
    """
    since = int(request.session.get(BEGAN, 0))
    if not request.session.get(STAYS):
        since = max(since, _seen(request))

    unused = at.timestamp() - since
    return unused >= longest_unused(request.session).total_seconds()


def longest_unused(session: SessionBase | Mapping[str, Any]) -> timedelta:
    """Return for how long a session goes on without use; one that stays, in all."""
    if session.get(STAYS):
        return timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return timedelta(minutes=settings.IDLE_MINUTES)


def keep_seen(request: HttpRequest, response: HttpResponse, at: datetime) -> None:
    """Refresh the signed cookie that says when this session was last used, at most once
    a minute.
    """
    last = max(request.session.get(BEGAN, 0), _seen(request))
    if request.session.get(STAYS) or at.timestamp() - last < REFRESH_SECONDS:
        return

    response.set_cookie(
        COOKIE,
        _signer(request).sign(str(int(at.timestamp()))),
        max_age=settings.SESSION_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def tell_who(request: HttpRequest, response: HttpResponse) -> None:
    """Keep the key of the account that is logged in where scripts can read it: a page
    that another account opened is then not sent in this one's name.

    It guards nothing by itself. The login changes the token of every form, and a script
    renews it only on pages of the account that is named here (static/js/tokens.js).
    """
    who = str(request.user.pk)
    if request.COOKIES.get(WHO_COOKIE) != who:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(WHO_COOKIE, who, secure=secure, samesite="Lax")


def _seen(request: HttpRequest) -> int:
    try:
        return int(_signer(request).unsign(request.COOKIES.get(COOKIE, "")))
    except (BadSignature, ValueError):
        return 0


def _signer(request: HttpRequest) -> Signer:
    return Signer(salt=f"seen:{request.session.session_key}")
