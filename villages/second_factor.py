"""The second factor: who needs one, and that a code serves once."""

from datetime import date
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.cache import cache
from django.core.checks import Error

from villages.models import Role, User


def check_roles(**_kwargs: Any) -> list[Error]:
    """Name the words of SECOND_FACTOR_ROLES that are no role; they would demand
    nothing. A system check of Django.
    """
    errors = []
    for word in settings.SECOND_FACTOR_ROLES:
        if word not in Role.values:
            roles = ", ".join(Role.values)
            text = f"SECOND_FACTOR_ROLES names {word!r}, which is no role."
            errors.append(Error(text, hint=f"Roles: {roles}.", id="villages.E001"))
    return errors


def needs_second_factor(user: User, on: date) -> bool:
    """Tell whether a post of that day demands a second factor (SECOND_FACTOR_ROLES)."""
    if not settings.SECOND_FACTOR_ROLES:
        return False
    return any(post.role in settings.SECOND_FACTOR_ROLES for post in user.posts_on(on))


def lacks_second_factor(user: User, on: date) -> bool:
    """Tell whether a user needs an authenticator app and has none."""
    if not needs_second_factor(user, on):
        return False
    return not is_mfa_enabled(user, [Authenticator.Type.TOTP])


def use_once(user: User, code: str) -> bool:
    """Take a right code out of use (ASVS 2.8.4); False where it was used before.

    Remembered for as long as the code could be accepted: its own period and the
    tolerated ones beside it.
    """
    periods = 2 * int(app_settings.TOTP_TOLERANCE) + 1
    seconds = periods * int(app_settings.TOTP_PERIOD)
    return cache.add(f"totp-used:{user.pk}:{code}", True, seconds)
