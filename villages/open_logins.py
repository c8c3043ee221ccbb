"""The log-ins of an account that are open: listed to their owner, and ended by them."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from knox.models import AuthToken

from villages.audit import record_audit
from villages.login_seals import seal_of_login
from villages.models import OpenLogin, User
from villages.models.audit import AuditKind
from villages.requests import client_address
from villages.sessions import longest_unused

LONGEST_DEVICE = 200
# The first that fits: many browsers name others beside themselves.
BROWSERS = (
    ("MicroMessenger", gettext_lazy("WeChat")),
    ("DingTalk", gettext_lazy("DingTalk")),
    ("Edg", gettext_lazy("Edge")),
    ("QQBrowser", gettext_lazy("QQ browser")),
    ("HuaweiBrowser", gettext_lazy("Huawei browser")),
    ("Firefox", gettext_lazy("Firefox")),
    ("Chrome", gettext_lazy("Chrome")),
    ("Safari", gettext_lazy("Safari")),
)
SYSTEMS = (
    ("Windows", gettext_lazy("Windows computer")),
    ("HarmonyOS", gettext_lazy("HarmonyOS phone")),
    ("Android", gettext_lazy("Android phone")),
    ("iPhone", gettext_lazy("iPhone")),
    ("iPad", gettext_lazy("iPad")),
    ("Macintosh", gettext_lazy("Mac computer")),
    ("Linux", gettext_lazy("Linux computer")),
)


def note_session(request: HttpRequest, user: User, at: datetime) -> None:
    """Note that a session is a log-in of a user; again after it changed its key."""
    if not request.session.session_key:
        request.session.create()

    key = request.session.session_key
    login = OpenLogin(user=user, session_id=key, began_at=at)
    OpenLogin.objects.update_or_create(
        session_id=key,
        defaults={
            "user": user,
            "began_at": at,
            "seal": seal_of_login(login),
            **_origin(request),
        },
    )


def note_token(request: HttpRequest, token: AuthToken, at: datetime) -> None:
    """Note where a token of the API was given out."""
    login = OpenLogin(user=token.user, token=token, began_at=at, **_origin(request))
    login.seal = seal_of_login(login)
    login.save()


def open_logins_of(user: User, at: datetime) -> QuerySet[OpenLogin]:
    """Return the log-ins of a user that are open, the newest first."""
    is_open = Q(session__expire_date__gt=at) | Q(token__expiry__gt=at)
    return user.open_logins.filter(is_open).select_related("session")


def is_perhaps_over(login: OpenLogin, at: datetime) -> bool:
    """Tell whether a log-in may have ended for want of use: only its own browser stores
    when it was used last.
    """
    if login.session is None:
        return False
    age = at - login.began_at
    return age >= longest_unused(login.session.get_decoded())


@transaction.atomic
def end_logins(
    logins: Iterable[OpenLogin], *, by: User, at: datetime, request: HttpRequest
) -> int:
    """End log-ins of one's own on other devices, each a line in the audit log; return
    how many.

    Whoever sits there is asked to log in again with the next page.
    """
    ended = list(logins)
    sessions = [login.session_id for login in ended if login.session_id]
    tokens = [login.token_id for login in ended if login.token_id]
    Session.objects.filter(pk__in=sessions).delete()
    AuthToken.objects.filter(pk__in=tokens).delete()

    for login in ended:
        subject = _("on another device: %(device)s") % {"device": device_of(login)}
        record_audit(AuditKind.LOGOUT, at=at, user=by, subject=subject, request=request)
    return len(ended)


@transaction.atomic
def end_all_logins(user: User, *, but: str | None = None) -> None:
    """End the sessions and tokens of an account, but for the session of one key."""
    sessions = user.open_logins.exclude(session=None).exclude(session=but)
    Session.objects.filter(
        pk__in=list(sessions.values_list("session", flat=True))
    ).delete()
    AuthToken.objects.filter(user=user).delete()


def device_of(login: OpenLogin) -> str:
    """Return the device in a few words: 谷歌浏览器 · Windows 电脑; a program that does
    not name itself is one.
    """
    names = []
    for known in (BROWSERS, SYSTEMS):
        found = next((name for mark, name in known if mark in login.device), "")
        names.append(str(found))

    words = " · ".join(filter(None, names))
    if login.token_id and not words:
        return _("a program, with a token")
    return words or _("a device that does not say what it is")


def _origin(request: HttpRequest) -> dict[str, str | None]:
    device = request.headers.get("User-Agent", "").replace("\0", "")
    return {"address": client_address(request), "device": device[:LONGEST_DEVICE]}
