"""Accounts: the acts of the security administrator, each of them a line in
the audit log.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime

from allauth.mfa.models import Authenticator
from axes.utils import reset as forget_failures
from django.contrib.auth.hashers import make_password
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from minshi.crypto import normal_phone
from minshi.errors import Faults, InputRefused, MoveRefused, NoSuchRight
from minshi.text import half_width
from villages.audit import record_audit
from villages.finals import change_recorded, seal_removed
from villages.let_in import is_another_than_recorded, seal_account, seal_password
from villages.models import Post, Role, User
from villages.models.audit import AuditKind
from villages.named import ACCOUNT
from villages.naming import account_name
from villages.open_logins import end_all_logins
from villages.posts import create_posts
from villages.rights import MANAGE_ACCOUNTS
from villages.tries import counted_as

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


@dataclass(frozen=True)
class OneTimePassword:
    """A one-time password and its hash, which is made slowly on purpose: before
    anything is locked where there are many.
    """

    text: str
    hashed: str

    @classmethod
    def new(cls) -> "OneTimePassword":
        text = one_time_password()
        return cls(text, make_password(text))


def may_manage_accounts(user: User, on: date) -> bool:
    """Tell whether a user is a security administrator that day (domain §2, 三员)."""
    return user.holds(on, *MANAGE_ACCOUNTS)


def accounts_like(typed: str) -> Q:
    """Return the condition of accounts whose name begins as typed, or whose holder's
    name holds it.
    """
    by_name = Q(name__icontains=half_width(typed).strip())
    return by_name | Q(username__istartswith=account_name(typed))


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
        username=account_name(username).lower(),
        name=name.strip(),
        must_change_password=True,
        password_changed_at=at,
    )
    user.set_password(password)

    faults = Faults()
    with faults.noted():
        _check_username(user.username)
    with faults.noted():
        check_fields(user)
    with faults.noted():
        if User.objects.filter(username__iexact=user.username).exists():
            raise InputRefused.at(username=_("This user name is taken."))
    faults.refuse()

    user.save()
    record_on_account(_("opened %(account)s"), user, by, at, request)
    seal_account(user, at=at, by=by)
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
        check_fields(user)
        user.save()
        seal_account(user, at=at, by=None)
        create_posts([Post(user=user, role=role, from_on=on)], at=at)
        record_on_account(_("opened %(account)s"), user, None, at, None)
        opened.append((user, password))
    return opened


@transaction.atomic
def remove_account(user: User, at: datetime) -> None:
    """Remove an account that a list opened and nobody used. Whoever takes the list back
    was let do so already.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    record_on_account(_("took back with its list %(account)s"), user, None, at, None)
    seal_removed(ACCOUNT, user, at=at, user=None)
    user.delete()


def password_stamp(user: User) -> str:
    """Return what tells the password of an account from the one after it, and nothing
    of it.
    """
    changed_at = user.password_changed_at
    return changed_at.astimezone(UTC).isoformat() if changed_at else ""


@transaction.atomic
def reset_password(
    user: User,
    *,
    by: User,
    at: datetime,
    request: HttpRequest | None = None,
    seen: str | None = None,
) -> str:
    """Give an account a new one-time password and return it; sessions and API tokens
    end.

    `seen` is the stamp of the password that was to be replaced, where that is known: a
    page loaded again gives no second one. MoveRefused: it was replaced since.

    One that SQL had put in the place of theirs is over with it; the audit log says that
    there was one. NoSuchRight: not a security administrator, or their own account (they
    change it as everybody does).
    """
    user = locked_account(user, by, at)
    if seen is not None and seen != password_stamp(user):
        raise MoveRefused(
            _(
                "The password was changed a moment ago: whoever was told the one-time"
                " password then can use it. For another one, press the button again."
            )
        )

    password = OneTimePassword.new()
    _put_in_place(user, password, at)
    record_on_account(_("reset the password of %(account)s"), user, by, at, request)
    _seal_where_another(user, by, at)
    return password.text


@transaction.atomic
def renew_password(user: User, password: OneTimePassword, at: datetime) -> None:
    """Give a locked account that a list opened another one-time password. Whoever had
    those of the list made anew was let do so already.
    """
    _put_in_place(user, password, at)
    text = _("made a new one-time password, with its list, for %(account)s")
    record_on_account(text, user, None, at, None)
    _seal_where_another(user, None, at)


