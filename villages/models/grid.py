"""Town, village, group, household, resident, office: the grid of domain §2."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self, TypeVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from minshi.crypto import EncryptedTextField, masked_phone

if TYPE_CHECKING:
    from villages.models.people import User
    from villages.models.posts import Reach
    from villages.models.roles import Role

Row = TypeVar("Row", bound=models.Model)

MOST_INHABITANTS = 100_000  # of a village; more is a slip of the finger


class TownQuerySet(models.QuerySet["Town"]):
    def in_reach_of(
        self, user: "User", on: date, roles: "Iterable[Role] | None" = None
    ) -> "TownQuerySet":
        """Return the towns that a user's posts touch: every town of a county, the town
        itself, or that of a village; of an office its town, or its county's. `roles`
        limits the posts that count.
        """
        reach = user.reach(on, roles)

        return self.filter(
            Q(pk__in=reach.towns | reach.office_towns)
            | Q(county_code__in=reach.counties | reach.office_counties)
            | Q(villages__in=reach.villages)
        ).distinct()


class Town(models.Model):
    code = models.CharField(_("division code"), max_length=9, unique=True)
    name = models.CharField(_("name"), max_length=40)
    county_code = models.CharField(_("county code"), max_length=6, db_index=True)
    county_name = models.CharField(_("county"), max_length=40)
    abbreviation = models.CharField(
        _("abbreviation"),
        max_length=4,
        unique=True,
        help_text=_("Begins every case number; fixed once the town has a case."),
    )
    phone = models.CharField(
        _("telephone of the town"),
        max_length=20,
        blank=True,
        help_text=_(
            "Stands on receipts and tracking pages where no talk room may be rung: of"
            " secret matters, and of those about a cadre of the village."
        ),
    )

    objects = TownQuerySet.as_manager()

    class Meta:
        verbose_name = _("town")
        verbose_name_plural = _("towns")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d{9}$"), name="town_code_is_9_digits"
            ),
            models.CheckConstraint(
                condition=Q(county_code__regex=r"^\d{6}$"),
                name="town_county_code_is_6_digits",
            ),
            models.CheckConstraint(
                condition=Q(abbreviation__regex=r"^[A-Z][A-Z0-9]{1,3}$"),
                name="town_abbreviation_is_2_to_4",
            ),
        )

    def __str__(self) -> str:
        return self.name


class VillageQuerySet(models.QuerySet["Village"]):
    def in_reach_of(
        self, user: "User", on: date, roles: "Iterable[Role] | None" = None
    ) -> "VillageQuerySet":
        """Return the villages within a user's territory (domain §3, visible_to).

        A village or group post reaches its village, a town post or town office the
        town's villages, a county post or county office the county's. No current post,
        or an inactive user: none.
        """
        return self.within(user.reach(on, roles))

    def within(self, reach: "Reach") -> "VillageQuerySet":
        """Return the villages of nodes that were read already."""
        if reach.is_empty:
            return self.none()

        return self.filter(
            Q(pk__in=reach.villages)
            | Q(town__in=reach.towns | reach.office_towns)
            | Q(town__county_code__in=reach.counties | reach.office_counties)
        )


class Village(models.Model):
    code = models.CharField(_("division code"), max_length=12, unique=True)
    town = models.ForeignKey(
        Town, models.PROTECT, related_name="villages", verbose_name=_("town")
    )
    name = models.CharField(_("name"), max_length=40)
    official_name = models.CharField(_("official name"), max_length=60)
    inhabitants = models.PositiveIntegerField(
        _("inhabitants"),
        null=True,
        blank=True,
        validators=(MinValueValidator(1), MaxValueValidator(MOST_INHABITANTS)),
        help_text=_(
            "For figures for each 1,000 inhabitants, while the roll is not complete."
            " Empty: as many as are on the roll."
        ),
    )

    objects = VillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("village")
        verbose_name_plural = _("villages")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d{12}$"), name="village_code_is_12_digits"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    village = models.ForeignKey(
        Village, models.PROTECT, related_name="groups", verbose_name=_("village")
    )
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta:
        verbose_name = _("villagers' group")
        verbose_name_plural = _("villagers' groups")
        ordering = ("village", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("village", "number"), name="group_number_once_a_village"
            ),
        )

    def __str__(self) -> str:
        return _("Group %(number)s") % {"number": self.number}


class RegisterQuerySet(models.QuerySet[Row]):
    """Rows of the register of households."""

    def in_register(self) -> Self:
        """Leave out what a list brought that was taken back. Such a row is there only
        because a matter needs it: shown anywhere, it would tell who spoke.
        """
        return self.filter(is_taken_back=False)


class Household(models.Model):
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="households",
        verbose_name=_("villagers' group"),
    )
    number = models.PositiveSmallIntegerField(_("door number"))
    is_taken_back = models.BooleanField(default=False, editable=False)

    objects = RegisterQuerySet["Household"].as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ("group", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("group", "number"),
                condition=Q(is_taken_back=False),
                name="household_number_once_a_group",
            ),
        )

    def __str__(self) -> str:
        """The whole address: the number alone stands in every group. Whoever shows
        many of them has read their groups and villages.
        """
        return f"{self.group.village} {self.group} {self.door}"

    @property
    def door(self) -> str:
        """The number in words, to stand behind the group."""
        return _("No. %(number)s") % {"number": self.number}


class Sex(models.TextChoices):
    MALE = "male", _("male")
    FEMALE = "female", _("female")


class Resident(models.Model):
    """A neighbour. Removed by nobody, only taken off the roll: what keeps a row from
    being removed would tell whether they ever spoke. Whom a list brought that is taken
    back is out of everybody's sight, whether or not a matter needs the row.
    """

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="residents", verbose_name=_("household")
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    is_head = models.BooleanField(_("head of household"), default=False)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, blank=True)
    birth_year = models.PositiveSmallIntegerField(
        _("year of birth"), null=True, blank=True
    )
    is_on_roll = models.BooleanField(
        _("on the roll"),
        default=True,
        help_text=_(
            "Not ticked: moved away or died. Nobody finds them any more; their matters"
            " stay."
        ),
    )
    phone = EncryptedTextField(_("phone"), blank=True)
    phone_hash = models.CharField(
        max_length=64, blank=True, db_index=True, editable=False
    )
    # never on the roll then
    is_taken_back = models.BooleanField(default=False, editable=False)

    objects = RegisterQuerySet["Resident"].as_manager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        ordering = ("household", "-is_head", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("household",),
                condition=Q(is_head=True, is_on_roll=True),
                name="household_has_one_head",
            ),
            models.CheckConstraint(
                condition=Q(birth_year=None) | Q(birth_year__range=(1900, 2100)),
                name="resident_birth_year_is_plausible",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        return masked_phone(self.phone or "")


class ResidentKeyQuerySet(models.QuerySet["ResidentKey"]):
    def starting_with(self, text: str) -> "ResidentKeyQuerySet":
        """Beginning with a text, through the index on both databases: SQLite's LIKE
        would not use it.
        """
        if connection.vendor == "sqlite":
            return self.filter(key__gte=text, key__lt=text + "\U0010ffff")
        return self.filter(key__startswith=text)


class ResidentKey(models.Model):
    """One way to find a resident: name, full pinyin, initials, phone tail; both
    readings of a surname.
    """

    village = models.ForeignKey(
        Village, models.CASCADE, related_name="+", verbose_name=_("village")
    )
    resident = models.ForeignKey(
        Resident, models.CASCADE, related_name="keys", verbose_name=_("resident")
    )
    key = models.CharField(_("found by"), max_length=60)

    objects = ResidentKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("way to find a resident")
        verbose_name_plural = _("ways to find residents")
        indexes = (
            models.Index(
                fields=("village", "key"),
                opclasses=("int8_ops", "varchar_pattern_ops"),
                name="resident_key_prefix",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("resident", "key"), name="resident_key_once"
            ),
        )

    def __str__(self) -> str:
        return self.key


class Office(models.Model):
    """站所: belongs to a town, or to a county (county bureaus)."""

    name = models.CharField(_("name"), max_length=40)
    town = models.ForeignKey(
        Town,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="offices",
        verbose_name=_("town"),
    )
    county_code = models.CharField(_("county code"), max_length=6, blank=True)
    phone = models.CharField(_("office phone"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ("town", "name")
        constraints = (
            models.CheckConstraint(
                condition=Q(town=None, county_code__regex=r"^\d{6}$")
                | Q(town__isnull=False, county_code=""),
                name="office_belongs_to_a_town_or_a_county",
            ),
            models.UniqueConstraint(
                fields=("town", "name"), name="office_name_once_a_town"
            ),
            models.UniqueConstraint(
                fields=("county_code", "name"),
                condition=Q(town=None),
                name="office_name_once_a_county",
            ),
        )

    def __str__(self) -> str:
        return self.name
