"""Accounts and posts: the acts of the security administrator, each of them a line in
the audit log.
"""

import secrets
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from axes.utils import reset as forget_failures
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from minshi.crypto import normal_phone
from minshi.errors import Faults, InputRefused, NoSuchRight
from minshi.workdays import day_in_words
from villages.audit import record_audit
from villages.models import Post, Role, User
from villages.models.audit import AuditKind
from villages.models.roles import NODES_OF_ROLE, Node
from villages.open_logins import end_all_logins
from villages.rights import MANAGE_ACCOUNTS

ALPHABET = (  # no look-alikes: it is read out over the phone
    "abcdefghjkmnpqrstuvwxyz23456789"
)
FIRST_ACCOUNTS = {
    "sysadmin": Role.SYSTEM_ADMIN,
    "secadmin": Role.SECURITY_ADMIN,
    "auditor": Role.AUDITOR,
}
PASSWORD_GROUPS = 3
GROUP_LENGTH = 4


def may_manage_accounts(user: User, on: date) -> bool:
    """Tell whether a user is a security administrator that day (domain §2, 三员)."""
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
    password = one_time_password()
    user = User(
        username=username.strip().lower(),
        name=name.strip(),
        must_change_password=True,
        password_changed_at=at,
    )
    user.set_password(password)

    faults = Faults()
    with faults.noted():
        _check_username(user.username)
    with faults.noted():
        _check_fields(user)
    with faults.noted():
        if User.objects.filter(username__iexact=user.username).exists():
            raise InputRefused.at(username=_("This user name is taken."))
    faults.refuse()

    user.save()
    _record(_("opened %(account)s"), user, by, at, request)
    return user, password


@transaction.atomic
def open_first_accounts(at: datetime) -> list[tuple[User, str]]:
    """Open an account for each of the 三员 of an installation that has none, and return
    them with their one-time passwords.

    Whoever runs the server does this once: every later account comes from the security
    administrator. NoSuchRight: there is one already.
    """
    on = localtime(at).date()
    if Post.objects.current(on).filter(role__in=MANAGE_ACCOUNTS).exists():
        raise NoSuchRight(
            _("There is a security administrator already, who opens accounts.")
        )

    opened = []
    for username, role in FIRST_ACCOUNTS.items():
        password = one_time_password()
        user = User(
            username=username,
            name=str(role.label),
            must_change_password=True,
            password_changed_at=at,
        )
        user.set_password(password)
        _check_fields(user)
        user.save()
        Post.objects.create(user=user, role=role, from_on=on)
        _record(_("opened %(account)s"), user, None, at, None)
        opened.append((user, password))
    return opened


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
    faults = Faults()
    with faults.noted():
        if until_on and until_on < from_on:
            raise InputRefused.at(until_on=_("A post cannot end before it begins."))

    node_fields: dict[str, Any] = {}
    with faults.noted():
        node_fields = _node_fields(role, node)
    faults.refuse()

    post = Post(
        user=user,
        role=role,
        from_on=from_on,
        until_on=until_on,
        may_sign=may_sign,
        **node_fields,
    )
    _check_fields(post)

    _refuse_held_twice(post)
    post.save()
    _record_post(_("appointed %(account)s: %(post)s"), post, by, at, request)
    return post


@transaction.atomic
def change_post(
    post: Post, until_on: date | None, *, may_sign: bool, by: User, at: datetime
) -> Post:
    """Give a post another last day, or none, and let whoever holds it sign orders or
    not.

    NoSuchRight: not a security administrator, or their own post. InputRefused: it would
    end before it begins, or what `appoint` refuses.
    """
    _locked(post.user, by, at)
    post = _changed(post, until_on, may_sign)
    _record_post(_("changed the post of %(account)s: %(post)s"), post, by, at, None)
    return post


@transaction.atomic
def restore_post(
    post: Post, until_on: date | None, *, may_sign: bool, at: datetime
) -> Post:
    """Give a post the end and the signature that it had before a list changed them.

    Whoever takes the list back was let do so already. InputRefused as `change_post`.
    """
    User.objects.select_for_update().get(pk=post.user_id)
    post = _changed(post, until_on, may_sign)
    text = _("took back with its list what changed the post of %(account)s: %(post)s")
    _record_post(text, post, None, at, None)
    return post


@transaction.atomic
def withdraw_post(post: Post, at: datetime) -> None:
    """Remove a post that a list gave and that nothing names. Whoever takes the list
    back was let do so already.
    """
    User.objects.select_for_update().get(pk=post.user_id)
    post = Post.objects.with_places().select_related("user").get(pk=post.pk)
    text = _("took back with its list the post of %(account)s: %(post)s")
    _record_post(text, post, None, at, None)
    post.delete()


@transaction.atomic
def remove_account(user: User, at: datetime) -> None:
    """Remove an account that a list opened and nobody used. Whoever takes the list back
    was let do so already.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    _record(_("took back with its list %(account)s"), user, None, at, None)
    user.delete()


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
        last_day = day_in_words(post.until_on, localtime(at).date())
        text = _("This post already ends on %(day)s.") % {"day": last_day}
        raise InputRefused.at(until_on=text)
    if on < post.from_on:
        raise InputRefused.at(until_on=_("A post cannot end before it begins."))

    post.until_on = on
    post.save(update_fields=["until_on"])
    _record_post(_("ended the post of %(account)s: %(post)s"), post, by, at, request)
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
    user.set_password(password)
    user.must_change_password = True
    user.password_changed_at = at
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])

    end_all_logins(user)
    forget_failures(username=user.username)
    _record(_("reset the password of %(account)s"), user, by, at, request)
    return password


@transaction.atomic
def set_phone(
    user: User,
    phone: str,
    *,
    by: User,
    at: datetime,
    request: HttpRequest | None = None,
) -> None:
    """Write down the telephone of an account, or take it off where it is empty.

    Everybody writes their own, a security administrator that of others. The audit log
    says that it changed, without a number. NoSuchRight: somebody else's account.
    InputRefused: no telephone number.
    """
    if user.pk == by.pk:
        user = User.objects.select_for_update().get(pk=user.pk)
    else:
        user = _locked(user, by, at)

    number = _normal_phone(phone)
    if number == user.phone:
        return

    user.phone = number
    user.save(update_fields=["phone"])
    _record(_("changed the phone of %(account)s"), user, by, at, request)


@transaction.atomic
def deactivate(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Shut an account at once, log-ins included; it keeps its posts, and its name in
    the records.

    NoSuchRight as `reset_password`.
    """
    user = _locked(user, by, at)
    user.is_active = False
    user.save(update_fields=["is_active"])

    end_all_logins(user)
    _record(_("shut %(account)s"), user, by, at, request)