def _put_in_place(user: User, password: OneTimePassword, at: datetime) -> None:
    """Store a one-time password in the place of whatever there was; log-ins end."""
    user.password = password.hashed
    user.must_change_password = True
    user.password_changed_at = at
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])

    end_all_logins(user)
    forget_failures(username=counted_as(user.username))


def _seal_where_another(user: User, by: User | None, at: datetime) -> None:
    """End the finding of a password that SQL had put in the place of the one before."""
    if is_another_than_recorded(user):
        text = _("the password before was not the program's: %(account)s")
        record_on_account(text, user, None, at, None)
        seal_password(user, at=at, by=by)


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
        user = locked_account(user, by, at)

    number = _normal_phone(phone)
    if number == user.phone:
        return

    user.phone = number
    user.save(update_fields=["phone"])
    record_on_account(_("changed the phone of %(account)s"), user, by, at, request)


@transaction.atomic
def deactivate(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Shut an account at once, log-ins included; it keeps its posts, and its name in
    the records.

    NoSuchRight as `reset_password`.
    """
    user = locked_account(user, by, at)
    user.is_active = False
    with change_recorded(ACCOUNT, user, at=at, user=by):
        user.save(update_fields=["is_active"])

    end_all_logins(user)
    record_on_account(_("shut %(account)s"), user, by, at, request)


@transaction.atomic
def reactivate(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Open a shut account again, with the posts still in force.

    NoSuchRight as `reset_password`.
    """
    user = locked_account(user, by, at)
    user.is_active = True
    with change_recorded(ACCOUNT, user, at=at, user=by):
        user.save(update_fields=["is_active"])
    record_on_account(_("opened %(account)s again"), user, by, at, request)


@transaction.atomic
def unlock(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Forget the failed logins of an account, so that it need not wait.

    NoSuchRight as `reset_password`.
    """
    user = locked_account(user, by, at)
    forget_failures(username=counted_as(user.username))
    record_on_account(_("unlocked %(account)s"), user, by, at, request)


@transaction.atomic
def remove_second_factor(
    user: User, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Let a user whose phone is lost log in by password alone.

    NoSuchRight as `reset_password`.
    """
    user = locked_account(user, by, at)
    Authenticator.objects.filter(user=user).delete()
    record_on_account(
        _("removed the second factor of %(account)s"), user, by, at, request
    )


def one_time_password() -> str:
    """Return twelve random characters in three groups, about 59 bits."""
    groups = []
    for _number in range(PASSWORD_GROUPS):
        letters = [secrets.choice(ALPHABET) for _letter in range(GROUP_LENGTH)]
        groups.append("".join(letters))

    return "-".join(groups)


def in_groups(typed: str) -> str:
    """Return a one-time password in its groups, however it was typed; empty where it
    can be none.
    """
    text = half_width(typed).lower()
    letters = "".join(letter for letter in text if letter.isalnum())
    is_one = len(letters) == PASSWORD_GROUPS * GROUP_LENGTH
    if not is_one or not set(letters) <= set(ALPHABET):
        return ""
    return "-".join(
        letters[begin : begin + GROUP_LENGTH]
        for begin in range(0, len(letters), GROUP_LENGTH)
    )


def _check_right(by: User, at: datetime) -> None:
    if not may_manage_accounts(by, localtime(at).date()):
        raise NoSuchRight(_("Only the security administrator manages accounts."))


def locked_account(user: User, by: User, at: datetime) -> User:
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


def check_fields(row: User | Post) -> None:
    """InputRefused: whatever Django's own checks of the row say, by field."""
    try:
        row.full_clean()
    except ValidationError as error:
        fields = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        whole_text = " ".join(fields.values())
        fields.pop(NON_FIELD_ERRORS, None)
        raise InputRefused(whole_text, fields) from error


def record_on_account(
    text: str,
    user: User,
    by: User | None,
    at: datetime,
    request: HttpRequest | None,
    **words: str,
) -> None:
    subject = text % {"account": f"{user.username} {user.name}", **words}
    record_audit(AuditKind.ACCOUNT, at=at, user=by, subject=subject, request=request)
