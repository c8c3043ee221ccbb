"""Accounts and posts: what the security administrator may do, each act in the audit
log.
"""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from axes.utils import reset as forget_failures
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from knox.models import AuthToken

from minshi.errors import InputRefused, NoSuchRight
from villages.audit import record_audit
from villages.models import Post, Role, User
from villages.models.audit import AuditKind
from villages.models.people import NODES_OF_ROLE, Node
from villages.rights import MANAGE_ACCOUNTS

ALPHABET = (  # no look-alikes: it is read out over the phone
    "abcdefghjkmnpqrstuvwxyz23456789"
)
PASSWORD_GROUPS, GROUP_LENGTH = 3, 4


def may_manage_accounts(user: User, on: date) -> bool:
    """Whether a user is a security administrator that day (domain §2, 三员)."""
    return user.holds(on, *MANAGE_ACCOUNTS)


@transaction.atomic
def create_account(
    username: str,
    name: str,
    *,
    by: User,
    at: datetime,
    request: HttpRequest | None = None,
) -> tuple[User, str]:
    """Open an account; return it and its one-time password, which is stored nowhere.

    NoSuchRight: not a security administrator. InputRefused: the user name is taken or
    malformed.
    """
    _check_right(by, at)
    user = User(
        username=username.strip().lower(), name=name.strip(), must_change_password=True
    )
    password = one_time_password()
    user.set_password(password)
    _check_fields(user)
    if User.objects.filter(username__iexact=user.username).exists():
        raise _refused("username", _("This user name is taken."))
    user.save()
    _record(_("opened %(account)s"), user, by, at, request)
    return user, password


@transaction.atomic
def appoint(
    user: User,
    role: Role,
    node: Any = None,
    *,
    from_on: date,
    until_on: date | None = None,
    may_sign: bool = False,
    by: User,
    at: datetime,
    request: HttpRequest | None = None,
) -> Post:
    """Give a user a post at one node: a county code, Town, Village, Group or Office, or
    none for the 三员.

    NoSuchRight: not a security administrator, or their own account. InputRefused: the
    role does not serve at such a node, the dates are wrong, the post is held already,
    or an administrator's account would hold another post (domain §2).
    """
    user = _locked(user, by, at)
    if until_on and until_on < from_on:
        raise _refused("until_on", _("A post cannot end before it begins."))
    post = Post(
        user=user,
        role=role,
        from_on=from_on,
        until_on=until_on,
        may_sign=may_sign,
        **_node_fields(role, node),
    )
    _check_fields(post)
    at_once = Q(until_on=None) | Q(until_on__gte=from_on)
    same = user.posts.filter(at_once, role=role, **_node_fields(role, node))
    if (same.filter(from_on__lte=until_on) if until_on else same).exists():
        raise InputRefused(_("This account already holds this post at that time."))
    post.save()
    _record(
        _("appointed %(account)s: %(post)s"),
        user,
        by,
        at,
        request,
        post=_in_words(post),
    )
    return post


@transaction.atomic
def end_post(
    post: Post, on: date, *, by: User, at: datetime, request: HttpRequest | None = None
) -> Post:
    """Let a post end; `on` is its last day. The cases it held find a new owner within
    the hour after.

    NoSuchRight: not a security administrator, or their own post. InputRefused: it ended
    before that day, or begins after it.
    """
    _locked(post.user, by, at)
    post = Post.objects.select_related("user").get(pk=post.pk)
    if post.until_on and post.until_on <= on:
        raise _refused(
            "until_on", _("This post already ends on %(day)s.") % {"day": post.until_on}
        )
    if on < post.from_on:
        raise _refused("until_on", _("A post cannot end before it begins."))
    post.until_on = on
    post.save(update_fields=["until_on"])
    _record(
        _("ended the post of %(account)s: %(post)s"),
        post.user,
        by,
        at,
        request,
        post=_in_words(post),
    )
    return post


@transaction.atomic
def reset_password(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> str:
    """Give an account a new one-time password and return it; sessions and API tokens
    end.

    NoSuchRight: not a security administrator, or their own account (they change it as
    everybody does).
    """
    user = _locked(user, by, at)
    password = one_time_password()
    user.set_password(password)  # ends every session: they carry a hash of the old one
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    AuthToken.objects.filter(user=user).delete()
    forget_failures(username=user.username)
    _record(_("reset the password of %(account)s"), user, by, at, request)
    return password


@transaction.atomic
def deactivate(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Shut an account at once; it keeps its posts and its name in what it did.
    NoSuchRight as above.
    """
    user = _locked(user, by, at)
    user.is_active = False
    user.save(update_fields=["is_active"])
    AuthToken.objects.filter(user=user).delete()
    _record(_("shut %(account)s"), user, by, at, request)


@transaction.atomic
def reactivate(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Open a shut account again, with the posts still in force. NoSuchRight as
    above.
    """
    user = _locked(user, by, at)
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record(_("opened %(account)s again"), user, by, at, request)


@transaction.atomic
def unlock(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Forget the failed logins of an account, so that it need not wait. NoSuchRight as
    above.
    """
    user = _locked(user, by, at)
    forget_failures(username=user.username)
    _record(_("unlocked %(account)s"), user, by, at, request)


@transaction.atomic
def remove_second_factor(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Let a user whose phone is lost log in by password alone. NoSuchRight as above."""
    user = _locked(user, by, at)
    Authenticator.objects.filter(user=user).delete()
    _record(_("removed the second factor of %(account)s"), user, by, at, request)


def one_time_password() -> str:
    """Return twelve random characters in three groups, about 59 bits."""
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _letter in range(GROUP_LENGTH))
        for _group in range(PASSWORD_GROUPS)
    )


def _check_right(by: User, at: datetime) -> None:
    if not may_manage_accounts(by, localtime(at).date()):
        raise NoSuchRight(_("Only the security administrator manages accounts."))


def _locked(user: User, by: User, at: datetime) -> User:
    _check_right(by, at)
    if user.pk == by.pk:
        raise NoSuchRight(
            _("Nobody manages their own account; another security administrator does.")
        )
    return User.objects.select_for_update().get(pk=user.pk)


def _node_fields(role: Role, node: Any) -> dict[str, Any]:
    """The node as a field of Post; InputRefused where the role does not serve at such a
    node.
    """
    nodes = NODES_OF_ROLE[role]
    if not nodes and not node:
        return {}
    kind = (
        Node.COUNTY
        if isinstance(node, str) and node
        else getattr(getattr(node, "_meta", None), "model_name", "")
    )
    if kind not in nodes:
        raise _refused("role", _("This role does not serve at such a place."))
    return {str(kind): node}


def _refused(field: str, text: str) -> InputRefused:
    return InputRefused.at(**{field: text})


def _check_fields(row: User | Post) -> None:
    """Django's own checks of the row, as our refusal."""
    try:
        row.full_clean()
    except ValidationError as error:
        fields: Mapping[str, list[str]] = error.message_dict
        raise InputRefused(
            " ".join(text for texts in fields.values() for text in texts),
            {
                name: " ".join(texts)
                for name, texts in fields.items()
                if name != NON_FIELD_ERRORS
            },
        ) from error


def _in_words(post: Post) -> str:
    return f"{post.place} {post.get_role_display()}".strip()


def _record(
    text: str,
    user: User,
    by: User,
    at: datetime,
    request: HttpRequest | None,
    **words: str,
) -> None:
    subject = text % {"account": f"{user.username} {user.name}", **words}
    record_audit(AuditKind.ACCOUNT, at=at, user=by, subject=subject, request=request)
