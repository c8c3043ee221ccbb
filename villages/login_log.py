"""Logins, failures, lock-outs and logouts in the audit log, from the signals of Django
and axes.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from axes.signals import user_locked_out
from django.contrib import messages
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.db.models.signals import post_save, pre_delete, pre_save
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from knox.models import AuthToken

from minshi.clock import now
from minshi.crypto import masked_name
from villages.audit import record_audit
from villages.finals import seal_final, seal_removed
from villages.let_in import FACTOR, is_as_recorded, seal_password, was_recorded
from villages.let_in import PASSWORD as PASSWORD_SEALED
from villages.models import User
from villages.models.audit import AuditKind
from villages.open_logins import end_all_logins, note_session, note_token
from villages.passwords import is_too_old
from villages.sessions import began_at, begin
from villages.tries import PASSWORD, RECEIPT, name_at_login

UNIQUE = "villages.login_log"
WAS_RIGHT = "_password_was_as_recorded"  # on an account that is being saved
FACTORS = {
    Authenticator.Type.TOTP: gettext_lazy("authenticator app"),
    Authenticator.Type.RECOVERY_CODES: gettext_lazy("recovery codes"),
}


def listen() -> None:
    """Connect the receivers, once, when the app is ready."""
    receivers = (
        (user_logged_in, logged_in),
        (user_logged_out, logged_out),
        (user_login_failed, login_failed),
        (user_locked_out, note_lockout),
        (password_changed, changed_password),
        (authenticator_added, added_factor),
        (authenticator_removed, removed_factor),
        (authenticator_reset, renewed_factor),
        (authenticator_used, used_factor),
    )
    of_rows = (
        (pre_save, User, before_password),
        (post_save, User, after_password),
        (post_save, Authenticator, seal_factor),
        (pre_delete, Authenticator, seal_factor_removed),
    )
    for signal, receiver in receivers:
        signal.connect(receiver, dispatch_uid=f"{UNIQUE}.{receiver.__name__}")
    for saved, sender, of_row in of_rows:
        name = f"{UNIQUE}.{of_row.__name__}"
        saved.connect(of_row, sender=sender, dispatch_uid=name)


def logged_in(
    request: HttpRequest, user: User, token: AuthToken | None = None, **_kwargs: Any
) -> None:
    at = now()
    if token:
        note_token(request, token, at)
    else:
        begin(request.session, at)
        note_session(request, user, at)
        _let_old_password_change(user, at)

    record_audit(AuditKind.LOGIN, at=at, user=user, request=request)


def _let_old_password_change(user: User, at: datetime) -> None:
    """Ask for another password before anything else, once this one is too old."""
    if is_too_old(user, at) and not user.must_change_password:
        user.must_change_password = True
        user.save(update_fields=["must_change_password"])


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

    kind = AuditKind.WRONG_SECRET
    secret = credentials.get("secret")
    if secret is None:
        kind = AuditKind.LOGIN_FAILED
        secret = PASSWORD

    record_audit(
        kind,
        at=now(),
        user=None,
        subject=_name_in_words(str(credentials.get("username") or "")),
        reason=str(secret),
        request=request,
    )


def _name_in_words(name: str) -> str:
    """Return the name tried at; masked where nobody has it, for often it is a password
    typed into the wrong box.
    """
    number = name.removeprefix(RECEIPT)
    if number != name:
        return number.upper()
    if User.objects.filter(username__iexact=name).exists():
        return name
    return masked_name(name)


def changed_password(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Note when the password was changed, and end every other log-in."""
    at = now()
    user.password_changed_at = at
    user.save(update_fields=["password_changed_at"])

    # this one goes on, under a new key
    note_session(request, user, began_at(request.session) or at)
    end_all_logins(user, but=request.session.session_key)
    reauthenticate_by_password(request)  # its old password was typed just now
    record_audit(
        AuditKind.ACCOUNT,
        at=at,
        user=user,
        subject=_("their own password"),
        request=request,
    )


# --- passwords and second factors, sealed whoever writes them: we, Django or allauth


def before_password(
    instance: User, update_fields: Collection[str] | None = None, **_kwargs: Any
) -> None:
    """Ask, before a password or how long it holds is stored, whether what is there was
    recorded.

    It is stored by a log-in, too, which hashes it anew as Django asks for more rounds.
    """
    sealed = set(PASSWORD_SEALED.own.names)
    is_written = update_fields is None or bool(sealed & set(update_fields))
    is_there = not instance._state.adding
    vars(instance)[WAS_RIGHT] = is_written and is_there and was_recorded(instance)


def after_password(instance: User, **_kwargs: Any) -> None:
    """Record a password that is stored in the place of one that was recorded."""
    if vars(instance).pop(WAS_RIGHT, False) and not is_as_recorded(instance):
        seal_password(instance, at=now(), by=None)


def seal_factor(instance: Authenticator, *, created: bool, **_kwargs: Any) -> None:
    if created:
        seal_final(FACTOR, instance, at=now(), user=instance.user)


def seal_factor_removed(instance: Authenticator, **_kwargs: Any) -> None:
    seal_removed(FACTOR, instance, at=now(), user=instance.user)


def added_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any
) -> None:
    _note_factor(_("set up: %(what)s"), request, user, authenticator)


def removed_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any
) -> None:
    _note_factor(_("removed: %(what)s"), request, user, authenticator)


def renewed_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any
) -> None:
    _note_factor(_("made anew: %(what)s"), request, user, authenticator)


def used_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any
) -> None:
    """Tell how many recovery codes are left, and note that one was used: the phone may
    be lost.
    """
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return

    _note_factor(_("used one of: %(what)s"), request, user, authenticator)
    authenticator.refresh_from_db()  # another copy of the row crossed the code out
    left = len(authenticator.wrap().get_unused_codes())
    words = ngettext(
        "You used a recovery code; %(count)s is left. If the phone is lost, remove the"
        " second factor and set it up on another.",
        "You used a recovery code; %(count)s are left. If the phone is lost, remove the"
        " second factor and set it up on another.",
        left,
    )
    messages.warning(request, words % {"count": left})


def _note_factor(
    text: str, request: HttpRequest, user: User, authenticator: Authenticator
) -> None:
    what = FACTORS[authenticator.type]
    record_audit(
        AuditKind.ACCOUNT,
        at=now(),
        user=user,
        subject=text % {"what": what},
        request=request,
    )


def note_lockout(request: HttpRequest, **_kwargs: Any) -> None:
    if getattr(request, "axes_failures_since_start", None) is None:
        return  # it was locked before: nothing was counted

    # django-axes names the account as it is stored
    credentials = getattr(request, "axes_credentials", None)
    record_audit(
        AuditKind.LOCKED_OUT,
        at=now(),
        user=None,
        subject=_name_in_words(name_at_login(request, credentials)),
        request=request,
    )
