"""The right over registers of households and residents: of the village's secretary and
duty officers, and of a group's leader.
"""

from datetime import date
from typing import Any

from django.db.models import Q

from villages.models import User, Village
from villages.rights import (
    KEEP_REGISTER,
    KEEP_REGISTER_OF_GROUP,
    KEEP_REGISTER_OF_VILLAGE,
)


def kept_groups(user: User, on: date, path: str = "") -> Q:
    """Return the condition for rows whose Group, reached by `path`, the user keeps the
    register of.

    `path` is "" for groups themselves, "group__" for households, "household__group__"
    for residents. Nobody else keeps it, a superuser neither (domain §2).
    """
    villages: Any = Village.objects.in_reach_of(user, on, KEEP_REGISTER_OF_VILLAGE)
    groups = user.reach(on, KEEP_REGISTER_OF_GROUP).groups
    return Q(**{f"{path}village__in": villages}) | Q(**{f"{path}pk__in": groups})


def keeps_households(user: User, on: date) -> bool:
    """Tell whether a user keeps any register at all."""
    return user.holds(on, *KEEP_REGISTER)
