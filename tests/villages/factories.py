"""Rows of the grid and its people for tests; roles by name are in tests/roles.py."""

from datetime import date
from string import ascii_uppercase, digits
from typing import Any, TypeVar

import factory
from auditlog.context import disable_auditlog
from django.db import models
from factory.django import DjangoModelFactory, Password

from villages.models import (
    Group,
    Household,
    Office,
    Post,
    Resident,
    Role,
    Town,
    User,
    Village,
)

Row = TypeVar("Row", bound=models.Model)


def abbreviation_of(number: int) -> str:
    """A different one for each of the first 46,656 numbers: A000, A001 …"""
    letters = digits + ascii_uppercase
    return f"A{letters[number // 1296 % 36]}{letters[number // 36 % 36]}{letters[number % 36]}"


class RowFactory(DjangoModelFactory[Row]):
    """A row that is simply there: nobody made it, so no field history begins with it."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[Row], *args: Any, **fields: Any) -> Row:
        with disable_auditlog():
            return super()._create(model_class, *args, **fields)


class TownFactory(RowFactory[Town]):
    class Meta:
        model = Town

    county_code = "621226"
    county_name = "礼县"
    code = factory.LazyAttributeSequence(
        lambda town, n: f"{town.county_code}{n % 1000:03d}"
    )
    name = factory.Sequence(lambda n: f"青山{n}镇")
    abbreviation = factory.Sequence(abbreviation_of)


class VillageFactory(RowFactory[Village]):
    class Meta:
        model = Village

    town = factory.SubFactory(TownFactory)
    code = factory.LazyAttributeSequence(
        lambda village, n: f"{village.town.code}{n % 1000:03d}"
    )
    name = factory.Sequence(lambda n: f"柳河{n}村")
    official_name = factory.LazyAttribute(lambda village: f"{village.name}民委员会")


class GroupFactory(RowFactory[Group]):
    class Meta:
        model = Group

    village = factory.SubFactory(VillageFactory)
    number = factory.Sequence(lambda n: n + 1)


class HouseholdFactory(RowFactory[Household]):
    class Meta:
        model = Household

    group = factory.SubFactory(GroupFactory)
    number = factory.Sequence(lambda n: n + 1)


class ResidentFactory(RowFactory[Resident]):
    class Meta:
        model = Resident

    household = factory.SubFactory(HouseholdFactory)
    name = "李建国"


class OfficeFactory(RowFactory[Office]):
    class Meta:
        model = Office

    town = factory.SubFactory(TownFactory)
    name = factory.Sequence(lambda n: f"水管站{n}")


class UserFactory(RowFactory[User]):
    """Without `password=` the account has none: tests log in with
    `client.force_login`.
    """

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"account{n}")
    name = factory.Sequence(lambda n: f"王桂兰{n}")
    password = Password(None)


class PostFactory(RowFactory[Post]):
    """A duty officer; another role names its own node and says village=None."""

    class Meta:
        model = Post

    user = factory.SubFactory(UserFactory)
    role = Role.DUTY_OFFICER
    village = factory.SubFactory(VillageFactory)
    from_on = date(2020, 1, 1)
