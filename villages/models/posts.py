"""Posts that users hold for a time, how far they reach, and their contact links to
households.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from minshi.prepared import prepared
from villages.models.grid import Group, Household, Office, Town, Village
from villages.models.roles import ADMINISTRATORS, Role

T = TypeVar("T")


def _without_blanks(values: "Iterable[T | None]") -> "frozenset[T]":
    return frozenset(value for value in values if value)


@dataclass(frozen=True)
class Reach:
    """The ids of the nodes at which a user holds current posts."""

    posts: frozenset[int] = frozenset()
    villages: frozenset[int] = frozenset()  # of village and group posts
    village_posts_at: frozenset[int] = frozenset()  # of village posts alone
    groups: frozenset[int] = frozenset()
    towns: frozenset[int] = frozenset()
    counties: frozenset[str] = frozenset()
    offices: frozenset[int] = frozenset()
    office_towns: frozenset[int] = frozenset()
    office_counties: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not self.posts

    @property
    def spans_towns(self) -> bool:
        """Tell whether the posts oversee more than one town, as those of a county do.

        Such a reader sees, and chooses, the town of a row.
        """
        return bool(self.counties) or len(self.towns) > 1

    @property
    def spans_villages(self) -> bool:
        """Tell whether matters of several villages come to the posts: those of a town,
        an office or a county, and whoever serves two villages.
        """
        above = self.towns or self.counties or self.offices
        return bool(above) or len(self.villages) > 1

    @classmethod
    def of(cls, posts: "Iterable[Post]") -> "Reach":
        posts = list(posts)

        groups = [post.group for post in posts if post.group]
        offices = [post.office for post in posts if post.office]
        village_posts_at = _without_blanks(post.village_id for post in posts)

        return cls(
            posts=_without_blanks(post.pk for post in posts),
            villages=village_posts_at.union(group.village_id for group in groups),
            village_posts_at=village_posts_at,
            groups=_without_blanks(post.group_id for post in posts),
            towns=_without_blanks(post.town_id for post in posts),
            counties=_without_blanks(post.county_code for post in posts),
            offices=_without_blanks(post.office_id for post in posts),
            office_towns=_without_blanks(office.town_id for office in offices),
            office_counties=_without_blanks(office.county_code for office in offices),
        )


def first_appointed_first(posts: "Iterable[Post]") -> "list[Post]":
    return sorted(posts, key=lambda post: (post.from_on, post.pk))


class PostQuerySet(models.QuerySet["Post"]):
    def current(self, on: date) -> "PostQuerySet":
        """In force on that day (both ends included), of an active account."""
        return self.filter(
            Q(until_on=None) | Q(until_on__gte=on),
            from_on__lte=on,
            user__is_active=True,
        )

    def with_places(self) -> "PostQuerySet":
        """With everything that names the place, a county's name included, in the same
        query.
        """
        towns = Town.objects.filter(county_code=models.OuterRef("county_code"))
        county = models.Subquery(towns.values("county_name")[:1])

        places = self.select_related(
            "group__village__town", "village__town", "town", "office__town"
        )
        return places.annotate(county_name=county)

    def in_order(self) -> "PostQuerySet":
        """First appointed first: the order in which posts act where several could
        (domain §3, owner).
        """
        return self.order_by("from_on", "pk")


@prepared
def posts_of_account(user: int, on: date) -> PostQuerySet:
    """Read the posts of an account that are in force on a day, each with the account
    and its place. Every page does.
    """
    posts = Post.objects.filter(user=user).current(on).with_places()
    return posts.select_related("user").order_by()


AT_NO_NODE: dict[str, Any] = {
    "county_code": "",
    "town": None,
    "village": None,
    "group": None,
    "office": None,
}


def _only_at(node: str) -> Q:
    """Return the condition for posts at a node of that kind and at no other."""
    fields = AT_NO_NODE | {f"{node}__isnull": False}
    del fields[node]
    return Q(**fields)


class Post(models.Model):
    """任职: one user's office at exactly one node, with dates; the 三员 are at none."""

    user = models.ForeignKey(
        "villages.User",
        models.PROTECT,
        related_name="posts",
        verbose_name=_("account"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    county_code = models.CharField(_("county code"), max_length=6, blank=True)
    town = models.ForeignKey(
        Town,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("town"),
    )
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("village"),
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("villagers' group"),
    )
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("office"),
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    may_sign = models.BooleanField(_("may sign supervision orders"), default=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ("from_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(
                        role__in=[
                            Role.DUTY_OFFICER,
                            Role.COMMITTEE_MEMBER,
                            Role.SECRETARY,
                        ]
                    )
                    & _only_at("village")
                )
                | (Q(role=Role.GROUP_LEADER) & _only_at("group"))
                | (Q(role=Role.OFFICE_HANDLER) & _only_at("office"))
                | (
                    Q(role__in=[Role.REVIEWER, Role.SUPERVISOR])
                    & Q(village=None, group=None, office=None)
                    & (
                        Q(county_code__regex=r"^\d{6}$", town=None)
                        | Q(county_code="", town__isnull=False)
                    )
                )
                | (
                    Q(role__in=[Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
                    & Q(**AT_NO_NODE)
                ),
                name="post_is_at_the_one_node_its_role_serves",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=models.F("from_on")),
                name="post_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(may_sign=False) | Q(role=Role.REVIEWER),
                name="post_only_a_reviewer_may_sign",
            ),
        )
        indexes = (
            models.Index(
                fields=("county_code", "role"),
                condition=~Q(county_code=""),
                name="post_county_role",
            ),
        )

    def __str__(self) -> str:
        role = self.get_role_display()
        if self.place:
            return f"{self.user} · {self.place} · {role}"
        return f"{self.user} · {role}"

    @property
    def place(self) -> str:
        """The place of the post in words; empty for the 三员."""
        if self.group:
            return f"{self.group.village}{self.group}"

        # the name is read by with_places()
        county = getattr(self, "county_name", None) or self.county_code
        return str(self.village or self.town or self.office or county)

    @property
    def place_with_town(self) -> str:
        """The place with its town in front, for whoever reads those of all towns: two
        of them may each have a 林业站, or a village of one name.
        """
        village = self.group.village if self.group else self.village
        town = None
        if village:
            town = village.town
        elif self.office:
            town = self.office.town
        return f"{town or ''}{self.place}"

    def is_current(self, on: date) -> bool:
        return (
            self.user.is_active
            and self.from_on <= on
            and (self.until_on is None or self.until_on >= on)
        )

    def clean(self) -> None:
        """Refuse an administrator any other post at the same time: the 三员 are
        exclusive (domain §2).
        """
        if None in (self.user_id, self.from_on):  # a form's field errors come first
            return

        others = self.user.posts.filter(
            Q(until_on=None) | Q(until_on__gte=self.from_on)
        ).exclude(pk=self.pk)
        if self.until_on:
            others = others.filter(from_on__lte=self.until_on)
        if self.role not in ADMINISTRATORS:
            others = others.filter(role__in=ADMINISTRATORS)

        if others.exists():
            text = _(
                "An administrator's account holds no other post; open a second"
                " account for it."
            )
            raise ValidationError(text)


class ContactLink(models.Model):
    """联系户: the households a post keeps in touch with, with dates."""

    post = models.ForeignKey(
        Post, models.CASCADE, related_name="contact_links", verbose_name=_("post")
    )
    household = models.ForeignKey(
        Household,
        models.CASCADE,
        related_name="contact_links",
        verbose_name=_("household"),
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact link")
        verbose_name_plural = _("contact links")
        constraints = (
            models.UniqueConstraint(
                fields=("post", "household", "from_on"), name="contact_link_once"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=models.F("from_on")),
                name="contact_link_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return f"{self.post} – {self.household}"
