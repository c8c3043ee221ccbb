"""Bodies and their seats with terms, and a town's own rules of procedure (domain §2,
民事直说委员会, 议事规则).
"""

from datetime import date

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from villages.models.grid import Town, Village
from villages.models.people import User


class Body(models.TextChoices):
    """A body by whose roll a meeting is called, or that attends without a vote
    (oversight); the last two belong to a town and to a county.
    """

    MINSHI_COMMITTEE = (
        "minshi_committee",
        pgettext_lazy("body", "speak-plainly committee"),
    )
    TWO_COMMITTEES = (
        "two_committees",
        pgettext_lazy("body", "the village's two committees"),
    )
    REPRESENTATIVES = (
        "representatives",
        pgettext_lazy("body", "villagers' representatives"),
    )
    PARTY_MEMBERS = (
        "party_members",
        pgettext_lazy("body", "party members of the village"),
    )
    BRANCH_COMMITTEE = (
        "branch_committee",
        pgettext_lazy("body", "committee of the party branch"),
    )
    MEMBER_DELEGATES = (
        "member_delegates",
        pgettext_lazy("body", "representatives of the collective's members"),
    )
    OVERSIGHT = "oversight", pgettext_lazy("body", "oversight committee")
    TOWN_COMMITTEE = "town_committee", pgettext_lazy("body", "town party committee")
    COUNTY_BOARD = (
        "county_board",
        pgettext_lazy("body", "those who confer at the county"),
    )


VILLAGE_BODIES = (
    Body.MINSHI_COMMITTEE,
    Body.TWO_COMMITTEES,
    Body.REPRESENTATIVES,
    Body.PARTY_MEMBERS,
    Body.BRANCH_COMMITTEE,
    Body.MEMBER_DELEGATES,
    Body.OVERSIGHT,
)


class MeetingKind(models.TextChoices):
    """The kinds of meeting at which the method has matters talked over, and those that
    the law tells apart (domain §8).

    村民会议 of all adults or of one from each household (组织法 26), 村民小组会议 (32),
    成员大会 and 成员代表大会 of the collective (集体经济组织法 27, 28), 支委会
    (支部工作条例 12).
    """

    MINSHI_COMMITTEE = (
        "minshi_committee",
        pgettext_lazy("meeting", "speak-plainly committee"),
    )
    TALK_DAY = "talk_day", pgettext_lazy("meeting", "talk day")
    TWO_COMMITTEES = "two_committees", pgettext_lazy("meeting", "the two committees")
    MASS_CONGRESS = "mass_congress", pgettext_lazy("meeting", "villagers' congress")
    REPRESENTATIVES = (
        "representatives",
        pgettext_lazy("meeting", "villagers' representatives"),
    )
    ASSEMBLY = "assembly", pgettext_lazy("meeting", "assembly of the villagers")
    HOUSEHOLDS = (
        "households",
        pgettext_lazy("meeting", "assembly of the villagers, one of each household"),
    )
    GROUP_MEETING = (
        "group_meeting",
        pgettext_lazy("meeting", "meeting of a villagers' group"),
    )
    MEMBERS_ASSEMBLY = (
        "members_assembly",
        pgettext_lazy("meeting", "assembly of the collective's members"),
    )
    MEMBER_DELEGATES = (
        "member_delegates",
        pgettext_lazy("meeting", "representatives of the collective's members"),
    )
    BRANCH_COMMITTEE = (
        "branch_committee",
        pgettext_lazy("meeting", "committee of the party branch"),
    )
    PARTY_ASSEMBLY = (
        "party_assembly",
        pgettext_lazy("meeting", "assembly of the party members"),
    )
    PARTY_MASS_DAY = (
        "party_mass_day",
        pgettext_lazy("meeting", "day of party and people"),
    )
    THEMED_PARTY_DAY = "themed_party_day", pgettext_lazy("meeting", "themed party day")
    THREE_MEETINGS = (
        "three_meetings",
        pgettext_lazy("meeting", "three meetings, one lesson"),
    )
    CONSULTATION = "consultation", pgettext_lazy("meeting", "CPPCC consultation")
    TOWN_COMMITTEE = (
        "town_committee",
        pgettext_lazy("meeting", "town party committee meeting"),
    )
    COUNTY_BOARD = (
        "county_board",
        pgettext_lazy("meeting", "county's meeting on a matter"),
    )


