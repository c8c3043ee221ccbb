"""Visibility of cases: the one rule that every list, page, file and export starts from
(domain §3, visible_to).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Prefetch, Q, Value

from cases.models.access import CaseAccess, Concern, JoinedVillage
from cases.models.any_of import AnyOf
from cases.models.choices import (
    NOT_HEARD,
    ONLINE_CHANNELS,
    CloseReason,
    Confidentiality,
    Handling,
    Light,
    Stage,
)
from cases.models.clock import Clock
from cases.models.handling import Assignment, MandatoryReport
from minshi.prepared import prepared_condition
from villages.models import Post, Role, Town, User
from villages.models.posts import Reach
from villages.rights import OVERSEE

if TYPE_CHECKING:
    from cases.models.case import Case
    from cases.models.event import Event


# the condition form of `hides_speaker`
HIDES_SPEAKER = Q(confidentiality=Confidentiality.HIDDEN) | Q(
    confidentiality=Confidentiality.SECRET, name_stays_hidden=True
)
SECRET = Q(confidentiality=Confidentiality.SECRET)
NOT_CONCLUDED = (CloseReason.MERGED, *NOT_HEARD)


def has_light(light: str, at: datetime) -> Q:
    """Return the condition of a light, of open cases (domain §4)."""
    if light == Light.GREY:
        return Q(grey_until__gt=at)

    is_running = Q(grey_until=None) | Q(grey_until__lte=at)
    if light == Light.RED:
        return is_running & Q(due_at__lte=at)
    if light == Light.YELLOW:
        return is_running & Q(due_at__gt=at, yellow_at__lte=at)
    return is_running & Q(due_at__gt=at, yellow_at__gt=at)


def hides_speaker(case: "Case") -> bool:
    """Tell whether who spoke is kept from those who handle a matter: 隐名, also once it
    is 保密 on top, which says who reads it (domain §3, confidentiality).

    A migration's rows may be of before `name_stays_hidden`.
    """
    if case.confidentiality == Confidentiality.SECRET:
        return getattr(case, "name_stays_hidden", False)
    return case.confidentiality == Confidentiality.HIDDEN


def concerns_a_cadre(case: str = "pk") -> Exists:
    """Return the condition of rows about matters that concern a cadre; `case` leads
    from the row to the matter.
    """
    return Exists(Concern.objects.filter(case=OuterRef(case)))


@dataclass(frozen=True)
class Sight:
    """The nodes from which one user sees cases on one day; built once, used by
    querysets and by rows alike.
    """

    user: User
    on: date
    reach: Reach
    # reviewer and supervisor posts: all of their territory, secret matters as redacted
    # rows
    overseer: Reach
    reviewer: Reach
    # for a paper, which others read than whoever prints it
    is_on_paper: bool = False

    @classmethod
    def of(cls, user: User, on: date) -> "Sight":
        """Return the sight of a user by their posts of a day."""
        posts = user.posts_on(on)
        return cls(
            user=user,
            on=on,
            reach=Reach.of(posts),
            overseer=Reach.of(post for post in posts if post.role in OVERSEE),
            reviewer=Reach.of(post for post in posts if post.role == Role.REVIEWER),
        )

    def on_paper(self) -> "Sight":
        """Return the sight of a paper that the user takes away: it leaves the room, so
        it names no 隐名 speaker, whoever prints it.
        """
        return replace(self, is_on_paper=True)

    @cached_property
    def posts_ever(self) -> frozenset[int]:
        """The user's posts, those that ended with them. One query, when first asked."""
        posts = Post.objects.filter(user=self.user)
        return frozenset(posts.values_list("pk", flat=True))

    def is_self(self, *, by: int | None = None, post: int | None = None) -> bool:
        """Return True where a user or a post is the reader themself."""
        if post is not None:
            return post in self.reach.posts or post in self.posts_ever
        return by == self.user.pk

    def wrote(self, event: "Event") -> bool:
        """Return True where the words of an event are the reader's own, or they typed
        them: for the speaker at the counter, or in an order that went out later.
        """
        typed_by = event.data.get("entered_by")
        return self.is_self(by=event.user_id) or (
            typed_by is not None and self.is_self(post=typed_by)
        )

    def _assigned(self) -> AnyOf:
        """Cases of which the posts, or their offices, handle a part now."""
        holders = Q(post__in=self.reach.posts)
        if self.reach.offices:
            holders |= Q(office__in=self.reach.offices)

        parts = Assignment.objects.filter(holders, ended_at=None)
        return AnyOf("pk", parts.values("case"))

    def territory(self) -> Q:
        """Cases of the posts' nodes, and what is assigned to or shared with them."""
        reach = self.reach
        where = Q(self._assigned())

        if reach.village_posts_at:
            invitations = JoinedVillage.objects.filter(
                village__in=reach.village_posts_at
            )
            where |= Q(village__in=reach.village_posts_at)
            where |= Q(AnyOf("pk", invitations.values("case")))

        if reach.groups:
            where |= Q(group__in=reach.groups) | Q(recorded_by__in=reach.posts)

        return where | self.overseen()

    def overseen(self) -> Q:
        """Cases of the territory of reviewer and supervisor posts alone."""
        return within(self.overseer)

    def named(self) -> Q:
        """Cases that name the user as a reader of a 保密 case: as recorder, owner, lead
        or assistant while assigned, or by CaseAccess.
        """
        posts = self.reach.posts
        access = CaseAccess.objects.filter(post__in=posts)

        return (
            Q(recorded_by__in=posts)
            | Q(owner_post__in=posts)
            | Q(self._assigned())
            | Q(AnyOf("pk", access.values("case")))
        )

    def in_conflict(self) -> Exists:
        """Cases that concern the user, or somebody of a village where they serve."""
        who = Q(user=self.user)
        if self.reach.villages:
            who |= Q(village__in=self.reach.villages)

        return Exists(Concern.objects.filter(who, case=OuterRef("pk")))

    def speaker_shown(self) -> Q:
        """The queryset form of `may_know_speaker`; a search by speaker goes through
        it.
        """
        return (
            ~HIDES_SPEAKER
            | Q(recorded_by__in=self.reach.posts)
            | Q(stage=Stage.RATE, owner_post__in=self.reach.posts)
            | within(self.reviewer)
        )

    def shows_speaker(self, case: "Case") -> bool:
        """Return True where the user may know who spoke and no paper is made of it."""
        if self.is_on_paper and hides_speaker(case):
            return False
        return self.may_know_speaker(case)

    def may_know_speaker(self, case: "Case") -> bool:
        """Return True where the user may know who spoke. 隐名: only the recorder, the
        follow-up officer and the reviewer may.
        """
        return (
            not hides_speaker(case)
            or case.recorded_by_id in self.reach.posts
            or (case.stage == Stage.RATE and case.owner_post_id in self.reach.posts)
            or case.town_id in self.reviewer.towns
            or case.town.county_code in self.reviewer.counties
        )


