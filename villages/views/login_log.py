"""Logins, failures, lock-outs and logouts in the audit log, from the signals of Django
and axes.
"""

from typing import Any

from allauth.account.signals import password_changed
from axes.helpers import get_failure_limit
from axes.signals import user_locked_out
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.http import HttpRequest
from django.utils.translation import gettext as _

from minshi.clock import now
from minshi.crypto import masked_name
from villages.audit import record_audit
from villages.models import User
from villages.models.audit import AuditKind
from villages.sessions import begin

UNIQUE = "villages.login_log"


def listen() -> None:
    """Connect the receivers, once, when the app is ready."""
    receivers = (
        (user_logged_in, logged_in),
        (user_logged_out, logged_out),
        (user_login_failed, login_failed),
        (user_locked_out, note_lockout),
        (password_changed, changed_password),
    )
    for signal, receiver in receivers:
        signal.connect(receiver, dispatch_uid=f"{UNIQUE}.{receiver.__name__}")


def logged_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    at = now()
    if hasattr(request, "session"):  # a login for an API token has none
        begin(request.session, at)

    record_audit(AuditKind.LOGIN, at=at, user=user, request=request)


def logged_out(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    if user:
        record_audit(AuditKind.LOGOUT, at=now(), user=user, request=request)


def login_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any
) -> None:
    # Locked out (axes' receiver, imported above, runs first): no further rows, a script
    # must not fill the log.
    if getattr(request, "axes_locked_out", False):
        return

    name = str(credentials.get("username") or "")
    if not User.objects.filter(username__iexact=name).exists():
        name = masked_name(name)  # often a password typed into the wrong box

    record_audit(
        AuditKind.LOGIN_FAILED, at=now(), user=None, subject=name, request=request
    )


def changed_password(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    record_audit(
        AuditKind.ACCOUNT,
        at=now(),
        user=user,
        subject=_("their own password"),
        request=request,
    )


def note_lockout(request: HttpRequest, username: str | None, **_kwargs: Any) -> None:
    failures = getattr(request, "axes_failures_since_start", None)
    limit = get_failure_limit(request, {"username": username})
    if failures == limit:  # the first time only
        record_audit(
            AuditKind.LOCKED_OUT,
            at=now(),
            user=None,
            subject=username or "",
            request=request,
        )
