"""The talk room and the roster of who is on duty in it: shifts, swap requests, leave,
hand-overs (domain §2).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from minshi import workdays
from villages.models.grid import Village
from villages.models.people import User
from villages.models.posts import Post

LAST_TALK_DAY = 28  # which every month has
# so that what runs at a moment began within a day before it
LONGEST_SHIFT = timedelta(hours=24)


class TalkRoom(models.Model):
    """群众说事室: the place where a village listens, and the day of the month on which
    it asks everybody in (说事日).
    """

    village = models.OneToOneField(
        Village, models.CASCADE, related_name="talk_room", verbose_name=_("village")
    )
    place = models.CharField(_("where it is"), max_length=80)
    hours = models.CharField(_("opening hours"), max_length=80, blank=True)
    phone = models.CharField(_("phone of the talk room"), max_length=20, blank=True)
    talk_day = models.PositiveSmallIntegerField(_("talk day of the month"), default=10)
    names_officers = models.BooleanField(
        _("speakers read who works on their matter"), default=False
    )

    class Meta:
        verbose_name = _("talk room")
        verbose_name_plural = _("talk rooms")
        constraints = (
            models.CheckConstraint(
                condition=Q(talk_day__range=(1, LAST_TALK_DAY)),
                name="talk_day_is_in_every_month",
            ),
        )

    def __str__(self) -> str:
        return f"{self.village} {self.place}"


@dataclass(frozen=True)
class Moment:
    """A moment as the roster is asked about it, each bound a value of its own, so that
    a prepared query need not reckon with it.
    """

    at: datetime
    on: date
    earliest_start: datetime  # of a shift that may still run

    @classmethod
    def of(cls, at: datetime) -> "Moment":
        return cls(at, workdays.local_day(at), at - LONGEST_SHIFT)


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    def at(self, at: datetime) -> "DutyShiftQuerySet":
        """Running at that moment."""
        return self.running(Moment.of(at))

    def running(self, moment: "Moment") -> "DutyShiftQuerySet":
        return self.filter(
            starts_at__lte=moment.at,
            starts_at__gt=moment.earliest_start,
            ends_at__gt=moment.at,
        )

    def overlapping(
        self, starts_at: datetime, ends_at: datetime
    ) -> "DutyShiftQuerySet":
        """With any moment in common with that time."""
        return self.filter(
            starts_at__lt=ends_at,
            starts_at__gt=starts_at - LONGEST_SHIFT,
            ends_at__gt=starts_at,
        )

    def with_people(self) -> "DutyShiftQuerySet":
        return self.select_related("village", "primary__user", "backup__user")


class DutyShift(models.Model):
    """值班: the posts that receive villagers at a time. Two shifts of one village never
    overlap; `villages.duty` sees to that.
    """

    village = models.ForeignKey(
        Village, models.PROTECT, related_name="shifts", verbose_name=_("village")
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    primary = models.ForeignKey(
        Post, models.PROTECT, related_name="shifts", verbose_name=_("on duty")
    )
    backup = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="backup_shifts",
        verbose_name=_("backup"),
    )
    # 带班领导: of the village or the town, who need not have an account
    leader = models.CharField(_("leader on duty"), max_length=40, blank=True)

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty shift")
        verbose_name_plural = _("duty shifts")
        ordering = ("starts_at", "pk")
        indexes = (models.Index(fields=("starts_at", "ends_at"), name="shift_time"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="shift_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(backup=None) | ~Q(backup=F("primary")),
                name="shift_backup_is_somebody_else",
            ),
            models.UniqueConstraint(
                fields=("village", "starts_at"), name="shift_begins_once_a_village"
            ),
        )

    def __str__(self) -> str:
        return f"{self.village} {self.hours_in_words}"

    @property
    def on(self) -> date:
        """The day it begins on, by which leave is judged."""
        return workdays.local_day(self.starts_at)

    @property
    def hours(self) -> str:
        """8:00–17:00, as it stands on the wall."""
        begins = self.starts_at.astimezone(workdays.SHANGHAI)
        ends = self.ends_at.astimezone(workdays.SHANGHAI)
        return f"{begins.hour}:{begins:%M}–{ends.hour}:{ends:%M}"

    @property
    def hours_in_words(self) -> str:
        return f"{self.on} {self.hours}"

    def is_running(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and self.ends_at > starts_at

    @property
    def people(self) -> list[Post]:
        """The posts arranged; `villages.duty` finds who stands in for them."""
        return [post for post in (self.primary, self.backup) if post]


class SwapState(models.TextChoices):
    PENDING = "pending", pgettext_lazy("swap", "not answered yet")
    AGREED = "agreed", pgettext_lazy("swap", "agreed")
    DECLINED = "declined", pgettext_lazy("swap", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("swap", "taken back")
    LAPSED = "lapsed", pgettext_lazy("swap", "no longer possible")


class SwapRequestQuerySet(models.QuerySet["SwapRequest"]):
    def of(self, user: User) -> "SwapRequestQuerySet":
        """Asked for by a user, or put to them."""
        return self.filter(Q(asked__user=user) | Q(asker__user=user))

    def waiting(self, at: datetime) -> "SwapRequestQuerySet":
        """Not answered, and not lapsed by the beginning of a shift it is about."""
        ahead = Q(in_return=None) | Q(in_return__starts_at__gt=at)
        return self.filter(ahead, state=SwapState.PENDING, shift__starts_at__gt=at)

    def with_shifts(self) -> "SwapRequestQuerySet":
        return self.select_related(
            "shift__village", "in_return", "asker__user", "asked__user"
        )


class SwapRequest(models.Model):
    """换班: somebody asks another to take a shift, perhaps for one of theirs; nothing
    changes until they agree.
    """

    shift = models.ForeignKey(
        DutyShift, models.CASCADE, related_name="swaps", verbose_name=_("duty shift")
    )
    in_return = models.ForeignKey(
        DutyShift,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="returns",
        verbose_name=_("in return for"),
    )
    asker = models.ForeignKey(
        Post, models.PROTECT, related_name="swaps_asked", verbose_name=_("who asks")
    )
    asked = models.ForeignKey(
        Post,
        models.PROTECT,
        related_name="swaps_to_answer",
        verbose_name=_("who is asked"),
    )
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(
        _("state"), max_length=10, choices=SwapState.choices, default=SwapState.PENDING
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = SwapRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("swap request")
        verbose_name_plural = _("swap requests")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("shift",),
                condition=Q(state=SwapState.PENDING),
                name="swap_one_unanswered_a_shift",
            ),
            models.CheckConstraint(
                condition=~Q(asker=F("asked")), name="swap_asks_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(in_return=None) | ~Q(in_return=F("shift")),
                name="swap_returns_another_shift",
            ),
            models.CheckConstraint(
                condition=Q(state=SwapState.PENDING, answered_at=None)
                | (~Q(state=SwapState.PENDING) & Q(answered_at__isnull=False)),
                name="swap_answered_at_iff_answered",
            ),
        )

    def __str__(self) -> str:
        return f"{self.shift}: {self.asker.user} → {self.asked.user}"


class DutyLeaveQuerySet(models.QuerySet["DutyLeave"]):
    def touching(self, first: date, last: date) -> "DutyLeaveQuerySet":
        """With any day in common with those days, both included."""
        return self.filter(from_on__lte=last, until_on__gte=first)


class DutyLeave(models.Model):
    """请假: a post is away on those days, both included; the substitute stands in
    for it, else the backup.
    """

    post = models.ForeignKey(
        Post, models.CASCADE, related_name="leaves", verbose_name=_("who is away")
    )
    from_on = models.DateField(_("first day away"))
    until_on = models.DateField(_("last day away"))
    reason = models.CharField(_("reason"), max_length=100)
    substitute = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in",
        verbose_name=_("substitute"),
    )
    noted_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("noted by")
    )
    noted_at = models.DateTimeField(_("noted"))

    objects = DutyLeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave of duty")
        verbose_name_plural = _("leaves of duty")
        ordering = ("from_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="leave_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(substitute=None) | ~Q(substitute=F("post")),
                name="leave_substitute_is_somebody_else",
            ),
            models.UniqueConstraint(
                fields=("post", "from_on"), name="leave_begins_once_a_post"
            ),
        )

    def __str__(self) -> str:
        return f"{self.post.user} {self.from_on} – {self.until_on}"

    def covers(self, on: date) -> bool:
        return self.from_on <= on <= self.until_on


class HandOver(models.Model):
    """交班: the word a shift leaves to the next one; it stands for good once that one
    took it over (接班).
    """

    shift = models.OneToOneField(
        DutyShift,
        models.PROTECT,
        related_name="hand_over",
        verbose_name=_("duty shift"),
    )
    note = models.TextField(_("what is handed over"), blank=True)
    # the matters of which all who wrote the note may know who spoke
    known = models.JSONField(default=list, blank=True, editable=False)
    # the keys of the posts that wrote it; empty in what is older than this column
    writers = models.JSONField(default=list, blank=True, editable=False)
    visitors = models.PositiveSmallIntegerField(_("how many people came by"))
    written_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("handed over by")
    )
    written_at = models.DateTimeField(_("handed over"))
    taken_by = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken over by"),
    )
    taken_at = models.DateTimeField(_("taken over"), null=True, blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ("-written_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="hand_over_taken_by_iff_taken_at",
            ),
        )

    def __str__(self) -> str:
        return str(self.shift)