class SeatQuerySet(models.QuerySet["Seat"]):
    def current(self, on: date) -> "SeatQuerySet":
        """With a term that covers that day, both ends included."""
        return self.not_over(on).filter(from_on__lte=on)

    def not_over(self, on: date) -> "SeatQuerySet":
        """With a term that covers that day, or begins later."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=on))

    def in_order(self) -> "SeatQuerySet":
        return self.order_by("-is_chair", "from_on", "pk")


class Seat(models.Model):
    """A place in a body for a term; whoever holds it needs no account (a villagers'
    representative has none).
    """

    body = models.CharField(_("body"), max_length=20, choices=Body.choices)
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="seats",
        verbose_name=_("village"),
    )
    town = models.ForeignKey(
        Town,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="seats",
        verbose_name=_("town"),
    )
    county_code = models.CharField(_("county code"), max_length=6, blank=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="seats",
        verbose_name=_("account"),
    )
    is_chair = models.BooleanField(_("in the chair"), default=False)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ("body", "-is_chair", "from_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    body__in=VILLAGE_BODIES,
                    village__isnull=False,
                    town=None,
                    county_code="",
                )
                | Q(
                    body=Body.TOWN_COMMITTEE,
                    village=None,
                    town__isnull=False,
                    county_code="",
                )
                | Q(
                    body=Body.COUNTY_BOARD,
                    village=None,
                    town=None,
                    county_code__regex=r"^\d{6}$",
                ),
                name="seat_is_where_its_body_meets",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="seat_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=("body", "village", "name"),
                condition=Q(until_on=None, village__isnull=False),
                name="seat_once_in_a_village",
            ),
            models.UniqueConstraint(
                fields=("body", "town", "name"),
                condition=Q(until_on=None, town__isnull=False),
                name="seat_once_in_a_town",
            ),
            models.UniqueConstraint(
                fields=("body", "village"),
                condition=Q(until_on=None, is_chair=True, village__isnull=False),
                name="seat_one_chair_in_a_village",
            ),
            models.UniqueConstraint(
                fields=("body", "town"),
                condition=Q(until_on=None, is_chair=True, town__isnull=False),
                name="seat_one_chair_in_a_town",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Base(models.TextChoices):
    """The people of whom a share of votes is counted."""

    DUE = "due", pgettext_lazy("votes of", "of those due to attend")
    PRESENT = "present", pgettext_lazy("votes of", "of those present")


class Procedure(models.Model):
    """议事规则 of a town for one kind of meeting, in place of the default
    (villages/procedure.py).
    """

    town = models.ForeignKey(
        Town, models.CASCADE, related_name="procedures", verbose_name=_("town")
    )
    kind = models.CharField(
        _("kind of meeting"), max_length=20, choices=MeetingKind.choices
    )
    quorum_of = models.PositiveSmallIntegerField(
        _("attend: how many"), validators=[MinValueValidator(1)]
    )
    quorum_in = models.PositiveSmallIntegerField(
        _("attend: of how many"), validators=[MinValueValidator(1)]
    )
    quorum_above = models.BooleanField(_("attend: more than that"), default=False)
    pass_of = models.PositiveSmallIntegerField(
        _("agree: how many"), validators=[MinValueValidator(1)]
    )
    pass_in = models.PositiveSmallIntegerField(
        _("agree: of how many"), validators=[MinValueValidator(1)]
    )
    pass_above = models.BooleanField(_("agree: more than that"), default=True)
    pass_base = models.CharField(
        _("agree: of whom"), max_length=8, choices=Base.choices, default=Base.PRESENT
    )
    substitutes_vote = models.BooleanField(_("substitutes vote"), default=False)
    article = models.CharField(_("by which rule"), max_length=120)

    class Meta:
        verbose_name = _("rules of procedure")
        verbose_name_plural = _("rules of procedure")
        ordering = ("town", "kind")
        constraints = (
            models.UniqueConstraint(
                fields=("town", "kind"), name="procedure_once_a_town_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(quorum_of__gte=1, quorum_of__lte=F("quorum_in")),
                name="procedure_quorum_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(pass_of__gte=1, pass_of__lte=F("pass_in")),
                name="procedure_majority_is_a_share",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()
