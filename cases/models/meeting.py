"""议事会: a meeting, who attended, what was on its agenda, how they voted, and what was
corrected afterwards.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.choices import Level
from villages.models import Group, MeetingKind, Post, Seat, Town, User, Village
from villages.rights import OVERSEE

VILLAGERS = "村民"


class Part(models.TextChoices):
    """The three parts of a 说事日; the agenda of any other meeting has the last
    alone.
    """

    REPORT = "report", pgettext_lazy("part of a talk day", "report on last month")
    REVIEW = "review", pgettext_lazy("part of a talk day", "review of the results")
    NEW = "new", pgettext_lazy("part of a talk day", "matters to decide")


class ItemState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("agenda item", "to come")
    PASSED = "passed", pgettext_lazy("agenda item", "passed")
    NOT_PASSED = "not_passed", pgettext_lazy("agenda item", "not passed")
    PUT_OFF = "put_off", pgettext_lazy("agenda item", "put off")
    NOTED = "noted", pgettext_lazy("agenda item", "heard")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User, on: date) -> "MeetingQuerySet":
        """Return the meetings of the villages where the user holds a village post, and
        of those that they oversee as reviewer or supervisor.

        An item about a case is shown to whoever sees the case (cases/models/scope.py).
        """
        villages = user.reach(on).village_posts_at
        overseen = user.reach(on, OVERSEE)
        if not (villages or overseen.posts):
            return self.none()

        in_reach = (
            Q(village__in=villages)
            | Q(town__in=overseen.towns)
            | Q(county_code__in=overseen.counties)
        )
        if overseen.counties:
            in_reach |= Q(town__county_code__in=overseen.counties)
        return self.filter(in_reach)

    def to_come(self) -> "MeetingQuerySet":
        return self.filter(closed_at=None, cancelled_at=None)


class Meeting(models.Model):
    key = models.UUIDField(_("key of the form"), unique=True, null=True, editable=False)
    # digest of what the form was sent with
    sent = models.CharField(max_length=64, blank=True, editable=False)
    kind = models.CharField(
        _("kind of meeting"), max_length=20, choices=MeetingKind.choices
    )
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name=_("village"),
    )
    town = models.ForeignKey(
        Town,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name=_("town"),
    )
    county_code = models.CharField(_("county code"), max_length=6, blank=True)
    # of a 村民小组会议
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name=_("villagers' group"),
    )
    starts_at = models.DateTimeField(_("when"))
    place = models.CharField(_("place"), max_length=60, blank=True)
    chair = models.CharField(_("in the chair"), max_length=40, blank=True)
    recorder = models.CharField(_("minutes by"), max_length=40, blank=True)
    due_typed = models.PositiveIntegerField(_("due to attend"), null=True, blank=True)
    present_typed = models.PositiveIntegerField(_("present"), null=True, blank=True)
    minutes = models.TextField(_("minutes"), blank=True)
    # of these matters a writer may not know who spoke (cases/privacy/table.py)
    unknowing = models.JSONField(default=list, blank=True, editable=False)
    minutes_version = models.PositiveIntegerField(default=0, editable=False)
    minutes_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("minutes by")
    )
    minutes_at = models.DateTimeField(null=True)
    called_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("called by")
    )
    called_at = models.DateTimeField(pgettext_lazy("meeting", "called"))
    # the special case of an assembly called less than ten days before (组织法 25)
    short_notice = models.CharField(
        _("why announced so late"), max_length=200, blank=True
    )
    closed_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    closed_at = models.DateTimeField(pgettext_lazy("meeting", "closed"), null=True)
    # this and the rule as it was closed by
    quorum = models.PositiveIntegerField(_("needed to decide"), null=True)
    rule = models.CharField(_("by which rule"), max_length=200, blank=True)
    cancelled_at = models.DateTimeField(
        pgettext_lazy("meeting", "cancelled"), null=True
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ("-starts_at", "-pk")
        indexes = (
            models.Index(
                fields=("village", "-starts_at", "-id"), name="meeting_village_starts"
            ),
            models.Index(
                fields=("town", "-starts_at", "-id"), name="meeting_town_starts"
            ),
            models.Index(fields=("-starts_at", "-id"), name="meeting_starts"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(town__isnull=False, county_code="")
                & (
                    Q(kind=MeetingKind.TOWN_COMMITTEE, village=None)
                    | ~Q(kind=MeetingKind.TOWN_COMMITTEE) & Q(village__isnull=False)
                )
                | Q(
                    kind=MeetingKind.COUNTY_BOARD,
                    village=None,
                    town=None,
                    county_code__regex=r"^\d{6}$",
                ),
                name="meeting_is_where_its_kind_is_held",
            ),
            models.CheckConstraint(
                condition=Q(kind=MeetingKind.GROUP_MEETING, group__isnull=False)
                | ~Q(kind=MeetingKind.GROUP_MEETING) & Q(group=None),
                name="meeting_of_a_group_names_it",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(cancelled_at=None),
                name="meeting_is_closed_or_cancelled_not_both",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="meeting_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(due_typed=None, present_typed=None)
                | Q(present_typed__lte=F("due_typed")),
                name="meeting_present_are_of_those_due",
            ),
        )

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%Y-%m-%d} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("cases:meeting", args=[self.pk])

    @property
    def name(self) -> str:
        """The name as people say it: 白关村“两委”会, with 村 or 镇 once where the place
        ends and the kind begins with it, but 白关村村民会议, for 村民 is a word of its
        own; of a group's meeting, which group.
        """
        place = str(self.village or self.town or "")
        if self.group:
            place = f"{place}{self.group}"

        kind = self.get_kind_display()
        begins_with_place = kind.startswith(("村", "镇")) and place.endswith(kind[0])
        if begins_with_place and not kind.startswith(VILLAGERS):
            kind = kind[1:]
        return f"{place}{kind}"

    @property
    def where(self) -> Village | Town | str:
        return self.village or self.town or self.county_code

    @property
    def level(self) -> Level:
        if self.village_id:
            return Level.VILLAGE
        if self.town_id:
            return Level.TOWN
        return Level.COUNTY

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.cancelled_at is None


class Attendee(models.Model):
    """Somebody due at a meeting, or (with `is_guest`) somebody who sits in without a
    vote (列席).
    """

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="attendees", verbose_name=_("meeting")
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("account")
    )
    seat = models.ForeignKey(
        Seat, models.PROTECT, null=True, related_name="+", verbose_name=_("seat")
    )
    is_chair = models.BooleanField(_("in the chair"), default=False)
    is_guest = models.BooleanField(_("sits in without a vote"), default=False)
    is_present = models.BooleanField(_("present"), default=False)
    substitute = models.CharField(_("substituted by"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        ordering = ("-is_chair", "is_guest", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("meeting", "seat"), name="attendee_seat_once_a_meeting"
            ),
            models.CheckConstraint(
                condition=Q(is_present=False) | Q(substitute=""),
                name="attendee_comes_or_is_substituted",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def oversees(self) -> bool:
        """True for a member of the oversight committee, who attends without a vote."""
        return self.is_guest and self.seat_id is not None


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def about(self, case: Case, user: User, on: date) -> "AgendaItemQuerySet":
        """Return the items about a case, past and to come, by the day of the meeting.

        Of the meetings that the user sees; the caller has made sure that they see the
        case.
        """
        meetings = Meeting.objects.visible_to(user, on).filter(cancelled_at=None)
        items = self.filter(case=case, meeting__in=meetings)

        with_places = items.select_related("meeting__village", "meeting__town")
        return with_places.order_by("meeting__starts_at", "pk")


class AgendaItem(models.Model):
    """议程: one item, a case or a subject of its own; concluded once, with the numbers
    that carried it.
    """

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="items", verbose_name=_("meeting")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    part = models.CharField(
        _("part"), max_length=8, choices=Part.choices, default=Part.NEW
    )
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name=_("case"),
    )
    subject = models.CharField(_("subject"), max_length=80, blank=True)
    opinions = models.TextField(_("opinions"), blank=True)
    votes_for = models.PositiveIntegerField(_("for"), null=True, blank=True)
    votes_against = models.PositiveIntegerField(_("against"), null=True, blank=True)
    votes_abstain = models.PositiveIntegerField(_("abstained"), null=True, blank=True)
    # of these matters a writer may not know who spoke (cases/privacy/table.py)
    unknowing = models.JSONField(default=list, blank=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    key = models.UUIDField(_("key of the form"), null=True, editable=False)
    # digest of what the form was sent with
    sent = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(
        pgettext_lazy("agenda item", "state"),
        max_length=10,
        choices=ItemState.choices,
        default=ItemState.WAITING,
    )
    resolution = models.TextField(_("what was resolved"), blank=True)
    action = models.CharField(_("step taken"), max_length=24, blank=True)
    due = models.PositiveIntegerField(_("due to attend"), null=True)
    present = models.PositiveIntegerField(_("present"), null=True)
    aside = models.PositiveIntegerField(_("stepped aside"), null=True)
    quorum = models.PositiveIntegerField(_("needed to decide"), null=True)
    needed = models.PositiveIntegerField(_("votes needed"), null=True)
    rule = models.CharField(_("by which rule"), max_length=200, blank=True)
    concluded_at = models.DateTimeField(
        pgettext_lazy("agenda item", "concluded"), null=True
    )
    concluded_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("post")
    )

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ("meeting", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("meeting", "case"), name="agenda_item_case_once_a_meeting"
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False, subject="")
                | Q(case=None) & ~Q(subject=""),
                name="agenda_item_has_a_case_or_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", concluded_at=None)
                | ~Q(state="waiting") & Q(concluded_at__isnull=False),
                name="agenda_item_concluded_iff_at",
            ),
            models.CheckConstraint(
                condition=~Q(state="passed")
                | Q(
                    needed__isnull=False,
                    votes_against__isnull=False,
                    votes_abstain__isnull=False,
                    votes_for__gte=F("needed"),
                    present__gte=F("votes_for")
                    + F("votes_against")
                    + F("votes_abstain"),
                ),
                name="agenda_item_passed_with_the_votes_needed",
            ),
        )

    def __str__(self) -> str:
        """Return its place on the agenda: its words may name somebody, and the audit
        log keeps for good what a row is called.
        """
        return gettext("item %(nth)s") % {"nth": self.position}


class StepAside(models.Model):
    """回避: an attendee with an interest in an item neither counts nor votes on it."""

    item = models.ForeignKey(
        AgendaItem, models.CASCADE, related_name="asides", verbose_name=_("agenda item")
    )
    attendee = models.ForeignKey(
        Attendee, models.CASCADE, related_name="asides", verbose_name=_("attendee")
    )
    reason = models.CharField(_("why"), max_length=80, blank=True)
    # of these matters a writer may not know who spoke (cases/privacy/table.py)
    unknowing = models.JSONField(default=list, blank=True, editable=False)
    is_automatic = models.BooleanField(_("set aside by the system"), default=False)
    is_lifted = models.BooleanField(
        _("a namesake, takes part after all"), default=False
    )

    class Meta:
        verbose_name = _("stepping aside")
        verbose_name_plural = _("steppings aside")
        constraints = (
            models.UniqueConstraint(
                fields=("item", "attendee"), name="step_aside_once_an_item"
            ),
            models.CheckConstraint(
                condition=Q(is_lifted=False) | Q(is_automatic=True) & ~Q(reason=""),
                name="step_aside_lifted_with_reason",
            ),
        )

    def __str__(self) -> str:
        return str(self.attendee)


class Correction(models.Model):
    """A correction of something that stays as it was written; append-only."""

    key = models.UUIDField(unique=True, editable=False)
    at = models.DateTimeField(_("at"))
    post = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("post")
    )
    wrong = models.TextField(_("what is wrong"))
    right = models.TextField(_("what is right"))
    # of these matters a writer may not know who spoke (cases/privacy/table.py)
    unknowing = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        abstract = True
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"


class MinutesCorrection(Correction):
    """A correction of the minutes of a closed meeting."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="corrections", verbose_name=_("meeting")
    )

    class Meta(Correction.Meta):
        verbose_name = _("correction of minutes")
        verbose_name_plural = _("corrections of minutes")