@transaction.atomic
def reactivate(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Open a shut account again, with the posts still in force.

    NoSuchRight as `reset_password`.
    """
    user = _locked(user, by, at)
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record(_("opened %(account)s again"), user, by, at, request)


@transaction.atomic
def unlock(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Forget the failed logins of an account, so that it need not wait.

    NoSuchRight as `reset_password`.
    """
    user = _locked(user, by, at)
    forget_failures(username=user.username)
    _record(_("unlocked %(account)s"), user, by, at, request)


@transaction.atomic
def remove_second_factor(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Let a user whose phone is lost log in by password alone.

    NoSuchRight as `reset_password`.
    """
    user = _locked(user, by, at)
    Authenticator.objects.filter(user=user).delete()
    _record(_("removed the second factor of %(account)s"), user, by, at, request)


def one_time_password() -> str:
    """Return twelve random characters in three groups, about 59 bits."""
    groups = []
    for _number in range(PASSWORD_GROUPS):
        letters = [secrets.choice(ALPHABET) for _letter in range(GROUP_LENGTH)]
        groups.append("".join(letters))

    return "-".join(groups)


def _check_right(by: User, at: datetime) -> None:
    if not may_manage_accounts(by, localtime(at).date()):
        raise NoSuchRight(_("Only the security administrator manages accounts."))


def _locked(user: User, by: User, at: datetime) -> User:
    """Return an account locked for a change. NoSuchRight: the user manages no accounts,
    or it is their own.
    """
    _check_right(by, at)
    if user.pk == by.pk:
        text = _(
            "Nobody manages their own account; another security administrator does."
        )
        raise NoSuchRight(text)

    return User.objects.select_for_update().get(pk=user.pk)


def _changed(post: Post, until_on: date | None, may_sign: bool) -> Post:
    """Write another end and signature of a post whose account is locked.

    InputRefused: it would end before it begins, or be held twice.
    """
    post = Post.objects.with_places().select_related("user").get(pk=post.pk)
    if until_on and until_on < post.from_on:
        raise InputRefused.at(until_on=_("A post cannot end before it begins."))

    post.until_on = until_on
    post.may_sign = may_sign
    _check_fields(post)
    _refuse_held_twice(post)
    post.save(update_fields=["until_on", "may_sign"])
    return post


def _refuse_held_twice(post: Post) -> None:
    """InputRefused: the account holds the same post at the same place at that time."""
    nodes = {str(node): getattr(post, str(node)) for node in NODES_OF_ROLE[post.role]}
    same = post.user.posts.filter(role=post.role, **nodes).exclude(pk=post.pk)
    same = same.filter(Q(until_on=None) | Q(until_on__gte=post.from_on))
    if post.until_on:
        same = same.filter(from_on__lte=post.until_on)
    if same.exists():
        raise InputRefused(_("This account already holds this post at that time."))


def _node_fields(role: Role, node: Any) -> dict[str, Any]:
    """Return the node as a field of Post. InputRefused: the role does not serve at such
    a node.
    """
    nodes = NODES_OF_ROLE[role]
    if not nodes and not node:
        return {}

    if isinstance(node, str) and node:
        kind = str(Node.COUNTY)
    else:
        kind = str(getattr(getattr(node, "_meta", None), "model_name", ""))

    if kind not in nodes:
        raise InputRefused.at(role=_("This role does not serve at such a place."))
    return {kind: node}


def _check_username(username: str) -> None:
    """InputRefused: it cannot be typed on every keyboard."""
    try:
        ASCIIUsernameValidator()(username)
    except ValidationError as error:
        raise InputRefused.at(
            username=_("Only letters, digits and . - _ are taken here.")
        ) from error


def _normal_phone(phone: str) -> str:
    """Return a number in its one form. InputRefused: it is none."""
    if not phone:
        return ""
    try:
        return normal_phone(phone)
    except ValidationError as error:
        raise InputRefused.at(phone=" ".join(error.messages)) from error


def _check_fields(row: User | Post) -> None:
    """InputRefused: whatever Django's own checks of the row say, by field."""
    try:
        row.full_clean()
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        whole_text = " ".join(fields.values())
        fields.pop(NON_FIELD_ERRORS, None)
        raise InputRefused(whole_text, fields) from error


def _record_post(
    text: str, post: Post, by: User | None, at: datetime, request: HttpRequest | None
) -> None:
    post_in_words = f"{post.place} {post.get_role_display()}".strip()
    _record(text, post.user, by, at, request, post=post_in_words)


def _record(
    text: str,
    user: User,
    by: User | None,
    at: datetime,
    request: HttpRequest | None,
    **words: str,
) -> None:
    subject = text % {"account": f"{user.username} {user.name}", **words}
    record_audit(AuditKind.ACCOUNT, at=at, user=by, subject=subject, request=request)