def within(reach: Reach) -> Q:
    """Cases of the towns and counties of a reach."""
    where = Q(pk__in=())

    if reach.towns:
        where |= Q(town__in=reach.towns)
    if reach.counties:
        where |= Q(town__in=Town.objects.filter(county_code__in=reach.counties))

    return where


# --- what every page filters by
@prepared_condition
def _readable(sight: Sight) -> Q:
    """Cases of the territory whose content may be read."""
    return sight.territory() & (~SECRET | sight.named()) & ~Q(sight.in_conflict())


@prepared_condition
def _overseen_too(sight: Sight) -> Q:
    """The same, and the secret ones that an overseer counts."""
    where = sight.territory() & ~Q(sight.in_conflict())
    # without such posts all they see is overseen or assigned, so it names them
    if sight.reach.village_posts_at or sight.reach.groups:
        where &= ~SECRET | sight.named() | within(sight.overseer)
    return where


@prepared_condition
def _unnamed_secret(sight: Sight) -> Q:
    return SECRET & ~sight.named()


@prepared_condition
def _hidden(sight: Sight) -> Q:
    return (SECRET & ~sight.named()) | Q(sight.in_conflict())


def _post(name: str) -> "Prefetch[str, Any, Any]":
    return Prefetch(name, Post.objects.select_related("user"))


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User, on: date) -> "CaseQuerySet":
        """Return the cases whose content the user may read on that day; none without a
        current post.
        """
        return self.visible_by(Sight.of(user, on))

    def visible_by(self, sight: Sight) -> "CaseQuerySet":
        if sight.reach.is_empty:
            return self.none()
        return self.filter(_readable(sight))

    def hidden_from(self, user: User, on: date) -> "CaseQuerySet":
        """Return the cases hidden from the user wherever they stand: secret ones that
        do not name them, and those that concern them.
        """
        return self.filter(_hidden(Sight.of(user, on)))

    def counted_for(self, user: User, on: date) -> "CaseQuerySet":
        """Return what `visible_to` does, and to reviewers and supervisors the secret
        rest as rows with `redacted` true.

        A redacted row shows number, dates, stage and light alone (domain §3,
        confidentiality).
        """
        sight = Sight.of(user, on)
        if sight.reach.is_empty:
            return self.none().annotate(redacted=Value(False))
        if sight.overseer.is_empty:
            return self.filter(_readable(sight)).annotate(redacted=Value(False))

        # no CASE: of one PostgreSQL reckons that it is true for half of all rows
        is_redacted = ExpressionWrapper(
            _unnamed_secret(sight), output_field=models.BooleanField()
        )
        return self.filter(_overseen_too(sight)).annotate(redacted=is_redacted)

    def about_nobody(self) -> "CaseQuerySet":
        """Return the cases that concern no cadre: what is told of the others, a number
        even, may reach whom they concern.
        """
        return self.exclude(concerns_a_cadre())

    def open(self) -> "CaseQuerySet":
        return self.exclude(stage=Stage.CLOSED)

    def heard(self) -> "CaseQuerySet":
        """Return the matters that were heard: no figure counts what was taken down by
        mistake or twice (domain §3, void).
        """
        return self.exclude(close_reason__in=NOT_HEARD)

    def concluded(self) -> "CaseQuerySet":
        """Return the cases closed for any reason but merged and void: 已集中解决
        (domain §3), in the article 178.
        """
        return self.filter(stage=Stage.CLOSED).exclude(close_reason__in=NOT_CONCLUDED)

    def online(self) -> "CaseQuerySet":
        return self.filter(channel__in=ONLINE_CHANNELS)

    def overdue(self, at: datetime) -> "CaseQuerySet":
        return self.open().filter(has_light(Light.RED, at))

    def left_unrated(self, at: datetime) -> "CaseQuerySet":
        """The queryset form of `Case.is_left_unrated`."""
        replied = at - timedelta(days=settings.UNRATED_CLOSE_DAYS)
        return self.filter(stage=Stage.RATE, replied_at__lte=replied, due_at__lte=at)

    def with_light(self, light: str, at: datetime) -> "CaseQuerySet":
        """The queryset form of `Case.light`."""
        return self.open().filter(has_light(light, at))

    def settled(self) -> "CaseQuerySet":
        """Return what was settled on the spot, and stands so (`Case.was_settled`)."""
        return self.filter(
            handling=Handling.ON_SPOT, completed_at=models.F("accepted_at")
        )

    def owned_by(self, reach: Reach) -> "CaseQuerySet":
        return self.open().filter(
            Q(owner_post__in=reach.posts) | Q(owner_office__in=reach.offices)
        )

    def with_row(self) -> "CaseQuerySet":
        """Read everything that a row of a list shows, in two queries.

        Joined as well, posts cost PostgreSQL more to plan than all the rest of the list
        (it tries every order of the tables).
        """
        places = self.select_related("town", "village", "group", "owner_office")
        return places.prefetch_related(_post("owner_post"))

    def with_doubt(self) -> "CaseQuerySet":
        """Add `is_provisional`: true where the due was counted to a year whose days off
        were not known.
        """
        running = Clock.objects.filter(
            case=OuterRef("pk"), stopped_at=None, is_provisional=True
        )
        return self.annotate(is_provisional=Exists(running))

    def with_danger(self) -> "CaseQuerySet":
        """Add `in_danger`: true of a matter that was reported as a red line."""
        reports = MandatoryReport.objects.filter(case=OuterRef("pk"))
        return self.annotate(in_danger=Exists(reports))

    def with_ledger_row(self) -> "CaseQuerySet":
        """Read everything that a row of a ledger of cases shows, in one query: whom the
        matter is with is not among it.
        """
        return self.select_related(
            "town", "village", "group", "topic", "recorded_by__user"
        )

    def with_ledger_rows(self) -> "CaseQuerySet":
        """Read the same as `with_ledger_row` for thousands of rows, in five queries
        more: places and posts are few, so each is read once, not once a row.
        """
        return self.prefetch_related(
            "town", "village", "group", "topic", _post("recorded_by")
        )

    def with_record(self) -> "CaseQuerySet":
        """Read everything that a row about a matter shows, in two queries."""
        return self.with_row().select_related("topic")

    def with_page(self) -> "CaseQuerySet":
        """Read everything that the page of one case shows of it, in one query."""
        return self.select_related(
            "town",
            "village__talk_room",
            "group",
            "topic",
            "owner_post__user",
            "owner_office",
            "recorded_by__user",
        )
